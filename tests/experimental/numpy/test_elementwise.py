"""tf.experimental.numpy, element by element."""

import numpy as np
import pytest

from tests.harness.parity import boolean, c64, case, f16, f32, f64, i8, i32, i64, parity, u8

UNARY = {
    "abs": f32(2, 3),
    "absolute": f32(2, 3),
    "arccos": f32(4, low=-0.9, high=0.9),
    "arccosh": f32(4, low=1.1, high=3.0),
    "arcsin": f32(4, low=-0.9, high=0.9),
    "arcsinh": f32(4),
    "arctan": f32(4),
    "arctanh": f32(4, low=-0.9, high=0.9),
    "cbrt": f32(4, low=0.5, high=3.0),
    "ceil": f32(4),
    "conj": c64(3),
    "conjugate": c64(3),
    "cos": f32(4),
    "cosh": f32(4),
    "deg2rad": f32(4),
    "exp": f32(4),
    "exp2": f32(4),
    "expm1": f32(4),
    "fabs": f32(4),
    "fix": f32(4),
    "floor": f32(4),
    "imag": c64(3),
    "isfinite": np.array([1, np.inf, np.nan], np.float32),
    "isinf": np.array([1, -np.inf, np.nan], np.float32),
    "isnan": np.array([1, np.inf, np.nan], np.float32),
    "isneginf": np.array([-np.inf, np.inf, 0], np.float32),
    "isposinf": np.array([-np.inf, np.inf, 0], np.float32),
    "iscomplex": np.array([1, 1j], np.complex64),
    "isreal": np.array([1, 1j], np.complex64),
    "log": f32(4, low=0.1, high=3.0),
    "log1p": f32(4, low=-0.5, high=3.0),
    "logical_not": i32(4, low=0, high=2),
    "negative": f32(4),
    "positive": f32(4),
    "rad2deg": f32(4),
    "real": c64(3),
    "reciprocal": f32(4, low=0.5, high=2.0),
    "sign": f32(4),
    "signbit": f32(4),
    "sin": f32(4),
    "sinc": f32(4, low=0.1, high=2.0),
    "sinh": f32(4),
    "sqrt": f32(4, low=0.1, high=3.0),
    "square": f32(4),
    "tan": f32(4),
    "tanh": f32(4),
}

BINARY = {
    "add": (f32(2, 3), f32(3)),
    "subtract": (f32(2, 3), f32(3)),
    "multiply": (f32(2, 3), f32(3)),
    "divide": (f32(2, 3), f32(3)),
    "true_divide": (i32(3), i32(3, low=1, high=5)),
    "floor_divide": (i32(3), i32(3, low=1, high=5)),
    "mod": (i32(3), i32(3, low=1, high=5)),
    "remainder": (f32(3), f32(3)),
    "power": (f32(3, low=0.5, high=2.0), f32(3)),
    "float_power": (f32(3, low=0.5, high=2.0), f32(3)),
    "maximum": (f32(2, 3), f32(3)),
    "minimum": (f32(2, 3), f32(3)),
    "arctan2": (f32(3), f32(3)),
    "nextafter": (f32(3), f32(3)),
    "hypot": (f32(3), f32(3)),
    "logaddexp": (f32(3), f32(3)),
    "logaddexp2": (f64(3), f64(3)),
    "heaviside": (f32(3), f32(3)),
    "gcd": (i32(3, low=1, high=50), i32(3, low=1, high=50)),
    "lcm": (i32(3, low=1, high=50), i32(3, low=1, high=50)),
    "bitwise_and": (i32(3), i32(3)),
    "bitwise_or": (i32(3), i32(3)),
    "bitwise_xor": (i32(3), i32(3)),
    "logical_and": (i32(4, low=0, high=2), f32(4)),
    "logical_or": (i32(4, low=0, high=2), i32(4, low=0, high=2)),
    "logical_xor": (boolean(4), boolean(4)),
    "equal": (i32(4, low=0, high=2), i64(4, low=0, high=2)),
    "not_equal": (i32(4, low=0, high=2), f32(4)),
    "greater": (i32(4), f32(4)),
    "greater_equal": (i32(4), i8(4)),
    "less": (f32(4), f64(4)),
    "less_equal": (boolean(4), boolean(4)),
    "isclose": (f32(4), f32(4)),
    "divmod": (i32(3), i32(3, low=1, high=5)),
}

# Two dtypes and the one that NumPy makes of them.
MIXED = [
    (i32(2), f32(2)),
    (i8(2), u8(2)),
    (i64(2), f32(2)),
    (f16(2), f32(2)),
    (f32(2), c64(2)),
    (boolean(2), i8(2)),
    (boolean(2), boolean(2)),
]

CASES = [
    *(
        case(name, lambda tf, x, name=name: getattr(tf.experimental.numpy, name)(x), x)
        for name, x in UNARY.items()
    ),
    *(
        case(name, lambda tf, x, y, name=name: getattr(tf.experimental.numpy, name)(x, y), x, y)
        for name, (x, y) in BINARY.items()
    ),
    *(
        case(
            f"add_{x.dtype}_{y.dtype}",
            lambda tf, x, y: (
                tf.experimental.numpy.add(x, y),
                tf.experimental.numpy.multiply(x, y),
            ),
            x,
            y,
        )
        for x, y in MIXED
    ),
    case("add_python", lambda tf: tf.experimental.numpy.add(1, 1.5)),
    case("add_python_int", lambda tf, x: tf.experimental.numpy.add(x, 1), i8(2)),
    case("add_python_float", lambda tf, x: tf.experimental.numpy.add(1.5, x), f32(2)),
    case("add_int_tensor_python_float", lambda tf, x: tf.experimental.numpy.add(x, 1.5), i32(2)),
    case("add_list", lambda tf, x: tf.experimental.numpy.add(x, [1.5, 2.0]), f32(2)),
    case("add_keywords", lambda tf, x: tf.experimental.numpy.add(x2=x, x1=2), f32(2)),
    case("bitwise_not", lambda tf, x: tf.experimental.numpy.bitwise_not(x), i32(3)),
    case("bitwise_not_bool", lambda tf, x: tf.experimental.numpy.bitwise_not(x), boolean(3)),
    case("clip", lambda tf, x: tf.experimental.numpy.clip(x, -0.5, 0.5), f32(5)),
    case("clip_tensors", lambda tf, x, y: tf.experimental.numpy.clip(x, y, 2), i32(5), i32(5)),
    case("allclose", lambda tf, x: tf.experimental.numpy.allclose(x, x + 1e-9), f32(5)),
    case("array_equal", lambda tf, x: tf.experimental.numpy.array_equal(x, [1, 2]), f32(2)),
    case("array_equal_shapes", lambda tf, x: tf.experimental.numpy.array_equal(x, [[1]]), f32(2)),
    case("iscomplexobj", lambda tf, x: tf.experimental.numpy.iscomplexobj(x), c64(2)),
    case("isrealobj", lambda tf, x: tf.experimental.numpy.isrealobj(x), f32(2)),
    case("isscalar", lambda tf, x: tf.experimental.numpy.isscalar(x), f32()),
]

test_parity = parity("experimental_numpy_elementwise", CASES)

# TensorFlow fails on these while tensors lack NumPy's methods, or gives another dtype.
AS_NUMPY = {
    "sin": (np.array([1, 2], np.int32),),
    "sqrt": (np.array([1, 4], np.int64),),
    "log2": (np.array([1.0, 8.0], np.float32),),
    "log10": (np.array([1.0, 1000.0], np.float32),),
    "angle": (np.array([1j, -1], np.complex64),),
    "around": (np.array([1.25, -2.5, 3.456]), 1),
    "round": (np.array([1.5, 2.5]),),
    "isinf": (np.array([1, 2]),),
    "float_power": (np.array([2, 3]), np.array([-1, 2])),
    "logaddexp2": (np.array([1, 2], np.float32), np.array([1, 2], np.float32)),
    "fix": (np.array([-1.5, 1.5]),),
    "maximum": (np.array([True, False]), np.array([False, False])),
    "heaviside": (np.array([-1.0, np.nan, 0.0]), np.array([0.5, 0.5, 0.5])),
}


@pytest.mark.parametrize("name", sorted(AS_NUMPY))
def test_as_numpy(tf, name):
    expected = getattr(np, name)(*AS_NUMPY[name])
    found = getattr(tf.experimental.numpy, name)(*map(tf.constant, AS_NUMPY[name]))
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)


def test_angle_in_degrees(tf):
    assert tf.experimental.numpy.angle(1j, deg=True).numpy() == 90


def test_sign_refuses_to_write_into_another_array(tf):
    with pytest.raises(ValueError, match="`out`"):
        tf.experimental.numpy.sign([1.0], out=np.zeros(1))


def test_what_does_not_promote_is_refused_with_a_remedy(tf):
    half, brain = tf.constant(1, tf.float16), tf.constant(1, tf.bfloat16)
    with pytest.raises(TypeError, match=r"float16, bfloat16 do not promote .* tf\.cast"):
        tf.experimental.numpy.add(half, brain)
