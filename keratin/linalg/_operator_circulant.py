"""Linear operators that the Fourier transform makes fast: Toeplitz, circulant in 1 to 3
dimensions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from keratin._engine.op import Array, Static, T, op
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.array import broadcast_to, concat, reshape
from keratin.linalg._diagonal import adjoint as adjoint_of
from keratin.linalg._operator import LinearOperator
from keratin.linalg._operator_support import all_true, dims, log_abs, operand
from keratin.math import (
    abs,
    conj,
    equal,
    greater,
    imag,
    less_equal,
    multiply,
    real,
    reciprocal,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
    truediv,
)
from keratin.math._casting import cast


@op(T="float complex")
def toeplitz(col: T, row: T) -> Array:
    """The matrices with `col` as first column, and constant along each diagonal."""
    size = col.shape[-1]
    batch = jnp.broadcast_shapes(col.shape[:-1], row.shape[:-1])
    col = jnp.broadcast_to(col, (*batch, size))
    row = jnp.broadcast_to(row, (*batch, size))
    diagonals = jnp.concatenate([row[..., :0:-1], col], axis=-1)
    rows, columns = np.indices((size, size))
    return diagonals[..., size - 1 + rows - columns]


@op(T="float complex")
def toeplitz_matmul(col: T, row: T, x: T) -> Array:
    """`toeplitz(col, row) @ x`, as a product of spectra of twice the length."""
    size = col.shape[-1]
    batch = jnp.broadcast_shapes(col.shape[:-1], row.shape[:-1])
    col = jnp.broadcast_to(col, (*batch, size))
    row = jnp.broadcast_to(row, (*batch, size))
    around = jnp.concatenate([col, jnp.zeros_like(col[..., :1]), row[..., :0:-1]], axis=-1)
    spectrum = jnp.fft.fft(around)[..., None]
    product = jnp.fft.ifft(spectrum * jnp.fft.fft(x, 2 * size, axis=-2), axis=-2)
    product = product[..., :size, :]
    if not jnp.iscomplexobj(x):
        product = product.real
    return product.astype(x.dtype)


class LinearOperatorToeplitz(LinearOperator):
    """A square matrix that is constant along each of its diagonals.

    `col` is its first column, `row` its first row, whose first element is not looked at.

    >>> tf.linalg.LinearOperatorToeplitz([1.0, 2.0], [1.0, 3.0]).to_dense()
    <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
    array([[1., 3.],
           [2., 1.]], dtype=float32)>
    """

    _matrix_ndims: ClassVar = {"col": 1, "row": 1}

    def __init__(
        self,
        col: Any,
        row: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorToeplitz",
    ):
        if is_square is False:
            raise ValueError("Only square Toeplitz operators are supported.")
        self._col = operand(col, "col", 1)
        self._row = operand(row, "row", 1)
        if dims(self._col)[-1] != dims(self._row)[-1]:
            raise ValueError(
                f"col and row must be equally long, given shapes {self._col.shape} and "
                f"{self._row.shape}."
            )
        super().__init__(
            self._col.dtype,
            None,
            is_non_singular,
            is_self_adjoint,
            is_positive_definite,
            True,
            name,
        )

    @property
    def col(self) -> Any:
        """The tensor or variable of the first column."""
        return self._col

    @property
    def row(self) -> Any:
        """The tensor or variable of the first row."""
        return self._row

    def _shape(self) -> Any:
        shape = np.broadcast_shapes(dims(self._col), dims(self._row))
        return (*shape, shape[-1])

    def _to_dense(self) -> Any:
        return toeplitz(self._col, self._row)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        x = adjoint_of(x) if adjoint_arg else x
        if not adjoint:
            return toeplitz_matmul(self._col, self._row, x)
        first_row = concat([self._col[..., :1], self._row[..., 1:]], -1)
        return toeplitz_matmul(conj(first_row), conj(self._col), x)

    def _diag_part(self) -> Any:
        return broadcast_to(self._col[..., :1], self._dims[:-1])

    def _trace(self) -> Any:
        return broadcast_to(multiply(self._col[..., 0], self.domain_dimension), self._batch)


@op
def circulant_matmul(spectrum: Array, x: Array, depth: Static) -> Array:
    """The matrix that multiplies the Fourier transform over `depth` dimensions by `spectrum`."""
    *batch, size, columns = x.shape
    axes = tuple(range(-depth, 0))
    blocks = jnp.swapaxes(x, -1, -2).reshape(*batch, columns, *spectrum.shape[-depth:])
    spectrum = jnp.expand_dims(spectrum, -depth - 1)
    product = jnp.fft.ifftn(spectrum * jnp.fft.fftn(blocks, axes=axes), axes=axes)
    product = jnp.swapaxes(product.reshape(*product.shape[:-depth], size), -1, -2)
    return _as(product, x.dtype)


@op
def circulant_kernel(spectrum: Array, depth: Static) -> Array:
    """What `spectrum` is the Fourier transform of."""
    return jnp.fft.ifftn(spectrum, axes=tuple(range(-depth, 0)))


def _as(values: Any, dtype: Any) -> Any:
    real = values if jnp.issubdtype(dtype, jnp.complexfloating) else values.real
    return real.astype(dtype)


class _Circulant(LinearOperator):
    """The parts that circulant operators of 1 to 3 dimensions share."""

    _depth: ClassVar[int]

    def __init__(
        self,
        spectrum: Any,
        input_output_dtype: Any = "complex64",
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        name: str | None = None,
    ):
        if is_square is False:
            raise ValueError("A circulant operator is always square.")
        self._spectrum = operand(spectrum, "spectrum", self._depth)
        if not self._spectrum.dtype.is_complex:
            if is_self_adjoint is False:
                raise ValueError("A real spectrum is that of a self-adjoint operator.")
            is_self_adjoint = True
        super().__init__(
            input_output_dtype,
            None,
            is_non_singular,
            is_self_adjoint,
            is_positive_definite,
            True,
            name or type(self).__name__,
        )

    @property
    def spectrum(self) -> Any:
        """The tensor or variable of the eigenvalues, in the order of the Fourier transform."""
        return self._spectrum

    @property
    def block_depth(self) -> int:
        """The number of dimensions of the Fourier transform."""
        return self._depth

    @property
    def block_shape(self) -> Any:
        """The last dimensions of the spectrum, over which the Fourier transform goes."""
        return self._spectrum.shape[-self._depth :]

    def block_shape_tensor(self) -> Tensor:
        """The block shape as an int32 tensor."""
        return convert_to_tensor(np.array(self.block_shape.as_list(), np.int32))

    def convolution_kernel(self, name: str = "convolution_kernel") -> Any:
        """What the operator convolves with: the inverse Fourier transform of the spectrum."""
        return cast(circulant_kernel(self._spectrum, self._depth), self.dtype)

    def assert_hermitian_spectrum(self, name: str = "assert_hermitian_spectrum") -> None:
        """Raise InvalidArgumentError unless the convolution kernel, so the matrix, is real."""
        kernel = circulant_kernel(self._spectrum, self._depth)
        scale = np.finfo(kernel.dtype.real_dtype.as_numpy_dtype).eps * 10
        limit = multiply(reduce_max(abs(kernel)), float(scale))
        self._assert(less_equal(abs(imag(kernel)), limit), "has no Hermitian spectrum")

    def _shape(self) -> Any:
        shape = dims(self._spectrum)
        size = int(np.prod(shape[-self._depth :]))
        return (*shape[: -self._depth], size, size)

    def _flat(self) -> Any:
        return reshape(self._spectrum, self._dims[:-1])

    def _like(self, spectrum: Any, **hints: Any) -> LinearOperator:
        return type(self)(spectrum, input_output_dtype=self.dtype, **hints)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        spectrum = conj(self._spectrum) if adjoint else self._spectrum
        return circulant_matmul(spectrum, adjoint_of(x) if adjoint_arg else x, self._depth)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        spectrum = reciprocal(conj(self._spectrum) if adjoint else self._spectrum)
        return circulant_matmul(spectrum, adjoint_of(rhs) if adjoint_arg else rhs, self._depth)

    def _trace(self) -> Any:
        return cast(reduce_sum(self._flat(), axis=-1), self.dtype)

    def _diag_part(self) -> Any:
        mean = reduce_mean(self._flat(), axis=-1, keepdims=True)
        return broadcast_to(cast(mean, self.dtype), self._dims[:-1])

    def _eigvals(self) -> Any:
        return self._flat()

    def _determinant(self) -> Any:
        return cast(reduce_prod(self._flat(), axis=-1), self.dtype)

    def _log_abs_determinant(self) -> Any:
        return cast(reduce_sum(log_abs(self._flat()), axis=-1), self.dtype)

    def _cond(self) -> Any:
        values = abs(self._flat())
        return truediv(reduce_max(values, axis=-1), reduce_min(values, axis=-1))

    def _adjoint(self) -> LinearOperator:
        return self._like(
            conj(self._spectrum),
            is_non_singular=self.is_non_singular,
            is_positive_definite=self.is_positive_definite,
        )

    def _inverse(self) -> LinearOperator:
        return self._like(
            reciprocal(self._spectrum),
            is_non_singular=True,
            is_positive_definite=self.is_positive_definite,
        )

    def _times(self, right: LinearOperator) -> LinearOperator | None:
        if type(right) is not type(self) or right._dims[-2:] != self._dims[-2:]:
            return None
        both = [self.is_non_singular, right.is_non_singular]
        spectra = [self._spectrum, right._spectrum]
        wide = common_of(spectra)
        product = multiply(*(cast(spectrum, wide) for spectrum in spectra))
        return self._like(product, is_non_singular=all_true(both))

    def _assert_positive_definite(self) -> None:
        self._assert(greater(real(self._spectrum), 0), "is not positive definite")

    def _assert_self_adjoint(self) -> None:
        self._assert(equal(imag(self._spectrum), 0), "is not equal to its adjoint")


def common_of(tensors: Sequence[Any]) -> Any:
    """The dtype of a product of a real and a complex spectrum."""
    return next((x.dtype for x in tensors if x.dtype.is_complex), tensors[0].dtype)


class LinearOperatorCirculant(_Circulant):
    """A matrix each of whose rows is the one above it, shifted: a cyclic convolution.

    It is given by its spectrum, the Fourier transform of its first column.

    >>> operator = tf.linalg.LinearOperatorCirculant([6.0, 0.0, 2.0, 0.0], tf.float32)
    >>> operator.matvec([1.0, 0.0, 0.0, 0.0])
    <tf.Tensor: shape=(4,), dtype=float32, numpy=array([2., 1., 2., 1.], dtype=float32)>
    """

    _depth = 1
    _matrix_ndims: ClassVar = {"spectrum": 1}


class LinearOperatorCirculant2D(_Circulant):
    """A cyclic convolution of images: a block circulant matrix, given by a spectrum `[..., H, W]`.

    >>> operator = tf.linalg.LinearOperatorCirculant2D([[4.0, 0.0], [0.0, 0.0]], tf.float32)
    >>> operator.to_dense()[0]
    <tf.Tensor: shape=(4,), dtype=float32, numpy=array([1., 1., 1., 1.], dtype=float32)>
    """

    _depth = 2
    _matrix_ndims: ClassVar = {"spectrum": 2}


class LinearOperatorCirculant3D(_Circulant):
    """A cyclic convolution of volumes: nested block circulant, by a spectrum `[..., D, H, W]`.

    >>> tf.linalg.LinearOperatorCirculant3D(tf.ones([2, 1, 2])).trace()
    <tf.Tensor: shape=(), dtype=complex64, numpy=(4+0j)>
    """

    _depth = 3
    _matrix_ndims: ClassVar = {"spectrum": 3}
