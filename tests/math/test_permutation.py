import numpy as np
import pytest

from tests.harness.parity import case, i32, parity

CASES = [
    case(
        "invert_permutation",
        lambda tf, x: tf.math.invert_permutation(x),
        np.array([2, 4, 3, 0, 1], np.int32),
    ),
    case(
        "invert_permutation_int64",
        lambda tf, x: tf.math.invert_permutation(x),
        np.array([1, 2, 0], np.int64),
    ),
    case("invert_permutation_empty", lambda tf, x: tf.math.invert_permutation(x), i32(0)),
]
test_parity = parity("math_permutation", CASES)


def test_a_matrix_is_no_permutation(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="a list of the numbers 0 to n - 1"):
        tf.math.invert_permutation([[0, 1], [1, 0]])
