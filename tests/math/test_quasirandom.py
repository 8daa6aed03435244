import numpy as np
import pytest

from tests.harness.parity import case, parity

CASES = [
    case("sobol", lambda tf: tf.math.sobol_sample(3, 9), traced=False),
    case("sobol_skip", lambda tf: tf.math.sobol_sample(5, 7, skip=13), traced=False),
    case("sobol_float64", lambda tf: tf.math.sobol_sample(2, 33, dtype="float64"), traced=False),
    case("sobol_high", lambda tf: tf.math.sobol_sample(150, 5, 2), traced=False),
]
test_parity = parity("math_quasirandom", CASES)


def test_within_a_function(tf):
    points = tf.function(lambda: tf.math.sobol_sample(2, 3))()
    np.testing.assert_array_equal(points.numpy(), tf.math.sobol_sample(2, 3).numpy())


@pytest.mark.parametrize("arguments", [(0, 3), (2, 0), (2, 3, -1)])
def test_numbers_there_cannot_be(tf, arguments):
    with pytest.raises(tf.errors.InvalidArgumentError, match="must be 1 or more"):
        tf.math.sobol_sample(*arguments)


def test_points_of_half_precision(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="float32 or float64"):
        tf.math.sobol_sample(2, 3, dtype=tf.float16)
