import pytest

from keratin import keras
from keratin.keras.callbacks._list import overrides


class EachBatch(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None): ...


def test_batches_are_told_of_only_if_somebody_listens():
    quiet = [
        keras.callbacks.History(),
        keras.callbacks.ProgbarLogger(),
        keras.callbacks.EarlyStopping(),
        keras.callbacks.LambdaCallback(on_epoch_end=print),
    ]
    assert not keras.callbacks.CallbackList(quiet).wants_batches("train")
    for listener in (
        EachBatch(),
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.LambdaCallback(on_train_batch_end=print),
    ):
        callbacks = keras.callbacks.CallbackList([*quiet, listener])
        assert callbacks.wants_batches("train")
        assert not callbacks.wants_batches("test")
        assert not callbacks.wants_batches("predict")


def test_those_by_default_are_added_once():
    history = keras.callbacks.History()
    callbacks = keras.callbacks.CallbackList([[history]], add_history=True, add_progbar=True)
    assert callbacks.callbacks[0] is history
    assert len(callbacks.callbacks) == 2
    callbacks.append(EachBatch())
    assert overrides(callbacks.callbacks[-1], "on_train_batch_end")


def test_objects_with_some_methods_will_do():
    seen = []

    class Plain:
        def set_model(self, model):
            seen.append("model")

        def set_params(self, params):
            seen.append("params")

        def on_epoch_end(self, epoch, logs=None):
            seen.append(epoch)

    callbacks = keras.callbacks.CallbackList([Plain()], model=object.__new__(Plain), epochs=1)
    callbacks.on_train_begin()
    callbacks.on_epoch_end(4, {})
    callbacks.on_train_batch_end(0, {})
    assert seen == ["model", "params", 4]


def test_what_is_no_callback():
    with pytest.raises(TypeError, match=r"EarlyStopping is a class.*EarlyStopping\(\.\.\.\)"):
        keras.callbacks.CallbackList([keras.callbacks.EarlyStopping])
    with pytest.raises(TypeError, match="is no callback"):
        keras.callbacks.CallbackList(["early_stopping"])
    with pytest.raises(TypeError, match=r"Did you mean keras\.callbacks\.EarlyStopping\(\.\.\.\)"):
        keras.callbacks.CallbackList("early_stopping")
    with pytest.raises(TypeError, match="Did you mean 'CSVLogger'"):
        keras.callbacks.CallbackList(["CSVLoger"])
    with pytest.raises(TypeError, match=r"A function becomes one by LambdaCallback"):
        keras.callbacks.CallbackList([lambda epoch, logs: None])
    with pytest.raises(TypeError, match="is no callback"):
        keras.callbacks.CallbackList([keras.optimizers.SGD()])


@pytest.mark.parametrize(
    ("name", "options", "near"),
    [
        ("EarlyStopping", {"patioence": 3}, "patience"),
        ("ReduceLROnPlateau", {"facter": 0.5}, "factor"),
        ("ModelCheckpoint", {"filepath": "a.keras", "save_best": True}, "save_best_only"),
        ("CSVLogger", {"filename": "a.csv", "seperator": ";"}, "separator"),
        ("BackupAndRestore", {"backup_dir": "a", "save_frequency": 2}, "save_freq"),
        ("LearningRateScheduler", {"schedul": None}, "schedule"),
        ("LambdaCallback", {"on_epoch_ended": print}, "on_epoch_end"),
        ("TerminateOnNaN", {"raise_errors": True}, "raise_error"),
        ("LearningRateFinder", {"step": 7}, "steps"),
        ("NaNFinder", {"raise_errors": True}, "raise_error"),
    ],
)
def test_misspelt_arguments(name, options, near):
    with pytest.raises(TypeError, match=f"Did you mean '{near}'|needs the argument '{near}'"):
        getattr(keras.callbacks, name)(**options)


def test_hooks_that_are_misspelt_are_warned_of():
    class Mine(keras.callbacks.Callback):
        def on_epoch_ended(self, epoch, logs=None): ...

        def on_fire(self): ...

    with pytest.warns(UserWarning, match=r"Mine has a method 'on_epoch_ended'.*'on_epoch_end'"):
        keras.callbacks.CallbackList([Mine()])
