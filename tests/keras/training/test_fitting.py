import warnings

import numpy as np
import pytest

from keratin import keras
from tests.keras.training.models import data, regression, same_bits, weights

X, Y = data(60)


def test_history_tells_of_the_epochs():
    model = regression()
    history = model.fit(X, Y, batch_size=20, epochs=4, initial_epoch=1, verbose=0)
    assert history is model.history
    assert history.epoch == [1, 2, 3]
    assert set(history.history) == {"loss", "mae"}
    assert history.params == {"verbose": 0, "epochs": 4, "steps": 3}


@pytest.mark.parametrize(
    ("frequency", "count"), [(1, 4), (2, 2), ([1, 4], 2), ({3}, 1), (range(2, 4), 2)]
)
def test_validation_in_some_epochs(frequency, count):
    model = regression()
    history = model.fit(
        X, Y, batch_size=30, epochs=4, verbose=0, validation_data=(X, Y), validation_freq=frequency
    )
    assert len(history.history["val_loss"]) == count


def test_limits_of_the_whole_process():
    seen = []
    steps = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(batch)
    )
    keras.config.set_max_epochs(2)
    keras.config.set_max_steps_per_epoch(3)
    try:
        model = regression()
        with pytest.warns(UserWarning) as found:
            history = model.fit(X, Y, batch_size=10, epochs=4, verbose=0, callbacks=[steps])
            assert len(model.predict(X, batch_size=10, verbose=0)) == 30
        messages = " ".join(str(each.message) for each in found)
        assert history.epoch == [0, 1]
        assert seen == [0, 1, 2] * 2
        for message in (
            "epochs are limited to 2, by keras.config.set_max_epochs",
            "fit(): steps are limited to 3, by keras.config.set_max_steps_per_epoch",
            "predict(): steps are limited to 3",
        ):
            assert message in messages

        def endless():
            while True:
                yield X, Y

        with pytest.warns(UserWarning, match=r"evaluate\(\): steps are limited to 3"):
            model.evaluate(endless(), verbose=0)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            model.fit(X, Y, batch_size=50, epochs=2, verbose=0)
            model.train_on_batch(X, Y)
    finally:
        keras.config.set_max_epochs(None)
        keras.config.set_max_steps_per_epoch(None)


def test_validation_within_an_epoch_leaves_training_as_it_is():
    plain, often = regression("adam"), regression("adam")
    options = {"batch_size": 10, "epochs": 2, "shuffle": False, "verbose": 0}
    first = plain.fit(X, Y, **options)
    second = often.fit(X, Y, validation_data=(X, Y), validation_freq={"steps": 4}, **options)
    assert second.validation["step"] == [4, 8, 12]
    assert len(second.validation["val_loss"]) == 3
    assert second.history["val_loss"] == second.validation["val_loss"][::2]
    assert second.history["loss"] == first.history["loss"]
    assert same_bits(weights(plain), weights(often))


@pytest.mark.parametrize("frequency", [0, 1.5, "two", {"epochs": 1}, {"steps": 0}])
def test_a_validation_frequency_of_no_sense(frequency):
    with pytest.raises(ValueError, match="validation_freq"):
        regression().fit(X, Y, validation_data=(X, Y), validation_freq=frequency, verbose=0)


def test_the_last_rows_validate():
    model = regression()
    history = model.fit(X, Y, validation_split=0.25, verbose=0, batch_size=45)
    after = model.evaluate(X[45:], Y[45:], verbose=0)
    assert history.history["val_loss"][0] == pytest.approx(after[0], rel=1e-6)


def test_validation_data_of_each_form():
    def batches():
        for _ in range(2):
            yield X[:30], Y[:30]

    class Rows(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return X[:30], Y[:30]

    forms = [(X[:30], Y[:30]), [X[:30], Y[:30]], (X[:30], Y[:30], np.ones(30)), batches(), Rows()]
    found = []
    model = regression(keras.optimizers.SGD(0.0))
    for form in forms:
        history = model.fit(X, Y, verbose=0, validation_data=form)
        found.append(history.history["val_loss"][0])
    np.testing.assert_allclose(found, found[0], rtol=1e-5)


def test_a_generator_of_several_epochs():
    def generate():
        while True:
            yield X[:20], Y[:20]

    model = regression()
    history = model.fit(generate(), steps_per_epoch=3, epochs=2, verbose=0)
    assert len(history.epoch) == 2
    assert int(model.optimizer.iterations) == 6


def test_a_generator_that_ends_too_early_is_warned_of():
    model = regression()
    with pytest.warns(UserWarning, match="ran out of data"):
        model.fit(iter([(X, Y)]), steps_per_epoch=3, verbose=0)
    assert int(model.optimizer.iterations) == 1


def test_an_average_of_weights_takes_their_place_in_the_end():
    optimizer = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)
    model = regression(optimizer)
    model.fit(X, Y, verbose=0)
    average = optimizer._averages[0].numpy()
    assert np.array_equal(model.get_weights()[0], average)


def test_evaluate_of_ones_own_validates():
    class Fixed(keras.Sequential):
        def evaluate(self, *args, **kwargs):
            return {"loss": 42.0}

    model = Fixed([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(X, Y, verbose=0, validation_data=(X, Y))
    assert history.history["val_loss"] == [42.0]


def test_a_model_that_is_built_by_its_first_data():
    class Late(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = keras.layers.Dense(3, activation="relu")
            self.out = keras.layers.Dense(1)

        def call(self, inputs, training=None):
            return self.out(self.hidden(inputs))

    model = Late()
    model.compile("adam", "mse", metrics=["mae"])
    history = model.fit(X, Y, epochs=3, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert len(model.weights) == 4


def test_a_monitor_that_there_is_not_is_an_error_before_the_first_step():
    model = regression()
    stop = keras.callbacks.EarlyStopping(monitor="val_loss")
    with pytest.raises(ValueError, match=r"none of the names .*'loss', 'mae'.*validation_data"):
        model.fit(X, Y, verbose=0, callbacks=[stop])
    misspelt = keras.callbacks.EarlyStopping(monitor="losss")
    with pytest.raises(ValueError, match="Did you mean 'loss'"):
        model.fit(X, Y, verbose=0, callbacks=[misspelt])
    assert int(model.optimizer.iterations) == 0
