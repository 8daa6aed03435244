"""Quantiles, histograms, counts, correlations, areas."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.agreement import bools, check, floats, ints, row

X = floats(3, 4)
N = X.copy()
N[0, 1] = np.nan
WHOLE = ints(3, 4)
COUNTED = ints(6, low=0, high=5)
V, W = floats(5), floats(3, seed=1)

ROWS = [
    row("median", X, gradient=True),
    row("median", X, axis=1, keepdims=True),
    row("median", X, (0, 1), True),
    row("median", WHOLE, 0),
    row("nanmedian", N),
    row("nanmedian", N, axis=1, keepdims=True),
    row("quantile", X, 0.3, gradient=True),
    row("quantile", X, [0.25, 0.5], axis=1, keepdims=True),
    row("quantile", WHOLE, 0.5, 0),
    *[
        row("quantile", X, 0.4, axis=-1, method=method)
        for method in ("lower", "higher", "midpoint", "nearest")
    ],
    row("nanquantile", N, 0.4),
    row("nanquantile", N, [0.25, 0.5], 1, "lower", True),
    row("percentile", X, 30),
    row("percentile", WHOLE, [25.0, 50.0], axis=0, keepdims=True),
    row("nanpercentile", N, 30),
    row("nanpercentile", N, np.array([25.0, 50.0], np.float32), axis=1),
    row("histogram", V),
    row("histogram", V, bins=3, range=(-1.0, 1.0)),
    row("histogram", COUNTED, 4),
    row("bincount", COUNTED, symbolic=False),
    row("bincount", COUNTED, minlength=8, symbolic=False),
    row("bincount", COUNTED, weights=floats(6), symbolic=False),
    row("bincount", COUNTED.reshape(2, 3), COUNTED.reshape(2, 3), 7, symbolic=False),
    row("digitize", V, np.array([-1.0, 0.0, 1.0], np.float32)),
    row("digitize", V, np.array([1.0, 0.0, -1.0], np.float32)),
    row("digitize", WHOLE, [0, 2]),
    row("corrcoef", X, gradient=True),
    row("corrcoef", WHOLE),
    row("corrcoef", bools(3, 6).astype(np.int32)),
    *[row("correlate", V, W, mode=mode, gradient=True) for mode in ("valid", "same", "full")],
    row("correlate", WHOLE[0], WHOLE[1]),
    row("trapezoid", X, gradient=True),
    row("trapezoid", X, dx=0.5, axis=0),
    row("trapezoid", X, np.array([0.0, 1.0, 3.0, 4.0], np.float32), gradient=True),
    row("trapezoid", WHOLE, [0.0, 0.5, 1.0], axis=0),
]


@pytest.mark.parametrize("given", ROWS)
def test_agreement_with_keras(tf, given):
    check(tf, given)


def test_sparse_counts_are_the_dense_ones(tf):
    counts = keras.ops.bincount([1, 1, 3], sparse=True)
    assert tf.sparse.to_dense(counts).numpy().tolist() == [0, 2, 0, 1]


def test_only_integers_are_counted():
    with pytest.raises(TypeError, match=r"only integers are counted; x has dtype float32"):
        keras.ops.bincount([1.0])


def test_histograms_refuse_what_they_cannot_use():
    for bins in (2.0, [1, 2]):
        with pytest.raises(TypeError, match=r"bins has to be an int"):
            keras.ops.histogram([1.0], bins=bins)
    with pytest.raises(ValueError, match=r"must not be negative; given -1"):
        keras.ops.histogram([1.0], -1)
    with pytest.raises(ValueError, match=r"the smaller first; given \(1, 0\)"):
        keras.ops.histogram([1.0], range=(1, 0))
    with pytest.raises(ValueError, match=r"one dimension; given shape \(1, 1\).*ravel"):
        keras.ops.histogram([[1.0]])


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match=r"'valid', 'same' or 'full'; given 'all'"):
        keras.ops.correlate([1.0], [1.0], mode="all")


def test_edges_have_one_dimension():
    with pytest.raises(ValueError, match=r"one dimension"):
        keras.ops.digitize([1.0], [[1.0]])
