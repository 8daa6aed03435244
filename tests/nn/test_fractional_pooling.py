"""Fractional pools. Their windows are drawn from streams of our own, so NumPy is the judge."""

import itertools

import numpy as np
import pytest

IMAGES = np.random.default_rng(0).permutation(2 * 7 * 10 * 2).reshape(2, 7, 10, 2)
KINDS = {"fractional_max_pool": np.max, "fractional_avg_pool": np.mean}


def windows(bounds, overlapping, size):
    return [slice(a, min(b + overlapping, size)) for a, b in itertools.pairwise(np.asarray(bounds))]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("overlapping", [False, True])
@pytest.mark.parametrize("pseudo_random", [False, True])
def test_pools_over_the_windows_it_reports(tf, name, overlapping, pseudo_random):
    images = tf.constant(IMAGES.astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(images)
        result = getattr(tf.nn, name)(images, [1.4, 1.7], pseudo_random, overlapping, seed=3)
    output, rows, columns = (part.numpy() for part in result)
    assert output.shape == (2, 5, 5, 2)
    for bounds, size in ((rows, 7), (columns, 10)):
        assert bounds.dtype == np.int64
        assert bounds[0] == 0
        assert bounds[-1] == size
        lengths = np.diff(bounds)
        assert set(lengths) <= {size // 5, size // 5 + 1}
    gradient = np.zeros(IMAGES.shape)
    for (i, row), (j, column) in itertools.product(
        enumerate(windows(rows, overlapping, 7)), enumerate(windows(columns, overlapping, 10))
    ):
        window = IMAGES[:, row, column]
        expected = KINDS[name](window, (1, 2))
        np.testing.assert_allclose(output[:, i, j], expected, rtol=1e-5)
        share = 1 / window[0, ..., 0].size
        if name == "fractional_max_pool":
            share = window == expected[:, None, None]
        gradient[:, row, column] += share
    found = tape.gradient(result.output, images).numpy()
    np.testing.assert_allclose(found, gradient, rtol=1e-5)


@pytest.mark.parametrize("pseudo_random", [False, True])
@pytest.mark.parametrize(("size", "count"), [(20, 13), (20, 7), (30, 9), (9, 3), (9, 9), (5, 1)])
def test_windows_cover_everything(tf, size, count, pseudo_random):
    images, ratio = np.zeros((1, size, size, 1), np.float32), max(size / (count + 0.01), 1)
    for seed in range(1, 6):
        found = tf.nn.fractional_max_pool(images, ratio, pseudo_random, seed=seed)
        for bounds in found[1:]:
            lengths = np.diff(bounds.numpy())
            assert len(lengths) == count
            assert lengths.sum() == size
            assert set(lengths) <= {size // count, size // count + 1}


def test_integers(tf):
    images = IMAGES.astype(np.int32)
    output, rows, columns = (p.numpy() for p in tf.nn.fractional_avg_pool(images, 2.0, seed=1))
    window = images[0, : rows[1], : columns[1], 0]
    assert output.dtype == np.int32
    assert output[0, 0, 0, 0] == window.sum() // window.size


def test_seeds(tf):
    def drawn(seed, number):
        tf.random.set_seed(number)
        return tf.nn.fractional_max_pool(IMAGES.astype(np.float32), 1.4, seed=seed)[1].numpy()

    assert (drawn(3, 1) == drawn(3, 1)).all()
    others = [drawn(0, number) for number in range(8)]
    assert any((other != others[0]).any() for other in others)


def test_a_first_maximum_takes_the_gradient(tf):
    images = tf.zeros([1, 4, 4, 1])
    with tf.GradientTape() as tape:
        tape.watch(images)
        output = tf.nn.fractional_max_pool(images, 2.0, seed=1).output
    expected = np.zeros((4, 4))
    expected[::2, ::2] = 1
    np.testing.assert_array_equal(tape.gradient(output, images).numpy()[0, :, :, 0], expected)


def test_mistakes_are_named(tf):
    for ratio in (0.5, [1.5, 1.5, 1.5], [2.0, 1.5, 1.5, 1.0]):
        with pytest.raises(ValueError, match="each is 1 or more"):
            tf.nn.fractional_max_pool(IMAGES.astype(np.float32), ratio)
    with pytest.raises(ValueError, match="expected 4"):
        tf.nn.fractional_max_pool(IMAGES[0].astype(np.float32), 1.5)
