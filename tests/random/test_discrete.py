"""Distributions of integers, categories and orders, against SciPy's."""

import math

import numpy as np
import pytest
from scipy import stats

SIZE = 200_000
CHANCE = 1e-3


def fits(sample, distribution):
    """Pearson's test, with the rare values at both ends taken together."""
    low, high = (int(x) for x in distribution.ppf([1e-3, 1 - 1e-3]))
    values = np.clip(np.asarray(sample, np.int64), low, high)
    observed = np.bincount(values - low, minlength=high - low + 1)
    share = np.diff(distribution.cdf(np.arange(low - 1, high + 1)))
    share[0], share[-1] = distribution.cdf(low), distribution.sf(high - 1)
    return stats.chisquare(observed, share * len(values)).pvalue > CHANCE


DISTRIBUTIONS = {
    "uniform": (lambda r, s: r.stateless_uniform([SIZE], s, -3, 8, "int32"), stats.randint(-3, 8)),
    "uniform int64": (
        lambda r, s: r.stateless_uniform([SIZE], s, 0, 11, "int64"),
        stats.randint(0, 11),
    ),
    **{
        f"poisson {rate}": (
            lambda r, s, rate=rate: r.stateless_poisson([SIZE], s, rate),
            stats.poisson(rate),
        )
        for rate in (0.3, 3.0, 9.9, 10.0, 45.0, 300.0)
    },
    **{
        f"binomial {n} {p}": (
            lambda r, s, n=n, p=p: r.stateless_binomial([SIZE], s, n, p),
            stats.binom(n, p),
        )
        for n, p in ((1.0, 0.3), (10.0, 0.5), (12.0, 0.9), (40.0, 0.4), (300.0, 0.7), (9e4, 1e-4))
    },
}


@pytest.mark.parametrize(("draw", "distribution"), DISTRIBUTIONS.values(), ids=DISTRIBUTIONS)
def test_distribution(tf, draw, distribution):
    assert fits(draw(tf.random, [3, 4]), distribution)


def test_the_test_fails_for_another_distribution(tf):
    assert not fits(tf.random.stateless_poisson([SIZE], [3, 4], 3.05), stats.poisson(3))


def test_full_range(tf):
    for dtype in ("int32", "int64", "uint32", "uint64"):
        sample = tf.random.stateless_uniform([SIZE], [5, 6], None, None, dtype).numpy()
        bits = np.unpackbits(sample.view(np.uint8)).reshape(SIZE, -1)
        assert np.abs(bits.mean(0) - 0.5).max() < 0.01
        assert len(np.unique(sample)) > SIZE * 0.999


def test_certain_binomials(tf):
    sample = tf.random.stateless_binomial(
        [5, 4], [1, 2], [7.0, 7.0, 0.0, 7.0], [0.0, 1.0, 0.5, np.nan], "float32"
    ).numpy()
    assert np.array_equal(sample[:, :3], [[0, 7, 0]] * 5) and np.isnan(sample[:, 3]).all()


def test_categories_follow_their_weights(tf):
    weights = np.array([[0.1, 0.0, 0.6, 0.3], [0.25, 0.25, 0.25, 0.25]])
    with np.errstate(divide="ignore"):
        logits = np.log(weights)
    for dtype in (np.float64, np.float32, np.float16):
        sample = tf.random.stateless_categorical(logits.astype(dtype), SIZE, [1, 2])
        for row, expected in zip(sample.numpy(), weights, strict=True):
            np.testing.assert_allclose(np.bincount(row, minlength=4) / SIZE, expected, atol=0.005)


def test_many_categories_are_searched_for(tf):
    logits = np.linspace(0, 3, 1000, dtype=np.float32)[None]
    few = tf.random.stateless_categorical(logits, 60, [1, 2])  # by comparing with all
    many = tf.random.stateless_categorical(logits, 1000, [1, 2])  # by bisection
    assert np.array_equal(few[0], many[0, :60])


def test_shuffles_are_permutations(tf):
    for size in (2, 3, 10, 1000, 70_000):
        order = tf.random.stateless_uniform([2], [size, 1], None, None, "int32")
        shuffled = tf.random.experimental.stateless_shuffle(tf.range(size), order).numpy()
        assert np.array_equal(np.sort(shuffled), np.arange(size))
        assert size < 1000 or abs(np.corrcoef(shuffled, np.arange(size))[0, 1]) < 0.1


def test_every_order_is_equally_likely(tf):
    seeds = tf.random.stateless_uniform([24_000, 2], [1, 2], None, None, "int64")
    orders = tf.vectorized_map(
        lambda seed: tf.random.experimental.stateless_shuffle(tf.range(4), seed), seeds
    ).numpy()
    _, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(counts) == math.factorial(4)
    assert stats.chisquare(counts).pvalue > CHANCE


def test_a_shuffle_is_fisher_and_yates_exchange_by_exchange(tf):
    import jax

    from keratin._engine.random import scramble, words
    from keratin.random._discrete import permutation

    place = scramble(np.array([5, 6]))
    drawn = np.asarray(words(place, 500))
    expected = np.arange(500)
    for i, word in enumerate(drawn):
        j = i + int(word) % (500 - i)
        expected[[i, j]] = expected[[j, i]]
    assert np.array_equal(jax.jit(permutation, static_argnums=1)(place, 500), expected)


def test_shuffles_of_all_kinds(tf):
    assert tf.random.shuffle(3).numpy() == 3
    assert tf.random.shuffle(tf.zeros([0, 2])).shape == [0, 2]
    strings = tf.random.shuffle(["a", "b", "c"], seed=1)
    assert sorted(strings.numpy()) == [b"a", b"b", b"c"]
    x = tf.Variable([[1.0], [2.0], [3.0]])
    with tf.GradientTape() as tape:
        y = tf.random.shuffle(x, seed=1) * [[1.0], [10.0], [100.0]]
    assert np.array_equal(np.sort(tape.gradient(y, x).numpy().ravel()), [1, 10, 100])
