"""Generators: TensorFlow's numbers and states."""

import numpy as np
import pytest

from tests.harness.parity import case, parity


def program(name, calls, make=lambda r: r.Generator.from_seed(1234)):
    """What calls on a generator give, each with the state after it."""

    def run(tf):
        generator = make(tf.random)
        found = []
        for call in calls:
            # A copy: TensorFlow may change what it read in place.
            found += [call(generator), np.array(generator.state.numpy())]
        return [value for value in found if value is not None]

    return case(name, run, traced=False)


CASES = [
    program("normal", [lambda g: g.normal([3]), lambda g: g.normal([2, 2], 1.0, 2.0)]),
    program(
        "uniform",
        [
            lambda g: g.uniform([3]),
            lambda g: g.uniform([3], -1.0, [1.0, 2.0, 3.0]),
            lambda g: g.uniform([3], 0, 9, "int32"),
            lambda g: g.uniform([3], None, None, "int64"),
            lambda g: g.uniform([2], dtype="float64"),
        ],
    ),
    program(
        "full", [lambda g: g.uniform_full_int([3]), lambda g: g.uniform_full_int([3], "int32")]
    ),
    program("truncated", [lambda g: g.truncated_normal([9]), lambda g: g.truncated_normal([])]),
    program(
        "binomial",
        [
            lambda g: g.binomial([5], 10.0, 0.4),
            lambda g: g.binomial([7, 3], [10.0, 5.0, 100.0], [0.4]),
            lambda g: g.binomial([3], [10.0, 5.0, 100.0], [0.4]),
            lambda g: g.binomial([300], 10.0, 0.4, "float32"),
        ],
    ),
    program("make_seeds", [lambda g: g.make_seeds(3), lambda g: g.make_seeds()]),
    program("split", [lambda g: [h.state.numpy() for h in g.split(3)]]),
    program(
        "reset",
        [
            lambda g: g.reset_from_seed(5),
            lambda g: g.normal([2]),
            lambda g: g.reset([1, 2, 3]),
            lambda g: g.reset_from_key_counter(1, [2, 3]),
            lambda g: g.reset_from_seed(2**64 - 1),
            lambda g: g.reset_from_seed([1, 2]),
        ],
    ),
    program(
        "skip", [lambda g: g.skip(3), lambda g: g.skip(np.int64(2**50)), lambda g: g.normal([1])]
    ),
    program(
        "carry",
        [lambda g: g.normal([9]), lambda g: g.normal([9])],
        lambda r: r.Generator.from_key_counter(-7, [-3, 2**63 - 1], "philox"),
    ),
    program(
        "state",
        [lambda g: g.normal([2]), lambda g: g.key],
        lambda r: r.Generator.from_state([1, 2, 3], 1),
    ),
    case("threefry", lambda tf: tf.random.Generator.from_seed(7, "threefry").state, traced=False),
]
test_parity = parity("random_generator", CASES)


def test_the_same_bits_in_a_compiled_function(tf):
    generator = tf.random.Generator.from_seed(1)

    @tf.function
    def draws(count):
        total = tf.zeros([2])
        for _ in tf.range(count):
            total = total + generator.uniform([2])
        return total, generator.normal([2])

    traced = [x.numpy() for x in (*draws(tf.constant(3)), generator.state)]
    generator.reset_from_seed(1)
    total = tf.zeros([2])
    for _ in range(3):
        total = total + generator.uniform([2])
    eager = [x.numpy() for x in (total, generator.normal([2]), generator.state)]
    for a, b in zip(traced, eager, strict=True):
        assert np.array_equal(a, b)


def test_a_variable_is_shared_and_a_copy_is_not(tf):
    state = tf.Variable([1, 2, 3], dtype=tf.int64)
    first = tf.random.Generator(state=state, alg="philox")
    copy = tf.random.Generator(copy_from=first)
    before = first.normal([2])
    assert state.numpy()[0] == 1 + 512
    assert np.array_equal(copy.normal([2]), before)


def test_split_generators_are_independent(tf):
    parts = [g.normal([10_000]).numpy() for g in tf.random.Generator.from_seed(1).split(3)]
    assert np.abs(np.corrcoef(parts) - np.eye(3)).max() < 0.05


def test_the_global_generator(tf):
    mine = tf.random.Generator.from_seed(3)
    tf.random.set_global_generator(mine)
    assert tf.random.get_global_generator() is mine
    assert tf.random.experimental.get_global_generator() is mine
    with pytest.raises(TypeError, match=r"takes a tf.random.Generator"):
        tf.random.set_global_generator(3)


def test_fresh_generators_differ(tf):
    make = tf.random.Generator.from_non_deterministic_state
    assert not np.array_equal(make().state, make().state)


def test_errors(tf):
    make = tf.random.Generator
    with pytest.raises(ValueError, match="give a state and its algorithm"):
        make()
    with pytest.raises(ValueError, match="give a state and its algorithm"):
        make(state=[1, 2, 3])
    with pytest.raises(ValueError, match="not all of them"):
        make(copy_from=make.from_seed(1), alg="philox")
    with pytest.raises(ValueError, match=r"3 int64; given shape \(2,\)"):
        make(state=[1, 2], alg="philox")
    with pytest.raises(ValueError, match="3 int64"):
        make.from_key_counter(7, [1, 2, 3], "philox")
    with pytest.raises(tf.errors.UnimplementedError, match="Philox only"):
        make.from_seed(1, alg="threefry").normal([2])
    assert make.from_seed(1).algorithm == 1
    assert "philox" in repr(make.from_seed(1))
