from keratin import keras
from tests.keras.training.models import data, regression

X, Y = data(40)
HOOKS = [name for name in vars(keras.callbacks.Callback) if name.startswith("on_")]


class Told(keras.callbacks.Callback):
    """Notes all that it is told."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def __getattribute__(self, name):
        if name in HOOKS:
            return lambda *args, **kwargs: self.calls.append((name, *args[:1]))
        return super().__getattribute__(name)

    # Overridden, so that batches are told of.
    def on_train_batch_begin(self, batch, logs=None): ...

    def on_test_batch_begin(self, batch, logs=None): ...

    def on_predict_batch_begin(self, batch, logs=None): ...


def test_what_is_told_and_when():
    told = Told()
    model = regression()
    model.fit(
        X,
        Y,
        batch_size=20,
        epochs=1,
        verbose=0,
        callbacks=[told],
        validation_data=(X, Y),
        validation_batch_size=40,
    )
    names = [name for name, *_ in told.calls]
    batch = ["on_train_batch_begin", "on_train_batch_end"]
    validation = ["on_test_begin", "on_test_batch_begin", "on_test_batch_end", "on_test_end"]
    assert names == [
        "on_train_begin",
        "on_epoch_begin",
        *batch,
        *batch,
        *validation,
        "on_epoch_end",
        "on_train_end",
    ]
    assert [number for name, number in told.calls if name == "on_train_batch_end"] == [0, 1]
    told.calls.clear()
    model.predict(X, batch_size=40, verbose=0, callbacks=[told])
    assert [name for name, *_ in told.calls] == [
        "on_predict_begin",
        "on_predict_batch_begin",
        "on_predict_batch_end",
        "on_predict_end",
    ]


def test_the_model_and_the_parameters_are_known():
    found = {}

    class Look(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            found.update(model=self.model, params=self.params)

    model = regression()
    model.fit(X, Y, epochs=2, verbose=0, batch_size=20, callbacks=Look())
    assert found["model"] is model
    assert found["params"] == {"verbose": 0, "epochs": 2, "steps": 2}


def test_the_former_names_of_batches():
    seen = []

    class Former(keras.callbacks.Callback):
        def on_batch_begin(self, batch, logs=None):
            seen.append(("begin", batch))

        def on_batch_end(self, batch, logs=None):
            seen.append(("end", batch, sorted(logs)))

    regression().fit(X, Y, batch_size=20, verbose=0, callbacks=[Former()])
    names = ["loss", "mae"]
    assert seen == [("begin", 0), ("end", 0, names), ("begin", 1), ("end", 1, names)]


def test_what_is_added_to_the_logs_of_an_epoch_is_kept():
    class Add(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["extra"] = epoch * 10

    history = regression().fit(X, Y, epochs=2, verbose=0, callbacks=[Add()])
    assert history.history["extra"] == [0, 10]
