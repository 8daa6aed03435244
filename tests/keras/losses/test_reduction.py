"""Sample weights, masks and reductions."""

import jax
import numpy as np
import pytest

from keratin.keras import losses
from keratin.keras.losses._reduction import REDUCTIONS, reduce_weighted_values
from tests.harness.real_keras import real

VALUES = np.array([[1.0, 2.0, 4.0], [0.5, 0.0, 8.0]], "float32")
MASK = np.array([[True, True, False], [False, True, False]])
GIVEN = [
    pytest.param(VALUES, None, None, id="values alone"),
    pytest.param(VALUES, VALUES[::-1] + 1, None, id="a weight a loss"),
    pytest.param(VALUES, np.array([[2.0], [0.5]], "float32"), None, id="a column of weights"),
    pytest.param(VALUES[:, 0], np.array([[2.0], [0.5]]), None, id="a column for a vector"),
    pytest.param(VALUES[:, 0], np.array([2, 0]), None, id="integer weights"),
    pytest.param(VALUES[:, 0], np.zeros(2), None, id="no weight at all"),
    pytest.param(np.float32(3), np.array([2.0, 0.5]), None, id="weights of one loss for all"),
    pytest.param(np.float32(3), None, None, id="one loss for all"),
    pytest.param(np.zeros((0,), "float32"), None, None, id="none"),
    pytest.param(VALUES, None, MASK, id="mask"),
    pytest.param(VALUES, None, np.zeros_like(MASK), id="mask of all"),
    pytest.param(VALUES, VALUES[::-1] + 1, MASK, id="mask and weights"),
    pytest.param(VALUES[:, 0], np.array([2.0, 0.5]), MASK[:, :1], id="mask of another rank"),
]


@pytest.mark.parametrize(("values", "weights", "mask"), GIVEN)
def test_parity(values, weights, mask):
    def everything(values):
        return [
            real.src.losses.loss.reduce_weighted_values(values, weights, mask, each, "float32")
            for each in REDUCTIONS
        ]

    for reduction, expected in zip(REDUCTIONS, jax.jit(everything)(values), strict=True):
        found = reduce_weighted_values(values, weights, mask, reduction)
        assert found.dtype == "float32" and found.shape == expected.shape, reduction
        np.testing.assert_allclose(found, expected, rtol=1e-6, err_msg=reduction)


def test_gradient_where_nothing_counts(tf):
    values = tf.constant(VALUES)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(values)
        masked = reduce_weighted_values(values, mask=np.zeros_like(MASK))
        weightless = reduce_weighted_values(
            values, np.zeros_like(VALUES), reduction="mean_with_sample_weight"
        )
    for loss in (masked, weightless):
        assert float(loss) == 0
        np.testing.assert_array_equal(tape.gradient(loss, values), np.zeros_like(VALUES))


def test_a_weight_a_sample_holds_for_all_losses_of_the_sample():
    square = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")
    for values in (VALUES, square):  # real Keras refuses one, and weighs columns of the other
        weights = np.array([1.0, 3.0], "float32")
        found = reduce_weighted_values(values, weights, reduction="sum")
        np.testing.assert_allclose(found, (values * weights[:, None]).sum(), rtol=1e-6)
        found = reduce_weighted_values(values, weights, np.ones(values.shape), "sum")
        np.testing.assert_allclose(found, (values * weights[:, None]).sum(), rtol=1e-6)


def test_weights_that_do_not_fit():
    expected = r"Loss: sample_weight or the mask has shape \(5,\), and the losses \(2, 3\). Give a"
    with pytest.raises(ValueError, match=expected):
        reduce_weighted_values(VALUES, np.ones(5))
    with pytest.raises(ValueError, match=r"has shape \(4,\), and the mask \(2, 3\)"):
        reduce_weighted_values(VALUES, np.ones(4), MASK)


def test_the_dtype_is_that_of_the_loss():
    for dtype in ("float16", "bfloat16", "float64"):
        for weights in (None, np.ones(2, "float64")):
            assert reduce_weighted_values(VALUES[:, 0], weights, dtype=dtype).dtype == dtype
    many = np.full(70000, 0.5, "float16")  # more than float16 can count
    assert float(reduce_weighted_values(many, reduction="mean", dtype="float16")) == 0.5


def test_old_names():
    assert losses.MeanSquaredError(reduction="auto").reduction == "sum_over_batch_size"
    assert losses.Reduction.all() == ("auto", "none", "sum", "sum_over_batch_size")
    for name in losses.Reduction.all():
        losses.Reduction.validate(name)
        config = losses.MeanSquaredError(reduction=name).get_config()
        assert real.losses.MeanSquaredError.from_config(config).reduction in (
            name,
            config["reduction"],
        )
    with pytest.raises(ValueError, match=r"no reduction 'median'"):
        losses.Reduction.validate("median")


def test_unknown_reductions():
    with pytest.raises(ValueError, match=r"no reduction 'summ'. Did you mean 'sum'.*line"):
        losses.MeanSquaredError(reduction="summ")
    with pytest.raises(ValueError, match=r"no reduction \['sum'\].*'sum_over_batch_size', 'sum'"):
        losses.MeanSquaredError(reduction=["sum"])
