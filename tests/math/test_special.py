import numpy as np
import pytest
import scipy.special

from tests.harness.parity import case, f16, f32, f64, parity

UNARY = ["lgamma", "digamma", "erf", "erfc"]
WITHIN = {"erfinv": (-0.95, 0.95), "ndtri": (0.02, 0.98), "erfcinv": (0.05, 1.95)}
INTEGRALS = ["dawsn", "expint", "fresnel_cos", "fresnel_sin", "spence"]


def unary(name):
    return lambda tf, x: getattr(tf.math, name)(x)


def special(name):
    return lambda tf, x: getattr(tf.math.special, name)(x)


def pair(name):
    return lambda tf, a, x: getattr(tf.math, name)(a, x)


def positive(*shape):
    return f32(*shape, low=0.2, high=6)


CASES = [
    *[case(f"{n}_float32", unary(n), f32(2, 3)) for n in UNARY],
    *[case(f"{n}_float64", unary(n), f64(2, 3)) for n in UNARY],
    *[case(f"{n}_float16", unary(n), f16(3)) for n in ("lgamma", "erf", "erfc")],
    *[
        case(f"{n}_float32", unary(n), f32(6, low=low, high=high))
        for n, (low, high) in WITHIN.items()
    ],
    *[
        case(f"{n}_float64", unary(n), f64(6, low=low, high=high))
        for n, (low, high) in WITHIN.items()
    ],
    *[
        case(f"{n}_edges", unary(n), np.array([0, 1, -1, 2, 0.5, 1e-20], np.float32), grad=[])
        for n in (*WITHIN, "erf", "erfc", "lgamma")
    ],
    *[case(f"{n}_float32", special(n), positive(2, 3)) for n in INTEGRALS],
    *[case(f"{n}_float64", special(n), f64(2, 3, low=0.2, high=6)) for n in INTEGRALS],
    *[
        case(f"{n}_edges", special(n), np.array([0, 1, 2.5], np.float32), grad=[])
        for n in INTEGRALS
    ],
    case("igamma", pair("igamma"), positive(2, 3), positive(2, 3)),
    case("igamma_broadcast", pair("igamma"), f64(2, 1, low=0.5, high=5), f64(3, low=0.5, high=5)),
    case("igammac", pair("igammac"), positive(2, 3), positive(2, 3)),
    case("igammac_float64", pair("igammac"), f64(3, low=0.5, high=5), f64(3, low=0.5, high=5)),
    case(
        "betainc",
        lambda tf, a, b, x: tf.math.betainc(a, b, x),
        positive(2, 3),
        positive(2, 3),
        f32(2, 3, low=0.05, high=0.95),
        grad=[2],
    ),
    case(
        "betainc_broadcast",
        lambda tf, x: tf.math.betainc(tf.constant(2.0, x.dtype), tf.constant(3.0, x.dtype), x),
        f64(3, low=0.05, high=0.95),
    ),
    case("zeta", pair("zeta"), f32(2, 3, low=1.1, high=6), positive(2, 3), grad=[1]),
    case("zeta_float64", pair("zeta"), f64(3, low=1.1, high=6), f64(3, low=0.2, high=6), grad=[1]),
    case(
        "zeta_edges",
        pair("zeta"),
        np.array([1, 2, 0.5, 2], np.float32),
        np.array([1, 0, 1, -1], np.float32),
        grad=[],
    ),
    case(
        "polygamma",
        pair("polygamma"),
        np.array([0, 1, 2, 3], np.float32),
        positive(4),
        grad=[1],
    ),
    case(
        "polygamma_float64",
        pair("polygamma"),
        np.array([0, 1, 2, 3], np.float64),
        f64(4, low=0.5, high=5),
        grad=[1],
    ),
    case("lbeta", unary("lbeta"), positive(2, 3)),
    case("lbeta_list", unary("lbeta"), f64(3, low=0.5, high=5)),
    case("lbeta_empty", unary("lbeta"), f32(2, 0), grad=[]),
]
test_parity = parity("math_special", CASES)

GRID = np.concatenate([np.linspace(-20, 20, 161), [1e-8, 1e-3, 35.5]])
SCIPY = {
    "lgamma": (scipy.special.gammaln, GRID),
    "digamma": (scipy.special.digamma, GRID[GRID > 0]),
    "erf": (scipy.special.erf, GRID),
    "erfc": (scipy.special.erfc, GRID),
    "erfinv": (scipy.special.erfinv, np.linspace(-0.999, 0.999, 99)),
    "erfcinv": (scipy.special.erfcinv, np.linspace(0.001, 1.999, 99)),
    "ndtri": (scipy.special.ndtri, np.linspace(0.001, 0.999, 99)),
    "special.dawsn": (scipy.special.dawsn, GRID),
    "special.expint": (scipy.special.expi, GRID),
    "special.fresnel_sin": (lambda x: scipy.special.fresnel(x)[0], GRID),
    "special.fresnel_cos": (lambda x: scipy.special.fresnel(x)[1], GRID),
    "special.spence": (scipy.special.spence, GRID[GRID >= 0]),
}


def reach(tf, name):
    found = tf.math
    for part in name.split("."):
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("dtype, tolerance", [("float32", 1e-5), ("float64", 1e-10)])
@pytest.mark.parametrize("name", SCIPY)
def test_as_scipy_has_it(tf, name, dtype, tolerance):
    truth, points = SCIPY[name]
    points = points.astype(dtype)
    np.testing.assert_allclose(
        reach(tf, name)(tf.constant(points)).numpy(),
        truth(points.astype(np.float64)),
        rtol=tolerance,
        atol=tolerance,
    )


@pytest.mark.parametrize("dtype, tolerance", [("float32", 1e-5), ("float64", 1e-10)])
@pytest.mark.parametrize("scale", [1.0, 30.0, 1000.0])
def test_incomplete_functions_as_scipy_has_them(tf, scale, dtype, tolerance):
    random = np.random.RandomState(0)
    a, x = scale * random.uniform(0.01, 1, (2, 200))
    share = random.uniform(0, 1, 200)
    for ours, theirs, inputs in [
        (tf.math.igamma, scipy.special.gammainc, (a, x)),
        (tf.math.igammac, scipy.special.gammaincc, (a, x)),
        (tf.math.betainc, scipy.special.betainc, (a, x, share)),
        (tf.math.zeta, scipy.special.zeta, (1.01 + a / scale * 9, x)),
    ]:
        rounded = [each.astype(dtype) for each in inputs]
        truth = theirs(*[each.astype(np.float64) for each in rounded])
        found = ours(*[tf.constant(each) for each in rounded]).numpy()
        np.testing.assert_allclose(found, truth, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", [*INTEGRALS, "bessel_j1", "bessel_k0e"])
def test_half_precision_goes_through_float32(tf, name):
    function = getattr(tf.math.special, name)
    for dtype in (tf.float16, tf.bfloat16):
        x = tf.constant([0.5, 1.5], dtype)
        found = function(x)
        assert found.dtype == dtype
        wide = tf.cast(function(tf.cast(x, tf.float32)), dtype)
        np.testing.assert_array_equal(found.numpy(), wide.numpy())


def test_beta_of_a_scalar(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="a list of numbers"):
        tf.math.lbeta(2.0)


@pytest.mark.parametrize("a, x", [(0.5, 0.3), (3.0, 2.5), (20.0, 25.0)])
def test_slope_of_the_incomplete_gamma_function_by_its_order(tf, a, x):
    order = tf.constant(a, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(order)
        y = tf.math.igamma(order, tf.constant(x, tf.float64))
    step = 1e-6 * a
    slope = (scipy.special.gammainc(a + step, x) - scipy.special.gammainc(a - step, x)) / (2 * step)
    assert tape.gradient(y, order).numpy() == pytest.approx(slope, rel=1e-5)
