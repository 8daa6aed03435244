"""Sums, means, extremes, positions, running sums."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.agreement import bools, check, floats, ints, row

X = floats(2, 3, 2)
WHOLE = ints(2, 3, 2)
B = bools(2, 3)
NAMES = ["sum", "prod", "mean", "var", "std", "max", "min", "amax", "amin", "ptp"]

ROWS = [
    *[row(name, X, gradient=True) for name in NAMES],
    *[row(name, X, axis=1, keepdims=True) for name in NAMES],
    *[row(name, X, axis=(0, -1)) for name in [*NAMES, "all", "any"]],
    *[row(name, X, [0, 1]) for name in ["sum", "mean", "max", "all"]],
    *[row(name, WHOLE, -1) for name in [*NAMES, "all", "any", "count_nonzero"]],
    *[
        row(name, B, 0)
        for name in ["sum", "prod", "mean", "max", "min", "all", "any", "count_nonzero", "var"]
    ],
    row("all", X),
    row("any", B, axis=None, keepdims=True),
    row("count_nonzero", WHOLE),
    row("count_nonzero", WHOLE, (0, 1)),
    row("sum", ints(5, low=0, high=200, dtype=np.uint8)),
    row("prod", ints(3, low=4, high=9, dtype=np.int8)),
    row("prod", X, dtype="float32", axis=0),
    row("prod", WHOLE, 0, True, "float32"),
    row("max", X, initial=1.5),
    row("min", X, axis=0, initial=-0.5),
    row("max", WHOLE, 1, True, 2),
    row("mean", [[1, 2], [3, 4]]),
    row("average", X, gradient=True),
    row("average", X, 1),
    row("average", WHOLE, axis=-1),
    row("average", X, 1, np.array([1.0, 2.0, 3.0], np.float32)),
    row("average", X, weights=np.abs(X)),
    row("average", WHOLE, 2, [1, 3]),
    *[
        row(name, X, **how)
        for name in ("argmax", "argmin")
        for how in ({}, {"axis": 1}, {"axis": -1, "keepdims": True}, {"keepdims": True})
    ],
    row("argmax", WHOLE, 0),
    row("argmax", B, 1),
    *[row(name, X, axis=1, gradient=True) for name in ("cumsum", "cumprod")],
    *[row(name, X) for name in ("cumsum", "cumprod")],
    *[row(name, WHOLE, -1, "float32") for name in ("cumsum", "cumprod")],
    row("cumsum", B, 0),
]


@pytest.mark.parametrize("given", ROWS)
def test_agreement_with_keras(tf, given):
    check(tf, given)


def test_the_mean_of_large_halves_does_not_overflow(tf):
    x = tf.fill([100], tf.constant(6e4, tf.float16))
    assert float(keras.ops.mean(x)) == 6e4
    assert float(keras.ops.average(x)) == 6e4
    assert keras.ops.mean(x).dtype == "float16"
    assert float(keras.ops.var(x)) == 0


def test_axes_that_are_not_there_are_named(tf):
    with pytest.raises(ValueError, match=r"axis=3 is out of range.*rank 2"):
        keras.ops.sum(tf.ones([2, 2]), axis=3)
    with pytest.raises(ValueError, match=r"axis=3"):
        keras.ops.argmax(tf.ones([2, 2]), 3)


def test_the_batch_may_be_unknown():
    x = keras.KerasTensor((None, 3))
    assert keras.ops.mean(x, axis=-1).shape == (None,)
    assert keras.ops.sum(x, axis=0).shape == (3,)
    assert keras.ops.argmax(x, axis=1, keepdims=True).shape == (None, 1)
    assert keras.ops.cumsum(x, axis=0).shape == (None, 3)
    assert keras.ops.cumsum(x).shape == (None,)
