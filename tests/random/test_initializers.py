"""The initializers of the root namespace."""

import numpy as np
import pytest

from tests.harness.parity import case, parity

CASES = [
    case("zeros", lambda tf: tf.zeros_initializer()([2, 3])),
    case("ones", lambda tf: tf.ones_initializer()([2], dtype=tf.int64)),
    case("zeros_bool", lambda tf: tf.zeros_initializer()([2], "bool")),
    case("constant", lambda tf: tf.constant_initializer(3)([2])),
    case("constant_dtype", lambda tf: tf.constant_initializer(3)([2], tf.float32)),
    case("constant_list", lambda tf: tf.constant_initializer([1, 2, 3, 4])([2, 2])),
    case("normal", lambda tf: tf.random_normal_initializer(seed=3)([4])),
    case("normal_float64", lambda tf: tf.random_normal_initializer(1.0, 2.0, 3)([4], tf.float64)),
    case("uniform", lambda tf: tf.random_uniform_initializer(-1.0, 3.0, seed=0)([4])),
    case("uniform_int", lambda tf: tf.random_uniform_initializer(0, 10, 5)([4], dtype=tf.int32)),
    case(
        "normal_config",
        lambda tf: tf.random_normal_initializer(0.5, seed=3).get_config(),
        traced=False,
    ),
    case(
        "uniform_config", lambda tf: tf.random_uniform_initializer(0.5).get_config(), traced=False
    ),
    case("zeros_config", lambda tf: tf.zeros_initializer().get_config(), traced=False),
    case("constant_config", lambda tf: tf.constant_initializer([1, 2]).get_config(), traced=False),
    case("part", lambda tf: tf.ones_initializer()([2], partition_shape=[2], partition_offset=[0])),
]
test_parity = parity("random_initializers", CASES)


def test_round_trip(tf):
    for made in (
        tf.zeros_initializer(),
        tf.ones_initializer(),
        tf.constant_initializer([1.0, 2.0]),
        tf.random_normal_initializer(1.0, 2.0, seed=3),
        tf.random_uniform_initializer(1.0, 2.0, seed=3),
    ):
        again = type(made).from_config({**made.get_config(), "dtype": "float32"})
        assert again.get_config() == made.get_config()
        assert np.array_equal(made([2]), again([2]))


def test_without_a_seed_the_numbers_are_the_global_streams(tf):
    tf.random.set_seed(1)
    first = [tf.random_normal_initializer()([3]), tf.random_uniform_initializer()([3])]
    tf.random.set_seed(1)
    np.testing.assert_allclose(first[0], tf.random.normal([3], 0.0, 0.05), 1e-6)
    np.testing.assert_allclose(first[1], tf.random.uniform([3], -0.05, 0.05), 1e-6)


def test_errors(tf):
    with pytest.raises(ValueError, match="does not make string"):
        tf.zeros_initializer()([2], tf.string)
    with pytest.raises(ValueError, match="does not make int32"):
        tf.random_normal_initializer()([2], tf.int32)
    with pytest.raises(TypeError, match="dtyp"):
        tf.zeros_initializer()([2], dtyp="int32")
    with pytest.raises(TypeError, match="given Tensor"):
        tf.constant_initializer(tf.constant([1]))
    with pytest.raises(TypeError, match="3 elements"):
        tf.constant_initializer([1, 2, 3])([2])
    with pytest.raises(ValueError, match="support_partition"):
        tf.constant_initializer(1)([2], partition_shape=[2])
