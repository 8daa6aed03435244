"""tf.experimental.numpy: making arrays."""

import numpy as np
import pytest

from tests.harness.parity import boolean, c64, case, f32, i32, parity

CASES = [
    case("array", lambda tf: tf.experimental.numpy.array([1, 2])),
    case("array_float", lambda tf: tf.experimental.numpy.array([[1.0, 2]])),
    case("array_dtype", lambda tf: tf.experimental.numpy.array([1.5, 2], np.int32)),
    case("array_python_type", lambda tf: tf.experimental.numpy.array([1, 2], float)),
    case("array_ndmin", lambda tf, x: tf.experimental.numpy.array(x, ndmin=3), f32(2)),
    case("array_of_tensors", lambda tf, x, y: tf.experimental.numpy.array([x, y]), f32(2), i32(2)),
    case("array_complex", lambda tf: tf.experimental.numpy.array(1j)),
    case("array_bool", lambda tf: tf.experimental.numpy.array([True])),
    case("asarray", lambda tf, x: tf.experimental.numpy.asarray(x, tf.float64), f32(2)),
    case("asanyarray", lambda tf: tf.experimental.numpy.asanyarray([1])),
    case("ascontiguousarray", lambda tf: tf.experimental.numpy.ascontiguousarray([1])),
    case("copy", lambda tf, x: tf.experimental.numpy.copy(x), f32(2)),
    case("ones", lambda tf: tf.experimental.numpy.ones(2)),
    case("ones_dtype", lambda tf: tf.experimental.numpy.ones([1, 2], np.int8)),
    case("zeros", lambda tf: tf.experimental.numpy.zeros((2, 1))),
    case("empty", lambda tf: tf.experimental.numpy.empty((2, 0))),
    case("full", lambda tf: tf.experimental.numpy.full(2, 7)),
    case("full_broadcast", lambda tf, x: tf.experimental.numpy.full([2, 3], x), f32(3)),
    case("full_dtype", lambda tf: tf.experimental.numpy.full([2], 7, np.float32)),
    case("ones_like", lambda tf, x: tf.experimental.numpy.ones_like(x), i32(2, 3), vectorize=False),
    case("zeros_like", lambda tf, x: tf.experimental.numpy.zeros_like(x, float), i32(2)),
    case("full_like", lambda tf, x: tf.experimental.numpy.full_like(x, 3), f32(2), grad=[]),
    case("eye", lambda tf: tf.experimental.numpy.eye(2)),
    case("eye_offset", lambda tf: tf.experimental.numpy.eye(2, 4, k=-1, dtype=np.int32)),
    case("identity", lambda tf: tf.experimental.numpy.identity(3)),
    case("tri", lambda tf: tf.experimental.numpy.tri(3, 4, 1)),
    case("arange", lambda tf: tf.experimental.numpy.arange(5)),
    case("arange_down", lambda tf: tf.experimental.numpy.arange(5, 0, -2)),
    case("arange_dtype", lambda tf: tf.experimental.numpy.arange(3, dtype=np.float32)),
    case("linspace", lambda tf: tf.experimental.numpy.linspace(0, 1, 5)),
    case("linspace_tensors", lambda tf, x: tf.experimental.numpy.linspace(x, 2.0, 4), f32(3)),
    case("linspace_axis", lambda tf, x: tf.experimental.numpy.linspace(x, 2.0, 4, axis=1), f32(3)),
    case("linspace_open", lambda tf: tf.experimental.numpy.linspace(0, 1, 5, endpoint=False)),
    case("linspace_step", lambda tf: tf.experimental.numpy.linspace(0, 1, 5, retstep=True)[1]),
    case("linspace_one", lambda tf: tf.experimental.numpy.linspace(3, 4, 1)),
    case("logspace", lambda tf: tf.experimental.numpy.logspace(0, 2, 4)),
    case("logspace_base", lambda tf: tf.experimental.numpy.logspace(0, 3, 4, base=2.0)),
    case("geomspace", lambda tf: tf.experimental.numpy.geomspace(1.0, 8.0, 4)),
    case("diag", lambda tf, x: tf.experimental.numpy.diag(x, 1), f32(2)),
    case("diag_of_matrix", lambda tf, x: tf.experimental.numpy.diag(x, -1), f32(3, 2)),
    case("diagflat", lambda tf, x: tf.experimental.numpy.diagflat(x), f32(2, 2)),
    case("tril", lambda tf, x: tf.experimental.numpy.tril(x, -1), f32(2, 3, 3)),
    case("triu", lambda tf, x: tf.experimental.numpy.triu(x), c64(3, 2)),
    case("vander", lambda tf, x: tf.experimental.numpy.vander(x), f32(3)),
    case("vander_n", lambda tf, x: tf.experimental.numpy.vander(x, 2, increasing=True), f32(3)),
    case("meshgrid", lambda tf, x, y: tf.experimental.numpy.meshgrid(x, y), f32(2), f32(3)),
    case(
        "meshgrid_ij",
        lambda tf, x, y, z: tf.experimental.numpy.meshgrid(x, y, z, indexing="ij"),
        f32(2),
        f32(3),
        f32(1),
    ),
    case("ix_", lambda tf, x: tf.experimental.numpy.ix_(x, [1, 2]), i32(3)),
    case("ix_bool", lambda tf, x: tf.experimental.numpy.ix_(x), boolean(3), traced=False),
]

test_parity = parity("experimental_numpy_creation", CASES)


def test_a_variable_becomes_a_tensor(tf):
    v = tf.Variable([1.0])
    copy = tf.experimental.numpy.array(v)
    v.assign([2.0])
    assert copy.numpy() == 1.0
    assert isinstance(copy, tf.Tensor)


def test_meshgrid_sparse_as_numpy(tf):
    found = tf.experimental.numpy.meshgrid([1, 2], [3, 4, 5], sparse=True)
    expected = np.meshgrid([1, 2], [3, 4, 5], sparse=True)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs)


def test_arange_of_floats_as_numpy(tf):
    found = tf.experimental.numpy.arange(1, 2, 0.3)
    np.testing.assert_allclose(found.numpy(), np.arange(1, 2, 0.3))


def test_diag_indices_as_numpy(tf):
    found = tf.experimental.numpy.diag_indices(3, 3)
    assert [index.numpy().tolist() for index in found] == [[0, 1, 2]] * 3
    assert found[0].dtype == tf.int64


def test_geomspace_as_numpy(tf):
    found = tf.experimental.numpy.geomspace(-1.0, -1000.0, 4)
    np.testing.assert_allclose(found.numpy(), np.geomspace(-1, -1000, 4))


@pytest.mark.parametrize(
    "call",
    [
        lambda tnp: tnp.diag(tnp.ones([1, 1, 1])),
        lambda tnp: tnp.linspace(0, 1, -1),
        lambda tnp: tnp.arange(0, 3, 0),
        lambda tnp: tnp.full_like([1], 2, order="F"),
        lambda tnp: tnp.ix_([[1]]),
    ],
)
def test_what_is_refused(tf, call):
    with pytest.raises(ValueError, match=r"given|must not|only"):
        call(tf.experimental.numpy)


def test_meshgrid_refuses_unknown_options(tf):
    with pytest.raises(TypeError, match="indexing"):
        tf.experimental.numpy.meshgrid([1], indexing="yx")
