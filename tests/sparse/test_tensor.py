"""SparseTensor, its spec, and to and from dense tensors."""

import numpy as np
import pytest

from tests.harness.parity import boolean, case, f32, i32, parity, text

PLACES = np.array([[0, 1], [1, 0], [1, 2]])


def sparse(tf, values, shape=(2, 3), places=PLACES):
    return tf.SparseTensor(places, values, shape)


CASES = [
    case("to_dense", lambda tf, v: tf.sparse.to_dense(sparse(tf, v)), f32(3)),
    case("to_dense_int", lambda tf, v: tf.sparse.to_dense(sparse(tf, v)), i32(3)),
    case("to_dense_bool", lambda tf, v: tf.sparse.to_dense(sparse(tf, v)), boolean(3)),
    case(
        "to_dense_default",
        lambda tf, v: tf.sparse.to_dense(sparse(tf, v), default_value=-1),
        f32(3),
    ),
    case(
        "to_dense_default_tensor",
        lambda tf, v, d: tf.sparse.to_dense(sparse(tf, v), d),
        f32(3),
        f32(),
    ),
    case(
        "to_dense_string",
        lambda tf, v: tf.sparse.to_dense(sparse(tf, v), "-"),
        text(["a", "b", "c"]),
    ),
    case(
        "to_dense_empty",
        lambda tf: tf.sparse.to_dense(
            sparse(tf, np.zeros(0, np.float32), (2, 3), np.zeros((0, 2), np.int64))
        ),
    ),
    case(
        "from_dense",
        lambda tf, x: tf.sparse.from_dense(x).values,
        np.array([[0, 2, 0], [3, 0, 4]], np.float32),
        traced=False,
    ),
    case(
        "from_dense_indices",
        lambda tf, x: tf.sparse.from_dense(x).indices,
        np.array([[0, 2, 0], [3, 0, 4]], np.int32),
        traced=False,
    ),
    case(
        "from_dense_string",
        lambda tf, x: tf.sparse.from_dense(x).indices,
        text(["a", "", "c"]),
        traced=False,
    ),
    case(
        "attributes",
        lambda tf: (
            lambda x: (x.indices, x.values, x.dense_shape, x.shape, x.get_shape(), x.dtype)
        )(sparse(tf, [1, 2, 3])),
    ),
    case(
        "with_values",
        lambda tf, v: tf.sparse.to_dense(sparse(tf, [1, 2, 3]).with_values(v)),
        f32(3),
    ),
]
test_parity = parity("sparse_tensor", CASES)


def test_repr_is_that_of_tensorflow(tf):
    assert repr(tf.SparseTensor([[0, 1]], [5.0], [2, 3])) == (
        "SparseTensor(indices=tf.Tensor([[0 1]], shape=(1, 2), dtype=int64), "
        "values=tf.Tensor([5.], shape=(1,), dtype=float32), "
        "dense_shape=tf.Tensor([2 3], shape=(2,), dtype=int64))"
    )
    spec = tf.SparseTensorSpec([2, None], tf.int32)
    assert repr(spec) == "SparseTensorSpec(TensorShape([2, None]), tf.int32)"


def test_spec_and_nest(tf):
    x = sparse(tf, [1, 2, 3])
    spec = tf.type_spec_from_value(x)
    assert spec == tf.SparseTensorSpec([2, 3], tf.int32)
    assert spec.is_compatible_with(sparse(tf, [4, 5, 6]))
    assert not spec.is_compatible_with(sparse(tf, [4.0, 5.0, 6.0]))
    assert tf.nest.flatten(x) == [x]
    parts = tf.nest.flatten(x, expand_composites=True)
    assert [part.shape.as_list() for part in parts] == [[3, 2], [3], [2]]
    again = tf.nest.pack_sequence_as(x, parts, expand_composites=True)
    assert isinstance(again, tf.SparseTensor)
    assert again.shape == [2, 3]


def test_in_and_out_of_a_compiled_function(tf):
    @tf.function
    def double(x):
        assert x.shape == [2, 3]
        return x.with_values(x.values * 2)

    result = double(sparse(tf, [1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(tf.sparse.to_dense(result).numpy(), [[0, 2, 0], [4, 0, 6]])


def test_set_shape(tf):
    x = sparse(tf, [1, 2, 3])
    x.set_shape([None, 3])
    with pytest.raises(ValueError):
        x.set_shape([2, 4])


def test_mistakes_are_named(tf):
    with pytest.raises(ValueError, match=r"indices have the shape \(3, 2\), values \(2,\)"):
        sparse(tf, [1, 2])
    with pytest.raises(ValueError, match=r"indices\[1\] = \[0, 1\] is out of order or repeated"):
        tf.sparse.to_dense(sparse(tf, [1, 2], places=[[0, 1], [0, 1]]))
    with pytest.raises(ValueError, match=r"indices\[0\] = \[2, 0\] is out of bounds"):
        tf.sparse.to_dense(sparse(tf, [1], places=[[2, 0]]))
    with pytest.raises(TypeError, match=r"expected a tf.SparseTensor"):
        tf.sparse.to_dense([1, 2])
    unordered = sparse(tf, [1, 2], places=[[0, 1], [0, 0]])
    result = tf.sparse.to_dense(unordered, validate_indices=False)
    np.testing.assert_array_equal(result.numpy(), [[2, 1, 0], [0, 0, 0]])
