import numpy as np
import pytest

from keratin import keras
from keratin.keras.training import options
from tests.keras.training.models import data

X, Y = data(20)


def model():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])


def test_the_order_of_keras_2_is_understood():
    one = model()
    one.compile("sgd", "mse", ["mae"])
    assert one.metrics_names == ["loss"] or one._compile_metrics is not None
    assert set(one.evaluate(X, Y, verbose=0, return_dict=True)) == {"loss", "mae"}


def test_former_arguments():
    one = model()
    one.compile(loss="mse", optimizer="sgd", class_mode="binary", sample_weight_mode="temporal")
    assert one.compiled
    history = one.fit(X, Y, nb_epoch=3, verbose=0, workers=2, use_multiprocessing=False)
    assert len(history.epoch) == 3
    with pytest.raises(ValueError, match="sample_weight_mode='other'"):
        model().compile("sgd", "mse", sample_weight_mode="other")


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "many"])
def test_steps_per_execution_is_a_count(value):
    with pytest.raises(ValueError, match="steps_per_execution"):
        model().compile("sgd", "mse", steps_per_execution=value)


def test_steps_per_execution_may_be_left_to_us():
    assert options.steps_per_execution("auto") == 1
    assert options.steps_per_execution(np.int64(3)) == 3


def test_half_precision_has_its_loss_scaled():
    one = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(1, dtype="mixed_float16")], name="half"
    )
    one.dtype_policy = keras.DTypePolicy("mixed_float16")
    one.compile("sgd", "mse")
    assert isinstance(one.optimizer, keras.optimizers.LossScaleOptimizer)
    one.compile("sgd", "mse", auto_scale_loss=False)
    assert isinstance(one.optimizer, keras.optimizers.SGD)


def test_eager_steps_are_not_compiled():
    one = model()
    with pytest.warns(UserWarning, match="jit_compile=True has no effect"):
        one.compile("sgd", "mse", run_eagerly=True, jit_compile=True)
    assert one.run_eagerly
    assert not one.jit_compile


@pytest.mark.parametrize(
    ("value", "expected"),
    [(2, (2, None)), ([1, 3], ({1, 3}, None)), ({"steps": 5}, (None, 5)), ((2,), ({2}, None))],
)
def test_validation_times(value, expected):
    assert options.validation_times(value) == expected


@pytest.mark.parametrize("value", ["3", 1.5, -1, None, True])
def test_epochs_are_counted(value):
    one = model()
    one.compile("sgd", "mse")
    with pytest.raises(ValueError, match="epochs is a whole number from 0 on"):
        one.fit(X, Y, epochs=value, verbose=0)


def test_unknown_losses_metrics_and_optimizers():
    one = model()
    with pytest.raises(ValueError, match="mean_squared_error"):
        one.compile("sgd", "mean_square_error")
        one.fit(X, Y, verbose=0)
    with pytest.raises(ValueError, match="Did you mean"):
        one.compile("sgdd", "mse")
    with pytest.raises(ValueError, match="accuracy"):
        one.compile("sgd", "mse", metrics=["acuracy"])
        one.fit(X, Y, verbose=0)
