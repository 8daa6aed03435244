"""Linear operators that are made of blocks: block diagonal, block lower triangular."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin._engine.dtype import DType
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.variable import Variable
from keratin.array import concat, expand_dims, split, squeeze
from keratin.linalg._diagonal import adjoint as adjoint_of
from keratin.linalg._operator import LinearOperator
from keratin.linalg._operator_simple import LinearOperatorFullMatrix
from keratin.linalg._operator_support import all_true, broadcast_batch, common_dtype, dims
from keratin.math import add, multiply, negative, subtract


class _Blocks(LinearOperator):
    """What operators of blocks share: arguments may be lists, of one tensor a block."""

    def _diagonal(self) -> list[LinearOperator]:
        raise NotImplementedError

    def _sizes(self, rows: bool) -> list[int]:
        parts = self._diagonal()
        return [part.range_dimension if rows else part.domain_dimension for part in parts]

    def _shape(self) -> Any:
        return (*self._batches(), sum(self._sizes(True)), sum(self._sizes(False)))

    def _batches(self) -> tuple[int, ...]:
        return np.broadcast_shapes(*(part._batch for part in self._diagonal()))

    def matmul(
        self, x: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "matmul"
    ) -> Any:
        """This operator times `x`: a tensor, another operator, or a list of a tensor a block."""
        if not self._is_blockwise(x, 2):
            return super().matmul(x, adjoint, adjoint_arg)
        x = self._block_arguments(x, adjoint_arg, self._sizes(adjoint), "matmul")
        return self._block_matmul(x, adjoint)

    def solve(
        self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "solve"
    ) -> Any:
        """The `x` for which this operator times `x` is `rhs`; a list for a list of blocks."""
        if not self._is_blockwise(rhs, 2):
            return super().solve(rhs, adjoint, adjoint_arg)
        self._require_invertible("Exact solve")
        rhs = self._block_arguments(rhs, adjoint_arg, self._sizes(not adjoint), "solve")
        return self._block_solve(rhs, adjoint)

    def matvec(self, x: Any, adjoint: bool = False, name: str = "matvec") -> Any:
        """This operator times a vector, or a list of a vector a block."""
        if not self._is_blockwise(x, 1):
            return super().matvec(x, adjoint)
        return [squeeze(part, -1) for part in self.matmul(self._columns(x), adjoint)]

    def solvevec(self, rhs: Any, adjoint: bool = False, name: str = "solve") -> Any:
        """The vector `x` for which this operator times `x` is `rhs`; a list for a list."""
        if not self._is_blockwise(rhs, 1):
            return super().solvevec(rhs, adjoint)
        return [squeeze(part, -1) for part in self.solve(self._columns(rhs), adjoint)]

    def _columns(self, vectors: Sequence[Any]) -> list[Any]:
        return [expand_dims(self._tensor(vector), -1) for vector in vectors]

    def _tensor(self, value: Any) -> Any:
        if isinstance(value, (Tensor, Variable)):
            return value
        return convert_to_tensor(value, dtype=self.dtype)

    def _is_blockwise(self, x: Any, ndims: int) -> bool:
        """Whether `x` is a list of a tensor a block, rather than a tensor written as lists."""
        if not isinstance(x, (list, tuple)) or len(x) != len(self._diagonal()):
            return False
        if all(isinstance(part, (Tensor, Variable, np.ndarray)) for part in x):
            return min(len(part.shape) for part in x) >= ndims
        shapes = [np.shape(part) for part in x]
        return min(len(shape) for shape in shapes) >= ndims and [
            shape[-ndims] for shape in shapes
        ] in (self._sizes(True), self._sizes(False))

    def _block_arguments(
        self, x: Sequence[Any], adjoint_arg: bool, sizes: list[int], method: str
    ) -> list[Any]:
        parts = [self._tensor(part) for part in x]
        parts = [adjoint_of(part) for part in parts] if adjoint_arg else parts
        given = [dims(part)[-2] for part in parts]
        if given != sizes:
            raise ValueError(
                f"{self.name}.{method}: the blocks need {sizes} rows, the arguments given have "
                f"{given}."
            )
        return parts

    def _block_matmul(self, x: list[Any], adjoint: bool) -> list[Any]:
        raise NotImplementedError

    def _block_solve(self, rhs: list[Any], adjoint: bool) -> list[Any]:
        raise NotImplementedError

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        x = adjoint_of(x) if adjoint_arg else x
        parts = split(x, self._sizes(adjoint), axis=-2)
        return joined(self._block_matmul(parts, adjoint), -2, 2)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        if not self._has_square_parts:
            return super()._solve(rhs, adjoint, adjoint_arg)
        rhs = adjoint_of(rhs) if adjoint_arg else rhs
        parts = split(rhs, self._sizes(not adjoint), axis=-2)
        return joined(self._block_solve(parts, adjoint), -2, 2)

    @property
    def _has_square_parts(self) -> bool:
        return all(part.is_square for part in self._diagonal())

    def _determinant(self) -> Any:
        if not self._has_square_parts:
            return super()._determinant()
        factors = [part.determinant() for part in self._diagonal()]
        return self._over_batch(functools.reduce(multiply, factors))

    def _log_abs_determinant(self) -> Any:
        if not self._has_square_parts:
            return super()._log_abs_determinant()
        terms = [part.log_abs_determinant() for part in self._diagonal()]
        return self._over_batch(functools.reduce(add, terms))

    def _trace(self) -> Any:
        if not self._has_square_parts:
            return super()._trace()
        terms = [part.trace() for part in self._diagonal()]
        return self._over_batch(functools.reduce(add, terms))

    def _diag_part(self) -> Any:
        if not self._has_square_parts:
            return super()._diag_part()
        parts = [part.diag_part() for part in self._diagonal()]
        return self._over_batch(joined(parts, -1, 1), 1)

    def _eigvals(self) -> Any:
        if not all(part.is_self_adjoint for part in self._diagonal()):
            return super()._eigvals()
        return self._over_batch(joined([part.eigvals() for part in self._diagonal()], -1, 1), 1)

    def _over_batch(self, x: Any, ndims: int = 0) -> Any:
        return broadcast_batch(x, self._batch, ndims)

    def _assert_non_singular(self) -> None:
        if not self._has_square_parts:
            return super()._assert_non_singular()
        for part in self._diagonal():
            part.assert_non_singular()
        return None


def joined(parts: Sequence[Any], axis: int, ndims: int) -> Any:
    """`parts` one behind the other, their batches broadcast against each other."""
    batch = np.broadcast_shapes(*(dims(part)[:-ndims] for part in parts))
    return concat([broadcast_batch(part, batch, ndims) for part in parts], axis)


class LinearOperatorBlockDiag(_Blocks):
    """Operators along the diagonal of a matrix that is zero elsewhere.

    >>> one = tf.linalg.LinearOperatorFullMatrix([[1.0, 2.0], [3.0, 4.0]])
    >>> two = tf.linalg.LinearOperatorIdentity(1)
    >>> tf.linalg.LinearOperatorBlockDiag([one, two]).to_dense()
    <tf.Tensor: shape=(3, 3), dtype=float32, numpy=
    array([[1., 2., 0.],
           [3., 4., 0.],
           [0., 0., 1.]], dtype=float32)>
    """

    def __init__(
        self,
        operators: Sequence[LinearOperator],
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = True,
        name: str | None = None,
    ):
        dtype = common_dtype(operators, "LinearOperatorBlockDiag")
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
            is_square if is_square is not True else all_true([p.is_square for p in operators]),
            name or "_ds_".join(part.name for part in operators),
        )

    @property
    def operators(self) -> list[LinearOperator]:
        """The operators of the diagonal."""
        return list(self._operators)

    def _diagonal(self) -> list[LinearOperator]:
        return self._operators

    def _block_matmul(self, x: list[Any], adjoint: bool) -> list[Any]:
        return [p.matmul(part, adjoint=adjoint) for p, part in zip(self._operators, x, strict=True)]

    def _block_solve(self, rhs: list[Any], adjoint: bool) -> list[Any]:
        pairs = zip(self._operators, rhs, strict=True)
        return [operator.solve(part, adjoint=adjoint) for operator, part in pairs]

    def _adjoint(self) -> LinearOperator:
        return LinearOperatorBlockDiag([part.adjoint() for part in self._operators], is_square=None)

    def _inverse(self) -> LinearOperator:
        if not self._has_square_parts:
            return super()._inverse()
        return LinearOperatorBlockDiag([part.inverse() for part in self._operators])

    def _cholesky(self) -> LinearOperator:
        if not all(part.is_positive_definite for part in self._operators):
            return super()._cholesky()
        return LinearOperatorBlockDiag([part.cholesky() for part in self._operators])

    def _times(self, right: LinearOperator) -> LinearOperator | None:
        if not isinstance(right, LinearOperatorBlockDiag):
            return None
        if self._sizes(False) != right._sizes(True):
            return None
        pairs = zip(self._operators, right._operators, strict=True)
        return LinearOperatorBlockDiag([left.matmul(r) for left, r in pairs], is_square=None)

    def _assert_positive_definite(self) -> None:
        if not self._has_square_parts:
            return super()._assert_positive_definite()
        for part in self._operators:
            part.assert_positive_definite()
        return None

    def _assert_self_adjoint(self) -> None:
        if not self._has_square_parts:
            return super()._assert_self_adjoint()
        for part in self._operators:
            part.assert_self_adjoint()
        return None


class LinearOperatorBlockLowerTriangular(_Blocks):
    """Operators in the lower triangle of a matrix of blocks: `[[A], [B, C], [D, E, F]]`.

    >>> one = tf.linalg.LinearOperatorIdentity(1)
    >>> two = tf.linalg.LinearOperatorFullMatrix([[5.0]])
    >>> tf.linalg.LinearOperatorBlockLowerTriangular([[one], [two, one]]).to_dense()
    <tf.Tensor: shape=(2, 2), dtype=float32, numpy=
    array([[1., 0.],
           [5., 1.]], dtype=float32)>
    """

    def __init__(
        self,
        operators: Sequence[Sequence[LinearOperator]],
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str = "LinearOperatorBlockLowerTriangular",
    ):
        self._operators = [list(row) for row in operators]
        dtype = self._checked_dtype()
        if is_non_singular is None:
            is_non_singular = all_true([part.is_non_singular for part in self._diagonal()])
        if is_square is None:
            is_square = all_true([part.is_square for part in self._diagonal()])
        super().__init__(
            dtype, None, is_non_singular, is_self_adjoint, is_positive_definite, is_square, name
        )

    def _checked_dtype(self) -> DType:
        owner = "LinearOperatorBlockLowerTriangular"
        rows = self._operators
        if [len(row) for row in rows] != list(range(1, len(rows) + 1)):
            raise ValueError(
                f"{owner}: row i of the blocks needs i + 1 operators, given rows of "
                f"{[len(row) for row in rows]}."
            )
        for i, row in enumerate(rows):
            for j, part in enumerate(row):
                expected = (row[-1].range_dimension, rows[j][j].domain_dimension)
                if part._dims[-2:] != expected:
                    raise ValueError(
                        f"{owner}: block ({i}, {j}) must have shape {list(expected)}, as the "
                        f"blocks of the diagonal have it; it has {part.shape}."
                    )
        return common_dtype([part for row in rows for part in row], owner)

    @property
    def operators(self) -> list[list[LinearOperator]]:
        """The operators of each row."""
        return [list(row) for row in self._operators]

    def _diagonal(self) -> list[LinearOperator]:
        return [row[-1] for row in self._operators]

    def _batches(self) -> tuple[int, ...]:
        return np.broadcast_shapes(*(part._batch for row in self._operators for part in row))

    def _block_matmul(self, x: list[Any], adjoint: bool) -> list[Any]:
        rows = self._operators
        if adjoint:
            below = [zip(rows[j:], x[j:], strict=True) for j in range(len(rows))]
            return [
                _sum([row[j].matmul(part, adjoint=True) for row, part in pairs])
                for j, pairs in enumerate(below)
            ]
        return [_sum([p.matmul(part) for p, part in zip(row, x, strict=False)]) for row in rows]

    def _block_solve(self, rhs: list[Any], adjoint: bool) -> list[Any]:
        """By substitution: forwards, or for the adjoint backwards."""
        count = len(self._operators)
        found: dict[int, Any] = {}
        for i in reversed(range(count)) if adjoint else range(count):
            rest = rhs[i]
            for j, known in found.items():
                row, column = (j, i) if adjoint else (i, j)
                block = self._operators[row][column]
                rest = subtract(rest, block.matmul(known, adjoint=adjoint))
            found[i] = self._operators[i][i].solve(rest, adjoint=adjoint)
        return [found[i] for i in range(count)]

    def _inverse(self) -> LinearOperator:
        if not self._has_square_parts:
            return super()._inverse()
        rows: list[list[LinearOperator]] = []
        for i, row in enumerate(self._operators):
            last = row[-1].inverse()
            blocks = [LinearOperatorFullMatrix(self._inverse_block(rows, i, j)) for j in range(i)]
            rows.append([*blocks, last])
        return LinearOperatorBlockLowerTriangular(rows, is_non_singular=True)

    def _inverse_block(self, rows: list[list[LinearOperator]], i: int, j: int) -> Any:
        """Block (i, j) of the inverse, below the diagonal, from the rows of it above."""
        row = self._operators[i]
        terms = [row[k].matmul(rows[k][j].to_dense()) for k in range(j, i)]
        return negative(row[-1].solve(_sum(terms)))


def _sum(terms: Sequence[Any]) -> Any:
    return functools.reduce(add, terms)
