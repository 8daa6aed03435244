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
