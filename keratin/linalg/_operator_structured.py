"""Linear operators of structured products: Kronecker product, low rank update."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from keratin._engine.op import Array, T, op
from keratin.array import expand_dims, reshape
from keratin.linalg._diagonal import adjoint as adjoint_of
from keratin.linalg._function import det, slogdet
from keratin.linalg._operator import LinearOperator
from keratin.linalg._operator_diagonal import LinearOperatorDiag, LinearOperatorIdentity
from keratin.linalg._operator_support import all_true, common_dtype, dims, operand, same_batch
from keratin.linalg._product import matmul
from keratin.linalg._solve import solve
from keratin.math import (
    add,
    conj,
    multiply,
    pow,
    reduce_sum,
    subtract,
)


class LinearOperatorKronecker(LinearOperator):
    """The Kronecker product of several operators.

    >>> diagonal = tf.linalg.LinearOperatorDiag([1.0, 2.0])
    >>> tf.linalg.LinearOperatorKronecker([diagonal, diagonal]).diag_part()
    <tf.Tensor: shape=(4,), dtype=float32, numpy=array([1., 2., 2., 4.], dtype=float32)>
    """

    def __init__(
        self,
        operators: Sequence[LinearOperator],
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str | None = None,
    ):
        dtype = common_dtype(operators, "LinearOperatorKronecker")
        self._operators = list(operators)

        def hint(what: str, given: bool | None) -> bool | None:
            known = all_true([getattr(part, what) for part in operators])
            return known if given is None else given

        super().__init__(
            dtype,
            None,
            hint("is_non_singular", is_non_singular),
            hint("is_self_adjoint", is_self_adjoint),
            hint("is_positive_definite", is_positive_definite),
            hint("is_square", is_square),
            name or "_x_".join(part.name for part in operators),
        )

    @property
    def operators(self) -> list[LinearOperator]:
        """The factors, from left to right."""
        return list(self._operators)

    def _shape(self) -> Any:
        batch = np.broadcast_shapes(*(part._batch for part in self._operators))
        rows = int(np.prod([part.range_dimension for part in self._operators]))
        columns = int(np.prod([part.domain_dimension for part in self._operators]))
        return (*batch, rows, columns)

    def _each(self, x: Any, apply: Callable[[LinearOperator, Any], Any], by_rows: bool) -> Any:
        """`apply` each factor along its own dimension of the rows of `x`.

        The dimension at hand is always the first; what comes of it goes behind the others, so
        that after the last factor all are in their places again.
        """
        columns = dims(x)[-1]
        for part in self._operators:
            size = part.range_dimension if by_rows else part.domain_dimension
            rest = dims(x)[-2] // size
            x = apply(part, reshape(x, (*dims(x)[:-2], size, rest * columns)))
            *batch, size, _ = dims(x)
            x = swap_rows(reshape(x, (*batch, size, rest, columns)))
            x = reshape(x, (*batch, rest * size, columns))
        return x

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        x = adjoint_of(x) if adjoint_arg else x
        return self._each(x, lambda part, values: part.matmul(values, adjoint=adjoint), adjoint)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        if not self._has_square_parts:
            return super()._solve(rhs, adjoint, adjoint_arg)
        rhs = adjoint_of(rhs) if adjoint_arg else rhs
        return self._each(
            rhs, lambda part, values: part.solve(values, adjoint=adjoint), not adjoint
        )

    @property
    def _has_square_parts(self) -> bool:
        return all(part.is_square for part in self._operators)

    def _powers(self) -> list[float]:
        """How often each factor stands in the product, seen from a determinant."""
        size = self.domain_dimension
        return [size / part.domain_dimension for part in self._operators]

    def _determinant(self) -> Any:
        if not self._has_square_parts:
            return super()._determinant()
        parts = zip(self._operators, self._powers(), strict=True)
        return functools.reduce(multiply, [pow(p.determinant(), n) for p, n in parts])

    def _log_abs_determinant(self) -> Any:
        if not self._has_square_parts:
            return super()._log_abs_determinant()
        parts = zip(self._operators, self._powers(), strict=True)
        return functools.reduce(add, [multiply(p.log_abs_determinant(), n) for p, n in parts])

    def _trace(self) -> Any:
        if not self._has_square_parts:
            return super()._trace()
        return functools.reduce(multiply, [part.trace() for part in self._operators])

    def _diag_part(self) -> Any:
        if not self._has_square_parts:
            return super()._diag_part()
        return functools.reduce(outer_flat, [part.diag_part() for part in self._operators])

    def _eigvals(self) -> Any:
        if not all(part.is_self_adjoint for part in self._operators):
            return super()._eigvals()
        return functools.reduce(outer_flat, [part.eigvals() for part in self._operators])

    def _cond(self) -> Any:
        return functools.reduce(multiply, [part.cond() for part in self._operators])

    def _adjoint(self) -> LinearOperator:
        return LinearOperatorKronecker([part.adjoint() for part in self._operators])

    def _inverse(self) -> LinearOperator:
        if not self._has_square_parts:
            return super()._inverse()
        return LinearOperatorKronecker([part.inverse() for part in self._operators])

    def _cholesky(self) -> LinearOperator:
        if not all(part.is_positive_definite for part in self._operators):
            return super()._cholesky()
        return LinearOperatorKronecker([part.cholesky() for part in self._operators])

    def _assert_non_singular(self) -> None:
        if not self._has_square_parts:
            return super()._assert_non_singular()
        for part in self._operators:
            part.assert_non_singular()
        return None


def outer_flat(left: Any, right: Any) -> Any:
    """All products of an element of `left` and one of `right`, in one dimension."""
    product = multiply(expand_dims(left, -1), expand_dims(right, -2))
    *batch, rows, columns = dims(product)
    return reshape(product, (*batch, rows * columns))


@op
def swap_rows(x: T) -> Array:
    """The third last dimension and the second last exchanged."""
    return jnp.swapaxes(x, -3, -2)


class LinearOperatorLowRankUpdate(LinearOperator):
    """Another operator plus a matrix of low rank: L + U D V^H.

    `u` has shape `[..., M, K]`, `v` (default: `u`) `[..., N, K]`, and `diag_update` (default:
    ones) is the diagonal of D, of shape `[..., K]`. Solving costs a system of K equations more
    than solving with L.

    >>> base = tf.linalg.LinearOperatorDiag([1.0, 2.0])
    >>> tf.linalg.LinearOperatorLowRankUpdate(base, [[1.0], [3.0]]).to_dense()
    <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
    array([[ 2.,  3.],
           [ 3., 11.]], dtype=float32)>
    """

    _matrix_ndims: ClassVar = {"u": 2, "v": 2, "diag_update": 1}

    def __init__(
        self,
        base_operator: LinearOperator,
        u: Any,
        diag_update: Any = None,
        v: Any = None,
        is_diag_update_positive: bool | None = None,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorLowRankUpdate",
    ):
        dtype = base_operator.dtype
        self._base_operator = base_operator
        self._u = operand(u, "u", 2, dtype)
        self._v = None if v is None else operand(v, "v", 2, dtype)
        self._diag_update = (
            None if diag_update is None else operand(diag_update, "diag_update", 1, dtype)
        )
        self._check_dimensions()
        if diag_update is None:
            is_diag_update_positive = True
        self._is_diag_update_positive = is_diag_update_positive
        symmetric = v is None and base_operator.is_self_adjoint
        if symmetric and (diag_update is None or is_diag_update_positive or not dtype.is_complex):
            is_self_adjoint = True if is_self_adjoint is None else is_self_adjoint
        if v is None and base_operator.is_positive_definite and is_diag_update_positive:
            is_positive_definite = True if is_positive_definite is None else is_positive_definite
        super().__init__(
            dtype,
            None,
            is_non_singular,
            is_self_adjoint,
            is_positive_definite,
            base_operator.is_square if is_square is None else is_square,
            name,
        )

    def _check_dimensions(self) -> None:
        (*_, rows, rank), (*_, columns, other_rank) = dims(self._u), dims(self.v)
        base = self._base_operator
        ranks = {rank, other_rank}
        if self._diag_update is not None:
            ranks.add(dims(self._diag_update)[-1])
        if base._dims[-2:] != (rows, columns) or len(ranks) > 1:
            diag = "None" if self._diag_update is None else self._diag_update.shape
            raise ValueError(
                f"LinearOperatorLowRankUpdate: for a base operator of shape {base.shape}, u must "
                f"be [..., {base.range_dimension}, K], v [..., {base.domain_dimension}, K] and "
                f"diag_update [..., K]. Given u {self._u.shape}, v {self.v.shape}, "
                f"diag_update {diag}."
            )

    @property
    def base_operator(self) -> LinearOperator:
        """The operator L that is added to."""
        return self._base_operator

    @property
    def u(self) -> Any:
        """The tensor or variable U."""
        return self._u

    @property
    def v(self) -> Any:
        """The tensor or variable V."""
        return self._u if self._v is None else self._v

    @property
    def diag_update(self) -> Any:
        """The diagonal of D as it was given."""
        return self._diag_update

    @property
    def diag_operator(self) -> LinearOperator:
        """D as an operator."""
        if self._diag_update is None:
            return LinearOperatorIdentity(dims(self._u)[-1], dtype=self.dtype)
        return LinearOperatorDiag(
            self._diag_update, is_positive_definite=self._is_diag_update_positive
        )

    @property
    def is_diag_update_positive(self) -> bool | None:
        """Whether the diagonal of D is positive; None if not known."""
        return self._is_diag_update_positive

    def _shape(self) -> Any:
        base = self._base_operator
        batches = [base._batch, dims(self._u)[:-2], dims(self.v)[:-2]]
        if self._diag_update is not None:
            batches.append(dims(self._diag_update)[:-1])
        return (*np.broadcast_shapes(*batches), *base._dims[-2:])

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        x = adjoint_of(x) if adjoint_arg else x
        left, right = (self.v, self._u) if adjoint else (self._u, self.v)
        inner = self.diag_operator.matmul(matmul(right, x, adjoint_a=True), adjoint=adjoint)
        return add(self._base_operator.matmul(x, adjoint=adjoint), matmul(left, inner))

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        if self._base_operator.is_non_singular is False:
            return super()._solve(rhs, adjoint, adjoint_arg)
        rhs = adjoint_of(rhs) if adjoint_arg else rhs
        left, right = (self.v, self._u) if adjoint else (self._u, self.v)
        base = self._base_operator.solve(rhs, adjoint=adjoint)
        capacitance, inner = same_batch(self._capacitance(), matmul(right, base, adjoint_a=True))
        inner = solve(capacitance, inner, adjoint=adjoint)
        return subtract(base, self._base_operator.solve(matmul(left, inner), adjoint=adjoint))

    def _capacitance(self) -> Any:
        """D^-1 + V^H L^-1 U, the small matrix of Woodbury's identity."""
        inner = matmul(self.v, self._base_operator.solve(self._u), adjoint_a=True)
        return self.diag_operator.inverse().add_to_tensor(inner)

    def _determinant(self) -> Any:
        if self._base_operator.is_non_singular is False:
            return super()._determinant()
        outer = multiply(self._base_operator.determinant(), self.diag_operator.determinant())
        return multiply(det(self._capacitance()), outer)

    def _log_abs_determinant(self) -> Any:
        if self._base_operator.is_non_singular is False:
            return super()._log_abs_determinant()
        base, diag = self._base_operator, self.diag_operator
        outer = add(base.log_abs_determinant(), diag.log_abs_determinant())
        return add(slogdet(self._capacitance())[1], outer)

    def _diag_part(self) -> Any:
        size = min(self._dims[-2:])
        u, v = self._u[..., :size, :], self.v[..., :size, :]
        if self._diag_update is not None:
            u = multiply(u, expand_dims(self._diag_update, -2))
        update = reduce_sum(multiply(u, conj(v)), axis=-1)
        return add(self._base_operator.diag_part(), update)

    def _adjoint(self) -> LinearOperator:
        return LinearOperatorLowRankUpdate(
            self._base_operator.adjoint(),
            self.v,
            None if self._diag_update is None else conj(self._diag_update),
            self._u,
            is_diag_update_positive=self.is_diag_update_positive,
            is_non_singular=self.is_non_singular,
            is_positive_definite=self.is_positive_definite,
        )
