"""Index shuffles: permutations, and TensorFlow's."""

import numpy as np
import pytest

from tests.harness.parity import case, parity

CASES = [
    case(
        "range",
        lambda tf, i: [tf.random.experimental.index_shuffle(k, [1, 2], 9) for k in range(10)],
        np.array(0),
    ),
    case(
        "vector",
        lambda tf, i: tf.random.experimental.index_shuffle(i, [1, 2], 50),
        np.arange(10, dtype=np.int32),
    ),
    case(
        "limits",
        lambda tf, i, m: tf.random_index_shuffle(i, [[1, 2, 3], [4, 5, 6]], m),
        np.array([3, 4]),
        np.array([10, 100_000]),
        vectorize=False,
    ),
    *[
        case(
            f"up_to_{limit}",
            lambda tf, i, n=limit: tf.random_index_shuffle(i, [-1, 2, 3], np.int64(n), rounds=6),
            np.array(3),
            vectorize=False,
        )
        for limit in (3, 255, 65_535, 65_536, 65_537, 2**31, 2**40 - 1, 2**62)
    ],
    case(
        "unsigned",
        lambda tf, i: tf.random_index_shuffle(
            i, tf.constant([1, 2, 3], tf.uint32), tf.constant(70, tf.uint32), rounds=8
        ),
        np.array(5, np.uint32),
    ),
    case("nothing", lambda tf, i: tf.random_index_shuffle(i, [1, 2, 3], np.int64(0)), np.array(0)),
]
test_parity = parity("random_index_shuffle", CASES)


@pytest.mark.parametrize("size", [1, 2, 17, 1000, 70_000])
def test_it_is_a_permutation(tf, size):
    order = tf.random.experimental.index_shuffle(tf.range(size), [3, 4], size - 1).numpy()
    assert np.array_equal(np.sort(order), np.arange(size))
    assert size < 1000 or abs(np.corrcoef(order, np.arange(size))[0, 1]) < 0.1


def test_errors(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"index is at most max_index.*7"):
        tf.random.experimental.index_shuffle(7, [1, 2], 5)
    with pytest.raises(tf.errors.InvalidArgumentError, match="even number of at least 4; given 3"):
        tf.random_index_shuffle(1, [1, 2, 3], 5, rounds=3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="seed three integers"):
        tf.random_index_shuffle(1, [1, 2], 5)
