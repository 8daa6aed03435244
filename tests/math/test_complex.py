import numpy as np
import pytest

from tests.harness.parity import c64, c128, case, f16, f32, i32, parity

AXES = np.array([1 + 2j, -1 + 0j, 1j, -1j, 1 + 0j])

CASES = [
    case("complex", lambda tf, x, y: tf.complex(x, y), f32(2, 3), f32(2, 3)),
    case("complex_broadcast", lambda tf, x: tf.complex(x, 3.0), f32(2)),
    *[
        case(f"{name}_{i}", lambda tf, x, name=name: getattr(tf.math, name)(x), x)
        for name in ("real", "imag", "conj", "angle")
        for i, x in enumerate([c64(2, 3), c128(3), AXES])
    ],
    *[
        case(
            f"{name}_of_float", lambda tf, x, name=name: getattr(tf.math, name)(x), f32(5), grad=[]
        )
        for name in ("real", "imag", "conj", "angle")
    ],
    *[
        case(f"{name}_of_int", lambda tf, x, name=name: getattr(tf.math, name)(x), i32(5))
        for name in ("real", "imag", "conj")
    ],
    case("real_of_float_gradient", lambda tf, x: tf.math.real(x), f32(3)),
    case("conj_of_float_gradient", lambda tf, x: tf.math.conj(x), f32(3)),
    case("angle_of_half", lambda tf, x: tf.math.angle(x), f16(5), grad=[]),
    case("angle_at_zero", lambda tf, x: tf.math.angle(x), np.array([0j]), grad=[]),
]
test_parity = parity("math_complex", CASES)


def test_complex_of_half_precision(tf):
    with pytest.raises((TypeError, ValueError), match="float32 or float64"):
        tf.complex(tf.constant(1.0, tf.float16), tf.constant(1.0, tf.float16))


def test_magnitude_and_angle_make_the_number(tf):
    z = tf.constant(AXES)
    angle = tf.math.angle(z)
    back = tf.complex(tf.abs(z) * tf.cos(angle), tf.abs(z) * tf.sin(angle))
    np.testing.assert_allclose(back.numpy(), AXES, atol=1e-12)
