"""Distributions: eagerly and compiled alike, and distributed as those of Keras."""

import numpy as np
import pytest
from scipy import stats

from keratin.keras import random
from tests.harness.real_keras import real

# Bits are compared of programs of other sizes and ways, as users have them compiled.
pytestmark = pytest.mark.optimized
SIZE = (40, 50)
LOGITS = np.log(np.float32([[0.1, 0.2, 0.7]]))
CASES = {
    "normal": lambda space, seed: space.normal(SIZE, 1.0, 2.0, seed=seed),
    "uniform": lambda space, seed: space.uniform(SIZE, -1.0, 3.0, seed=seed),
    "randint": lambda space, seed: space.randint(SIZE, -2, 5, seed=seed),
    "randint uint8": lambda space, seed: space.randint(SIZE, 0, 200, dtype="uint8", seed=seed),
    "truncated_normal": lambda space, seed: space.truncated_normal(SIZE, 1.0, 2.0, seed=seed),
    "categorical": lambda space, seed: space.categorical(LOGITS, 2000, seed=seed),
    "dropout": lambda space, seed: space.dropout(np.ones(SIZE, "float32"), 0.3, seed=seed),
    "gamma": lambda space, seed: space.gamma(SIZE, 2.5, seed=seed),
    "beta": lambda space, seed: space.beta(SIZE, 0.5, 2.0, seed=seed),
    "binomial": lambda space, seed: space.binomial(SIZE, 10.0, 0.3, seed=seed),
}


# Rejection makes large programs: compiled in four ways, these take several seconds each.
LONG = ("truncated_normal", "gamma", "beta", "binomial")
MARKED = [pytest.param(f, marks=[pytest.mark.slow] * (n in LONG), id=n) for n, f in CASES.items()]


@pytest.mark.parametrize("draw", CASES.values(), ids=CASES)
def test_distributed_as_in_keras(draw):
    first = draw(random, 3).numpy()
    expected = np.asarray(draw(real.random, 3))
    assert first.dtype == expected.dtype and first.shape == expected.shape
    # Seeds are fixed: either the two samples are of one distribution, or this never passes.
    assert stats.ks_2samp(first.ravel(), expected.ravel()).pvalue > 0.01
    assert np.array_equal(first, draw(random, 3))


@pytest.mark.parametrize("draw", MARKED)
def test_generators(tf, draw):
    first = draw(random, 3).numpy()
    generators = random.SeedGenerator(3), random.SeedGenerator(3)
    eager = [draw(random, generators[0]).numpy() for _ in range(2)]
    compiled = tf.function(lambda: draw(random, generators[1]))
    assert np.array_equal(eager[0], first) and not np.array_equal(*eager)
    assert np.array_equal(eager, [compiled().numpy() for _ in range(2)])
    assert generators[0].state.numpy().tolist() == generators[1].state.numpy().tolist() == [3, 2]


def test_without_a_seed(tf):
    def draw():
        return random.uniform((3,))

    tf.random.set_seed(5)
    first = [draw().numpy() for _ in range(2)]
    tf.random.set_seed(5)
    compiled = tf.function(draw)
    assert np.array_equal(first, [compiled().numpy() for _ in range(2)])
    assert not np.array_equal(*first)


def test_parameters_broadcast_to_the_shape():
    alpha = np.float32([0.5, 50.0])
    found = random.gamma((1000, 2), alpha, seed=1).numpy()
    assert np.allclose(found.mean(0), alpha, rtol=0.1)
    found = random.binomial((1000, 2), 10.0, np.float32([0.1, 0.9]), seed=1).numpy()
    assert np.allclose(found.mean(0), [1, 9], atol=0.2)
    found = random.beta((1000, 2), np.float32([1, 9]), np.float32([9, 1]), seed=1).numpy()
    assert np.allclose(found.mean(0), [0.1, 0.9], atol=0.02)


def test_beta_of_parameters_that_underflow():
    found = random.beta((2000,), 0.001, 0.002, seed=1).numpy()
    assert abs(found.mean() - 1 / 3) < 0.05 and not np.isnan(found).any()


def test_dropout():
    x = np.ones((4, 6), "float32")
    rows = random.dropout(x, 0.5, noise_shape=(None, 1), seed=1).numpy()
    assert (rows == rows[:, :1]).all()
    assert np.array_equal(random.dropout(x, 0), x) and not random.dropout(x, 1.0).numpy().any()


def test_shuffle():
    x = np.arange(12).reshape(4, 3)
    for axis in (0, 1, -1):
        found = random.shuffle(x, axis=axis, seed=1).numpy()
        assert sorted(map(tuple, np.moveaxis(found, axis, 0))) == sorted(
            map(tuple, np.moveaxis(x, axis, 0))
        )
    assert not np.array_equal(random.shuffle(np.arange(50), seed=1), np.arange(50))


def test_dtypes(tf):
    for dtype in ("float16", "bfloat16", "float64"):
        assert random.normal((2,), dtype=dtype).dtype == dtype
    assert random.categorical(LOGITS, 3, dtype="int64").dtype == "int64"


ERRORS = {
    "normal": (lambda: random.normal((2,), dtype="int32"), "dtype='int32' is no floating dtype"),
    "randint": (lambda: random.randint((2,), 0, 1, dtype="float32"), "is no integer dtype"),
    "gamma": (lambda: random.gamma((2,), [1.0, 2.0, 3.0]), r"alpha has shape \(3,\), which does n"),
    "beta": (lambda: random.beta((2,), -1.0, 1.0), "alpha has to be positive; given -1.0"),
    "dropout": (lambda: random.dropout(np.ones(2), 1.5), r"rate=1.5 was given, expected a number"),
    "logits": (lambda: random.categorical([1.0], 2), r"logits has shape \(1,\); give a matrix"),
    "axis": (lambda: random.shuffle(np.ones(2), axis=1), "axis=1 is out of range"),
}


@pytest.mark.parametrize("call,message", ERRORS.values(), ids=ERRORS)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
