import numpy as np
import pytest
import scipy.special

from tests.harness.parity import case, f16, f32, f64, parity

EVEN_ODD = ["i0", "i0e", "i1", "i1e", "j0", "j1"]
POSITIVE = ["y0", "y1", "k0", "k0e", "k1", "k1e"]


def bessel(name):
    return lambda tf, x: getattr(tf.math.special, f"bessel_{name}")(x)


CASES = [
    *[case(f"{n}_float32", bessel(n), f32(2, 3, low=-12, high=12)) for n in EVEN_ODD[1::2]],
    *[case(f"{n}_float32", bessel(n), f32(2, 3)) for n in ("i0", "i1", "j0")],
    *[case(f"{n}_float64", bessel(n), f64(6, low=-12, high=12)) for n in EVEN_ODD],
    *[case(f"{n}_float32", bessel(n), f32(2, 3, low=0.2, high=12)) for n in POSITIVE],
    *[case(f"{n}_float64", bessel(n), f64(6, low=0.2, high=12)) for n in POSITIVE],
    *[case(f"{n}_float16", bessel(n), f16(3, low=0.5, high=4)) for n in EVEN_ODD + POSITIVE],
    *[
        case(f"{n}_at_zero", bessel(n), np.zeros(1, np.float32))
        for n in ("i0", "i0e", "i1e", "j0", "j1", "k0")
    ],
    *[
        case(f"{n}_value_at_zero", bessel(n), np.zeros(1, np.float32), grad=[])
        for n in ("i1", "y0", "k0e", "k1", "k1e")
    ],
]
test_parity = parity("math_bessel", CASES)

SIZES = np.concatenate([np.geomspace(1e-6, 3e3, 200), [2.0, 8.0]])
SIGNED = np.concatenate([-SIZES, SIZES])


@pytest.mark.parametrize("dtype, tolerance", [("float32", 1e-5), ("float64", 1e-10)])
@pytest.mark.parametrize("name", EVEN_ODD + POSITIVE)
def test_as_scipy_has_it(tf, name, dtype, tolerance):
    points = (SIGNED if name in EVEN_ODD else SIZES).astype(dtype)
    if name in ("i0", "i1"):
        points = points[np.abs(points) < 80]
    truth = getattr(scipy.special, name)(points.astype(np.float64))
    found = getattr(tf.math.special, f"bessel_{name}")(tf.constant(points)).numpy()
    np.testing.assert_allclose(found, truth, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", ["y0", "y1", "k0", "k0e", "k1", "k1e"])
def test_nothing_below_zero(tf, name):
    assert np.isnan(getattr(tf.math.special, f"bessel_{name}")(tf.constant(-1.0)).numpy())


def test_slope_of_i1_at_zero(tf):
    x = tf.constant(0.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.math.bessel_i1(x)
    assert tape.gradient(y, x).numpy() == pytest.approx(0.5, rel=1e-6)


def test_curvature(tf):
    x = tf.constant(3.0, tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.math.special.bessel_j0(x)
        slope = inner.gradient(y, x)
    bend = outer.gradient(slope, x).numpy()
    # Bessel's equation: x^2 y'' + x y' + x^2 y = 0.
    assert 9 * bend + 3 * slope.numpy() + 9 * y.numpy() == pytest.approx(0, abs=1e-10)
