"""Normals between bounds, against SciPy's, also far out in a tail."""

import numpy as np
import pytest
from scipy import stats

SIZE = 50_000
BOUNDS = {
    "middle": (0.0, 1.0, -2.0, 2.0),
    "narrow": (0.0, 1.0, 0.1, 0.4),
    "one side": (3.0, 2.0, 2.5, np.inf),
    "other side": (3.0, 2.0, -np.inf, 2.0),
    "right tail": (0.0, 1.0, 6.0, np.inf),
    "left tail": (0.0, 1.0, -9.0, -6.0),
    "far narrow": (0.0, 1.0, 8.0, 8.05),
    "no bounds": (1.0, 2.0, -np.inf, np.inf),
    "skew": (0.0, 1.0, -0.5, 4.0),
}


@pytest.mark.parametrize(("mean", "deviation", "low", "high"), BOUNDS.values(), ids=BOUNDS)
def test_distribution(tf, mean, deviation, low, high):
    sample = tf.random.stateless_parameterized_truncated_normal(
        [SIZE], [7, 8], np.float64(mean), deviation, low, high
    ).numpy()
    assert sample.dtype == np.float64 and low <= sample.min() and sample.max() <= high
    expected = stats.truncnorm((low - mean) / deviation, (high - mean) / deviation, mean, deviation)
    assert stats.kstest(sample, expected.cdf).pvalue > 1e-3


@pytest.mark.parametrize(
    "name", ["middle", "narrow", "one side", "right tail", "left tail", "skew"]
)
def test_gradients_keep_the_rank(tf, name):
    given = np.array(BOUNDS[name])
    with tf.GradientTape() as tape:
        parameters = [tf.Variable(x) for x in given]
        sample = tf.random.stateless_parameterized_truncated_normal([20], [7, 8], *parameters)
    slopes = tape.gradient(sample, parameters)

    def at_rank(parameters):
        mean, deviation, low, high = parameters
        return stats.truncnorm((low - mean) / deviation, (high - mean) / deviation, mean, deviation)

    mirrored = name == "left tail"
    rank = at_rank(given).cdf(sample.numpy()) if mirrored else at_rank(given).sf(sample.numpy())
    for place, slope in enumerate(slopes):
        if np.isinf(given[place]):
            assert slope.numpy() == 0
            continue
        ends = []
        for step in (1e-5, -1e-5):
            moved = given.copy()
            moved[place] += step
            law = at_rank(moved)
            ends.append((law.ppf if mirrored else law.isf)(rank).sum())
        np.testing.assert_allclose(slope, (ends[0] - ends[1]) / 2e-5, 1e-3, 1e-4)


def test_shapes_and_dtypes(tf):
    draw = tf.random.stateless_parameterized_truncated_normal
    assert draw([2, 3], [1, 2], means=[0.0, 1.0, 2.0]).shape == [2, 3]
    assert draw([4], [1, 2], tf.constant(0.0, tf.float16)).dtype == tf.float16
    assert draw([0], [1, 2]).shape == [0]


def test_nothing_between_the_bounds_is_not_a_number(tf):
    draw = tf.random.stateless_parameterized_truncated_normal
    assert np.isnan(draw([3], [1, 2], minvals=2.0, maxvals=1.0)).all()
    assert np.isnan(draw([3], [1, 2], stddevs=tf.constant(-1.0))).all()
    with pytest.raises(tf.errors.InvalidArgumentError, match="stddevs has to be positive"):
        draw([3], [1, 2], stddevs=-1.0)
