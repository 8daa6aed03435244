"""The numbers are TensorFlow's: Philox is a standard, and so is what is made of its bits here."""

import numpy as np
import pytest

from tests.harness.parity import case, f32, parity

# Bits are compared of programs of other sizes and ways, as users have them compiled.
pytestmark = pytest.mark.optimized
SEED = np.array([1, 2], np.int32)
WIDE_SEED = np.array([2**40, -2], np.int64)


def row(name, fn, *inputs, **options):
    """A row whose first input is the seed; gradients by it are not asked for."""
    grad = options.pop("grad", [])
    return case(name, lambda tf, s, *x: fn(tf.random, s, *x), SEED, *inputs, grad=grad, **options)


def drawn(kind, dtype):
    return row(
        f"{kind}_{dtype}", lambda r, s: getattr(r, f"stateless_{kind}")([3, 5], s, dtype=dtype)
    )


CASES = [
    *[
        drawn(kind, dtype)
        for kind in ("uniform", "normal", "truncated_normal")
        for dtype in ("float16", "bfloat16", "float32", "float64")
        # TensorFlow's truncated bfloat16 reads beyond two deviations' worth of bits.
        if (kind, dtype) != ("truncated_normal", "bfloat16")
    ],
    case(
        "uniform_wide_seed",
        lambda tf, s: tf.random.stateless_uniform([7], s),
        WIDE_SEED,
    ),
    row("uniform_bounds", lambda r, s: r.stateless_uniform([2, 3], s, -2, [1.0, 2.0, 3.0])),
    row("uniform_scalar", lambda r, s: r.stateless_uniform([], s)),
    row("uniform_empty", lambda r, s: r.stateless_uniform([0, 3], s)),
    row("uniform_alg", lambda r, s: r.stateless_uniform([3], s, alg="philox")),
    row("int32", lambda r, s: r.stateless_uniform([9], s, -5, 17, "int32")),
    row("int64", lambda r, s: r.stateless_uniform([9], s, -5, 2**60, "int64")),
    row(
        "int32_all_but_one", lambda r, s: r.stateless_uniform([9], s, -(2**31), 2**31 - 1, "int32")
    ),
    *[
        row(f"full_{dtype}", lambda r, s, d=dtype: r.stateless_uniform([7], s, None, None, d))
        for dtype in ("int32", "int64", "uint32", "uint64")
    ],
    row("normal_odd", lambda r, s: r.stateless_normal([7], s)),
    row(
        "normal_parameters",
        lambda r, s, m, d: r.stateless_normal([2, 3], s, m, d),
        f32(3),
        f32(2, 1),
        grad=[1, 2],
        vectorize=[1],
    ),
    row("normal_larger_mean", lambda r, s, m: r.stateless_normal([3], s, m), f32(2, 3), grad=[1]),
    row("truncated_many", lambda r, s: r.stateless_truncated_normal([301], s, 1.0, 2.0)),
    row(
        "gamma",
        lambda r, s, a, b: r.stateless_gamma([50, 4], s, a, b),
        np.array([0.3, 1.0, 1.7, 20.0], np.float32),
        np.array([[2.0]], np.float32).reshape(1),
        grad=[1, 2],
        vectorize=[2],
    ),
    row(
        "gamma_float64",
        lambda r, s, a: r.stateless_gamma([50, 4], s, a, dtype="float64"),
        np.array([0.05, 1.0, 1.7, 200.0]),
        vectorize=False,
        rtol=1e-9,
    ),
    row("gamma_half", lambda r, s: r.stateless_gamma([20], s, 0.5, dtype="float16")),
    row("poisson", lambda r, s: r.stateless_poisson([50, 4], s, [0.0, 3.0, 9.99, 40.0])),
    row("poisson_float", lambda r, s: r.stateless_poisson([20], s, 1000.0, dtype="float32")),
    row(
        "binomial",
        lambda r, s: r.stateless_binomial(
            [40, 6], s, [10.0, 100.0, 100.0, 10.0, 0.0, 5.0], [0.3, 0.4, 0.8, 0.9, 0.5, 1.0]
        ),
    ),
    row(
        "binomial_broadcast",
        lambda r, s: r.stateless_binomial(
            [4, 2, 3], s, [[9.0], [30.0]], [0.1, 0.5, 0.9], "float32"
        ),
    ),
    row("categorical", lambda r, s, x: r.stateless_categorical(x, 20, s), f32(1, 5)),
    row("categorical_rows", lambda r, s, x: r.stateless_categorical(x, 4, s, "int32"), f32(3, 5)),
    row(
        "categorical_infinite",
        lambda r, s: r.stateless_categorical([[-np.inf, 0.0, np.inf, 1.0]], 20, s),
    ),
    row("categorical_none", lambda r, s: r.stateless_categorical([[-np.inf, -np.inf]], 3, s)),
    row("shuffle", lambda r, s: r.experimental.stateless_shuffle(np.arange(50), s)),
    row("shuffle_rows", lambda r, s, x: r.experimental.stateless_shuffle(x, s), f32(5, 2)),
    row("shuffle_one", lambda r, s: r.experimental.stateless_shuffle(np.arange(1), s)),
    case(
        "shuffle_strings",
        lambda tf, s: tf.random.experimental.stateless_shuffle(["a", "b", "c", "d"], s),
        SEED,
        traced=False,
    ),
    row("split", lambda r, s: r.split(s, 3)),
    case("split_int64", lambda tf, s: tf.random.split(s), WIDE_SEED),
    row("fold_in", lambda r, s: r.fold_in(s, 7)),
    case("fold_in_int64", lambda tf, s, n: tf.random.fold_in(s, n), SEED, np.array(7, np.int64)),
]
test_parity = parity("random_stateless", CASES)


def test_the_same_seed_gives_the_same_numbers(tf):
    first, second = (tf.random.stateless_normal([1000], [5, 6]) for _ in range(2))
    assert np.array_equal(first, second)
    other = tf.random.stateless_normal([1000], [5, 7])
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.1


def test_a_longer_sample_begins_with_the_shorter_one(tf):
    for draw in (tf.random.stateless_uniform, tf.random.stateless_truncated_normal):
        assert np.array_equal(draw([5000], [1, 2])[:33], draw([33], [1, 2]))


@pytest.mark.parametrize(
    ("seed", "words"),
    [([1, 2, 3], r"\(3,\)"), ([1.0, 2.0], "float32"), (5, r"\(\)")],
)
def test_a_seed_is_two_integers(tf, seed, words):
    with pytest.raises(tf.errors.InvalidArgumentError, match="two integers.*" + words):
        tf.random.stateless_uniform([3], seed)


def test_algorithms(tf):
    with pytest.raises(ValueError, match="alg='foo' is not known"):
        tf.random.stateless_uniform([3], [1, 2], alg="foo")
    with pytest.raises(tf.errors.UnimplementedError, match="Philox only"):
        tf.random.stateless_uniform([3], [1, 2], alg="threefry")
    for alg in (None, 1, "PHILOX", tf.random.Algorithm.AUTO_SELECT):
        assert tf.random.stateless_uniform([3], [1, 2], alg=alg).shape == [3]


def test_shapes_end_with_those_of_the_parameters(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"shape=\[3\] has to end with"):
        tf.random.stateless_gamma([3], [1, 2], alpha=[1.0, 2.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"broadcast to the last axes"):
        tf.random.stateless_binomial([4], [1, 2], [5.0], [0.5])


def test_unsigned_integers_have_no_bounds(tf):
    with pytest.raises(ValueError, match="uint32 is not drawn"):
        tf.random.stateless_uniform([3], [1, 2], 0, 5, tf.uint32)


def test_each_seed_of_a_batch(tf):
    seeds = tf.constant([[1, 2], [3, 4]])
    both = tf.vectorized_map(lambda seed: tf.random.stateless_normal([3], seed), seeds)
    for place in range(2):
        np.testing.assert_allclose(both[place], tf.random.stateless_normal([3], seeds[place]), 1e-6)
