"""Indexing: `x[...]` and assignment to `v[...]`.

A key is first made a plan: for each axis where the part begins, how many elements it takes and how
far apart. The begins are run-time arguments of a kernel, all else selects it, so that `x[0]`,
`x[1]` and so on, or `x[i:i + 32]` for any i, are one compiled program. While a function is traced
they are constants in it, unless they are tensors.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.explain import explain
from keratin._engine.kernel import Kernel, Mover, OpKernel, finish
from keratin._engine.op import Array, Arrays, T, op
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced, wrap
from keratin._engine.variable import Variable
from keratin.array._gathering import boolean_mask
from keratin.array._support import host_value, library

# Plans


class Axis(NamedTuple):
    """What is taken of one axis: `size` elements, `step` apart, in reverse order if negative."""

    size: int
    step: int
    whole: bool  # all of it, in order

    @property
    def span(self) -> int:
        """The number of elements from the first to the last one taken."""
        return (self.size - 1) * abs(self.step) + 1 if self.size else 0


class Plan(NamedTuple):
    """A key for tensors of one shape; hashable. `begins` of whole axes are left out."""

    axes: tuple[Axis, ...]
    shape: tuple[int, ...]  # of the result


Begin = Any  # an int, or a scalar that is traced or on an accelerator


def _planned(shape: tuple[int, ...], key: tuple[Any, ...]) -> tuple[Plan, list[Begin]]:
    axes: list[Axis] = []
    result: list[int] = []
    begins: list[Begin] = []
    for item in _full_key(shape, key):
        if item is None:
            result.append(1)
            continue
        size = shape[len(axes)]
        if type(item) is builtins.slice:
            axis, begin = _range(item, size)
            result.append(axis.size)
        else:
            axis, begin = Axis(1, 1, False), _index(item, size, len(axes))
        if not axis.whole:
            begins.append(begin)
        axes.append(axis)
    return Plan(tuple(axes), tuple(result)), begins


_WHOLE = builtins.slice(None)


def _full_key(shape: tuple[int, ...], key: tuple[Any, ...]) -> list[Any]:
    """The key with one entry for each axis: an ellipsis, given or not, is written out."""
    before: list[Any] = []
    after: list[Any] = []
    part, count = before, 0
    for item in key:
        if item is Ellipsis:
            if part is after:
                refuse(f"the key {_text(key)} has two ellipses. Keep one; the other axes are known")
            part = after
            continue
        count += item is not None
        part.append(item)
    rank = len(shape)
    if count > rank:
        if not rank:
            refuse("a scalar has no axes to index. Its value is x itself")
        refuse(
            f"the key {_text(key)} has {count} indices, but the tensor, of shape {list(shape)}, "
            f"has {rank} axes"
        )
    return [*before, *[_WHOLE] * (rank - count), *after]


def _range(item: builtins.slice, size: int) -> tuple[Axis, int]:
    if item.start is None and item.stop is None and item.step is None:
        return Axis(size, 1, True), 0
    bounds = [
        bound if bound is None or type(bound) is int else _bound(bound)
        for bound in (item.start, item.stop, item.step)
    ]
    if bounds[2] == 0:
        refuse("the step of a slice is 0. Give a step of 1 or more, or a negative one")
    start, stop, step = builtins.slice(*bounds).indices(size)
    count = len(range(start, stop, step))
    first = start if step > 0 or not count else start + (count - 1) * step
    whole = count == size and step == 1
    return Axis(count, step, whole), first if count else 0


def _bound(value: Any) -> int:
    """A begin, end or step of a slice as an int."""
    array = value
    if isinstance(value, (Tensor, Variable)):
        array = value._read() if isinstance(value, Variable) else value._value
    if is_traced(array):
        refuse(
            "a bound of a slice is a tensor that is computed when the function runs, but the size "
            "of the part must be known while the function is traced. For a part of fixed size "
            "write tf.slice(x, [i], [size]); to leave elements out keep the shape, with tf.where "
            "or tf.sequence_mask"
        )
    found = np.asarray(array)
    if found.ndim or found.dtype.kind not in "iu":
        raise TypeError(_wrong_index(value))
    return int(found)


def _index(item: Any, size: int, axis: int) -> Begin:
    """An index counted from the front: an int where the value is known."""
    if type(item) is not int:
        item = scalar_index(item)
        if type(item) is not int:
            return item
    if not -size <= item < size:
        allowed = f"Indices from {-size} to {size - 1} exist" if size else "It is empty"
        refuse(f"index {item} is out of bounds for axis {axis}, of size {size}. {allowed}")
    return item + size if item < 0 else item


def scalar_index(item: Any) -> Begin:
    array = item
    if isinstance(item, (Tensor, Variable)):
        array = item._read() if isinstance(item, Variable) else item._value
    is_bool = isinstance(item, (bool, np.bool_))
    if is_bool or not isinstance(array, (int, np.integer, np.ndarray, jax.Array)):
        raise TypeError(_wrong_index(item))
    if not isinstance(array, int) and (array.ndim or array.dtype.kind not in "iu"):
        raise TypeError(_wrong_index(item))
    known = host_value(array)
    return array if known is None else int(known)


def _wrong_index(item: Any) -> str:
    given = (
        repr(item)
        if not hasattr(item, "shape")
        else (
            f"one of shape {list(item.shape)} and dtype {getattr(item.dtype, 'name', item.dtype)}"
        )
    )
    hint = "Write int(i) or tf.cast(i, tf.int32)"
    if _is_bool(item):
        hint = "A mask stands alone: x[mask] or tf.boolean_mask(x, mask, axis)"
    elif getattr(item, "shape", ()) != () or isinstance(item, (list, tuple)):
        hint = (
            "To pick several write tf.gather(x, indices, axis) or tf.gather_nd; "
            "tf.experimental.numpy arrays take index arrays"
        )
    return (
        "a tensor is indexed by integers, slices, `...`, None (tf.newaxis) and scalar integer "
        f"tensors; given {given}. {hint}"
    )


def refuse(message: str) -> NoReturn:
    raise errors.InvalidArgumentError(message)


def _text(key: tuple[Any, ...]) -> str:
    def entry(item: Any) -> str:
        if isinstance(item, builtins.slice):
            ends = [item.start, item.stop, *([] if item.step is None else [item.step])]
            return ":".join(["" if end is None else str(end) for end in ends])
        return "..." if item is Ellipsis else str(item)

    return f"[{', '.join([entry(item) for item in key])}]"


# Taking


def _begins(axes: Sequence[Axis], given: Sequence[Begin]) -> list[Begin]:
    """A begin for each axis: 0 for the whole ones."""
    rest = iter(given)
    return [0 if axis.whole else next(rest) for axis in axes]


def _from_front(begins: Sequence[Begin], shape: tuple[int, ...]) -> list[Begin]:
    """Indices that are not known may be negative: count them from the front."""
    return [
        begin if isinstance(begin, int) else jnp.where(begin < 0, begin + size, begin)
        for begin, size in zip(begins, shape, strict=True)
    ]


def taken(array: Any, plan: Plan, begins: Sequence[Begin]) -> Any:
    """The part of an array that a plan names."""
    axes, shape = plan
    firsts = _begins(axes, begins)
    spans = [axis.span for axis in axes]
    steps = [abs(axis.step) for axis in axes]
    back = [place for place, axis in enumerate(axes) if axis.step < 0]
    if isinstance(array, np.ndarray):
        return np.flip(array[_window(axes, firsts)], tuple(back)).reshape(shape)
    if all(isinstance(first, int) for first in firsts):
        ends = [first + span for first, span in zip(firsts, spans, strict=True)]
        array = lax.slice(array, firsts, ends, steps)
    else:
        array = lax.dynamic_slice(array, _one_dtype(firsts), spans, allow_negative_indices=False)
        if max(steps) > 1:
            array = lax.slice(array, [0] * len(spans), spans, steps)
    return (lax.rev(array, back) if back else array).reshape(shape)


def _window(axes: Sequence[Axis], firsts: Sequence[int]) -> tuple[builtins.slice, ...]:
    return tuple(
        [
            builtins.slice(first, first + axis.span, abs(axis.step))
            for axis, first in zip(axes, firsts, strict=True)
        ]
    )


def _one_dtype(firsts: Sequence[Begin]) -> list[Any]:
    wide = any(getattr(first, "dtype", None) == np.int64 for first in firsts)
    return [jnp.asarray(first, np.int64 if wide else np.int32) for first in firsts]


@op(strings=True)
def _part(input: Array, begins: Arrays, plan: Any, fixed: Any) -> jax.Array:
    """`fixed` holds the begins that are known, and None for those in `begins`."""
    plan = Plan(tuple([Axis(*axis) for axis in plan[0]]), plan[1])
    return taken(input, plan, _merged(fixed, begins, plan, input.shape))


def _merged(fixed: Any, begins: Any, plan: Plan, shape: tuple[int, ...]) -> list[Begin]:
    rest = iter(begins)
    partial = [size for size, axis in zip(shape, plan.axes, strict=True) if not axis.whole]
    both = [next(rest) if begin is None else begin for begin in fixed]
    return _from_front(both, tuple(partial))


_kernels: dict[Any, Kernel] = {}


def _kernel(name: str, plan: Plan, build: Callable[[Plan], Callable[..., Any]]) -> Kernel:
    """The kernel of a plan, to which the begins are given as one vector."""
    kernel = _kernels.get((name, plan))
    if kernel is None:
        if len(_kernels) > 2000:
            _kernels.clear()
        kernel = _kernels[name, plan] = Mover(name, build(plan))
    return kernel


def _taking(plan: Plan) -> Callable[..., Any]:
    count = sum([not axis.whole for axis in plan.axes])

    def getitem(array: Any, begins: Any) -> Any:
        return taken(array, plan, [begins[place] for place in range(count)])

    return getitem


def _slice_row(array: Any, index: Any) -> jax.Array:
    first = [index] + [jnp.zeros((), index.dtype)] * (array.ndim - 1)
    row = lax.dynamic_slice(array, first, (1, *array.shape[1:]), allow_negative_indices=False)
    return row.reshape(array.shape[1:])


_row = OpKernel("getitem", _slice_row)
_small_indices: dict[int, Any] = {}


def _on_device(index: int) -> Any:
    """An index as a kernel takes it fastest: small ones are kept on the device."""
    if index >= 1024:
        return np.int32(index) if index < 2**31 else np.int64(index)
    found = _small_indices.get(index)
    if found is None:
        found = _small_indices[index] = jax.device_put(np.int32(index))
    return found


_rows: dict[int, Kernel] = {}


def _rows_kernel(size: int) -> Kernel:
    """The kernel that takes `size` rows, from a run-time first one on."""

    def getitem(array: Any, first: Any) -> Any:
        if isinstance(array, np.ndarray):
            return array[first : first + size]
        firsts = [first] + [jnp.zeros((), first.dtype)] * (array.ndim - 1)
        spans = (size, *array.shape[1:])
        return lax.dynamic_slice(array, firsts, spans, allow_negative_indices=False)

    if len(_rows) > 2000:
        _rows.clear()
    kernel = _rows[size] = Mover("getitem", getitem)
    return kernel


# Keys that were used before, with the shape they were used on: the kernel and its begins.
_seen: dict[Any, tuple[Kernel, np.ndarray[Any, Any]]] = {}


def getitem(tensor: Any, key: Any) -> Any:
    """`tensor[key]` for tensors and variables.

    >>> x = tf.constant([[1, 2, 3], [4, 5, 6]])
    >>> x[1, ::-1].numpy(), x[..., tf.newaxis].shape
    (array([6, 5, 4], dtype=int32), TensorShape([2, 3, 1]))
    """
    try:
        if context.scope is None:
            kind = type(tensor)
            if kind is Tensor:
                found = _quick(tensor, tensor._value, key)
            elif kind is Variable:
                tensor._shared = True
                found = _quick(tensor, tensor._array, key)
            else:
                found = None
            if found is not None:
                return found
        return getitem_of(tensor, key)
    except Exception as error:
        raise explain("Tensor.__getitem__", error, None, ()) from None


def _quick(tensor: Any, array: Any, key: Any) -> Any:
    """The part, if the key is a simple one; else None."""
    shape = array.shape
    if not shape or not isinstance(array, jax.Array):
        return None
    size, kind = shape[0], type(key)
    kernel: Kernel
    if kind is int:
        if not -size <= key < size:
            return None
        kernel, begins = _row, _on_device(key + size if key < 0 else key)
    elif kind is builtins.slice and key.step is None and _is_plain(key):
        first, last, _ = key.indices(size)
        count = last - first if last > first else 0
        kernel = _rows.get(count) or _rows_kernel(count)
        begins = _on_device(first if count else 0)
    elif kind is Tensor and (row := _known_row(key, size)) is not None:
        kernel, begins = _row, _on_device(row)
    elif kind is tuple:
        signature = _signature(key)
        if signature is None:
            return None
        kernel, begins = _seen.get((shape, signature)) or _remembered(shape, signature, key)
    else:
        return None
    return finish(kernel, (tensor, begins), (array, begins), kernel.run((array, begins)))


def _known_row(key: Tensor, size: int) -> int | None:
    """The row that a scalar tensor points to, where its value is at hand."""
    value = key._value
    if value.ndim or value.dtype.kind not in "iu":
        return None
    known = host_value(key)
    if known is None or not -size <= known < size:
        return None
    row = int(known)
    return row + size if row < 0 else row


def _is_plain(item: builtins.slice) -> bool:
    start, stop = item.start, item.stop
    return (start is None or type(start) is int) and (stop is None or type(stop) is int)


def _signature(key: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The key as something hashable, if it is made of plain numbers."""
    parts: list[Any] = []
    for item in key:
        kind = type(item)
        if kind is int or item is None or item is Ellipsis:
            parts.append(item)
        elif kind is builtins.slice and _is_plain(item):
            step = item.step
            if step is not None and type(step) is not int:
                return None
            parts.append((item.start, item.stop, step))
        else:
            return None
    return tuple(parts)


def _remembered(shape: Any, signature: Any, key: Any) -> tuple[Kernel, np.ndarray[Any, Any]]:
    plan, begins = _planned(shape, key)
    if len(_seen) > 4000:
        _seen.clear()
    found = _seen[shape, signature] = _kernel("getitem", plan, _taking), _vector(begins)
    return found


def getitem_of(tensor: Any, key: Any) -> Any:
    handler = getattr(type(tensor), "__keratin_op__", None)
    if handler is not None:
        return handler(tensor, getitem, (tensor, key))
    if _is_mask(key):
        return boolean_mask(tensor, key)
    entries = tuple(key) if isinstance(key, (list, tuple)) else (key,)
    array = array_of(tensor)
    plan, begins = _planned(tuple(array.shape), entries)
    if isinstance(array, np.ndarray) and array.dtype.kind in "iubO" and all_known(begins):
        return wrap(taken(array, plan, begins))
    return apply_part(tensor, array, plan, begins)


def apply_part(tensor: Any, array: Any, plan: Plan, begins: Sequence[Begin]) -> Any:
    if context.scope is None and not is_traced(array) and all_known(begins):
        kernel, vector = _kernel("getitem", plan, _taking), _vector(begins)
        result = kernel.run((array, vector))
        return finish(kernel, (tensor, vector), (array, vector), result)
    fixed = tuple([begin if isinstance(begin, int) else None for begin in begins])
    unknown = [wrap(begin) for begin in begins if not isinstance(begin, int)]
    return _part(tensor, unknown, plan, fixed)


def _vector(begins: Sequence[int]) -> np.ndarray[Any, Any]:
    return np.array(begins, np.int32 if max(begins, default=0) < 2**31 else np.int64)


def all_known(begins: Sequence[Begin]) -> bool:
    return all(isinstance(begin, int) for begin in begins)


def array_of(tensor: Any) -> Any:
    if isinstance(tensor, Tensor):
        return tensor._value
    tensor._shared = True
    return tensor._read()


def _is_mask(key: Any) -> bool:
    if isinstance(key, (bool, np.bool_)):
        raise errors.InvalidArgumentError(
            f"a mask must be a tensor of booleans; given {key}. Write tf.boolean_mask(x, mask)"
        )
    return _is_bool(key)


def _is_bool(value: Any) -> bool:
    dtype = getattr(value, "dtype", None)
    return dtype is not None and getattr(dtype, "name", None) == "bool"


# Assigning


def _put(array: Any, update: Any, plan: Plan, begins: Sequence[Begin]) -> Any:
    """A copy of an array with the part that a plan names replaced."""
    axes, shape = plan
    xp = library(array, update)
    part = xp.broadcast_to(_without_leading_ones(update, shape), shape)
    part = part.reshape([axis.size for axis in axes])
    back = [place for place, axis in enumerate(axes) if axis.step < 0]
    part = xp.flip(part, tuple(back)) if back else part
    if xp is np:
        whole = np.array(array)
        whole[_window(axes, _begins(axes, begins))] = part
        return whole
    firsts = _one_dtype(_begins(axes, begins))
    if any(abs(axis.step) > 1 for axis in axes):
        window = lax.dynamic_slice(
            array, firsts, [axis.span for axis in axes], allow_negative_indices=False
        )
        part = window.at[tuple([builtins.slice(None, None, abs(a.step)) for a in axes])].set(part)
    if not firsts:
        return part
    return lax.dynamic_update_slice(array, part, firsts, allow_negative_indices=False)


def _without_leading_ones(update: Any, shape: tuple[int, ...]) -> Any:
    sizes = list(update.shape)
    while len(sizes) > len(shape) and sizes[0] == 1:
        sizes.pop(0)
    fits = len(sizes) <= len(shape) and all(
        given in (1, size) for given, size in zip(sizes[::-1], shape[::-1], strict=False)
    )
    if not fits:
        refuse(
            f"the value has shape {list(update.shape)}, but the part that is assigned to has "
            f"shape {list(shape)}, to which it cannot be broadcast. Reshape the value"
        )
    return update.reshape(sizes)


@op(T="bool number")
def _with_part(input: T, updates: T, begins: Arrays, plan: Any, fixed: Any) -> jax.Array:
    plan = Plan(tuple([Axis(*axis) for axis in plan[0]]), plan[1])
    return _put(input, updates, plan, _merged(fixed, begins, plan, input.shape))


def _putting(plan: Plan) -> Callable[..., Any]:
    count = sum([not axis.whole for axis in plan.axes])

    def assign_slice(array: Any, update: Any, begins: Any) -> Any:
        return _put(array, update, plan, [begins[place] for place in range(count)])

    return assign_slice


def scatter_slice(value: Any, key: Any, update: Any) -> Any:
    """A copy of a tensor or variable in which the part `value[key]` is `update`.

    >>> from keratin.array import scatter_slice
    >>> scatter_slice(tf.constant([1, 2, 3]), 1, 9).numpy()
    array([1, 9, 3], dtype=int32)
    """
    try:
        return _scatter_slice(value, key, update)
    except Exception as error:
        raise explain("Variable.__getitem__.assign", error, None, ()) from None


def _scatter_slice(value: Any, key: Any, update: Any) -> Any:
    if _is_mask(key):
        raise TypeError(
            "a masked part cannot be assigned to. Write v.assign(tf.where(mask, value, v))"
        )
    entries = tuple(key) if isinstance(key, (list, tuple)) else (key,)
    array = array_of(value)
    plan, begins = _planned(tuple(array.shape), entries)
    update = convert_to_tensor(update, dtype_hint=value.dtype)
    plain_call = context.scope is None and all_known(begins) and not is_traced(array)
    if plain_call and isinstance(array, jax.Array) and update.dtype == value.dtype:
        kernel, vector = _kernel("assign_slice", plan, _putting), _vector(begins)
        new = update._value
        result = kernel.run((array, new, vector))
        return finish(kernel, (value, update, vector), (array, new, vector), result)
    fixed = tuple([begin if isinstance(begin, int) else None for begin in begins])
    unknown = [wrap(begin) for begin in begins if not isinstance(begin, int)]
    return _with_part(value, update, unknown, plan, fixed)
