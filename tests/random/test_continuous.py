"""Distributions of floats: their samples against SciPy's distribution functions."""

import numpy as np
import pytest
from scipy import stats

SIZE = 100_000
# A true sample fails a test with this chance; seeds are fixed, so a row fails always or never.
CHANCE = 1e-3


def fits(sample, distribution):
    return stats.kstest(np.asarray(sample, np.float64), distribution.cdf).pvalue > CHANCE


DISTRIBUTIONS = {
    "uniform": (lambda r, s: r.stateless_uniform([SIZE], s), stats.uniform()),
    "uniform float64": (
        lambda r, s: r.stateless_uniform([SIZE], s, -3, 5, "float64"),
        stats.uniform(-3, 8),
    ),
    "normal": (lambda r, s: r.stateless_normal([SIZE], s), stats.norm()),
    "normal float64": (
        lambda r, s: r.stateless_normal([SIZE], s, 2.0, 3.0, "float64"),
        stats.norm(2, 3),
    ),
    "truncated": (lambda r, s: r.stateless_truncated_normal([SIZE], s), stats.truncnorm(-2, 2)),
    "truncated float64": (
        lambda r, s: r.stateless_truncated_normal([SIZE], s, dtype="float64"),
        stats.truncnorm(-2, 2),
    ),
    "exponential": (lambda r, s: r.stateless_gamma([SIZE], s, 1.0), stats.gamma(1)),
    "gamma 0.1": (lambda r, s: r.stateless_gamma([SIZE], s, 0.1), stats.gamma(0.1)),
    "gamma 0.9": (lambda r, s: r.stateless_gamma([SIZE], s, 0.9, 2.0), stats.gamma(0.9, 0, 0.5)),
    "gamma 30": (lambda r, s: r.stateless_gamma([SIZE], s, 30.0), stats.gamma(30)),
}


@pytest.mark.parametrize(("draw", "distribution"), DISTRIBUTIONS.values(), ids=DISTRIBUTIONS)
def test_distribution(tf, draw, distribution):
    sample = draw(tf.random, [3, 4])
    assert fits(sample, distribution)
    assert not fits(np.asarray(sample) * 1.02 + 0.01, distribution)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_narrow_floats(tf, dtype):
    uniform = tf.random.stateless_uniform([SIZE], [1, 2], dtype=dtype).numpy().astype(np.float64)
    steps = {"float16": 1024, "bfloat16": 128}[dtype]
    assert sorted(set(uniform * steps)) == list(range(steps))
    normal = tf.random.stateless_normal([SIZE], [1, 2], dtype=dtype).numpy().astype(np.float64)
    assert abs(normal.mean()) < 0.02 and abs(normal.std() - 1) < 0.02


def test_neighbours_are_independent(tf):
    for draw in (tf.random.stateless_uniform, tf.random.stateless_normal):
        sample = draw([SIZE], [8, 9]).numpy()
        for lag in (1, 2, 3, 4):
            assert abs(np.corrcoef(sample[:-lag], sample[lag:])[0, 1]) < 0.015


def test_sine_is_exact(tf):
    from keratin.random._continuous import _sine

    angle = np.linspace(0, 2 * np.pi, 100_001).astype(np.float32)
    for quarters, wave in enumerate((np.sin, np.cos)):
        error = np.abs(np.asarray(_sine(angle, quarters)) - wave(angle.astype(np.float64)))
        assert error.max() < 1.5e-7


@pytest.mark.parametrize("alpha", [0.2, 0.9, 1.0, 1.5, 25.0])
def test_gradient_of_gamma_keeps_the_rank(tf, alpha):
    with tf.GradientTape() as tape:
        parameter = tf.Variable(alpha, dtype=tf.float64)
        sample = tf.random.stateless_gamma([200], [1, 2], parameter, dtype=tf.float64)
    slope = tape.jacobian(sample, parameter).numpy()
    rank, step = stats.gamma(alpha).cdf(sample.numpy()), 1e-5
    expected = (
        (stats.gamma(alpha + step).ppf(rank) - stats.gamma(alpha - step).ppf(rank)) / step / 2
    )
    # Where the distribution is all but flat, ranks do not tell samples apart.
    told = (rank > 1e-6) & (rank < 1 - 1e-6)
    np.testing.assert_allclose(slope[told], expected[told], 1e-3, 1e-6)


def test_gamma_by_both_parameters_in_any_shape(tf):
    alpha, beta = tf.constant([[0.5], [2.0]]), tf.constant([1.0, 2.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch([alpha, beta])
        sample = tf.random.gamma([7], alpha, beta)
    assert sample.shape == [7, 2, 3]
    by_alpha, by_beta = tape.gradient(sample, [alpha, beta])
    assert by_alpha.shape == [2, 1]
    expected = -tf.reduce_sum(sample, [0, 1]) / beta
    np.testing.assert_allclose(by_beta, expected, 1e-5)


def test_gammas_are_never_zero(tf):
    sample = tf.random.stateless_gamma([1000], [1, 2], 1e-4)
    assert sample.numpy().min() == np.finfo(np.float32).tiny
