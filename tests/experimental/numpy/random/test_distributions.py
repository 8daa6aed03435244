"""tf.experimental.numpy.random."""

import numpy as np
import pytest


@pytest.fixture
def random(tf):
    tf.experimental.numpy.random.seed(7)
    return tf.experimental.numpy.random


def test_the_seed_restarts_the_stream(random):
    first = random.randn(3).numpy()
    second = random.randn(3).numpy()
    random.seed(7)
    np.testing.assert_array_equal(random.randn(3).numpy(), first)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(
    ("draw", "mean", "deviation"),
    [
        (lambda r: r.randn(100, 200), 0, 1),
        (lambda r: r.standard_normal([20000]), 0, 1),
        (lambda r: r.rand(20000), 0.5, 12**-0.5),
        (lambda r: r.random((100, 200)), 0.5, 12**-0.5),
        (lambda r: r.uniform(2.0, 6.0, 20000), 4, 4 / 12**0.5),
        (lambda r: r.poisson(4.0, 20000), 4, 2),
        (lambda r: r.randint(0, 10, 20000), 4.5, (99 / 12) ** 0.5),
    ],
)
def test_moments(random, draw, mean, deviation):
    sample = draw(random).numpy()
    assert sample.size == 20000
    np.testing.assert_allclose(sample.mean(), mean, atol=0.06)
    np.testing.assert_allclose(sample.std(), deviation, rtol=0.03)


def test_dtypes_and_shapes(tf, random):
    assert random.randn().shape == ()
    assert random.randn(2).dtype == tf.float64
    assert random.randint(3, size=2).dtype == tf.int64
    assert random.randint(3, size=(2, 1), dtype=np.int32).dtype == tf.int32
    assert random.uniform([0.0, 1.0], [[2.0], [3.0]]).shape == (2, 2)
    assert random.poisson([1.0, 2.0]).shape == (2,)


def test_whole_numbers_stay_below_the_bound(random):
    sample = random.randint(3, size=1000).numpy()
    assert set(sample.tolist()) == {0, 1, 2}
