"""Segments, ranks, distances and special functions."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, floats, refused, shares, table

row = table()
X, IDS = floats(3, 4), np.array([0, 2, 0])
STRANGE = np.float32([[np.nan, 1.0], [1.0, np.inf]])
NUMBERS = np.array([[1, 5], [-2, 3], [4, 0]], "int32")

ROWS = [
    *[
        made
        for name in ("segment_sum", "segment_max", "segment_min", "segment_prod")
        for made in (
            row(name, X, IDS, 4, symbolic=False, gradient=name != "segment_prod"),
            row(name, NUMBERS, IDS, num_segments=3, sorted=True, symbolic=False),
        )
    ],
    row("top_k", X, 2, gradient=False),
    row("in_top_k", np.array([0, 3, 1]), X, 2, gradient=False),
    row("in_top_k", np.array([0, 1]), STRANGE, 1, gradient=False),
    row("logsumexp", X),
    row("logsumexp", X, axis=1, keepdims=True),
    row("cdist", X, floats(2, 4, seed=1)),
    row("extract_sequences", floats(2, 10), 4, 3),
    row("rsqrt", shares(3, 4)),
    row("erf", X),
    row("erfc", X),
    row("erfinv", shares(3, 4)),
    row("view_as_complex", floats(3, 2)),
    row("view_as_real", (X + 1j).astype("complex64")),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_segments_are_counted_unless_their_number_is_given():
    np.testing.assert_array_equal(keras.ops.segment_sum([1, 2, 3], IDS), [4, 0, 2])


def test_distances_between_equal_points_have_a_gradient(tf):
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        distances = keras.ops.cdist(x, x)
    assert np.isfinite(tape.gradient(distances, x)).all()


def test_errors_say_what_is_expected(tf):
    ops = keras.ops
    assert "a vector is needed" in refused(ops.segment_sum, X, IDS[None], 3)
    assert "as many ids as rows" in refused(ops.segment_sum, X, IDS[:2], 3)
    compiled = tf.function(lambda ids: ops.segment_sum(X, ids))
    assert "num_segments must be given" in refused(compiled, tf.constant(IDS))
    assert "one class for each row" in refused(ops.in_top_k, IDS[:2], X, 1)
    assert "rows of the same length" in refused(ops.cdist, X, X[:, :2])
    assert "2 elements" in refused(ops.view_as_complex, X)
