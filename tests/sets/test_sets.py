"""Sets along the last dimension."""

import numpy as np
import pytest

from tests.harness.parity import case, i8, i32, parity, text


def parts(sparse):
    return sparse.indices, sparse.values, sparse.dense_shape


def sparse(tf, shape=(2, 3)):
    return tf.SparseTensor([[0, 0], [0, 2], [1, 0]], [5, 7, 1], shape)


SPARSE = [
    ("sparse_dense", lambda tf, op, b: op(sparse(tf), b)),
    ("dense_sparse", lambda tf, op, b: op(b, sparse(tf))),
    ("sparse_sparse", lambda tf, op, b: op(sparse(tf), sparse(tf, (2, 4)))),
]

CASES = [
    *(
        case(
            f"{name}_{kind}",
            lambda tf, *x, name=name: parts(getattr(tf.sets, name)(*x)),
            *inputs,
            traced=False,
        )
        for name in ("union", "intersection", "difference")
        for kind, inputs in {
            "dense": (i32(3, 4, low=0, high=5), i32(3, 5, low=0, high=5)),
            "deep": (i8(2, 2, 3, low=0, high=3), i8(2, 2, 2, low=0, high=3)),
            "strings": (text([["a", "b"], ["c", "c"]]), text([["b"], ["d"]])),
            "empty": (i32(2, 0), i32(2, 0)),
        }.items()
    ),
    *(
        case(
            f"{name}_{kind}",
            lambda tf, b, name=name, fn=fn: parts(fn(tf, getattr(tf.sets, name), b)),
            np.array([[2, 5], [1, 3]], np.int32),
            traced=False,
        )
        for name in ("union", "intersection", "difference")
        for kind, fn in SPARSE
    ),
    case(
        "difference_reversed",
        lambda tf, a, b: parts(tf.sets.difference(a, b, aminusb=False)),
        i32(3, 4, low=0, high=5),
        i32(3, 5, low=0, high=5, seed=1),
        traced=False,
    ),
    case("size", lambda tf: tf.sets.size(sparse(tf)), traced=False),
    case(
        "size_of_repeated",
        lambda tf: tf.sets.size(
            tf.SparseTensor([[0, 0, 1], [0, 1, 0], [1, 1, 1]], [5, 5, 4], [2, 2, 3])
        ),
        traced=False,
    ),
    case(
        "size_unordered",
        lambda tf: tf.sets.size(tf.SparseTensor([[0, 2], [0, 0]], [5, 5], [2, 3]), False),
        traced=False,
    ),
]

test_parity = parity("sets_sets", CASES)


def test_what_is_refused(tf):
    error = tf.errors.InvalidArgumentError
    with pytest.raises(TypeError, match="SparseTensor"):
        tf.sets.size([[1]])
    with pytest.raises(error, match="last dimension must be equal"):
        tf.sets.union([[1], [2]], [[1]])
    with pytest.raises(error, match="at least 2 dimensions"):
        tf.sets.union([1], [1])
    with pytest.raises(error, match=r"tf\.sparse\.reorder"):
        tf.sets.size(tf.SparseTensor([[0, 2], [0, 0]], [5, 5], [2, 3]))
    with pytest.raises(error, match="float32"):
        tf.sets.union([[1.0]], [[2.0]])
    with pytest.raises(error, match="different dtypes"):
        tf.sets.union(tf.constant([[1]]), tf.constant([[1]], tf.int64))
