"""Indexed slices: some rows of a larger tensor, by their indices."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from keratin._engine.block import array_of
from keratin._engine.dtype import DType, as_dtype
from keratin._engine.kernel import Kernel, apply
from keratin._engine.shape import TensorShape
from keratin._engine.spec import TensorSpec, TypeSpec
from keratin._engine.tensor import Tensor, convert_to_tensor


class IndexedSlices:
    """Rows `values` that stand at `indices` of a tensor of shape `dense_shape`.

    >>> rows = tf.IndexedSlices([[1.0], [2.0]], [2, 0], [3, 1])
    >>> tf.convert_to_tensor(rows).numpy().ravel()
    array([2., 0., 1.], dtype=float32)
    """

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None):
        self._values = convert_to_tensor(values)
        self._indices = convert_to_tensor(indices)
        self._dense_shape = None if dense_shape is None else convert_to_tensor(dense_shape)

    @property
    def values(self) -> Tensor:
        """The rows."""
        return self._values

    @property
    def indices(self) -> Tensor:
        """Where the rows stand."""
        return self._indices

    @property
    def dense_shape(self) -> Tensor | None:
        """The shape of the whole tensor, if it is known."""
        return self._dense_shape

    @property
    def shape(self) -> TensorShape:
        """The static shape of the whole tensor."""
        if self._dense_shape is None:
            return TensorShape([None, *tuple(self._values.shape)[1:]])
        return TensorShape([int(size) for size in self._dense_shape.numpy()])

    @property
    def dtype(self) -> DType:
        """The dtype of the rows."""
        return self._values.dtype

    @property
    def _type_spec(self) -> IndexedSlicesSpec:
        known = self._dense_shape
        return IndexedSlicesSpec(
            self.shape,
            self.dtype,
            self._indices.dtype,
            None if known is None else known.dtype,
            self._indices.shape,
        )

    @property
    def name(self) -> str:
        """The name of the rows."""
        return self._values.name

    @property
    def device(self) -> str:
        """The device of the rows."""
        return self._values.device

    @property
    def graph(self) -> None:
        """None: there is no graph object."""
        return None

    @property
    def op(self) -> None:
        """None: there are no op objects."""
        return None

    def consumers(self) -> list[Any]:
        """An empty list: users of a value are not recorded."""
        return []

    def __neg__(self) -> IndexedSlices:
        return IndexedSlices(-self._values, self._indices, self._dense_shape)

    def __tf_tensor__(self, dtype: DType | None = None, name: str | None = None) -> Tensor:
        if self._dense_shape is None:
            raise ValueError(
                "IndexedSlices without dense_shape cannot become a tensor: the size of the whole "
                "is not known. Give dense_shape."
            )
        shape = tuple(self.shape.as_list())

        def fill(values: Any, indices: Any) -> Any:
            return jnp.zeros(shape, values.dtype).at[indices].add(values)

        parts = [self._values, self._indices]
        dense: Tensor = apply(
            Kernel("IndexedSlices", fill), parts, [array_of(part) for part in parts]
        )
        return dense

    def __repr__(self) -> str:
        return (
            f"IndexedSlices(indices={self._indices!r}, values={self._values!r}, "
            f"dense_shape={self._dense_shape!r})"
        )


def _flatten(slices: IndexedSlices) -> tuple[Any, Any]:
    return (slices._values, slices._indices, slices._dense_shape), None


def _unflatten(fixed: Any, children: Any) -> IndexedSlices:
    slices = IndexedSlices.__new__(IndexedSlices)
    slices._values, slices._indices, slices._dense_shape = children
    return slices


jax.tree_util.register_pytree_node(IndexedSlices, _flatten, _unflatten)


class IndexedSlicesSpec(TypeSpec):
    """The type of a `tf.IndexedSlices`.

    >>> tf.IndexedSlicesSpec([3, 1], tf.float32).value_type.__name__
    'IndexedSlices'
    """

    def __init__(
        self,
        shape: Any = None,
        dtype: Any = "float32",
        indices_dtype: Any = "int64",
        dense_shape_dtype: Any = None,
        indices_shape: Any = None,
    ):
        self._shape = TensorShape(shape)
        self._dtype = as_dtype(dtype)
        self._indices_dtype = as_dtype(indices_dtype)
        self._dense_shape_dtype = None if dense_shape_dtype is None else as_dtype(dense_shape_dtype)
        self._indices_shape = TensorShape([None] if indices_shape is None else indices_shape)

    @property
    def value_type(self) -> type:
        """`tf.IndexedSlices`."""
        return IndexedSlices

    def _serialize(self) -> tuple[Any, ...]:
        return (
            self._shape,
            self._dtype,
            self._indices_dtype,
            self._dense_shape_dtype,
            self._indices_shape,
        )

    @property
    def _component_specs(self) -> tuple[TensorSpec, ...]:
        values_shape = self._indices_shape + self._shape[1:]
        specs = [
            TensorSpec(values_shape, self._dtype),
            TensorSpec(self._indices_shape, self._indices_dtype),
        ]
        if self._dense_shape_dtype is not None:
            specs.append(TensorSpec([self._shape.rank], self._dense_shape_dtype))
        return tuple(specs)

    def _to_components(self, value: IndexedSlices) -> tuple[Tensor, ...]:
        parts = (value.values, value.indices, value.dense_shape)
        return tuple([part for part in parts if part is not None])

    def _from_components(self, components: Any) -> IndexedSlices:
        return IndexedSlices(*components)
