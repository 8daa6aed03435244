"""Shapes, joining, splitting, turning: what moves elements and does not compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin import array as tensors
from keratin import math
from keratin._engine.dtype import as_dtype
from keratin.experimental import numpy as tnp
from keratin.keras._core.symbolic import KerasTensor
from keratin.keras.ops._operations import adapted, operation
from keratin.keras.ops._promotion import accumulated, promote, tensor
from keratin.keras.ops._support import operation as named_operation
from keratin.math._casting import bitcast

# Shapes


def ndim(x: Any) -> int:
    """The number of dimensions.

    >>> keras.ops.ndim([[1, 2]])
    2
    """
    return len(x.shape) if hasattr(x, "shape") else np.ndim(x)


def size(x: Any) -> Any:
    """The number of elements: an int, or of a symbolic tensor a tensor.

    >>> keras.ops.size([[1, 2]])
    2
    """
    if isinstance(x, KerasTensor):
        return _counted(x)
    return int(np.prod(tuple(x.shape) if hasattr(x, "shape") else np.shape(x), dtype=np.int64))


@named_operation("Size")
def _counted(x: Any) -> Any:
    return tensors.size(tensor(x), "int32")


size.__keras_operation__ = "Size"  # type: ignore[attr-defined]


@operation
def reshape(x: Any, newshape: Any) -> Any:
    """The elements in another shape; one size may be -1, or None: what is left.

    >>> keras.ops.reshape([1, 2, 3, 4], (2, -1)).numpy()
    array([[1, 2],
           [3, 4]], dtype=int32)
    """
    if isinstance(newshape, (list, tuple)):
        newshape = [-1 if length is None else length for length in newshape]
    elif not len(getattr(newshape, "shape", ())):
        newshape = [newshape]
    return tensors.reshape(tensor(x), newshape)


@operation
def ravel(x: Any) -> Any:
    """The elements in one dimension.

    >>> keras.ops.ravel([[1, 2], [3, 4]]).numpy()
    array([1, 2, 3, 4], dtype=int32)
    """
    return tensors.reshape(tensor(x), [-1])


@operation
def expand_dims(x: Any, axis: int | Sequence[int]) -> Any:
    """With a dimension of length 1 put in at `axis`, or at each of several.

    >>> keras.ops.expand_dims([1, 2], (0, -1)).shape
    TensorShape([1, 2, 1])
    """
    x = tensor(x)
    if isinstance(axis, int):
        return tensors.expand_dims(x, axis)
    if not isinstance(axis, (list, tuple)):
        raise ValueError(f"axis has to be an int, or a tuple of them; given {axis!r}")
    rank = len(x.shape) + len(axis)
    places = {each % rank if -rank <= each < rank else each for each in axis}
    if len(places) < len(axis) or not places <= set(range(rank)):
        raise ValueError(
            f"axis has to hold different numbers from {-rank} to {rank - 1}; given {axis}"
        )
    sizes = iter(list(x.shape))
    return tensors.reshape(x, [1 if place in places else next(sizes) for place in range(rank)])


@operation
def squeeze(x: Any, axis: int | Sequence[int] | None = None) -> Any:
    """Without dimensions of length 1: all, or those of `axis`.

    >>> keras.ops.squeeze([[1, 2]]).shape
    TensorShape([2])
    """
    return tensors.squeeze(tensor(x), axis)


@operation
def transpose(x: Any, axes: Sequence[int] | None = None) -> Any:
    """With the dimensions in another order; by default, in the reverse.

    >>> keras.ops.transpose([[1, 2, 3]]).shape
    TensorShape([3, 1])
    """
    return tensors.transpose(tensor(x), axes)


@operation
def broadcast_to(x: Any, shape: Any) -> Any:
    """Repeated along dimensions of length 1, to be of a shape.

    >>> keras.ops.broadcast_to([1, 2], (2, 2)).numpy()
    array([[1, 2],
           [1, 2]], dtype=int32)
    """
    return tensors.broadcast_to(tensor(x), [shape] if isinstance(shape, int) else shape)


@operation
def view(x: Any, dtype: Any = None) -> Any:
    """The same bytes read as another dtype, whose size changes the length of the last axis.

    >>> keras.ops.view(keras.ops.array([1.0]), "int32").numpy()
    array([1065353216], dtype=int32)
    """
    x = tensor(x)
    wanted = x.dtype if dtype is None else as_dtype(dtype)
    if wanted.size == x.dtype.size:
        return bitcast(x, wanted)
    if not len(x.shape):
        raise ValueError(
            f"a scalar of {x.dtype.name} cannot be read as {wanted.name}, whose "
            "elements are of another size"
        )
    octets = x.shape[-1] * x.dtype.size
    if octets % wanted.size:
        raise ValueError(
            f"the last axis, of {octets} bytes, does not hold a whole number of "
            f"elements of {wanted.name}, of {wanted.size} bytes"
        )
    length = octets // wanted.size
    if wanted.size > x.dtype.size:
        x = tensors.reshape(x, [*x.shape[:-1], length, wanted.size // x.dtype.size])
        return bitcast(x, wanted)
    return tensors.reshape(bitcast(x, wanted), [*x.shape[:-1], length])


swapaxes = adapted(tnp.swapaxes, "swapaxes", "x axis1 axis2")
moveaxis = adapted(tnp.moveaxis, "moveaxis", "x source destination")

# Joining


@operation
def concatenate(xs: Any, axis: int | None = 0) -> Any:
    """Tensors one behind the other along an axis; None: all flattened.

    >>> keras.ops.concatenate([[1], [2.5]]).numpy()
    array([1. , 2.5], dtype=float32)
    """
    values = promote(*xs)
    if axis is None:
        values, axis = [tensors.reshape(value, [-1]) for value in values], 0
    return tensors.concat(values, axis)


@operation
def append(x1: Any, x2: Any, axis: int | None = None) -> Any:
    """x2 behind x1, along an axis, or both flattened.

    >>> keras.ops.append([1, 2], [3]).numpy()
    array([1, 2, 3], dtype=int32)
    """
    return concatenate([x1, x2], axis)


@operation
def stack(x: Any, axis: int = 0) -> Any:
    """Tensors of one shape, along a new axis.

    >>> keras.ops.stack([[1, 2], [3, 4]], axis=1).numpy()
    array([[1, 3],
           [2, 4]], dtype=int32)
    """
    return tensors.stack(promote(*x), axis)


@operation
def hstack(xs: Any) -> Any:
    """Tensors side by side: along the second axis, or the only one.

    >>> keras.ops.hstack([[1], [2]]).numpy()
    array([1, 2], dtype=int32)
    """
    return tnp.hstack(promote(*xs))


@operation
def vstack(xs: Any) -> Any:
    """Tensors one above the other.

    >>> keras.ops.vstack([[1, 2], [3, 4]]).shape
    TensorShape([2, 2])
    """
    return tnp.vstack(promote(*xs))


@operation
def dstack(xs: Any) -> Any:
    """Tensors one behind the other, along the third axis.

    >>> keras.ops.dstack([[1, 2], [3, 4]]).shape
    TensorShape([1, 2, 2])
    """
    return tnp.dstack(promote(*xs))


# Splitting


@operation
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Cut along an axis, into equal parts or before each of the indices.

    >>> [part.numpy() for part in keras.ops.split([1, 2, 3], [1])]
    [array([1], dtype=int32), array([2, 3], dtype=int32)]
    """
    return tnp.split(tensor(x), indices_or_sections, axis)


@operation
def array_split(x: Any, indices_or_sections: int, axis: int = 0) -> list[Any]:
    """Cut along an axis into parts of lengths as equal as can be, the longer ones first.

    >>> [part.numpy() for part in keras.ops.array_split([1, 2, 3], 2)]
    [array([1, 2], dtype=int32), array([3], dtype=int32)]
    """
    parts = indices_or_sections
    for name, value in (("indices_or_sections", parts), ("axis", axis)):
        if not isinstance(value, int):
            raise TypeError(f"{name} has to be an int; given {value!r}")
    if parts <= 0:
        raise ValueError(f"indices_or_sections has to be 1 at least; given {parts}")
    x = tensor(x)
    length, longer = divmod(int(x.shape[axis]), parts)
    sizes = [length + 1] * longer + [length] * (parts - longer)
    return list(tensors.split(x, sizes, axis))


@operation
def hsplit(x: Any, indices_or_sections: Any) -> list[Any]:
    """Cut along the second axis, or the only one.

    >>> [part.numpy() for part in keras.ops.hsplit([1, 2], 2)]
    [array([1], dtype=int32), array([2], dtype=int32)]
    """
    return tnp.hsplit(tensor(x), indices_or_sections)


@operation
def vsplit(x: Any, indices_or_sections: Any) -> list[Any]:
    """Cut along the first axis.

    >>> [part.numpy() for part in keras.ops.vsplit([[1], [2]], 2)]
    [array([[1]], dtype=int32), array([[2]], dtype=int32)]
    """
    return tnp.vsplit(tensor(x), indices_or_sections)


@operation
def dsplit(x: Any, indices_or_sections: Any) -> list[Any]:
    """Cut along the third axis.

    >>> [part.shape for part in keras.ops.dsplit(keras.ops.zeros((1, 1, 2)), 2)]
    [TensorShape([1, 1, 1]), TensorShape([1, 1, 1])]
    """
    x = tensor(x)
    if len(x.shape) < 3:
        raise ValueError(
            f"x has to have 3 dimensions or more; given shape {tuple(x.shape)}. Use "
            "keras.ops.split(x, indices_or_sections, axis)"
        )
    return tnp.dsplit(x, indices_or_sections)


# Repeating, turning, padding

flip = adapted(tnp.flip, "flip", "x axis")
rot90 = adapted(tnp.rot90, "rot90", "array k axes")
tile = adapted(tnp.tile, "tile", "x repeats")


@operation
def fliplr(x: Any) -> Any:
    """Left to right: in reverse order along the second axis.

    >>> keras.ops.fliplr([[1, 2]]).numpy()
    array([[2, 1]], dtype=int32)
    """
    return flip(x, 1)


@operation
def flipud(x: Any) -> Any:
    """Upside down: in reverse order along the first axis.

    >>> keras.ops.flipud([[1], [2]]).numpy()
    array([[2],
           [1]], dtype=int32)
    """
    return flip(x, 0)


@operation
def roll(x: Any, shift: Any, axis: Any = None) -> Any:
    """Shifted along an axis, what falls off coming back at the other end.

    >>> keras.ops.roll([1, 2, 3], 1).numpy()
    array([3, 1, 2], dtype=int32)
    """
    x = tensor(x)
    if isinstance(axis, (list, tuple)) and isinstance(shift, int):
        shift = [shift] * len(axis)
    elif isinstance(axis, int) and isinstance(shift, (list, tuple)):
        axis = [axis] * len(shift)
    if axis is None:
        return tensors.reshape(tensors.roll(tensors.reshape(x, [-1]), shift, 0), x.shape)
    return tensors.roll(x, shift, axis)


@operation
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element several times; without `axis`, of the flattened tensor.

    >>> keras.ops.repeat([1, 2], [1, 2]).numpy()
    array([1, 2, 2], dtype=int32)
    """
    return tensors.repeat(tensor(x), repeats, axis)


@operation
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Any:
    """With a margin on each side, filled by `mode`: "constant", "reflect", "symmetric" and so on.

    `pad_width` is a number, a pair (before, after), or such a pair for each axis.

    >>> keras.ops.pad([1, 2], 1, constant_values=9).numpy()
    array([9, 1, 2, 9], dtype=int32)
    """
    if constant_values is None:
        return tnp.pad(tensor(x), pad_width, mode)
    if mode != "constant":
        raise ValueError(
            "constant_values is for mode='constant' only; given "
            f"mode={mode!r}. Leave one of them out"
        )
    x = tensor(x)
    pairs = np.broadcast_to(_widths(pad_width), (len(x.shape), 2)).tolist()
    return tensors.pad(x, pairs, "constant", tensor(constant_values, x.dtype))


def _widths(pad_width: Any) -> Any:
    if isinstance(pad_width, (list, tuple)) and not isinstance(pad_width[0], int):
        return [tuple(pair) * (1 if len(pair) == 2 else 2) for pair in pad_width]
    return pad_width


# Diagonals and triangles

diagonal = adapted(tnp.diagonal, "diagonal", "x offset axis1 axis2")
diff = adapted(tnp.diff, "diff", "a n axis")
tril = adapted(tnp.tril, "tril", "x k")
triu = adapted(tnp.triu, "triu", "x k")


@operation
def diag(x: Any, k: int = 0) -> Any:
    """The matrix of a diagonal, or the diagonal of a matrix.

    >>> keras.ops.diag([1, 2]).numpy()
    array([[1, 0],
           [0, 2]], dtype=int32)
    """
    return tnp.diag(tensor(x), k)


@operation
def diagflat(x: Any, k: int = 0) -> Any:
    """The matrix whose diagonal `k` is all elements in order.

    >>> keras.ops.diagflat([[1], [2]]).numpy()
    array([[1, 0],
           [0, 2]], dtype=int32)
    """
    return tnp.diagflat(tensor(x), k)


@operation
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum of a diagonal.

    >>> keras.ops.trace([[1, 2], [3, 4]]).numpy()
    np.int32(5)
    """
    (x,) = promote(x, to=accumulated)
    return math.reduce_sum(diagonal(x, offset, axis1, axis2), -1)
