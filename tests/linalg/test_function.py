"""Determinants, and the exponential, logarithm and square root of matrices."""

import numpy as np
import pytest

from tests.harness.parity import c64, c128, case, f32, f64, parity


def positive(tf, x):
    return tf.matmul(x, x, adjoint_b=True) + tf.eye(3, dtype=x.dtype)


CASES = [
    case("det", lambda tf, x: tf.linalg.det(x), f32(3, 3)),
    case("det_batch", lambda tf, x: tf.linalg.det(x), f64(2, 3, 3)),
    case("det_complex", lambda tf, x: tf.linalg.det(x), c128(3, 3), grad=[]),
    case("det_singular", lambda tf, x: tf.linalg.det(x), np.ones((2, 2)), grad=[]),
    case("det_empty", lambda tf, x: tf.linalg.det(x), f32(0, 0), grad=[]),
    case("slogdet", lambda tf, x: tf.linalg.slogdet(x), f32(3, 3)),
    case("slogdet_batch", lambda tf, x: tf.linalg.slogdet(x), f64(2, 3, 3)),
    case("slogdet_complex", lambda tf, x: tf.linalg.slogdet(x), c128(3, 3), grad=[]),
    case("slogdet_real", lambda tf, x: tf.math.real(tf.linalg.slogdet(x)[1]), c128(3, 3)),
    case("slogdet_singular", lambda tf, x: tf.linalg.slogdet(x), np.ones((2, 2), "f"), grad=[]),
    case("logdet", lambda tf, x: tf.linalg.logdet(positive(tf, x)), f32(3, 3)),
    case("logdet_batch", lambda tf, x: tf.linalg.logdet(positive(tf, x)), f64(2, 3, 3)),
    case("logdet_complex", lambda tf, x: tf.linalg.logdet(positive(tf, x)), c128(3, 3)),
    case("logdet_indefinite", lambda tf, x: tf.linalg.logdet(x), -np.eye(2, dtype="f"), grad=[]),
    case("expm", lambda tf, x: tf.linalg.expm(x), f32(3, 3)),
    case("expm_float64_batch", lambda tf, x: tf.linalg.expm(x), f64(2, 3, 3)),
    case("expm_complex", lambda tf, x: tf.linalg.expm(x), c128(3, 3)),
    case("expm_small", lambda tf, x: tf.linalg.expm(0.01 * x), f64(3, 3)),
    case("expm_large", lambda tf, x: tf.linalg.expm(20.0 * (x - 1.0)), f64(3, 3), grad=[]),
    case("expm_zero", lambda tf, x: tf.linalg.expm(x), np.zeros((2, 2), "f")),
    case("expm_no_matrices", lambda tf, x: tf.linalg.expm(x), f32(0, 2, 2), grad=[]),
    case("logm", lambda tf, x: tf.linalg.logm(positive(tf, x)), c64(3, 3), grad=[]),
    case("logm_complex128", lambda tf, x: tf.linalg.logm(x), c128(2, 3, 3), grad=[]),
    case("sqrtm", lambda tf, x: tf.linalg.sqrtm(positive(tf, x)), f32(3, 3)),
    case("sqrtm_batch", lambda tf, x: tf.linalg.sqrtm(positive(tf, x)), f64(2, 3, 3)),
    case("sqrtm_complex", lambda tf, x: tf.linalg.sqrtm(x), c128(3, 3), grad=[]),
    case("sqrtm_root", lambda tf, x: tf.matrix_square_root(positive(tf, x)), c64(3, 3), grad=[]),
    case("sqrtm_negative", lambda tf, x: tf.linalg.sqrtm(x), np.diag([-1.0, 4.0]), grad=[]),
]

test_parity = parity("linalg_function", CASES)


def slopes(function, x, weights):
    """The gradient of the weighted sum of a function of matrices, from differences."""
    found = np.zeros_like(x)
    for place in np.ndindex(*x.shape):
        for direction in (1, 1j) if np.iscomplexobj(x) else (1,):
            step = np.zeros_like(x)
            step[place] = 1e-6 * direction
            change = np.asarray(function(x + step)) - np.asarray(function(x - step))
            found[place] += direction * np.sum(np.conj(weights) * change).real / 2e-6
    return found


@pytest.mark.parametrize("make", [f64, c128])
@pytest.mark.parametrize("name", ["det", "expm", "logm", "sqrtm"])
def test_gradients_against_differences(tf, name, make):
    """Where TensorFlow has none, raises for a singular matrix, or leaves out a conjugate."""
    x = np.asarray(make(3, 3, seed=2)) / 4 + np.eye(3)
    if name == "det":
        x[:, 0] = x[:, 1]
    function = getattr(tf.linalg, name)

    def value(x):
        return function(tf.cast(x, tf.complex128) if name == "logm" else x)

    source = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(source)
        y = value(source)
    weights = np.asarray((f64 if y.dtype == tf.float64 else c128)(*y.shape, seed=1))
    found = tape.gradient(y, source, output_gradients=tf.constant(weights))
    np.testing.assert_allclose(found, slopes(value, x, weights), atol=1e-7)


def test_second_derivative_of_root(tf):
    x = tf.constant(np.asarray(f64(2, 2)) / 4 + np.eye(2))
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(tf.linalg.sqrtm(x))
        first = inner.gradient(y, x)
    second = outer.gradient(first, x)

    def gradient(x):
        x = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(tf.linalg.sqrtm(x))
        return tape.gradient(y, x)

    np.testing.assert_allclose(second, slopes(gradient, x.numpy(), 1.0), atol=1e-6)


@pytest.mark.parametrize("size", [1, 33, 70])
def test_roots_of_every_size(tf, size):
    x = np.asarray(f64(size, size)) / np.sqrt(size) + 3 * np.eye(size)
    root = tf.linalg.sqrtm(x).numpy()
    np.testing.assert_allclose(root @ root, x, atol=1e-12)


def test_logarithm_undoes_exponential(tf):
    x = np.asarray(c128(40, 40)) / 40
    np.testing.assert_allclose(tf.linalg.logm(tf.linalg.expm(x)), x, atol=1e-12)


def test_logarithm_of_a_defective_matrix(tf):
    found = tf.linalg.logm(np.array([[1, 1], [0, 1]], np.complex64))
    np.testing.assert_allclose(found, [[0, 1], [0, 0]], atol=1e-6)


def test_root_of_a_singular_matrix(tf):
    """TensorFlow's is NaN or worse."""
    np.testing.assert_allclose(tf.linalg.sqrtm(np.ones((4, 4), "f")), np.full((4, 4), 0.5), 1e-5)
    np.testing.assert_array_equal(tf.linalg.sqrtm(np.zeros((2, 2), "f")), np.zeros((2, 2)))


@pytest.mark.parametrize("name", ["expm", "logm", "sqrtm"])
@pytest.mark.parametrize("shape", [(0, 0), (0, 2, 2), (2, 0, 0)])
def test_nothing(tf, name, shape):
    assert getattr(tf.linalg, name)(np.zeros(shape, np.complex64)).shape == shape


def test_exponential_of_a_large_rotation(tf):
    found = tf.linalg.expm(np.array([[0, 1e6], [-1e6, 0]]))
    np.testing.assert_allclose(found[0], [np.cos(1e6), np.sin(1e6)], atol=1e-8)


def test_host_functions_agree(tf):
    """What stands in for the Schur form where there is none, as on GPUs."""
    import jax

    from keratin.linalg import _function

    x = np.asarray(c64(2, 3, 3))
    for name in ("sqrtm", "logm"):
        batched = _function._on_host(name, np.complex64)
        shape = jax.ShapeDtypeStruct(x.shape, np.complex64)
        found = jax.pure_callback(batched, shape, x, vmap_method="expand_dims")
        np.testing.assert_allclose(found, getattr(tf.linalg, name)(x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["det", "slogdet", "logdet", "expm", "sqrtm"])
def test_messages(tf, name):
    function = getattr(tf.linalg, name)
    with pytest.raises(tf.errors.InvalidArgumentError, match="2 rows and 3 columns, and must be"):
        function(np.ones((2, 3), "f"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="rank 2 or more"):
        function(np.ones(3, "f"))


def test_logarithm_takes_complex_matrices_only(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="takes complex"):
        tf.linalg.logm(np.eye(2, dtype="f"))
