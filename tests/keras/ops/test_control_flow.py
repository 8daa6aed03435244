"""Branches and loops: by Python eagerly, staged within compiled functions, and in graphs."""

import numpy as np
import pytest

from keratin import keras
from tests.harness.real_keras import real
from tests.keras.ops.parity import floats, refused

X = floats(5, 3)
LENGTHS = (1, 2, 5, 8)


def both(tf, function, *args):
    """The result of a call, equal eagerly and compiled."""
    eager = function(*map(tf.constant, args))
    compiled = tf.function(function)(*map(tf.constant, args))
    for one, other in zip(tf.nest.flatten(eager), tf.nest.flatten(compiled), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, 1e-6)
    return eager


def gradient(tf, function, x):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.function(function)(x)
    return tape.gradient(y, x).numpy()


def test_cond_chooses(tf):
    def chosen(x):
        return keras.ops.cond(keras.ops.sum(x) > 0, lambda: x * 2.0, lambda: -x)

    np.testing.assert_array_equal(both(tf, chosen, np.float32([1, 2])), [2, 4])
    np.testing.assert_array_equal(both(tf, chosen, np.float32([-1, -2])), [1, 2])
    assert "true_fn must be callable" in refused(keras.ops.cond, True, 1, lambda: 1)


def test_switch_stays_within_its_branches(tf):
    branches = [lambda x: x + 1.0, lambda x: x * 10.0, lambda x: -x]

    def chosen(index):
        return keras.ops.switch(index, branches, keras.ops.convert_to_tensor(2.0))

    found = [float(both(tf, chosen, np.int32(i))) for i in (-3, 0, 1, 2, 9)]
    assert found == [3.0, 3.0, 20.0, -2.0, -2.0]
    assert float(chosen(9)) == -2.0
    assert "branches is empty" in refused(keras.ops.switch, 0, [])


def test_while_loop_takes_tuples_and_tensors(tf):
    def many(limit):
        return keras.ops.while_loop(lambda i, s: i < limit, lambda i, s: (i + 1, s + i), [0, 0])

    assert [int(value) for value in both(tf, many, np.int32(5))] == [5, 10]
    assert isinstance(many(3), tuple)

    def one(x):
        return keras.ops.while_loop(lambda x: x < 100, lambda x: x * 2, x, maximum_iterations=3)

    assert int(both(tf, one, np.int32(1))) == 8
    assert "cond must be callable" in refused(keras.ops.while_loop, 1, 2, 3)


def test_fori_loop_counts(tf):
    def doubled(x):
        return keras.ops.fori_loop(1, 4, lambda i, x: x * keras.ops.cast(i, "float32"), x)

    assert float(both(tf, doubled, np.float32(2))) == 12.0
    assert gradient(tf, doubled, np.float32(2)) == 6.0

    def up_to(n):
        return keras.ops.fori_loop(0, n, lambda i, total: total + i, 0)

    assert int(both(tf, up_to, np.int32(5))) == 10


@pytest.mark.parametrize("reverse", [False, True])
def test_scan_carries_and_stacks(tf, reverse):
    def running(x):
        return keras.ops.scan(
            lambda total, row: (total + row, {"before": total}), x[0] * 0, x, reverse=reverse
        )

    final, outputs = both(tf, running, X)
    order = slice(None, None, -1) if reverse else slice(None)
    sums = np.cumsum(X[order], 0)
    np.testing.assert_allclose(final, sums[-1], 1e-5)
    np.testing.assert_allclose(outputs["before"], (sums - X[order])[order], atol=1e-6)


def test_scan_without_elements_goes_by_length(tf):
    def powers(start):
        return keras.ops.scan(lambda x, _: (x * 2, x), start, length=4, unroll=2)

    final, outputs = both(tf, powers, np.float32(1))
    assert float(final) == 16.0 and outputs.numpy().tolist() == [1, 2, 4, 8]
    scan = keras.ops.scan
    assert "give xs, or length" in refused(scan, lambda s, x: (s, x), 0.0)
    assert "differ: [3, 5]" in refused(scan, lambda s, x: (s, x), 0.0, X, length=3)
    assert "unroll must be" in refused(scan, lambda s, x: (s, x), 0.0, X, unroll=0)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("reverse", [False, True])
def test_associative_scan_agrees_with_keras(length, reverse):
    def affine(a, b):
        return a[0] * b[0], a[1] * b[0] + b[1]

    elements = floats(2, length), floats(2, length, seed=1)
    ours = keras.ops.associative_scan(affine, elements, reverse=reverse, axis=1)
    theirs = real.ops.associative_scan(affine, elements, reverse=reverse, axis=1)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, 1e-5, 1e-6)


def test_associative_scan_has_gradients_and_symbols(tf):
    found = gradient(tf, lambda x: keras.ops.associative_scan(keras.ops.add, x), X)
    np.testing.assert_array_equal(found, np.broadcast_to([[5], [4], [3], [2], [1]], X.shape))
    inputs = keras.Input((4, 2))
    assert keras.ops.associative_scan(keras.ops.add, inputs, axis=1).shape == (None, 4, 2)
    scan = keras.ops.associative_scan
    assert "sizes along axis 0 differ" in refused(scan, keras.ops.add, (X, X[:2]))


def test_maps_go_over_the_first_axis(tf):
    for function in (keras.ops.map, keras.ops.vectorized_map):
        found = both(tf, lambda x, f=function: f(lambda row: row * 2.0 + 1.0, x), X)
        np.testing.assert_allclose(found, X * 2 + 1, 1e-6)
    pairs = keras.ops.vectorized_map(lambda pair: pair[0] + pair[1], (X, X))
    np.testing.assert_allclose(pairs, X + X, 1e-6)
    assert "f must be callable" in refused(keras.ops.map, 1, X)


def test_loops_stand_in_graphs():
    inputs = keras.Input((3,))
    doubled = keras.ops.fori_loop(0, 3, lambda i, x: x * 2.0, inputs)
    looped = keras.ops.while_loop(lambda x: keras.ops.sum(x) < 9.0, lambda x: x + 1.0, doubled)
    assert looped.shape == (None, 3)
    _, outputs = keras.ops.scan(lambda s, x: (s, x + s), 1.0, looped)
    assert outputs.shape == (None, 3)
    assert keras.ops.vectorized_map(lambda x: keras.ops.sum(x), looped).shape == (None,)
