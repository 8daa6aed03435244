"""Linear operators made of others: adjoint, inversion, composition."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin.linalg._diagonal import adjoint as adjoint_of
from keratin.linalg._operator import LinearOperator
from keratin.linalg._operator_support import all_true, common_dtype
from keratin.math import (
    add,
    conj,
    multiply,
    negative,
    reciprocal,
)

Shape = tuple[int, ...]


class LinearOperatorAdjoint(LinearOperator):
    """The transposed, conjugated matrix of another operator.

    >>> operator = tf.linalg.LinearOperatorFullMatrix([[1.0, 2.0], [3.0, 4.0]])
    >>> tf.linalg.LinearOperatorAdjoint(operator).to_dense()
    <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
    array([[1., 3.],
           [2., 4.]], dtype=float32)>
    """

    def __init__(
        self,
        operator: LinearOperator,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str | None = None,
    ):
        self._operator = operator
        super().__init__(
            operator.dtype,
            None,
            inherited(operator, "is_non_singular", is_non_singular),
            inherited(operator, "is_self_adjoint", is_self_adjoint),
            inherited(operator, "is_positive_definite", is_positive_definite),
            inherited(operator, "is_square", is_square),
            name or operator.name + "_adjoint",
        )

    @property
    def operator(self) -> LinearOperator:
        """The operator before adjoining."""
        return self._operator

    def _shape(self) -> Any:
        *batch, rows, columns = self._operator._dims
        return (*batch, columns, rows)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._operator.matmul(x, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _matvec(self, x: Any, adjoint: bool = False) -> Any:
        return self._operator.matvec(x, adjoint=not adjoint)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._operator.solve(rhs, adjoint=not adjoint, adjoint_arg=adjoint_arg)

    def _solvevec(self, rhs: Any, adjoint: bool = False) -> Any:
        return self._operator.solvevec(rhs, adjoint=not adjoint)

    def _to_dense(self) -> Any:
        return adjoint_of(self._operator.to_dense())

    def _diag_part(self) -> Any:
        return conj(self._operator.diag_part())

    def _trace(self) -> Any:
        return conj(self._operator.trace())

    def _determinant(self) -> Any:
        return conj(self._operator.determinant())

    def _log_abs_determinant(self) -> Any:
        return self._operator.log_abs_determinant()

    def _cond(self) -> Any:
        return self._operator.cond()

    def _eigvals(self) -> Any:
        return self._operator.eigvals()

    def _adjoint(self) -> LinearOperator:
        return self._operator

    def _assert_non_singular(self) -> None:
        self._operator.assert_non_singular()

    def _assert_positive_definite(self) -> None:
        self._operator.assert_positive_definite()

    def _assert_self_adjoint(self) -> None:
        self._operator.assert_self_adjoint()


class LinearOperatorInversion(LinearOperator):
    """The inverse matrix of another operator: multiplying by it solves.

    >>> operator = tf.linalg.LinearOperatorFullMatrix([[2.0, 0.0], [1.0, 1.0]])
    >>> operator.inverse().matvec([2.0, 3.0])
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>
    """

    def __init__(
        self,
        operator: LinearOperator,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str | None = None,
    ):
        if False in (is_non_singular, operator.is_non_singular, is_square):
            raise ValueError("Only the inverse of a non-singular, square operator exists.")
        self._operator = operator
        super().__init__(
            operator.dtype,
            None,
            inherited(operator, "is_non_singular", is_non_singular),
            inherited(operator, "is_self_adjoint", is_self_adjoint),
            inherited(operator, "is_positive_definite", is_positive_definite),
            True,
            name or operator.name + "_inv",
        )

    @property
    def operator(self) -> LinearOperator:
        """The operator before inverting."""
        return self._operator

    def _shape(self) -> Any:
        return self._operator.shape

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._operator.solve(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return self._operator.matmul(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def _determinant(self) -> Any:
        return reciprocal(self._operator.determinant())

    def _log_abs_determinant(self) -> Any:
        return negative(self._operator.log_abs_determinant())

    def _cond(self) -> Any:
        return self._operator.cond()

    def _eigvals(self) -> Any:
        return reciprocal(self._operator.eigvals())

    def _inverse(self) -> LinearOperator:
        return self._operator

    def _assert_non_singular(self) -> None:
        self._operator.assert_non_singular()

    def _assert_positive_definite(self) -> None:
        self._operator.assert_positive_definite()

    def _assert_self_adjoint(self) -> None:
        self._operator.assert_self_adjoint()


def inherited(operator: LinearOperator, hint: str, given: bool | None) -> bool | None:
    """A hint of a wrapper: what was given must not contradict what the operator is known to be."""
    known: bool | None = getattr(operator, hint)
    if given is not None and known is not None and given != known:
        raise ValueError(f"{hint}={given} was given, but {operator.name} says {known}.")
    return known if given is None else given


class LinearOperatorComposition(LinearOperator):
    """The product of several operators, which are applied one by one, the last one first.

    >>> twice = tf.linalg.LinearOperatorScaledIdentity(2, 2.0)
    >>> matrix = tf.linalg.LinearOperatorFullMatrix([[1.0, 2.0], [3.0, 4.0]])
    >>> tf.linalg.LinearOperatorComposition([twice, matrix]).matvec([1.0, 1.0])
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([ 6., 14.], dtype=float32)>
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
        dtype = common_dtype(operators, "LinearOperatorComposition")
        for left, right in itertools.pairwise(operators):
            if left.domain_dimension != right.range_dimension:
                raise ValueError(
                    f"LinearOperatorComposition: {left.name} of shape {left.shape} cannot be "
                    f"multiplied by {right.name} of shape {right.shape}."
                )
        self._operators = list(operators)
        if is_non_singular is None:
            is_non_singular = all_true([part.is_non_singular for part in operators])
        super().__init__(
            dtype,
            None,
            is_non_singular,
            is_self_adjoint,
            is_positive_definite,
            is_square,
            name or "_o_".join(part.name for part in operators),
        )

    @property
    def operators(self) -> list[LinearOperator]:
        """The factors, from left to right."""
        return list(self._operators)

    def _shape(self) -> Any:
        batch = np.broadcast_shapes(*(part._batch for part in self._operators))
        return (*batch, self._operators[0].range_dimension, self._operators[-1].domain_dimension)

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        x = adjoint_of(x) if adjoint_arg else x
        for part in self._operators if adjoint else reversed(self._operators):
            x = part.matmul(x, adjoint=adjoint)
        return x

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        if not all(part.is_square for part in self._operators):
            return super()._solve(rhs, adjoint, adjoint_arg)
        rhs = adjoint_of(rhs) if adjoint_arg else rhs
        for part in reversed(self._operators) if adjoint else self._operators:
            rhs = part.solve(rhs, adjoint=adjoint)
        return rhs

    def _determinant(self) -> Any:
        if not all(part.is_square for part in self._operators):
            return super()._determinant()
        return functools.reduce(multiply, [part.determinant() for part in self._operators])

    def _log_abs_determinant(self) -> Any:
        if not all(part.is_square for part in self._operators):
            return super()._log_abs_determinant()
        return functools.reduce(add, [part.log_abs_determinant() for part in self._operators])

    def _assert_non_singular(self) -> None:
        if not all(part.is_square for part in self._operators):
            return super()._assert_non_singular()
        for part in self._operators:
            part.assert_non_singular()
        return None
