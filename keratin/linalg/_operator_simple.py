"""Linear operators of one structure each: dense, lower triangular, permutation, reflection, three
diagonals.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from keratin._engine.tensor import convert_to_tensor
from keratin.array import (
    argsort,
    broadcast_to,
    concat,
    expand_dims,
    eye,
    fill,
    gather,
    one_hot,
    ones,
    roll,
    squeeze,
    stack,
    unstack,
    zeros,
)
from keratin.linalg._banded import tridiagonal_matmul, tridiagonal_solve
from keratin.linalg._diagonal import adjoint as adjoint_of
from keratin.linalg._diagonal import band_part, diag_part
from keratin.linalg._diagonal import diag as matrix_diag
from keratin.linalg._function import det
from keratin.linalg._operator import LinearOperator
from keratin.linalg._operator_support import (
    broadcast_batch,
    dims,
    log_det_of_triangular,
    operand,
    require,
    same_batch,
)
from keratin.linalg._product import matmul
from keratin.linalg._solve import triangular_solve
from keratin.math import (
    conj,
    l2_normalize,
    multiply,
    not_equal,
    reduce_prod,
    subtract,
)
from keratin.math._casting import cast


class LinearOperatorFullMatrix(LinearOperator):
    """A matrix without structure, given by its entries.

    >>> operator = tf.linalg.LinearOperatorFullMatrix([[2.0, 1.0], [1.0, 1.0]])
    >>> operator.solvevec([3.0, 2.0])
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 1.], dtype=float32)>
    """

    _matrix_ndims: ClassVar = {"matrix": 2}

    def __init__(
        self,
        matrix: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorFullMatrix",
    ):
        self._matrix = operand(matrix, "matrix", 2)
        super().__init__(
            self._matrix.dtype,
            None,
            is_non_singular,
            is_self_adjoint,
            is_positive_definite,
            is_square,
            name,
        )

    @property
    def matrix(self) -> Any:
        """The tensor or variable of the entries."""
        return self._matrix

    def _shape(self) -> Any:
        return self._matrix.shape

    def _to_dense(self) -> Any:
        return convert_to_tensor(self._matrix)


class LinearOperatorLowerTriangular(LinearOperator):
    """The lower triangle of a square matrix; what stands above the diagonal is not looked at.

    >>> operator = tf.linalg.LinearOperatorLowerTriangular([[1.0, 9.0], [2.0, 4.0]])
    >>> operator.solve([[1.0], [6.0]])
    <tf.Tensor: shape=(2, 1), dtype=float32, numpy=
    array([[1.],
           [1.]], dtype=float32)>
    """

    _matrix_ndims: ClassVar = {"tril": 2}

    def __init__(
        self,
        tril: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorLowerTriangular",
    ):
        if is_square is False:
            raise ValueError("Only square lower triangular operators are supported.")
        self._tril = operand(tril, "tril", 2)
        super().__init__(
            self._tril.dtype,
            None,
            is_non_singular,
            is_self_adjoint,
            is_positive_definite,
            True,
            name,
        )

    @property
    def tril(self) -> Any:
        """The tensor or variable whose lower triangle this is."""
        return self._tril

    def _shape(self) -> Any:
        return self._tril.shape

    def _to_dense(self) -> Any:
        return band_part(self._tril, -1, 0)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        matrix, rhs = same_batch(self._tril, adjoint_of(rhs) if adjoint_arg else rhs)
        return triangular_solve(matrix, rhs, lower=True, adjoint=adjoint)

    def _diag_part(self) -> Any:
        return diag_part(self._tril)

    def _determinant(self) -> Any:
        return reduce_prod(self.diag_part(), axis=-1)

    def _log_abs_determinant(self) -> Any:
        return log_det_of_triangular(self._tril)

    def _assert_non_singular(self) -> None:
        self._assert(not_equal(self.diag_part(), 0), "is singular: there are zeros on its diagonal")


class LinearOperatorPermutation(LinearOperator):
    """The matrix that brings row `perm[i]` of what it is applied to into row `i`.

    >>> tf.linalg.LinearOperatorPermutation([2, 0, 1]).matvec([10.0, 20.0, 30.0])
    <tf.Tensor: shape=(3,), dtype=float32, numpy=array([30., 10., 20.], dtype=float32)>
    """

    _matrix_ndims: ClassVar = {"perm": 1}

    def __init__(
        self,
        perm: Any,
        dtype: Any = "float32",
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorPermutation",
    ):
        require(is_square, "A permutation operator is always square.")
        require(is_non_singular, "A permutation operator is always non-singular.")
        self._perm = operand(perm, "perm", 1)
        if not self._perm.dtype.is_integer:
            raise TypeError(f"perm must hold integers, given {self._perm.dtype.name}.")
        super().__init__(
            dtype, None, is_non_singular, is_self_adjoint, is_positive_definite, True, name
        )

    @property
    def perm(self) -> Any:
        """For each row of the result, the row it is taken from."""
        return self._perm

    def _shape(self) -> Any:
        shape = dims(self._perm)
        return (*shape, shape[-1])

    def _to_dense(self) -> Any:
        return one_hot(self._perm, self.domain_dimension, dtype=self.dtype)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        x = adjoint_of(x) if adjoint_arg else x
        perm = argsort(self._perm) if adjoint else self._perm
        perm = broadcast_batch(perm, dims(x)[:-2], 1)
        x = broadcast_batch(x, dims(perm)[:-1], 2)
        return gather(x, perm, axis=-2, batch_dims=len(dims(perm)) - 1)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._matmul(rhs, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _determinant(self) -> Any:
        return det(self.to_dense())

    def _log_abs_determinant(self) -> Any:
        return zeros(self._batch, self.dtype)

    def _cond(self) -> Any:
        return ones(self._batch, self.dtype)

    def _assert_non_singular(self) -> None:
        """There is nothing to check."""


class LinearOperatorHouseholder(LinearOperator):
    """The reflection of space along an axis: I - 2 v v^H for the axis v, of length 1.

    >>> tf.linalg.LinearOperatorHouseholder([0.0, 2.0]).matvec([3.0, 4.0])
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([ 3., -4.], dtype=float32)>
    """

    _matrix_ndims: ClassVar = {"reflection_axis": 1}

    def __init__(
        self,
        reflection_axis: Any,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorHouseholder",
    ):
        require(is_self_adjoint, "A Householder operator is always self adjoint.")
        require(is_square, "A Householder operator is always square.")
        if is_positive_definite:
            raise ValueError("A Householder operator is never positive definite.")
        self._reflection_axis = operand(reflection_axis, "reflection_axis", 1)
        super().__init__(
            self._reflection_axis.dtype, None, is_non_singular, True, False, True, name
        )

    @property
    def reflection_axis(self) -> Any:
        """The tensor or variable of the axis, of any length but 0."""
        return self._reflection_axis

    def _shape(self) -> Any:
        shape = dims(self._reflection_axis)
        return (*shape, shape[-1])

    def _axis(self) -> Any:
        """The axis as a column of length 1."""
        return expand_dims(l2_normalize(self._reflection_axis, axis=-1), -1)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        x = adjoint_of(x) if adjoint_arg else x
        axis = self._axis()
        along = matmul(axis, x, adjoint_a=True)
        return subtract(x, multiply(multiply(axis, along), 2))

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._matmul(rhs, adjoint_arg=adjoint_arg)

    def _to_dense(self) -> Any:
        axis = self._axis()
        identity = eye(self.domain_dimension, dtype=self.dtype)
        return subtract(identity, multiply(matmul(axis, axis, adjoint_b=True), 2))

    def _diag_part(self) -> Any:
        axis = squeeze(self._axis(), -1)
        return subtract(1, multiply(multiply(axis, conj(axis)), 2))

    def _filled(self, value: float, *shape: int) -> Any:
        return fill((*self._batch, *shape), cast(value, self.dtype))

    def _eigvals(self) -> Any:
        rest = self._filled(1, self.domain_dimension - 1)
        return concat([self._filled(-1, 1), rest], -1)

    def _trace(self) -> Any:
        return self._filled(self.domain_dimension - 2)

    def _determinant(self) -> Any:
        return self._filled(-1)

    def _log_abs_determinant(self) -> Any:
        return self._filled(0)

    def _cond(self) -> Any:
        return self._filled(1)

    def _inverse(self) -> LinearOperator:
        return self

    def _assert_non_singular(self) -> None:
        """There is nothing to check."""

    def _assert_self_adjoint(self) -> None:
        """There is nothing to check."""


class LinearOperatorTridiag(LinearOperator):
    """A square matrix of zeros but for its diagonal and the two beside it.

    `diagonals` is what `diagonals_format` says: "compact" `[..., 3, N]` (above, on, below; the
    last of those above and the first of those below are not used), "sequence" a list of these
    three, "matrix" the whole matrix.

    >>> operator = tf.linalg.LinearOperatorTridiag([[1.0, 0.0], [5.0, 5.0], [0.0, 2.0]])
    >>> operator.to_dense()
    <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
    array([[5., 1.],
           [2., 5.]], dtype=float32)>
    """

    _matrix_ndims: ClassVar = {"diagonals": 2}

    def __init__(
        self,
        diagonals: Any,
        diagonals_format: str = "compact",
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorTridiag",
    ):
        if diagonals_format not in ("compact", "matrix", "sequence"):
            raise ValueError(
                'diagonals_format must be "compact", "matrix" or "sequence", given '
                f"{diagonals_format!r}."
            )
        if diagonals_format == "sequence":
            self._diagonals: Any = [operand(part, "diagonals", 1) for part in diagonals]
        else:
            self._diagonals = operand(diagonals, "diagonals", 2)
        self._diagonals_format = diagonals_format
        first = self._diagonals[0] if diagonals_format == "sequence" else self._diagonals
        super().__init__(
            first.dtype, None, is_non_singular, is_self_adjoint, is_positive_definite, True, name
        )

    @property
    def diagonals(self) -> Any:
        """The diagonals as they were given."""
        return self._diagonals

    @property
    def diagonals_format(self) -> str:
        """How the diagonals were given."""
        return self._diagonals_format

    def _shape(self) -> Any:
        if self._diagonals_format == "matrix":
            return self._diagonals.shape
        if self._diagonals_format == "compact":
            *batch, _, size = dims(self._diagonals)
        else:
            *batch, size = np.broadcast_shapes(*(dims(part) for part in self._diagonals))
        return (*batch, size, size)

    def _compact(self) -> Any:
        """The three diagonals as one tensor `[..., 3, N]`."""
        if self._diagonals_format == "compact":
            return self._diagonals
        if self._diagonals_format == "matrix":
            return diag_part(self._diagonals, k=(-1, 1), align="LEFT_RIGHT")
        shape = self._dims[:-1]
        return stack([broadcast_to(part, shape) for part in self._diagonals], axis=-2)

    def _sliced(self, name: str, value: Any, slices: tuple[Any, ...]) -> Any:
        if name == "diagonals_format":
            return "compact"
        return super()._sliced(name, self._compact() if name == "diagonals" else value, slices)

    def _to_dense(self) -> Any:
        if self._diagonals_format == "matrix":
            return convert_to_tensor(self._diagonals)
        return matrix_diag(self._compact(), k=(-1, 1), align="LEFT_RIGHT")

    def _diag_part(self) -> Any:
        if self._diagonals_format == "matrix":
            return diag_part(self._diagonals)
        if self._diagonals_format == "sequence":
            return broadcast_to(self._diagonals[1], self._dims[:-1])
        return self._compact()[..., 1, :]

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        x = adjoint_of(x) if adjoint_arg else x
        diagonals, x = same_batch(self._oriented(adjoint), x)
        return tridiagonal_matmul(diagonals, x, diagonals_format="compact")

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        rhs = adjoint_of(rhs) if adjoint_arg else rhs
        diagonals, rhs = same_batch(self._oriented(adjoint), rhs)
        return tridiagonal_solve(diagonals, rhs, diagonals_format="compact")

    def _oriented(self, adjoint: bool) -> Any:
        diagonals = self._compact()
        if not adjoint:
            return diagonals
        above, middle, below = unstack(conj(diagonals), axis=-2)
        return stack([roll(below, -1, -1), middle, roll(above, 1, -1)], axis=-2)
