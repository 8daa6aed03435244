"""Tensors: how they print, what Python sees of them, and what becomes one."""

import copy
import pickle

import numpy as np
import pytest

from tests.harness.parity import boolean, case, f32, f64, i32, parity, text

import ml_dtypes  # isort: skip


def shown(value):
    return lambda tf: (repr(tf.constant(value)), str(tf.constant(value)))


PRINTED = {
    "float": 1.0,
    "float_long": 3.14159274,
    "float_small": 1e-9,
    "float_large": 1e20,
    "float_nan": float("nan"),
    "int": 7,
    "bool": True,
    "complex": 1 + 2j,
    "string": "hi",
    "string_bytes": b"\xff\x00",
    "strings": ["a", "bc"],
    "strings_matrix": [["a", "b"], ["c", "d"]],
    "vector": [1.0, 2.0],
    "vector_empty": [],
    "matrix": [[1, 2], [3, 4]],
    "cube": np.arange(8.0, dtype=np.float32).reshape(2, 2, 2),
    "rank4": np.arange(16).reshape(2, 2, 2, 2),
    "long": np.arange(2000),
    "wide": np.arange(3000.0).reshape(3, 1000),
    "empty_matrix": np.zeros((0, 3), np.float32),
    "bools": [True, False],
    "complexes": np.array([1 + 2j, 3.5j], np.complex64),
    "float64": np.float64(0.1),
    "float16": np.array([0.1, 100], np.float16),
    "int8": np.array([-1, 2], np.int8),
    "uint64": np.array([2**63], np.uint64),
    "mixed_signs": [[-1.5, 2.0], [1e-5, 3.0]],
}

CASES = [
    *[case(name, shown(value), traced=False) for name, value in PRINTED.items()],
    case(
        "bfloat16",
        lambda tf: repr(tf.constant([1.0, 0.1], tf.bfloat16)),
        traced=False,
    ),
    case("format", lambda tf: f"{tf.constant(3.14159):.2f} {tf.constant(3):5d}", traced=False),
    case("format_plain", lambda tf: f"{tf.constant(3)} {tf.constant([1, 2])}", traced=False),
    case("len_iter", lambda tf, x: (len(x), list(x)), f32(2, 3), vectorize=False),
    case("python_int", lambda tf: (int(tf.constant(3.7)), float(tf.constant(2)))),
    case("index", lambda tf: [10, 20, 30][tf.constant(1)], traced=False),
    case("shape", lambda tf, x: (x.shape, x.ndim, x.dtype, x.get_shape().rank), f32(2, 3)),
    case("arithmetic", lambda tf, x, y: (x + y, x - y, x * y, x / y, -x, abs(x)), f32(3), f32(3)),
    case("reflected", lambda tf, x: (1 + x, 2 - x, 3 * x, 1 / x, 2**x), f32(3, low=0.5, high=2)),
    case("powers", lambda tf, x: (x**2, x**0.5), f32(3, low=0.5, high=2)),
    case("integers", lambda tf, x: (x // 2, x % 3, x / 2, 7 // (x + 10)), i32(5)),
    case(
        "comparison",
        lambda tf, x, y: (x < y, x <= y, x > y, x >= y, x == y, x != y),
        i32(4),
        i32(4),
    ),
    case("logic", lambda tf, x, y: (x & y, x | y, x ^ y, ~x), boolean(4), boolean(4)),
    case("bits", lambda tf, x, y: (x & y, x | y, x ^ y, ~x), i32(4), i32(4)),
    case("matmul", lambda tf, x, y: (x @ y, np.ones((2, 2), np.float32) @ x), f32(2, 3), f32(3, 2)),
    case("with_numpy", lambda tf, x: (x + np.ones(3), np.ones(3, np.float32) * x), f32(3)),
    case("equal_none", lambda tf, x: (x == None, x != None), f32(2)),  # noqa: E711
    case("constant_shape", lambda tf: tf.constant(2.0, shape=[2, 3])),
    case("constant_reshape", lambda tf: tf.constant([1, 2, 3, 4], shape=[2, 2])),
    case("constant_dtype", lambda tf: tf.constant([1, 2], dtype=tf.float64)),
    case("big_int", lambda tf: tf.constant(2**40)),
    case("mixed_numbers", lambda tf: tf.constant([1, 2.5])),
    case("nested_tensors", lambda tf, x: tf.convert_to_tensor([[x, x], [x, 2.0]]), f32()),
    case("numpy_float64", lambda tf: tf.constant(np.ones(2))),
    case("numpy_scalars", lambda tf: tf.constant([np.float64(1), np.float64(2)])),
    case("hint", lambda tf: tf.convert_to_tensor([1, 2], dtype_hint=tf.float32)),
    case("hint_lossy", lambda tf: tf.convert_to_tensor([1.5, 2], dtype_hint=tf.int32)),
    case("shape_as_value", lambda tf: tf.constant(tf.TensorShape([2, 3]))),
    case("string_ops", lambda tf, x: (x == "a", x + "!"), text(["a", "b"])),
    case("float64_ops", lambda tf, x: x * 2 + 1, f64(3)),
]
test_parity = parity("_engine_tensor", CASES)


def test_numpy_gives_a_copy(tf):
    x = tf.constant([1.0, 2.0])
    array = x.numpy()
    array[0] = 9.0
    assert x.numpy().tolist() == [1.0, 2.0]


def test_constant_does_not_alias_its_source(tf):
    array = np.zeros(1000, np.float32)
    x = tf.constant(array)
    array[:] = 7.0
    assert not x.numpy().any()


def test_every_dtype_goes_round(tf):
    for name in (
        "bool",
        "uint8",
        "int8",
        "uint16",
        "int16",
        "uint32",
        "int32",
        "uint64",
        "int64",
        "float16",
        "bfloat16",
        "float32",
        "float64",
        "complex64",
        "complex128",
        "float8_e5m2",
        "float8_e4m3fn",
    ):
        dtype = getattr(tf.dtypes, name, None) or getattr(tf.dtypes.experimental, name)
        x = tf.constant(np.array([0, 1], dtype.as_numpy_dtype))
        assert x.dtype is dtype
        assert x.numpy().dtype == dtype.as_numpy_dtype
    assert tf.constant(np.array([1], ml_dtypes.bfloat16)).dtype == tf.bfloat16


def test_hashes_by_identity_and_works_in_references(tf):
    x, y = tf.constant([1]), tf.constant([1])
    assert hash(x) == hash(x)
    assert {x.ref(): 1}[x.ref()] == 1
    assert x.ref() != y.ref()
    assert x.ref().deref() is x


def test_copies_and_pickles(tf):
    x = tf.constant([1.0, 2.0])
    assert copy.deepcopy(x) is x
    again = pickle.loads(pickle.dumps(x))  # noqa: S301
    assert again.numpy().tolist() == [1.0, 2.0]
    assert again.dtype == tf.float32


def test_jax_and_dlpack_take_a_tensor(tf):
    import jax
    import jax.numpy as jnp

    x = tf.constant([1.0, 2.0])
    assert jnp.sin(x).shape == (2,)
    assert np.from_dlpack(x).tolist() == [1.0, 2.0]
    doubled = jax.jit(lambda tensor: tensor * 2.0)(x)
    assert isinstance(doubled, tf.Tensor)
    assert doubled.numpy().tolist() == [2.0, 4.0]


def test_device_is_named_in_full(tf):
    assert tf.constant(1).device.startswith("/job:localhost/replica:0/task:0/device:")


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda tf: tf.constant([1.0, 2.0]).__setitem__(0, 3.0), "tensor_scatter_nd_update"),
        (lambda tf: tf.constant([[1], [2, 3]]), "ragged"),
        (lambda tf: tf.constant(None), "None"),
        (lambda tf: tf.constant(1.5, tf.int32), "tf.cast"),
        (lambda tf: tf.constant("a", tf.int32), "int()"),
        (lambda tf: tf.constant([1, 2, 3], shape=[2]), "3 elements"),
        (lambda tf: bool(tf.constant([True, False])), "reduce_all"),
        (lambda tf: len(tf.constant(1)), "scalar"),
        (lambda tf: list(tf.constant(1)), "scalar"),
        (lambda tf: [1, 2][tf.constant(1.0)], "tf.cast"),
        (lambda tf: tf.constant([1]).astype("float32"), "tf.cast"),
        (lambda tf: tf.constant([1]).shpae, "Did you mean 'shape'"),
        (lambda tf: tf.Tensor(1), "tf.constant"),
        (lambda tf: tf.constant([1, 2]).set_shape([3]), "tf.reshape"),
        (lambda tf: tf.convert_to_tensor(tf.constant(1), tf.float32), "tf.cast"),
        (lambda tf: tf.constant(object()), "holds numbers"),
        (lambda tf: float(tf.constant([1.0, 2.0])), "one element"),
    ],
)
def test_misuse_is_answered_with_a_remedy(tf, make, expected):
    with pytest.raises((TypeError, ValueError, AttributeError)) as caught:
        make(tf)
    assert expected in str(caught.value)


def test_conversion_functions_are_asked(tf):
    class Point:
        def __init__(self, x, y):
            self.x, self.y = x, y

    tf.register_tensor_conversion_function(
        Point, lambda value, dtype=None, name=None, as_ref=False: tf.constant([value.x, value.y])
    )
    assert (tf.constant([1, 1]) + Point(2, 3)).numpy().tolist() == [3, 4]


def test_python_conversions_of_vectors_say_where(tf):
    x = tf.constant([1, 2])
    for convert, kind in ((bool, ValueError), (float, TypeError), (int, TypeError)):
        with pytest.raises(kind, match=r"test_tensor\.py, line \d+\.$"):
            convert(x)
