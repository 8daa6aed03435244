"""Linear operators of a diagonal at most: identity, scaled identity, zeros, diagonal."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from keratin._engine.dtype import as_dtype
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.array import (
    broadcast_to,
    expand_dims,
    eye,
    fill,
    reshape,
    zeros,
)
from keratin.linalg._diagonal import adjoint as adjoint_of
from keratin.linalg._diagonal import diag as matrix_diag
from keratin.linalg._diagonal import diag_part, set_diag
from keratin.linalg._operator import LinearOperator
from keratin.linalg._operator_simple import LinearOperatorLowerTriangular
from keratin.linalg._operator_support import (
    Shape,
    both,
    broadcast_batch,
    dims,
    log_abs,
    operand,
    require,
)
from keratin.math import (
    abs,
    add,
    conj,
    divide,
    equal,
    greater,
    imag,
    log,
    multiply,
    not_equal,
    pow,
    real,
    reciprocal,
    reduce_max,
    reduce_min,
    reduce_prod,
    reduce_sum,
    sqrt,
    truediv,
)
from keratin.math._casting import cast


def _size(value: Any, name: str) -> int:
    if np.asarray(value).dtype.kind not in "iu":
        raise TypeError(f"Argument {name} must be an integer, given {value!r}.")
    if int(value) < 0:
        raise ValueError(f"Argument {name} must be non-negative, given {int(value)}.")
    return int(value)


def _sizes(value: Any) -> Shape:
    return () if value is None else tuple(_size(size, "batch_shape") for size in np.asarray(value))


def _real_is_self_adjoint(values: Any, given: bool | None, what: str) -> bool | None:
    """The hint of an operator that is self-adjoint whenever its values are real."""
    if values.dtype.is_complex:
        return given
    require(given, f"A real {what} operator is always self adjoint.")
    return True


class LinearOperatorIdentity(LinearOperator):
    """The identity matrix, or a batch of them.

    >>> tf.linalg.LinearOperatorIdentity(2).to_dense()
    <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
    array([[1., 0.],
           [0., 1.]], dtype=float32)>
    """

    def __init__(
        self,
        num_rows: Any,
        batch_shape: Any = None,
        dtype: Any = None,
        is_non_singular: bool | None = True,
        is_self_adjoint: bool | None = True,
        is_positive_definite: bool | None = True,
        is_square: bool | None = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorIdentity",
    ):
        require(is_self_adjoint, "An identity operator is always self adjoint.")
        require(is_non_singular, "An identity operator is always non-singular.")
        require(is_positive_definite, "An identity operator is always positive-definite.")
        require(is_square, "An identity operator is always square.")
        self._num_rows = _size(num_rows, "num_rows")
        self._own_batch = _sizes(batch_shape)
        super().__init__(as_dtype(dtype or "float32"), None, True, True, True, True, name)

    def _shape(self) -> Any:
        return (*self._own_batch, self._num_rows, self._num_rows)

    def _filled(self, value: float, *shape: int) -> Any:
        return fill((*self._own_batch, *shape), cast(value, self.dtype))

    def _to_dense(self) -> Any:
        return eye(self._num_rows, batch_shape=self._own_batch, dtype=self.dtype)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return broadcast_batch(adjoint_of(x) if adjoint_arg else x, self._own_batch, 2)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._matmul(rhs, adjoint_arg=adjoint_arg)

    def _diag_part(self) -> Any:
        return self._filled(1, self._num_rows)

    def _eigvals(self) -> Any:
        return self._filled(1, self._num_rows)

    def _trace(self) -> Any:
        return self._filled(self._num_rows)

    def _determinant(self) -> Any:
        return self._filled(1)

    def _log_abs_determinant(self) -> Any:
        return self._filled(0)

    def _cond(self) -> Any:
        return self._filled(1)

    def _inverse(self) -> LinearOperator:
        return self

    def _cholesky(self) -> LinearOperator:
        return self

    def _times(self, right: LinearOperator) -> LinearOperator | None:
        return right if _covers(right, self) else None

    def _after(self, left: LinearOperator) -> LinearOperator | None:
        return left if _covers(left, self) else None

    def _assert_non_singular(self) -> None:
        """There is nothing to check."""

    def _assert_positive_definite(self) -> None:
        """There is nothing to check."""

    def _assert_self_adjoint(self) -> None:
        """There is nothing to check."""


def _covers(operator: LinearOperator, other: LinearOperator) -> bool:
    """Whether the batch of `operator` is that of the product of both."""
    return np.broadcast_shapes(operator._batch, other._batch) == operator._batch


class LinearOperatorScaledIdentity(LinearOperator):
    """A number, or a batch of numbers, times the identity matrix.

    >>> tf.linalg.LinearOperatorScaledIdentity(2, 3.0).matvec([1.0, 2.0])
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([3., 6.], dtype=float32)>
    """

    _matrix_ndims: ClassVar = {"multiplier": 0}

    def __init__(
        self,
        num_rows: Any,
        multiplier: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorScaledIdentity",
    ):
        require(is_square, "A scaled identity operator is always square.")
        self._num_rows = _size(num_rows, "num_rows")
        self._multiplier = operand(multiplier, "multiplier")
        super().__init__(
            self._multiplier.dtype,
            None,
            is_non_singular,
            _real_is_self_adjoint(self._multiplier, is_self_adjoint, "scaled identity"),
            is_positive_definite,
            True,
            name,
        )

    @property
    def multiplier(self) -> Any:
        """The tensor or variable that the identity is multiplied by."""
        return self._multiplier

    def _shape(self) -> Any:
        return (*dims(self._multiplier), self._num_rows, self._num_rows)

    def _scale(self, ndims: int, adjoint: bool = False) -> Any:
        """The multiplier with `ndims` dimensions of 1 behind, to be broadcast."""
        scale = conj(self._multiplier) if adjoint else self._multiplier
        return reshape(scale, (*dims(self._multiplier), *[1] * ndims))

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return multiply(adjoint_of(x) if adjoint_arg else x, self._scale(2, adjoint))

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return truediv(adjoint_of(rhs) if adjoint_arg else rhs, self._scale(2, adjoint))

    def _diag_part(self) -> Any:
        return broadcast_to(self._scale(1), self._dims[:-1])

    def _eigvals(self) -> Any:
        return self.diag_part()

    def _add_to_tensor(self, x: Any) -> Any:
        return add_to_diagonal(x, self.diag_part())

    def _trace(self) -> Any:
        return multiply(self._multiplier, self._num_rows)

    def _determinant(self) -> Any:
        return pow(self._multiplier, self._num_rows)

    def _log_abs_determinant(self) -> Any:
        return multiply(log_abs(self._multiplier), self._num_rows)

    def _cond(self) -> Any:
        # A singular multiple has no condition number.
        return divide(self._multiplier, self._multiplier)

    def _like(self, multiplier: Any, right: LinearOperator | None = None) -> LinearOperator:
        pair = (self, right or self)
        return LinearOperatorScaledIdentity(
            self._num_rows,
            multiplier,
            is_non_singular=both(pair, "is_non_singular"),
            is_self_adjoint=self.is_self_adjoint,
            is_positive_definite=both(pair, "is_positive_definite"),
        )

    def _adjoint(self) -> LinearOperator:
        return self._like(conj(self._multiplier))

    def _inverse(self) -> LinearOperator:
        return self._like(reciprocal(self._multiplier))

    def _cholesky(self) -> LinearOperator:
        return self._like(sqrt(self._multiplier))

    def _times(self, right: LinearOperator) -> LinearOperator | None:
        if isinstance(right, LinearOperatorScaledIdentity):
            return self._like(multiply(self._multiplier, right._multiplier), right)
        return None

    def _assert_non_singular(self) -> None:
        self._assert(not_equal(self._multiplier, 0), "is singular: its multiplier is zero")

    def _assert_positive_definite(self) -> None:
        self._assert(greater(real(self._multiplier), 0), "is not positive definite")

    def _assert_self_adjoint(self) -> None:
        self._assert(equal(imag(self._multiplier), 0), "is not equal to its adjoint")


class LinearOperatorZeros(LinearOperator):
    """The matrix of zeros, or a batch of them; rectangular where `num_columns` is given.

    >>> operator = tf.linalg.LinearOperatorZeros(2, 3, is_self_adjoint=False, is_square=False)
    >>> operator.matvec([1.0, 2.0, 3.0])
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([0., 0.], dtype=float32)>
    """

    def __init__(
        self,
        num_rows: Any,
        num_columns: Any = None,
        batch_shape: Any = None,
        dtype: Any = None,
        is_non_singular: bool | None = False,
        is_self_adjoint: bool | None = True,
        is_positive_definite: bool | None = False,
        is_square: bool | None = True,
        assert_proper_shapes: bool = False,
        name: str = "LinearOperatorZeros",
    ):
        if is_non_singular or is_positive_definite:
            raise ValueError("A zeros operator is never non-singular nor positive-definite.")
        self._num_rows = _size(num_rows, "num_rows")
        self._num_columns = (
            self._num_rows if num_columns is None else _size(num_columns, "num_columns")
        )
        self._own_batch = _sizes(batch_shape)
        square = self._num_rows == self._num_columns
        if is_square and not square:
            raise ValueError(
                f"LinearOperatorZeros: is_square=True, but there are {self._num_rows} rows and "
                f"{self._num_columns} columns. Give is_square=False, is_self_adjoint=False."
            )
        require(is_self_adjoint if square else None, "A zeros operator is always self adjoint.")
        super().__init__(
            as_dtype(dtype or "float32"), None, False, is_self_adjoint, False, is_square, name
        )

    def _shape(self) -> Any:
        return (*self._own_batch, self._num_rows, self._num_columns)

    def _zeros(self, *shape: int) -> Any:
        return zeros((*self._own_batch, *shape), self.dtype)

    def _to_dense(self) -> Any:
        return self._zeros(self._num_rows, self._num_columns)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        shape = dims(x)
        rows = self._num_columns if adjoint else self._num_rows
        batch = np.broadcast_shapes(self._own_batch, shape[:-2])
        return zeros((*batch, rows, shape[-2 if adjoint_arg else -1]), self.dtype)

    def _add_to_tensor(self, x: Any) -> Any:
        return broadcast_to(x, np.broadcast_shapes(self._dims, dims(x)))

    def _diag_part(self) -> Any:
        return self._zeros(min(self._num_rows, self._num_columns))

    def _eigvals(self) -> Any:
        return self._zeros(self._num_rows)

    def _trace(self) -> Any:
        return self._zeros()

    def _determinant(self) -> Any:
        return self._zeros()

    def _log_abs_determinant(self) -> Any:
        return log(self._zeros())

    def _cond(self) -> Any:
        return divide(self._zeros(), self._zeros())

    def _adjoint(self) -> LinearOperator:
        return _zeros_operator(self._own_batch, self._num_columns, self._num_rows, self.dtype)

    def _times(self, right: LinearOperator) -> LinearOperator | None:
        return _zeros_product(self, right)

    def _after(self, left: LinearOperator) -> LinearOperator | None:
        return _zeros_product(left, self)

    def _assert_non_singular(self) -> None:
        self._assert(False, "is singular: it is zero")

    def _assert_positive_definite(self) -> None:
        self._assert(False, "is not positive definite: it is zero")

    def _assert_self_adjoint(self) -> None:
        self._require_square("assert_self_adjoint")


def _zeros_operator(batch: Shape, rows: int, columns: int, dtype: Any) -> LinearOperator:
    square = rows == columns
    return LinearOperatorZeros(
        rows, columns, batch, dtype, is_self_adjoint=square, is_square=square
    )


def _zeros_product(left: LinearOperator, right: LinearOperator) -> LinearOperator:
    batch = np.broadcast_shapes(left._batch, right._batch)
    return _zeros_operator(batch, left.range_dimension, right.domain_dimension, left.dtype)


class LinearOperatorDiag(LinearOperator):
    """A square matrix of zeros but for its diagonal.

    >>> operator = tf.linalg.LinearOperatorDiag([[1.0, 2.0], [3.0, 4.0]])
    >>> operator.trace()
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([3., 7.], dtype=float32)>
    """

    _matrix_ndims: ClassVar = {"diag": 1}

    def __init__(
        self,
        diag: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorDiag",
    ):
        require(is_square, "Only square diagonal operators are supported.")
        self._diag = operand(diag, "diag", 1)
        super().__init__(
            self._diag.dtype,
            None,
            is_non_singular,
            _real_is_self_adjoint(self._diag, is_self_adjoint, "diagonal"),
            is_positive_definite,
            True,
            name,
        )

    @property
    def diag(self) -> Any:
        """The tensor or variable of the diagonal."""
        return self._diag

    def _shape(self) -> Any:
        shape = dims(self._diag)
        return (*shape, shape[-1])

    def _values(self, adjoint: bool) -> Any:
        return conj(self._diag) if adjoint else self._diag

    def _to_dense(self) -> Any:
        return matrix_diag(self._diag)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        x = adjoint_of(x) if adjoint_arg else x
        return multiply(expand_dims(self._values(adjoint), -1), x)

    def _matvec(self, x: Any, adjoint: bool = False) -> Any:
        return multiply(self._values(adjoint), x)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        rhs = adjoint_of(rhs) if adjoint_arg else rhs
        return truediv(rhs, expand_dims(self._values(adjoint), -1))

    def _solvevec(self, rhs: Any, adjoint: bool = False) -> Any:
        return truediv(rhs, self._values(adjoint))

    def _diag_part(self) -> Any:
        return convert_to_tensor(self._diag)

    def _eigvals(self) -> Any:
        return convert_to_tensor(self._diag)

    def _add_to_tensor(self, x: Any) -> Any:
        return add_to_diagonal(x, self._diag)

    def _determinant(self) -> Any:
        return reduce_prod(self._diag, axis=-1)

    def _log_abs_determinant(self) -> Any:
        return reduce_sum(log_abs(self._diag), axis=-1)

    def _cond(self) -> Any:
        values = abs(self._diag)
        return truediv(reduce_max(values, axis=-1), reduce_min(values, axis=-1))

    def _like(self, diag: Any, right: LinearOperator | None = None) -> LinearOperator:
        pair = (self, right or self)
        return LinearOperatorDiag(
            diag,
            is_non_singular=both(pair, "is_non_singular"),
            is_self_adjoint=self.is_self_adjoint,
            is_positive_definite=both(pair, "is_positive_definite"),
        )

    def _adjoint(self) -> LinearOperator:
        return self._like(conj(self._diag))

    def _inverse(self) -> LinearOperator:
        return self._like(reciprocal(self._diag))

    def _cholesky(self) -> LinearOperator:
        return self._like(sqrt(self._diag))

    def _times(self, right: LinearOperator) -> LinearOperator | None:
        if isinstance(right, (LinearOperatorDiag, LinearOperatorScaledIdentity)):
            return self._like(multiply(self._diag, right.diag_part()), right)
        if isinstance(right, LinearOperatorLowerTriangular):
            return _triangular(multiply(expand_dims(self._diag, -1), right.to_dense()), self, right)
        return None

    def _after(self, left: LinearOperator) -> LinearOperator | None:
        if isinstance(left, LinearOperatorScaledIdentity):
            return self._like(multiply(left.diag_part(), self._diag), left)
        if isinstance(left, LinearOperatorLowerTriangular):
            return _triangular(multiply(left.to_dense(), expand_dims(self._diag, -2)), left, self)
        return None

    def _assert_non_singular(self) -> None:
        self._assert(not_equal(self._diag, 0), "is singular: there are zeros on its diagonal")

    def _assert_positive_definite(self) -> None:
        self._assert(greater(real(self._diag), 0), "is not positive definite")

    def _assert_self_adjoint(self) -> None:
        self._assert(equal(imag(self._diag), 0), "is not equal to its adjoint")


def _triangular(tril: Any, left: LinearOperator, right: LinearOperator) -> LinearOperator:
    return LinearOperatorLowerTriangular(
        tril, is_non_singular=both((left, right), "is_non_singular")
    )


def add_to_diagonal(x: Tensor, diagonal: Any) -> Any:
    """The matrices `x` with `diagonal` added to theirs."""
    x = broadcast_batch(x, dims(diagonal)[:-1], 2)
    return set_diag(x, add(diag_part(x), diagonal))
