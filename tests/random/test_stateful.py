"""Global streams: TensorFlow's numbers, the same in compiled functions, loops and branches."""

import sys
import threading

import numpy as np
import pytest

from tests.harness.parity import case, f32, parity

# Bits are compared of programs of other sizes and ways, as users have them compiled.
pytestmark = pytest.mark.optimized


def program(name, draws, seed=42, **options):
    """A row that sets a seed and then draws; `draws(tf.random)` gives a list."""

    def run(tf, *inputs):
        tf.random.set_seed(seed)
        return draws(tf.random, *inputs)

    options.setdefault("grad", [])
    return case(name, run, *options.pop("inputs", ()), vectorize=False, **options)


def thrice(draw):
    return lambda r, *inputs: [draw(r, *inputs) for _ in range(3)]


CASES = [
    program("uniform", thrice(lambda r: r.uniform([3]))),
    program("normal", thrice(lambda r: r.normal([2, 2], 1.0, 3.0))),
    program(
        "any_order", lambda r: [r.normal([2]), r.uniform([2]), r.gamma([2], 2.0), r.normal([1])]
    ),
    program("seed_zero", thrice(lambda r: r.uniform([2])), seed=0),
    program("seed_negative", thrice(lambda r: r.uniform([2])), seed=-5),
    program("seed_large", thrice(lambda r: r.uniform([2])), seed=2**70),
    program("both_seeds_zero", thrice(lambda r: r.uniform([2], seed=0)), seed=0),
    *[
        program(name, thrice(draw))
        for name, draw in {
            "op_uniform": lambda r: r.uniform([3], seed=7),
            "op_uniform_bounds": lambda r: r.uniform([3], -1.0, 5.0, seed=7),
            "op_uniform_float64": lambda r: r.uniform([3], dtype="float64", seed=7),
            "op_uniform_half": lambda r: r.uniform([3], dtype="float16", seed=7),
            "op_uniform_int": lambda r: r.uniform([3], -5, 100, "int32", seed=7),
            "op_uniform_int64": lambda r: r.uniform([3], 0, 2**50, "int64", seed=7),
            "op_normal": lambda r: r.normal([3], seed=7),
            "op_normal_bfloat16": lambda r: r.normal([3], dtype="bfloat16", seed=7),
            "op_truncated": lambda r: r.truncated_normal([9], seed=7),
            "op_gamma": lambda r: r.gamma([3], [2.0, 0.5], [1.0, 3.0], seed=7),
            "op_gamma_broadcast": lambda r: r.gamma([2], [[2.0], [0.5]], [1.0, 3.0], seed=7),
            "op_poisson": lambda r: r.poisson([3], [2.0, 20.0], seed=7),
            "op_poisson_int": lambda r: r.poisson([2], 4, "int64", seed=7),
            "op_categorical": lambda r: r.categorical([[0.1, 0.2, 0.3]], 5, seed=7),
            "op_categorical_int32": lambda r: r.categorical(
                [[0.1, 0.2], [9.0, 1.0]], 5, "int32", 7
            ),
            "op_shuffle": lambda r: r.shuffle(np.arange(10), seed=7),
            "op_shuffle_rows": lambda r: r.shuffle(np.arange(10).reshape(5, 2), seed=7),
            "op_large_seed": lambda r: r.uniform([3], seed=2**40 + 1),
        }.items()
    ],
    program(
        "op_seeds_of_two_ops",
        lambda r: [
            r.uniform([2], seed=7),
            r.normal([2], seed=7),
            r.uniform([2], seed=7),
            r.normal([2], seed=8),
            r.normal([2], seed=7),
        ],
    ),
    program(
        "gradients",
        lambda r, a, m: [r.gamma([5], a, 2.0, seed=3), r.normal([5, 3], m, seed=3)],
        inputs=(np.array([0.5, 2.0, 9.0], np.float32), f32(3)),
        grad=None,
    ),
]
test_parity = parity("random_stateful", CASES)


def everything(tf):
    r = tf.random
    return [
        r.uniform([3]),
        r.normal([3], seed=5),
        r.truncated_normal([9]),
        r.normal([3], seed=5),
        r.gamma([3], 2.0),
        r.poisson([3], 20.0, seed=5),
        r.categorical([[1.0, 2.0]], 5),
        r.shuffle(tf.range(9)),
        r.uniform([3], maxval=9, dtype=tf.int32, seed=6),
    ]


def as_numpy(values):
    return [value.numpy() for value in values]


def assert_equal(first, second):
    for a, b in zip(first, second, strict=True):
        assert np.array_equal(a, b), (a, b)


def test_the_same_bits_eagerly_traced_and_mixed(tf):
    traced = tf.function(lambda: everything(tf))
    tf.random.set_seed(3)
    eager = as_numpy(everything(tf)) + as_numpy(everything(tf))
    tf.random.set_seed(3)
    assert_equal(eager, as_numpy(traced()) + as_numpy(traced()))
    tf.random.set_seed(3)
    assert_equal(eager, as_numpy(traced()) + as_numpy(everything(tf)))
    assert traced.experimental_get_tracing_count() == 1


def test_the_same_bits_in_loops(tf):
    @tf.function
    def loop(count):
        total = tf.zeros([3])
        for _ in tf.range(count):
            total = total * 2 + tf.random.normal([3]) + tf.random.uniform([], seed=4)
        return total

    @tf.function
    def until(limit):
        steps, total = tf.constant(0), tf.constant(0.0)
        while total < limit:
            total += tf.random.uniform([])
            steps += 1
        return steps, total

    tf.random.set_seed(4)
    compiled = as_numpy([loop(tf.constant(5)), *until(tf.constant(3.0)), tf.random.uniform([2])])
    tf.random.set_seed(4)
    total = tf.zeros([3])
    for _ in range(5):
        total = total * 2 + tf.random.normal([3]) + tf.random.uniform([], seed=4)
    steps, reached = 0, tf.constant(0.0)
    while reached < 3.0:
        reached += tf.random.uniform([])
        steps += 1
    np.testing.assert_allclose(compiled[0], total, 1e-6)
    assert_equal(compiled[1:], [steps, reached.numpy(), tf.random.uniform([2]).numpy()])


def test_the_same_bits_in_branches(tf):
    @tf.function
    def either(x):
        if x > 0:
            return tf.random.normal([2])
        else:
            return tf.random.uniform([2])

    tf.random.set_seed(5)
    traced = [either(tf.constant(x)).numpy() for x in (1, -1, 1)]
    tf.random.set_seed(5)
    r = tf.random
    assert_equal(traced, as_numpy([r.normal([2]), r.uniform([2]), r.normal([2])]))


def test_a_seed_first_used_by_a_later_trace_is_state_too(tf):
    @tf.function
    def maybe(x, draws):
        return tf.random.normal([2], seed=918273) if draws else x

    maybe(tf.constant(1.0), False)
    first, second = (maybe(tf.constant(1.0), True).numpy() for _ in range(2))
    assert not np.array_equal(first, second)


def test_setting_a_seed_traces_nothing_again(tf):
    traced = tf.function(lambda: tf.random.normal([2]))
    found = []
    for seed in (1, 2, 1):
        tf.random.set_seed(seed)
        found.append(traced().numpy())
    assert traced.experimental_get_tracing_count() == 1
    assert np.array_equal(found[0], found[2]) and not np.array_equal(found[0], found[1])


def test_without_a_seed_every_start_is_another(tf):
    starts = []
    for _ in range(2):
        tf.random.set_seed(None)
        starts.append(tf.random.uniform([4]).numpy())
    assert not np.array_equal(*starts)
    # An op seed alone is a start of its own.
    tf.random.set_seed(None)
    np.testing.assert_allclose(tf.random.uniform([1], seed=1), [0.2390374], 1e-6)


def test_draws_beyond_the_table_of_seeds_are_new_ones(tf):
    tf.random.set_seed(1)
    drawn = tf.function(
        lambda: tf.map_fn(
            lambda _: tf.random.uniform([], dtype=tf.float64), tf.zeros([5000], tf.float64)
        )
    )()
    assert len(np.unique(drawn)) == 5000
    tf.random.set_seed(1)
    again = [tf.random.uniform([], dtype=tf.float64).numpy() for _ in range(2100)]
    assert np.array_equal(drawn[:2100], again)


def test_elements_of_a_vectorized_map_get_bits_of_their_own(tf):
    x = tf.zeros([4])
    tf.random.set_seed(1)
    first = tf.vectorized_map(lambda x: x + tf.random.normal([2]), x)
    after = tf.random.uniform([2])
    assert len(np.unique(first)) == 8
    tf.random.set_seed(1)
    traced = tf.function(lambda x: tf.vectorized_map(lambda x: x + tf.random.normal([2]), x))
    assert_equal(as_numpy([first, after]), as_numpy([traced(x), tf.random.uniform([2])]))
    nested = tf.vectorized_map(
        lambda row: tf.vectorized_map(lambda x: x + tf.random.uniform([]), row), tf.zeros([3, 4])
    )
    assert len(np.unique(nested)) == 12


def test_threads_do_not_get_the_same_bits(tf):
    found = []

    def work():
        found.extend(float(tf.random.uniform([], dtype=tf.float64)) for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 200


def test_compiled_functions_share_state_across_threads(tf):
    x, raised = tf.zeros([100]), []
    functions = [
        tf.function(lambda x: x + tf.random.normal([100])),
        tf.function(lambda x: x + tf.random.uniform([100])),
        lambda x: tf.random.uniform([2]),
    ]

    def work(function):
        try:
            for _ in range(1000):
                function(x)
        except Exception as error:
            raised.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(f,)) for f in functions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not raised


def test_state_is_not_found_by_modules_or_tapes(tf):
    class Noise(tf.Module):
        def __call__(self):
            return tf.random.normal([2])

    noise = Noise()
    with tf.GradientTape() as tape:
        noise()
    assert noise.variables == () and tape.watched_variables() == ()
    concrete = tf.function(noise.__call__).get_concrete_function()
    assert concrete.variables == ()
    generator = tf.random.Generator.from_seed(1)
    concrete = tf.function(lambda: generator.normal([2])).get_concrete_function()
    assert [v is generator.state for v in concrete.variables] == [True]


def test_state_escapes_variable_creators(tf):
    seen = []

    def creator(next_creator, **kwargs):
        seen.append(kwargs)
        return next_creator(**kwargs)

    with tf.variable_creator_scope(creator):
        tf.random.uniform([2], seed=555111)
    assert not seen


@pytest.mark.parametrize("bad", ["a", 1.5, [1], True])
def test_a_seed_is_an_integer(tf, bad):
    with pytest.raises((ValueError, TypeError), match="seed is a Python integer"):
        tf.random.set_seed(bad)
    with pytest.raises((ValueError, TypeError), match="seed is a Python integer"):
        tf.random.uniform([2], seed=bad)
    tf.random.set_seed(np.int64(3))
    tf.random.set_seed(tf.constant(3))
    tf.random.uniform([2], seed=3.0)
