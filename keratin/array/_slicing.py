"""Parts by functions: `tf.slice` and `tf.strided_slice`, which do what `x[...]` does."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from keratin._engine.op import Array, freeze
from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced, wrap
from keratin._engine.variable import Variable
from keratin.array._indexing import (
    Axis,
    Begin,
    Plan,
    all_known,
    apply_part,
    array_of,
    getitem_of,
    refuse,
    scalar_index,
    taken,
)
from keratin.array._support import composite, plain, with_shape


@composite
def slice(input_: Array, begin: Any, size: Any, name: str | None = None) -> Any:
    """The part of `size[i]` elements from `begin[i]` on, for each axis i; a size of -1 is the rest.

    Inside a `tf.function` the sizes must be known; begins may be tensors that are computed, and
    are then moved inwards where the part would end outside.

    >>> tf.slice([[1, 2, 3], [4, 5, 6]], [0, 1], [2, -1]).numpy()
    array([[2, 3],
           [5, 6]], dtype=int32)
    """
    tensor, _ = with_shape(convert_to_tensor(input_) if isinstance(input_, np.ndarray) else input_)
    shape = tuple(array_of(tensor).shape)
    begins, sizes = _entries(begin), plain(size, "size")
    rank = len(shape)
    if not isinstance(sizes, tuple) or len(sizes) != rank or len(begins) != rank:
        refuse(
            f"begin and size must be lists of {rank}, one number for each axis of a tensor of "
            f"shape {list(shape)}; given {len(begins)} and {sizes}"
        )
    axes = []
    for axis, (first, count, total) in enumerate(zip(begins, sizes, shape, strict=True)):
        axes.append(_checked_axis(axis, first, count, total))
    plan = Plan(tuple(axes), tuple([axis.size for axis in axes]))
    partial = [first for first, axis in zip(begins, axes, strict=True) if not axis.whole]
    array = array_of(tensor)
    if isinstance(array, np.ndarray) and array.dtype.kind in "iubO" and all_known(partial):
        return wrap(taken(array, plan, partial))
    return apply_part(tensor, array, plan, partial)


def _checked_axis(axis: int, first: Begin, count: int, total: int) -> Axis:
    if not isinstance(first, int):
        if count < 0:
            refuse(
                f"size[{axis}]=-1 takes the rest from a begin that is not known while the function "
                "is traced, so that its length is not known either. Give the size as a number"
            )
        first = 0
    if not 0 <= first <= total:
        refuse(f"begin[{axis}]={first} is not in [0, {total}], the size of the axis")
    left = total - first
    if count < -1 or count > left:
        refuse(
            f"size[{axis}]={count} is not in [0, {left}]: axis {axis} has size {total}, and begin "
            f"is {first}. Write -1 for all that is left"
        )
    size = left if count == -1 else count
    return Axis(size, 1, size == total)


def _entries(value: Any) -> tuple[Begin, ...]:
    """The numbers in a list or vector; those that are not known as scalar arrays."""
    if isinstance(value, (Tensor, Variable)):
        array = array_of(value)
        if is_traced(array) and array.ndim == 1:
            return tuple([array[place] for place in range(array.shape[0])])
    if isinstance(value, (list, tuple)):
        return tuple([scalar_index(item) for item in value])
    found = freeze(value)
    return found if isinstance(found, tuple) else (found,)


@composite
def strided_slice(
    input_: Array,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Any:
    """`input_[begin[0]:end[0]:strides[0], ...]`, with the exceptions that bits of the masks mark.

    Bit i of `begin_mask` or `end_mask` leaves out that bound, of `ellipsis_mask` makes entry i
    `...`, of `new_axis_mask` a new axis, of `shrink_axis_mask` the single index `begin[i]`.
    Given a variable as `var`, the result can be assigned to, as `var[...]` can.

    >>> tf.strided_slice([1, 2, 3, 4], [0], [4], [2]).numpy()
    array([1, 3], dtype=int32)
    """
    begins, ends = _entries(begin), _entries(end)
    steps = (1,) * len(begins) if strides is None else _entries(strides)
    if not len(begins) == len(ends) == len(steps):
        refuse(
            f"begin, end and strides must have the same length; given {len(begins)}, {len(ends)} "
            f"and {len(steps)}"
        )
    key: list[Any] = []
    for place, (first, last, step) in enumerate(zip(begins, ends, steps, strict=True)):
        bit = 1 << place
        if ellipsis_mask & bit:
            key.append(Ellipsis)
        elif new_axis_mask & bit:
            key.append(None)
        elif shrink_axis_mask & bit:
            if step != 1:
                refuse(f"strides[{place}]={step} must be 1 where shrink_axis_mask takes one index")
            key.append(first if isinstance(first, int) else wrap(first))
        else:
            bounds = None if begin_mask & bit else first, None if end_mask & bit else last
            key.append(builtins.slice(_tensor_or_int(bounds[0]), _tensor_or_int(bounds[1]), step))
    source = var if isinstance(var, Variable) else input_
    if not isinstance(source, (Tensor, Variable)):
        source = convert_to_tensor(source)
    return source[tuple(key)] if isinstance(source, Variable) else getitem_of(source, tuple(key))


def _tensor_or_int(bound: Any) -> Any:
    return bound if bound is None or isinstance(bound, int) else wrap(bound)
