"""`SparseTensor`: the places and the values of what is not zero."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine import errors
from keratin._engine.dtype import DType, DTypeLike, as_dtype
from keratin._engine.op import Array, T, op
from keratin._engine.shape import TensorShape, as_shape
from keratin._engine.spec import TensorSpec, TypeSpec
from keratin._engine.tensor import OBJECT, Tensor, convert_to_tensor, is_traced
from keratin.array._gathering import gather_nd


class SparseTensor:
    """A tensor of which only some values are held: those at `indices`; all others are 0.

    `indices` is [count, rank] of int64, in row-major order by convention (see
    `tf.sparse.reorder`), `values` is [count], `dense_shape` the shape as a vector of int64. A
    compiled function is compiled anew for another `dense_shape` or count.

    >>> x = tf.SparseTensor(indices=[[0, 1], [1, 0]], values=[5, 7], dense_shape=[2, 3])
    >>> tf.sparse.to_dense(x).numpy()
    array([[0, 5, 0],
           [7, 0, 0]], dtype=int32)
    """

    __slots__ = ("__weakref__", "_dense_shape", "_indices", "_shape", "_values")

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        self._indices = convert_to_tensor(indices, dtypes.int64)
        self._values = convert_to_tensor(values)
        self._dense_shape = convert_to_tensor(dense_shape, dtypes.int64)
        self._check()
        self._shape = _static_shape(self._dense_shape)

    def _check(self) -> None:
        indices, values = self._indices.shape, self._values.shape
        shape = self._dense_shape.shape
        if (indices.rank, values.rank, shape.rank) != (2, 1, 1) or (
            tuple(indices) != (values[0], shape[0])
        ):
            raise ValueError(
                f"SparseTensor: indices have the shape {indices}, values {values} and dense_shape "
                f"{shape}; expected [count, rank], [count] and [rank]. "
                f"At {errors.user_location()}."
            )

    @property
    def indices(self) -> Tensor:
        """Where the values are: one row for each of them.

        >>> tf.SparseTensor([[0, 1]], [5], [2, 3]).indices.numpy()
        array([[0, 1]])
        """
        return self._indices

    @property
    def values(self) -> Tensor:
        """The values.

        >>> tf.SparseTensor([[0, 1]], [5], [2, 3]).values.numpy()
        array([5], dtype=int32)
        """
        return self._values

    @property
    def dense_shape(self) -> Tensor:
        """The shape as a vector.

        >>> tf.SparseTensor([[0, 1]], [5], [2, 3]).dense_shape.numpy()
        array([2, 3])
        """
        return self._dense_shape

    @property
    def shape(self) -> TensorShape:
        """The shape; a size is None where it is known only when a function runs.

        >>> tf.SparseTensor([[0, 1]], [5], [2, 3]).shape
        TensorShape([2, 3])
        """
        return self._shape

    def get_shape(self) -> TensorShape:
        """The shape, as `shape` gives it.

        >>> tf.SparseTensor([[0, 1]], [5], [2, 3]).get_shape()
        TensorShape([2, 3])
        """
        return self._shape

    def set_shape(self, shape: Any) -> None:
        """Say more of the shape; raises where it contradicts what is known.

        >>> tf.SparseTensor([[0, 1]], [5], [2, 3]).set_shape([2, None])
        """
        self._shape = self._shape.merge_with(as_shape(shape))

    @property
    def dtype(self) -> DType:
        """The dtype of the values.

        >>> tf.SparseTensor([[0, 1]], [5], [2, 3]).dtype
        tf.int32
        """
        return self._values.dtype

    def with_values(self, new_values: Any) -> SparseTensor:
        """Other values at the same places.

        >>> tf.SparseTensor([[0, 1]], [5], [2, 3]).with_values([0.5]).values.numpy()
        array([0.5], dtype=float32)
        """
        return SparseTensor(self._indices, new_values, self._dense_shape)

    @classmethod
    def from_value(cls, sparse_tensor_value: Any) -> SparseTensor:
        """A sparse tensor of anything with `indices`, `values` and `dense_shape`.

        >>> x = tf.SparseTensor([[0, 1]], [5], [2, 3])
        >>> tf.SparseTensor.from_value(x).shape
        TensorShape([2, 3])
        """
        value = sparse_tensor_value
        if not all(hasattr(value, name) for name in ("indices", "values", "dense_shape")):
            raise TypeError(
                f"SparseTensor.from_value: given {value!r}, expected a SparseTensor or what has "
                "its indices, values and dense_shape."
            )
        return cls(value.indices, value.values, value.dense_shape)

    @property
    def _type_spec(self) -> SparseTensorSpec:
        return SparseTensorSpec(self._shape, self.dtype)

    def __repr__(self) -> str:
        return (
            f"SparseTensor(indices={self._indices!s}, values={self._values!s}, "
            f"dense_shape={self._dense_shape!s})"
        )


def _static_shape(dense_shape: Tensor) -> TensorShape:
    if is_traced(dense_shape._value):
        return TensorShape([None] * int(dense_shape._value.shape[0]))
    return TensorShape(np.asarray(dense_shape._value).tolist())


def _flatten(sparse: SparseTensor) -> tuple[tuple[Tensor, ...], TensorShape]:
    # A shape that is known stays known in a traced function: XLA needs it.
    parts = (sparse._indices, sparse._values)
    known = sparse._shape.is_fully_defined()
    return parts if known else (*parts, sparse._dense_shape), sparse._shape


def _unflatten(shape: TensorShape, parts: tuple[Any, ...]) -> SparseTensor:
    # No checks: JAX puts objects of its own in the place of arrays.
    sparse = SparseTensor.__new__(SparseTensor)
    sparse._indices, sparse._values, sparse._shape = parts[0], parts[1], shape
    sparse._dense_shape = (
        parts[2] if len(parts) == 3 else convert_to_tensor(np.array(shape.as_list(), np.int64))
    )
    return sparse


jax.tree_util.register_pytree_node(SparseTensor, _flatten, _unflatten)


class SparseTensorSpec(TypeSpec):
    """The shape and the dtype of a sparse tensor that is still to come.

    >>> tf.SparseTensorSpec([2, None], tf.int32)
    SparseTensorSpec(TensorShape([2, None]), tf.int32)
    """

    __slots__ = ("_dtype", "_shape")

    _composite_spec: ClassVar[bool] = True

    def __init__(self, shape: Any = None, dtype: DTypeLike = dtypes.float32) -> None:
        self._shape = as_shape(shape)
        self._dtype = as_dtype(dtype)

    @classmethod
    def from_value(cls, value: Any) -> SparseTensorSpec:
        """The spec of a sparse tensor.

        >>> tf.SparseTensorSpec.from_value(tf.SparseTensor([[0, 1]], [5], [2, 3]))
        SparseTensorSpec(TensorShape([2, 3]), tf.int32)
        """
        return SparseTensor.from_value(value)._type_spec

    @property
    def shape(self) -> TensorShape:
        """The shape, of which parts may be unknown."""
        return self._shape

    @property
    def dtype(self) -> DType:
        """The dtype of the values."""
        return self._dtype

    @property
    def value_type(self) -> type[SparseTensor]:
        """The class of the values: `tf.SparseTensor`."""
        return SparseTensor

    def _serialize(self) -> tuple[TensorShape, DType]:
        return self._shape, self._dtype

    @property
    def _component_specs(self) -> list[TensorSpec]:
        rank = self._shape.rank
        return [
            TensorSpec([None, rank], dtypes.int64),
            TensorSpec([None], self._dtype),
            TensorSpec([rank], dtypes.int64),
        ]

    def _to_components(self, value: Any) -> list[Tensor]:
        return [value.indices, value.values, value.dense_shape]

    def _from_components(self, components: Any) -> SparseTensor:
        return SparseTensor(*components)


@op(host=True)
def _places(tensor: Array) -> Array:
    """Where a tensor is not zero, in row-major order."""
    empty = np.array(b"", OBJECT) if tensor.dtype == OBJECT else np.zeros((), tensor.dtype)
    return np.argwhere(tensor != empty).astype(np.int64)


def from_dense(tensor: T, name: str | None = None) -> SparseTensor:
    """The sparse tensor of what is not zero. Not in compiled functions, where sizes are fixed.

    >>> tf.sparse.from_dense([[0, 5], [7, 0]]).indices.numpy()
    array([[0, 1],
           [1, 0]])
    """
    dense = convert_to_tensor(tensor)
    indices = _places(dense)
    return SparseTensor(indices, gather_nd(dense, indices), dense.shape.as_list())


@op(strings=True)
def _scattered(indices: Array, values: T, default: T, shape: tuple[int, ...]) -> T:
    """`default` everywhere but at the indices."""
    if isinstance(values, np.ndarray):
        dense = np.full(shape, default, OBJECT)
        dense[tuple(np.moveaxis(np.asarray(indices), -1, 0))] = values
        return dense
    at = tuple(jnp.moveaxis(indices, -1, 0))
    return jnp.broadcast_to(default, shape).at[at].set(values, mode="drop")


def to_dense(
    sp_input: SparseTensor,
    default_value: Any = None,
    validate_indices: bool = True,
    name: str | None = None,
) -> T:
    """The dense tensor: the values at their places, `default_value` (0) at all others.

    `validate_indices` raises where indices are out of order, repeated or out of bounds, unless
    they are known only when a compiled function runs.

    >>> x = tf.SparseTensor([[0, 1], [1, 0]], [5, 7], [2, 2])
    >>> tf.sparse.to_dense(x, default_value=-1).numpy()
    array([[-1,  5],
           [ 7, -1]], dtype=int32)
    """
    if not isinstance(sp_input, SparseTensor):
        raise TypeError(f"to_dense: given {type(sp_input).__name__}, expected a tf.SparseTensor.")
    shape = known_shape(sp_input, "to_dense")
    if validate_indices:
        _validate(sp_input, shape)
    if default_value is None:
        default_value = b"" if sp_input.dtype.kind == "string" else 0
    if sp_input.dtype.kind == "bool":
        default_value = bool(default_value)
    return _scattered(sp_input.indices, sp_input.values, default_value, shape)


def known_shape(sparse: SparseTensor, what: str) -> tuple[int, ...]:
    """The shape in numbers; raises where it is known only when a function runs."""
    if not sparse.shape.is_fully_defined():
        raise errors.InvalidArgumentError(
            f"{what}: dense_shape of the sparse tensor is computed when the function runs, and "
            "sizes are fixed in a compiled function. Pass the sparse tensor in as an argument, or "
            f"give it a constant dense_shape. At {errors.user_location()}."
        )
    return tuple(size or 0 for size in sparse.shape)


def _validate(sparse: SparseTensor, shape: tuple[int, ...]) -> None:
    array = sparse.indices._value
    if is_traced(array) or (isinstance(array, jax.Array) and array.platform() != "cpu"):
        return
    indices = np.asarray(array)
    bad = np.argwhere(((indices < 0) | (indices >= np.array(shape))).any(1))
    problem = f"is out of bounds of the shape {list(shape)}"
    if not bad.size:
        flat = indices @ np.array([math.prod(shape[i + 1 :]) for i in range(len(shape))], np.int64)
        bad = np.argwhere(np.diff(flat) <= 0) + 1
        problem = "is out of order or repeated; use tf.sparse.reorder, or validate_indices=False"
    if bad.size:
        row = int(bad[0, 0])
        raise errors.InvalidArgumentError(
            f"to_dense: indices[{row}] = {indices[row].tolist()} {problem}. "
            f"At {errors.user_location()}."
        )
