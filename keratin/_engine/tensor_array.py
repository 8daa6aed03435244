"""The tensor array: a list of tensors of one dtype, for loops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from keratin._engine import errors
from keratin._engine.block import array_of
from keratin._engine.dtype import DType, as_dtype
from keratin._engine.kernel import Kernel, apply
from keratin._engine.loop import known_capacity
from keratin._engine.operators import operators
from keratin._engine.shape import TensorShape
from keratin._engine.spec import TensorSpec, TypeSpec
from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced, wrap


def _write(buffer: Any, index: Any, value: Any) -> Any:
    return jax.lax.dynamic_update_index_in_dim(buffer, value, index, 0)


def _read(buffer: Any, index: Any) -> Any:
    return jax.lax.dynamic_index_in_dim(buffer, index, 0, keepdims=False)


_WRITE = Kernel("TensorArray.write", _write)
_READ = Kernel("TensorArray.read", _read)


class TensorArray:
    """A list of tensors that is written and read by index.

    `write` and its kin return the array to go on with. In a compiled loop the size must be known:
    give `size`, or write within a loop whose number of rounds is known.

    >>> array = tf.TensorArray(tf.float32, size=2)
    >>> array = array.write(0, 1.0).write(1, 2.0)
    >>> array.stack().numpy()
    array([1., 2.], dtype=float32)
    """

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ):
        if handle is not None or flow is not None:
            raise ValueError("TensorArray: handle and flow belong to TensorFlow's graphs")
        self._dtype = as_dtype(dtype)
        self._dynamic = bool(dynamic_size)
        self._clear = True if clear_after_read is None else clear_after_read
        self._infer_shape = infer_shape
        self._shape = TensorShape(element_shape)
        self._items: list[Tensor | None] | None = [None] * _length(size)
        self._buffer: Tensor | None = None

    @property
    def dtype(self) -> DType:
        """The dtype of the elements."""
        return self._dtype

    @property
    def dynamic_size(self) -> bool:
        """Whether the array grows when written behind its end."""
        return self._dynamic

    @property
    def element_shape(self) -> TensorShape:
        """What is known of the shape of an element."""
        if self._buffer is not None:
            return TensorShape(self._buffer._value.shape[1:])
        return self._shape

    @property
    def flow(self) -> None:
        """None: there is no graph for order to flow through."""
        return None

    @property
    def handle(self) -> None:
        """None: there is no handle."""
        return None

    def size(self, name: str | None = None) -> Tensor:
        """The number of elements."""
        return convert_to_tensor(self._size(), dtype=np.int32)

    def _size(self) -> int:
        if self._buffer is not None:
            return int(self._buffer._value.shape[0])
        assert self._items is not None
        return len(self._items)

    def identity(self) -> TensorArray:
        """The array itself."""
        return self

    def close(self, name: str | None = None) -> None:
        """Forget the elements."""
        self._items, self._buffer = [], None

    def grad(self, source: str, flow: Any = None, name: str | None = None) -> TensorArray:
        """Refused: tapes differentiate through tensor arrays by themselves."""
        raise errors.UnimplementedError(
            "TensorArray.grad: use tf.GradientTape, which sees through tensor arrays"
        )

    # Elements

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array with `value` at `index`."""
        tensor = convert_to_tensor(value, dtype_hint=self._dtype)
        self._check(tensor)
        place = _known_index(index)
        if self._buffer is None and place is not None:
            return self._written(place, tensor)
        return self._staged_write(index, place, tensor)

    def _written(self, place: int, tensor: Tensor) -> TensorArray:
        assert self._items is not None
        if place < 0 or (place >= len(self._items) and not self._dynamic):
            raise errors.OutOfRangeError(
                f"TensorArray.write: index {place} is outside of the size {len(self._items)}. "
                "Give a larger size, or dynamic_size=True."
            )
        result = self._like()
        result._items = [*self._items, *[None] * (place + 1 - len(self._items))]
        result._items[place] = tensor
        # Eagerly the array changes in place, as code that drops the result expects.
        if not is_traced(tensor._value):
            self._items = result._items
        return result

    def _staged_write(self, index: Any, place: int | None, tensor: Tensor) -> TensorArray:
        size = self._size()
        if self._dynamic and self._buffer is None:
            size = max(size, known_capacity() or 0)
        if size == 0:
            raise errors.InvalidArgumentError(
                "TensorArray.write: the size must be known in a compiled loop. Make the array with "
                "size=n (the greatest number of elements), or loop over a range of known length. "
                f"At {errors.user_location()}."
            )
        if place is not None and place >= size:
            raise errors.OutOfRangeError(
                f"TensorArray.write: index {place} is outside of the size {size}"
            )
        buffer = self._allocated(size, tensor) if self._buffer is None else self._buffer
        at = convert_to_tensor(index, dtype_hint=np.dtype(np.int32))
        result = self._like()
        arrays = [array_of(buffer), array_of(at), array_of(tensor)]
        result._items, result._buffer = None, apply(_WRITE, [buffer, at, tensor], arrays)
        return result

    def _allocated(self, size: int, example: Tensor) -> Tensor:
        """A buffer of the elements so far, zeros elsewhere."""
        shape, dtype = tuple(example._value.shape), example._value.dtype
        items = [] if self._items is None else self._items
        if any(item is not None for item in items):
            zeros = wrap(np.zeros(shape, dtype))
            full = [item if item is not None else zeros for item in items]
            buffer: Tensor = operators.stack([*full, *[zeros] * (size - len(full))])
            return buffer
        return wrap(np.zeros((size, *shape), dtype))

    def read(self, index: Any, name: str | None = None) -> Tensor:
        """The element at `index`."""
        place = _known_index(index)
        if self._buffer is None and place is not None:
            return self._item(place)
        buffer = self._buffer
        if buffer is None:
            buffer = self.stack()
        at = convert_to_tensor(index, dtype_hint=np.dtype(np.int32))
        element: Tensor = apply(_READ, [buffer, at], [array_of(buffer), array_of(at)])
        return element

    def _item(self, place: int) -> Tensor:
        assert self._items is not None
        if not 0 <= place < len(self._items):
            raise errors.OutOfRangeError(
                f"TensorArray.read: index {place} is outside of the size {len(self._items)}"
            )
        item = self._items[place]
        if item is None:
            example = next((other for other in self._items if other is not None), None)
            if example is None and not self._shape.is_fully_defined():
                raise errors.InvalidArgumentError(
                    f"TensorArray.read: nothing was written at index {place}, and the shape of an "
                    "element is not known"
                )
            shape = tuple(example.shape if example is not None else self._shape.as_list())
            return wrap(jax.numpy.zeros(shape, self._dtype.numpy_dtype))
        return item

    # The whole

    def stack(self, name: str | None = None) -> Tensor:
        """All elements as one tensor, along a new first axis."""
        if self._buffer is not None:
            return self._buffer
        assert self._items is not None
        if not self._items:
            shape = [0, *(self._shape.as_list() if self._shape.is_fully_defined() else [])]
            return convert_to_tensor(np.zeros(shape, self._dtype.numpy_dtype))
        stacked: Tensor = operators.stack([self._item(place) for place in range(self._size())])
        return stacked

    def concat(self, name: str | None = None) -> Tensor:
        """All elements joined along their first axis."""
        joined: Tensor = operators.concat(
            [self.read(place) for place in range(self._size())], axis=0
        )
        return joined

    def gather(self, indices: Any, name: str | None = None) -> Tensor:
        """The elements at `indices` as one tensor."""
        gathered: Tensor = operators.gather(self.stack(), indices)
        return gathered

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """An array of the parts of `value` along its first axis."""
        tensor = convert_to_tensor(value, dtype_hint=self._dtype)
        self._check(tensor, whole=True)
        result = self._like()
        if is_traced(tensor._value):
            result._items, result._buffer = None, tensor
        else:
            result._items = list(operators.unstack(tensor))
            self._items = result._items
        return result

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array with the parts of `value` at `indices`."""
        result = self
        places = operators.unstack(convert_to_tensor(indices))
        parts = operators.unstack(convert_to_tensor(value, dtype_hint=self._dtype))
        for place, part in zip(places, parts, strict=True):
            result = result.write(place, part)
        return result

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        """An array of pieces of `value`, of these lengths along its first axis."""
        result = self._like()
        pieces = operators.split(convert_to_tensor(value, dtype_hint=self._dtype), lengths)
        result._items = list(pieces)
        self._items = result._items
        return result

    def _check(self, tensor: Tensor, whole: bool = False) -> None:
        if tensor.dtype != self._dtype:
            raise ValueError(
                f"TensorArray: the array holds {self._dtype.name}, the value is "
                f"{tensor.dtype.name}. Add a tf.cast."
            )
        shape = TensorShape(tensor._value.shape[1:] if whole else tensor._value.shape)
        expected = self.element_shape
        if expected.rank is None and self._items and self._infer_shape:
            example = next((item for item in self._items if item is not None), None)
            expected = TensorShape(None) if example is None else example.shape
        if self._infer_shape and not expected.is_compatible_with(shape):
            raise ValueError(
                f"TensorArray: the elements have shape {expected}, the value has {shape}"
            )

    def _like(self) -> TensorArray:
        other = TensorArray.__new__(TensorArray)
        other.__dict__.update(self.__dict__)
        return other

    def allocated(self, written: Sequence[TensorArray]) -> TensorArray:
        """The array with a buffer that can hold what was written to any of `written`."""
        if self._buffer is not None:
            return self
        elements = [element for array in written if (element := array._example()) is not None]
        if not elements:
            return self
        result = self._like()
        size = max(array._size() for array in written)
        result._items, result._buffer = None, self._allocated(size, elements[0])
        return result

    def _example(self) -> Tensor | None:
        """A tensor of the dtype and shape of the elements, if one is known."""
        if self._buffer is not None:
            value = self._buffer._value
            return wrap(np.zeros(value.shape[1:], value.dtype))
        item = next((item for item in self._items or [] if item is not None), None)
        if item is None:
            return None
        return wrap(np.zeros(item._value.shape, item._value.dtype))

    def __keratin_start__(self, now: Any) -> TensorArray:
        """The array to start a compiled loop with, given what it is after a round."""
        if self._buffer is not None or not isinstance(now, TensorArray) or now._buffer is None:
            return self
        result = self._like()
        shape, dtype = now._buffer._value.shape, now._buffer._value.dtype
        example = wrap(np.zeros(shape[1:], dtype))
        result._items, result._buffer = None, self._allocated(shape[0], example)
        return result

    def __repr__(self) -> str:
        return f"<tf.TensorArray size={self._size()} dtype={self._dtype.name}>"


def _length(size: Any) -> int:
    if size is None:
        return 0
    place = _known_index(size)
    if place is None:
        raise errors.InvalidArgumentError(
            "TensorArray: the size must be known while a function is traced. Give a Python number "
            f"or x.shape[0]. At {errors.user_location()}."
        )
    return place


def _known_index(index: Any) -> int | None:
    if isinstance(index, Tensor) and is_traced(index._value):
        return None
    return int(index)


def _flatten(array: TensorArray) -> tuple[Sequence[Any], Any]:
    fixed = (array._dtype, array._dynamic, array._clear, array._infer_shape, array._shape)
    if array._buffer is not None:
        return (array._buffer,), (fixed, None)
    assert array._items is not None
    present = tuple([item is not None for item in array._items])
    return tuple([item for item in array._items if item is not None]), (fixed, present)


def _unflatten(fixed: Any, children: Sequence[Any]) -> TensorArray:
    array = TensorArray.__new__(TensorArray)
    (array._dtype, array._dynamic, array._clear, array._infer_shape, array._shape), present = fixed
    if present is None:
        array._items, array._buffer = None, children[0]
    else:
        rest = iter(children)
        array._items, array._buffer = [next(rest) if p else None for p in present], None
    return array


jax.tree_util.register_pytree_node(TensorArray, _flatten, _unflatten)


class TensorArraySpec(TypeSpec):
    """The type of a `tf.TensorArray`.

    >>> tf.TensorArraySpec([2], tf.float32)
    TensorArraySpec(TensorShape([2]), tf.float32, False, True)
    """

    def __init__(
        self,
        element_shape: Any = None,
        dtype: Any = "float32",
        dynamic_size: bool = False,
        infer_shape: bool = True,
    ):
        self._element_shape = TensorShape(element_shape)
        self._dtype = as_dtype(dtype)
        self._dynamic_size = dynamic_size
        self._infer_shape = infer_shape

    @property
    def value_type(self) -> type:
        """`tf.TensorArray`."""
        return TensorArray

    def _serialize(self) -> tuple[Any, ...]:
        return self._element_shape, self._dtype, self._dynamic_size, self._infer_shape

    @property
    def _component_specs(self) -> tuple[TensorSpec]:
        return (TensorSpec(TensorShape([None]) + self._element_shape, self._dtype),)

    def _to_components(self, value: TensorArray) -> tuple[Tensor]:
        return (value.stack(),)

    def _from_components(self, components: Any) -> TensorArray:
        array = TensorArray(
            self._dtype,
            size=len(components[0]),
            dynamic_size=self._dynamic_size,
            infer_shape=self._infer_shape,
            element_shape=self._element_shape,
        )
        return array.unstack(components[0])

    @classmethod
    def from_value(cls, value: TensorArray) -> TensorArraySpec:
        """The spec of an array."""
        return cls(value.element_shape, value.dtype, value.dynamic_size, value._infer_shape)
