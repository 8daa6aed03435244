import numpy as np
import pytest

from keratin import keras
from tests.keras.training.models import data, regression, same_bits

X, Y = data(40)


def averaged():
    return keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)


@pytest.mark.parametrize("on_epoch", [False, True])
def test_validation_sees_the_averages_and_training_does_not(on_epoch):
    seen = []

    class Look(keras.callbacks.Callback):
        def on_test_begin(self, logs=None):
            averages = [v.numpy() for v in self.model.optimizer._averages]
            seen.append((self.model.get_weights(), averages))

        def on_epoch_end(self, epoch, logs=None):
            seen.append((self.model.get_weights(), None))

    swapped, plain = regression(averaged()), regression(averaged())
    options = {"batch_size": 10, "epochs": 3, "verbose": 0, "shuffle": False}
    plain.fit(X, Y, callbacks=[Look()], validation_data=(X, Y), **options)
    straight, seen = seen, []
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=on_epoch)
    swapped.fit(X, Y, callbacks=[swap, Look()], validation_data=(X, Y), **options)
    for (got, averages), (kernel, average) in zip(seen[::2], straight[::2], strict=True):
        assert same_bits(got, average)
        assert same_bits(averages, kernel)
    # At the end of an epoch the averages are there for those who come later, if wanted.
    expected = straight[0][1] if on_epoch else straight[0][0]
    assert same_bits(seen[1][0], expected)
    assert same_bits(swapped.get_weights(), plain.get_weights())


def test_after_evaluate_and_predict_the_weights_are_back():
    model = regression(averaged())
    model.fit(X, Y, verbose=0, callbacks=[])
    model.optimizer._averages[0].assign(np.zeros((4, 5)))
    before = model.get_weights()
    swap = keras.callbacks.SwapEMAWeights()
    predicted = model.predict(X, verbose=0, callbacks=[swap])
    assert same_bits(model.get_weights(), before)
    assert not np.array_equal(predicted, model.predict(X, verbose=0))
    model.evaluate(X, Y, verbose=0, callbacks=[swap])
    assert same_bits(model.get_weights(), before)


def test_training_that_is_stopped_ends_with_the_averages():
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    left, right = regression(averaged()), regression(averaged())
    swap = keras.callbacks.SwapEMAWeights(swap_on_epoch=True)
    left.fit(X, Y, epochs=9, shuffle=False, verbose=0, callbacks=[Stop(), swap])
    right.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    assert same_bits(left.get_weights(), right.get_weights())


def test_an_optimizer_without_averages():
    model = regression("adam")
    with pytest.raises(ValueError, match=r"keeps no moving averages.*Adam\(..., use_ema=True\)"):
        model.fit(X, Y, verbose=0, callbacks=[keras.callbacks.SwapEMAWeights()])
    assert int(model.optimizer.iterations) == 0
