"""`LinearOperator`, the base of the classes of linear operators.

Everything has a general way through the dense matrix. A subclass says what it knows better, by the
underscored methods: `_matmul` or `_to_dense`, and then `_solve`, `_trace`, `_inverse` and so on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import jax
import numpy as np

from keratin._engine.dtype import DType, as_dtype
from keratin._engine.module import Module
from keratin._engine.shape import TensorShape
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.variable import Variable
from keratin.array import expand_dims, eye, squeeze
from keratin.debugging._asserts import Assert
from keratin.linalg._decomposition import cholesky, svd
from keratin.linalg._diagonal import adjoint as adjoint_of
from keratin.linalg._diagonal import diag_part
from keratin.linalg._eigen import eigvalsh
from keratin.linalg._function import det, slogdet
from keratin.linalg._operator_support import (
    Shape,
    bound_arguments,
    broadcast_batch,
    common_dtype,
    dims,
    log_det_of_triangular,
    put_together,
    same_batch,
    take_apart,
)
from keratin.linalg._product import matmul
from keratin.linalg._solve import cholesky_solve, solve
from keratin.math import (
    abs,
    add,
    equal,
    exp,
    greater,
    less,
    reduce_all,
    reduce_max,
    reduce_min,
    reduce_sum,
    truediv,
)


class LinearOperator(Module):
    """A matrix, or a batch of them, known by what it does instead of by its entries.

    `operator @ x`, `solve`, `determinant`, `trace` and the others use the structure of the matrix
    where there is one. `is_non_singular`, `is_self_adjoint`, `is_positive_definite` and
    `is_square` are promises of the caller (None: not known), which let a faster way be chosen.

    A subclass defines `_shape` and `_matmul` (or `_to_dense`), and by underscored methods of the
    public names whatever else it can do better than through the dense matrix.

    >>> operator = tf.linalg.LinearOperatorDiag([1.0, 2.0])
    >>> operator.matmul([[1.0], [1.0]])
    <tf.Tensor: shape=(2, 1), dtype=float32, numpy=
    array([[1.],
           [2.]], dtype=float32)>
    >>> operator.determinant()
    <tf.Tensor: shape=(), dtype=float32, numpy=2.0>
    """

    # Of each argument that is a tensor, how many trailing dimensions belong to the matrix.
    _matrix_ndims: ClassVar[dict[str, int]] = {}

    # Every class of operators by name: adjoints, inverses, products are of another class.
    _classes: ClassVar[dict[str, Any]] = {}

    # What a module looks for variables in is what the operator holds, not what it was given.
    _TF_MODULE_IGNORED_PROPERTIES = frozenset({"_arguments", "_graph_parents"})

    _arguments: dict[str, Any]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        LinearOperator._classes.setdefault(cls.__name__, cls)
        if cls.__module__.startswith("keratin.linalg."):
            jax.tree_util.register_pytree_node(cls, take_apart, put_together)

    def __new__(cls, *args: Any, **kwargs: Any) -> LinearOperator:
        self = super().__new__(cls)
        object.__setattr__(self, "_arguments", bound_arguments(cls, args, kwargs))
        return self

    def __init__(
        self,
        dtype: Any,
        graph_parents: Sequence[Any] | None = None,
        is_non_singular: bool | None = None,
        is_self_adjoint: bool | None = None,
        is_positive_definite: bool | None = None,
        is_square: bool | None = None,
        name: str | None = None,
        parameters: dict[str, Any] | None = None,
    ):
        super().__init__()
        if is_positive_definite:
            if is_non_singular is False:
                raise ValueError("A positive definite matrix is always non-singular.")
            is_non_singular = True
        if is_non_singular or is_self_adjoint:
            if is_square is False:
                raise ValueError("A non-singular or self-adjoint matrix is always square.")
            is_square = True
        self._dtype = as_dtype(dtype)
        self._graph_parents = tuple(graph_parents or ())
        self._is_non_singular = is_non_singular
        self._is_self_adjoint = is_self_adjoint
        self._is_positive_definite = is_positive_definite
        self._is_square = is_square
        self._label = name or type(self).__name__
        if parameters is not None:
            object.__setattr__(self, "_arguments", dict(parameters))

    # What it is

    @property
    def name(self) -> str:
        """The name given to this operator."""
        return self._label

    @property
    def dtype(self) -> DType:
        """The dtype of the entries, and of what is multiplied."""
        return self._dtype

    @property
    def parameters(self) -> dict[str, Any]:
        """The arguments this operator was made with."""
        return dict(self._arguments)

    @property
    def graph_parents(self) -> list[Any]:
        """The tensors given as `graph_parents`, of older programs."""
        return list(self._graph_parents)

    @property
    def is_non_singular(self) -> bool | None:
        """Whether the matrix has an inverse; None if not known."""
        return self._is_non_singular

    @property
    def is_self_adjoint(self) -> bool | None:
        """Whether the matrix equals its adjoint; None if not known."""
        return self._is_self_adjoint

    @property
    def is_positive_definite(self) -> bool | None:
        """Whether x^H A x has a positive real part for every x but 0; None if not known."""
        return self._is_positive_definite

    @property
    def is_square(self) -> bool:
        """Whether there are as many rows as columns."""
        square = self.domain_dimension == self.range_dimension
        if self._is_square is not None and self._is_square != square:
            raise ValueError(
                f"{self.name}: is_square={self._is_square} was given, but the shape of the "
                f"operator is {self.shape}."
            )
        return square

    def _shape(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define _shape.")

    @property
    def shape(self) -> TensorShape:
        """The shape `[..., M, N]` of the matrix or batch of matrices."""
        return TensorShape(self._shape())

    @property
    def batch_shape(self) -> TensorShape:
        """The shape without its last two dimensions."""
        return TensorShape(self._dims[:-2])

    @property
    def tensor_rank(self) -> int:
        """The number of dimensions, those of the batch included."""
        return len(self._dims)

    @property
    def domain_dimension(self) -> int:
        """The number of columns: the length of what the operator is applied to."""
        return self._dims[-1]

    @property
    def range_dimension(self) -> int:
        """The number of rows: the length of what the operator gives."""
        return self._dims[-2]

    @property
    def _dims(self) -> Shape:
        return dims(self)

    @property
    def _batch(self) -> Shape:
        return self._dims[:-2]

    def shape_tensor(self, name: str = "shape_tensor") -> Tensor:
        """The shape as an int32 tensor."""
        return convert_to_tensor(np.array(self._dims, np.int32))

    def batch_shape_tensor(self, name: str = "batch_shape_tensor") -> Tensor:
        """The batch shape as an int32 tensor."""
        return convert_to_tensor(np.array(self._batch, np.int32))

    def tensor_rank_tensor(self, name: str = "tensor_rank_tensor") -> Tensor:
        """The number of dimensions as an int32 tensor."""
        return convert_to_tensor(np.array(self.tensor_rank, np.int32))

    def domain_dimension_tensor(self, name: str = "domain_dimension_tensor") -> Tensor:
        """The number of columns as an int32 tensor."""
        return convert_to_tensor(np.array(self.domain_dimension, np.int32))

    def range_dimension_tensor(self, name: str = "range_dimension_tensor") -> Tensor:
        """The number of rows as an int32 tensor."""
        return convert_to_tensor(np.array(self.range_dimension, np.int32))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}: shape={self.shape}, dtype={self.dtype.name}>"

    def __getitem__(self, slices: Any) -> LinearOperator:
        """The operator of a part of the batch, as a tensor of shape `batch_shape` is sliced."""
        slices = slices if isinstance(slices, tuple) else (slices,)
        if not any(part is Ellipsis for part in slices):
            slices = (*slices, Ellipsis)
        sliced = {
            name: self._sliced(name, value, slices) for name, value in self._arguments.items()
        }
        return type(self)(**sliced)

    def _sliced(self, name: str, value: Any, slices: tuple[Any, ...]) -> Any:
        if value is None:
            return None
        if isinstance(value, LinearOperator):
            return value._broadcast(self._batch)[slices]
        if name == "operators":
            return [self._sliced(name, part, slices) for part in value]
        if name == "batch_shape":
            return np.empty(self._batch, bool)[slices].shape
        if name not in self._matrix_ndims:
            return value
        ndims = self._matrix_ndims[name]
        value = broadcast_batch(convert_to_tensor(value, dtype_hint=self.dtype), self._batch, ndims)
        return value[(*slices, *[slice(None)] * ndims)]

    def _broadcast(self, batch_shape: Shape) -> LinearOperator:
        """This operator with its batch broadcast to `batch_shape`."""
        if self._batch == batch_shape:
            return self
        changed = dict(self._arguments)
        for name, value in changed.items():
            if isinstance(value, LinearOperator) or name == "operators":
                changed[name] = _broadcast_all(value, batch_shape)
            elif name == "batch_shape":
                changed[name] = batch_shape
            elif name in self._matrix_ndims and value is not None:
                tensor = convert_to_tensor(value, dtype_hint=self.dtype)
                changed[name] = broadcast_batch(tensor, batch_shape, self._matrix_ndims[name])
        return type(self)(**changed)

    # What it does to vectors and matrices

    def matmul(
        self, x: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "matmul"
    ) -> Any:
        """This operator times `x`, a tensor `[..., N, R]` or another operator.

        `adjoint` takes the adjoint of this operator first, `adjoint_arg` that of `x`.
        """
        if isinstance(x, LinearOperator):
            left = self.adjoint() if adjoint else self
            return compose(left, x.adjoint() if adjoint_arg else x)
        x = self._argument(x, -1 if adjoint_arg else -2, adjoint, "matmul")
        return self._matmul(x, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def __matmul__(self, other: Any) -> Any:
        return self.matmul(other)

    def matvec(self, x: Any, adjoint: bool = False, name: str = "matvec") -> Any:
        """This operator times the vector, or batch of vectors, `x` of shape `[..., N]`."""
        return self._matvec(self._argument(x, -1, adjoint, "matvec"), adjoint=adjoint)

    def solve(
        self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False, name: str = "solve"
    ) -> Any:
        """The `x` for which this operator times `x` is `rhs`, a tensor `[..., M, R]`.

        `rhs` may be another operator: the answer is then an operator as well.
        """
        self._require_invertible("Exact solve")
        if isinstance(rhs, LinearOperator):
            left = self.adjoint() if adjoint else self
            return compose(left.inverse(), rhs.adjoint() if adjoint_arg else rhs)
        rhs = self._argument(rhs, -1 if adjoint_arg else -2, not adjoint, "solve")
        return self._solve(rhs, adjoint=adjoint, adjoint_arg=adjoint_arg)

    def solvevec(self, rhs: Any, adjoint: bool = False, name: str = "solve") -> Any:
        """The `x` for which this operator times `x` is the vector `rhs` of shape `[..., M]`."""
        self._require_invertible("Exact solve")
        return self._solvevec(self._argument(rhs, -1, not adjoint, "solvevec"), adjoint=adjoint)

    def _argument(self, x: Any, axis: int, by_rows: bool, method: str) -> Any:
        """`x` as a tensor whose dimension `axis` fits the columns, or the rows, of the operator."""
        if not isinstance(x, (Tensor, Variable)):
            x = convert_to_tensor(x, dtype=self.dtype)
        if x.dtype != self.dtype:
            raise TypeError(
                f"{self.name}.{method}: the operator is {self.dtype.name}, the argument "
                f"{x.dtype.name}. Write tf.cast(x, tf.{self.dtype.name})."
            )
        expected = self.range_dimension if by_rows else self.domain_dimension
        shape = dims(x)
        if len(shape) < (1 if method.endswith("vec") else 2) or shape[axis] != expected:
            raise ValueError(
                f"{self.name}.{method}: the operator has shape {self.shape}, so dimension {axis} "
                f"of the argument must be {expected}; given shape {x.shape}."
            )
        return x

    def _require_invertible(self, what: str) -> None:
        self._require_square(what)
        if self.is_non_singular is False:
            raise NotImplementedError(
                f"{what} not implemented for an operator that is expected to be singular."
            )

    def _require_square(self, what: str) -> None:
        if not self.is_square:
            raise NotImplementedError(
                f"{what} not implemented for an operator that is expected to not be square. "
                f"The shape of {self.name} is {self.shape}."
            )

    def _matmul(self, x: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        return matmul(self.to_dense(), x, adjoint_a=adjoint, adjoint_b=adjoint_arg)

    def _matvec(self, x: Any, adjoint: bool = False) -> Any:
        return squeeze(self.matmul(expand_dims(x, -1), adjoint=adjoint), -1)

    def _solve(self, rhs: Any, adjoint: bool = False, adjoint_arg: bool = False) -> Any:
        matrix, rhs = same_batch(self.to_dense(), adjoint_of(rhs) if adjoint_arg else rhs)
        if self._has_cholesky:
            return cholesky_solve(cholesky(matrix), rhs)
        return solve(matrix, rhs, adjoint=adjoint)

    def _solvevec(self, rhs: Any, adjoint: bool = False) -> Any:
        return squeeze(self.solve(expand_dims(rhs, -1), adjoint=adjoint), -1)

    @property
    def _has_cholesky(self) -> bool:
        return bool(self.is_self_adjoint and self.is_positive_definite)

    # Its entries and its numbers

    def to_dense(self, name: str = "to_dense") -> Any:
        """The matrix itself, as a tensor `[..., M, N]`."""
        return self._to_dense()

    def _to_dense(self) -> Any:
        if type(self)._matmul is LinearOperator._matmul:
            raise NotImplementedError(f"{type(self).__name__} must define _matmul or _to_dense.")
        identity = eye(self.domain_dimension, batch_shape=self._batch, dtype=self.dtype)
        return self.matmul(identity)

    def diag_part(self, name: str = "diag_part") -> Any:
        """The diagonal, of shape `[..., min(M, N)]`."""
        return self._diag_part()

    def _diag_part(self) -> Any:
        return diag_part(self.to_dense())

    def trace(self, name: str = "trace") -> Any:
        """The sum of the diagonal."""
        return self._trace()

    def _trace(self) -> Any:
        return reduce_sum(self.diag_part(), axis=-1)

    def add_to_tensor(self, x: Any, name: str = "add_to_tensor") -> Any:
        """The matrix plus `x`."""
        if not isinstance(x, (Tensor, Variable)):
            x = convert_to_tensor(x, dtype=self.dtype)
        return self._add_to_tensor(x)

    def _add_to_tensor(self, x: Any) -> Any:
        return add(self.to_dense(), x)

    def determinant(self, name: str = "det") -> Any:
        """The determinant of each matrix of the batch."""
        self._require_square("Determinant")
        return self._determinant()

    def _determinant(self) -> Any:
        if self._has_cholesky:
            return exp(self.log_abs_determinant())
        return det(self.to_dense())

    def log_abs_determinant(self, name: str = "log_abs_det") -> Any:
        """The logarithm of the absolute value of the determinant."""
        self._require_square("Determinant")
        return self._log_abs_determinant()

    def _log_abs_determinant(self) -> Any:
        if self._has_cholesky:
            return log_det_of_triangular(cholesky(self.to_dense())) * 2
        return slogdet(self.to_dense())[1]

    def eigvals(self, name: str = "eigvals") -> Any:
        """The eigenvalues; for self-adjoint operators only."""
        if not self.is_self_adjoint:
            raise NotImplementedError(
                f"{self.name}: only self-adjoint matrices are supported. Give "
                "is_self_adjoint=True if this one is, else use "
                "tf.linalg.eigvals(operator.to_dense())."
            )
        return self._eigvals()

    def _eigvals(self) -> Any:
        return eigvalsh(self.to_dense())

    def cond(self, name: str = "cond") -> Any:
        """The condition number: the largest singular value over the smallest."""
        return self._cond()

    def _cond(self) -> Any:
        if self.is_self_adjoint:
            values = abs(self.eigvals())
        else:
            values = svd(self.to_dense(), compute_uv=False)
        return truediv(reduce_max(values, axis=-1), reduce_min(values, axis=-1))

    # Operators made from it

    def adjoint(self, name: str = "adjoint") -> LinearOperator:
        """The operator of the transposed, conjugated matrix."""
        return self if self.is_self_adjoint else self._adjoint()

    H = property(adjoint, doc="The operator of the transposed, conjugated matrix.")

    def _adjoint(self) -> LinearOperator:
        return self._classes["LinearOperatorAdjoint"](self)

    def inverse(self, name: str = "inverse") -> LinearOperator:
        """The operator of the inverse matrix."""
        if not self.is_square:
            raise ValueError(
                "Cannot take the Inverse: This operator represents a non square matrix. "
                f"Its shape is {self.shape}."
            )
        if self.is_non_singular is False:
            raise ValueError("Cannot take the Inverse: This operator represents a singular matrix.")
        return self._inverse()

    def _inverse(self) -> LinearOperator:
        return self._classes["LinearOperatorInversion"](self)

    def cholesky(self, name: str = "cholesky") -> LinearOperator:
        """The lower triangular operator L for which L times its adjoint is this operator."""
        if not self._has_cholesky:
            raise ValueError(
                "Cannot take the Cholesky decomposition: Not a positive definite self adjoint "
                "matrix. Give is_positive_definite=True and is_self_adjoint=True if this one is."
            )
        return self._cholesky()

    def _cholesky(self) -> LinearOperator:
        return self._classes["LinearOperatorLowerTriangular"](
            cholesky(self.to_dense()), is_non_singular=True, is_self_adjoint=False, is_square=True
        )

    def _times(self, right: LinearOperator) -> LinearOperator | None:
        """`self @ right` where the product has a structure of its own."""
        return None

    def _after(self, left: LinearOperator) -> LinearOperator | None:
        """`left @ self` where the product has a structure of its own."""
        return None

    # Checks

    def assert_non_singular(self, name: str = "assert_non_singular") -> None:
        """Raise InvalidArgumentError unless the matrix has an inverse, to working precision."""
        self._assert_non_singular()

    def _assert_non_singular(self) -> None:
        largest = max(self.domain_dimension, self.range_dimension, 100)
        epsilon = np.finfo(self.dtype.real_dtype.as_numpy_dtype).eps
        self._assert(
            less(self.cond(), float(1 / (largest * epsilon))),
            "is singular, up to the precision of its dtype",
        )

    def assert_positive_definite(self, name: str = "assert_positive_definite") -> None:
        """Raise InvalidArgumentError unless x^H A x is positive for every x but 0."""
        self._assert_positive_definite()

    def _assert_positive_definite(self) -> None:
        matrix = self.to_dense()
        values = eigvalsh(add(matrix, adjoint_of(matrix)))
        self._assert(greater(values, 0), "is not positive definite")

    def assert_self_adjoint(self, name: str = "assert_self_adjoint") -> None:
        """Raise InvalidArgumentError unless the matrix equals its adjoint."""
        self._assert_self_adjoint()

    def _assert_self_adjoint(self) -> None:
        matrix = self.to_dense()
        self._assert(equal(matrix, adjoint_of(matrix)), "is not equal to its adjoint")

    def _assert(self, holds: Any, problem: str) -> None:
        Assert(reduce_all(holds), [f"The matrix of {self.name} {problem}. Shape: {self.shape}"])


def _broadcast_all(value: Any, batch_shape: Shape) -> Any:
    """An operator, or nested lists of them, with the batch broadcast."""
    if isinstance(value, LinearOperator):
        return value._broadcast(batch_shape)
    return [_broadcast_all(part, batch_shape) for part in value]


def compose(left: LinearOperator, right: LinearOperator) -> LinearOperator:
    """The operator of the product of two, of the simplest kind there is."""
    if left.domain_dimension != right.range_dimension:
        raise ValueError(
            f"Operators are incompatible: {left.name} has shape {left.shape}, so the other must "
            f"have {left.domain_dimension} rows; {right.name} has shape {right.shape}."
        )
    common_dtype([left, right], "matmul")
    product = left._times(right)
    if product is None:
        product = right._after(left)
    if product is None:
        product = LinearOperator._classes["LinearOperatorComposition"]([left, right])
    return product
