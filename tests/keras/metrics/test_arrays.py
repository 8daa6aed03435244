import jax.numpy as jnp
import numpy as np
import pytest

from keratin._engine import errors
from keratin.keras.metrics import _arrays


def test_labels_take_the_dtype_and_rank_of_predictions():
    y_true, y_pred = _arrays.labels_like(jnp.zeros(3, "int8"), jnp.zeros((3, 1), "float16"))
    assert y_true.shape == y_pred.shape == (3, 1)
    assert y_true.dtype == "float16"


def test_what_broadcasts_fits():
    _arrays.check_fit(jnp.zeros((3, 1)), jnp.zeros((3, 2)))
    with pytest.raises(errors.InvalidArgumentError, match=r"\(3,\) and y_pred \(3, 2\)"):
        _arrays.check_fit(jnp.zeros(3), jnp.zeros((3, 2)))


def test_what_differs_is_not_the_same():
    _arrays.check_same(jnp.zeros(3), jnp.zeros(3))
    with pytest.raises(errors.InvalidArgumentError, match="expected the same shape"):
        _arrays.check_same(jnp.zeros((3, 1)), jnp.zeros((3, 2)))


def test_weights_are_spread_over_values():
    weights = _arrays.weights_like(jnp.ones((2, 1)), jnp.zeros((2, 3)))
    assert weights.shape == (2, 3)
    with pytest.raises(errors.InvalidArgumentError, match=r"\(3,\) and the values \(2,\)"):
        _arrays.weights_like(jnp.ones(3), jnp.zeros(2))


def test_nothing_divided_by_nothing_is_nothing():
    quotient = _arrays.divide_no_nan(jnp.array([1.0, 0.0, 3.0]), jnp.array([0.0, 0.0, 2.0]))
    np.testing.assert_array_equal(quotient, [0.0, 0.0, 1.5])


def test_integers_become_floating():
    assert _arrays.floating(jnp.arange(3)).dtype == "float32"
    assert _arrays.floating(jnp.zeros(3, "float16")).dtype == "float16"
    assert _arrays.default_float() == np.dtype("float32")


def test_the_nearest_value_is_named():
    _arrays.among(None, (None, "micro"), "average", "F1Score")
    with pytest.raises(ValueError, match="average is 'mikro'; expected one of None, 'micro'"):
        _arrays.among("mikro", (None, "micro"), "average", "F1Score")
