"""Linear operators that the Fourier transform makes fast."""

import numpy as np
import pytest

from tests.harness.parity import c64, case, f32, parity
from tests.linalg.operators import positive, rows

SYMMETRIC = np.array([5.0, 1.0, 2.0, 1.0], np.float32)
SPECTRUM = np.array([4 + 1j, 2, 3 - 1j, 2 + 2j], np.complex64)

CASES = [
    *rows(
        "toeplitz",
        lambda L, c, r: L.LinearOperatorToeplitz(c, r),
        np.array([5.0, 1.0, -2.0, 0.5], np.float32),
        f32(4),
        groups="products solutions trace cond",
        vectorize=True,
    ),
    *rows(
        "toeplitz_batch",
        lambda L, c, r: L.LinearOperatorToeplitz(c, r),
        np.asarray(f32(2, 4)) + np.array([6, 0, 0, 0], np.float32),
        f32(2, 4),
        groups="products solutions trace",
    ),
    *rows(
        "toeplitz_complex",
        lambda L, c, r: L.LinearOperatorToeplitz(c, r),
        np.asarray(c64(4)) + np.array([6, 0, 0, 0], np.complex64),
        c64(4),
        x=c64(4, 2),
        groups="products",
    ),
    *rows(
        "circulant",
        lambda L, s: L.LinearOperatorCirculant(
            s, input_output_dtype="float32", is_positive_definite=True
        ),
        SYMMETRIC,
        groups="products solutions trace eigvals cholesky cond",
    ),
    *rows(
        "circulant_batch",
        lambda L, s: L.LinearOperatorCirculant(s),
        np.stack([SPECTRUM, SPECTRUM[::-1]]),
        x=c64(2, 4, 2),
        groups="products solutions trace",
    ),
    *rows(
        "circulant_real_of_complex",
        lambda L, s: L.LinearOperatorCirculant(s),
        positive(4),
        x=c64(4, 2),
        groups="products solutions trace eigvals",
    ),
    *rows(
        "circulant_2d",
        lambda L, s: L.LinearOperatorCirculant2D(s),
        c64(2, 2),
        x=c64(4, 2),
        groups="products solutions trace",
    ),
    *rows(
        "circulant_2d_batch",
        lambda L, s: L.LinearOperatorCirculant2D(s, input_output_dtype="float32"),
        positive(2, 2, 2),
        groups="products solutions trace eigvals cond",
    ),
    *rows(
        "circulant_3d",
        lambda L, s: L.LinearOperatorCirculant3D(s),
        c64(2, 1, 2),
        x=c64(4, 2),
        groups="products solutions trace",
    ),
    case(
        "kernels",
        lambda tf, s: [
            tf.linalg.LinearOperatorCirculant(s).convolution_kernel(),
            tf.linalg.LinearOperatorCirculant2D(s).convolution_kernel(),
            tf.linalg.LinearOperatorCirculant2D(s).block_shape_tensor(),
        ],
        c64(2, 3),
    ),
    case(
        "product_of_circulants",
        lambda tf, s, t: (
            tf.linalg.LinearOperatorCirculant(s) @ tf.linalg.LinearOperatorCirculant(t)
        ).to_dense(),
        c64(3),
        c64(3),
    ),
]

test_parity = parity("linalg_operator_circulant", CASES)


def test_properties(tf):
    operator = tf.linalg.LinearOperatorCirculant2D(tf.ones([5, 2, 3]))
    assert operator.shape == (5, 6, 6)
    assert operator.block_shape == (2, 3)
    assert operator.block_depth == 2
    assert operator.is_self_adjoint
    assert operator.spectrum.shape == (5, 2, 3)
    assert type(operator.inverse()) is type(operator @ operator) is type(operator)
    assert tf.linalg.LinearOperatorToeplitz([1.0, 2.0], [1.0, 3.0]).row.numpy()[1] == 3


def test_the_spectrum_of_a_real_matrix_is_hermitian(tf):
    real = np.fft.fft([1.0, 2.0, 3.0]).astype(np.complex64)
    tf.linalg.LinearOperatorCirculant(real).assert_hermitian_spectrum()
    with pytest.raises(tf.errors.InvalidArgumentError, match="Hermitian"):
        tf.linalg.LinearOperatorCirculant(SPECTRUM).assert_hermitian_spectrum()


def test_assertions(tf):
    error = tf.errors.InvalidArgumentError
    tf.linalg.LinearOperatorCirculant(SPECTRUM).assert_positive_definite()
    with pytest.raises(error, match="positive definite"):
        tf.linalg.LinearOperatorCirculant(-SPECTRUM).assert_positive_definite()
    with pytest.raises(error, match="adjoint"):
        tf.linalg.LinearOperatorCirculant(SPECTRUM).assert_self_adjoint()


def test_what_is_refused(tf):
    with pytest.raises(ValueError, match="self-adjoint"):
        tf.linalg.LinearOperatorCirculant([1.0], is_self_adjoint=False)
    with pytest.raises(ValueError, match="square"):
        tf.linalg.LinearOperatorCirculant([1.0], is_square=False)
    with pytest.raises(ValueError, match="square"):
        tf.linalg.LinearOperatorToeplitz([1.0], [1.0], is_square=False)
    with pytest.raises(ValueError, match="dimension"):
        tf.linalg.LinearOperatorCirculant2D([1.0])
    with pytest.raises(ValueError, match="equally long"):
        tf.linalg.LinearOperatorToeplitz([1.0], [1.0, 2.0])


def test_a_long_toeplitz_matrix_is_exact_enough(tf):
    random = np.random.RandomState(0)
    col, row, x = random.randn(3, 1000).astype(np.float32)
    operator = tf.linalg.LinearOperatorToeplitz(col, row)
    dense = operator.to_dense().numpy().astype(np.float64)
    np.testing.assert_allclose(operator.matvec(x).numpy(), dense @ x, atol=2e-4)
