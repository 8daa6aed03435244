"""Shapes, joining, splitting, choosing: what moves elements and does not compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin import array as tensors
from keratin import math
from keratin._engine.op import Array, Static, T, op
from keratin._engine.promotion import promote, promoted
from keratin.experimental.numpy._creation import array
from keratin.experimental.numpy._elementwise import truth

# Shapes


def shape(a: Any) -> Any:
    """The shape.

    >>> tf.experimental.numpy.shape([[1, 2]])
    TensorShape([1, 2])
    """
    return array(a).shape


def ndim(a: Any) -> int:
    """The number of dimensions.

    >>> tf.experimental.numpy.ndim([[1, 2]])
    2
    """
    return len(array(a).shape)


def size(x: Any, axis: Any = None) -> Any:
    """The number of elements. `axis` is not taken.

    >>> tf.experimental.numpy.size([[1, 2]])
    np.int64(2)
    """
    if axis is not None:
        raise NotImplementedError("size takes no `axis`: use x.shape[axis].")
    return np.int64(np.prod(array(x).shape.as_list(), dtype=np.int64))


def reshape(a: Any, newshape: Any, order: str = "C") -> Any:
    """The elements in another shape; `order` "F" takes and gives them column by column.

    >>> tf.experimental.numpy.reshape([1, 2, 3, 4], [2, -1]).numpy()
    array([[1, 2],
           [3, 4]])
    """
    if order not in ("C", "F"):
        raise ValueError(f"reshape: order must be 'C' or 'F', given {order!r}.")
    a = array(a)
    sizes = [newshape] if np.ndim(newshape) == 0 else list(newshape)
    if order == "C":
        return tensors.reshape(a, sizes)
    return transpose(tensors.reshape(transpose(a), sizes[::-1]))


def ravel(a: Any) -> Any:
    """The elements in one dimension.

    >>> tf.experimental.numpy.ravel([[1, 2], [3, 4]]).numpy()
    array([1, 2, 3, 4])
    """
    return reshape(a, -1)


def flatten(a: Any, order: str = "C") -> Any:
    """The elements in one dimension; `order` "F": column by column.

    >>> tf.experimental.numpy.flatten([[1, 2], [3, 4]], "F").numpy()
    array([1, 3, 2, 4])
    """
    return reshape(a, -1, order)


def expand_dims(a: Any, axis: Any) -> Any:
    """With a dimension of length 1 put in at `axis`.

    >>> tf.experimental.numpy.expand_dims([1, 2], 0).shape
    TensorShape([1, 2])
    """
    return tensors.expand_dims(array(a), axis)


def squeeze(a: Any, axis: Any = None) -> Any:
    """Without dimensions of length 1: all, or those of `axis`.

    >>> tf.experimental.numpy.squeeze([[1, 2]]).shape
    TensorShape([2])
    """
    return tensors.squeeze(array(a), axis)


def transpose(a: Any, axes: Any = None) -> Any:
    """With the dimensions in another order; by default, in the reverse.

    >>> tf.experimental.numpy.transpose([[1, 2, 3]]).shape
    TensorShape([3, 1])
    """
    return tensors.transpose(array(a), axes)


@promoted
def swapaxes(a: T, axis1: Static, axis2: Static) -> Array:
    """With two dimensions exchanged.

    >>> tf.experimental.numpy.swapaxes([[1, 2, 3]], 0, 1).shape
    TensorShape([3, 1])
    """
    return jnp.swapaxes(a, axis1, axis2)


@promoted
def moveaxis(a: T, source: Static, destination: Static) -> Array:
    """With the dimensions `source` moved to `destination`.

    >>> tf.experimental.numpy.moveaxis(tf.zeros([1, 2, 3]), 0, -1).shape
    TensorShape([2, 3, 1])
    """
    return jnp.moveaxis(a, source, destination)


def broadcast_to(array: Any, shape: Any) -> Any:
    """Repeated along dimensions of length 1, to be of a shape.

    >>> tf.experimental.numpy.broadcast_to([1, 2], [2, 2]).numpy()
    array([[1, 2],
           [1, 2]])
    """
    sizes = [shape] if np.ndim(shape) == 0 else shape
    return tensors.broadcast_to(promote(array)[0], sizes)


def broadcast_arrays(*args: Any, **kwargs: Any) -> list[Any]:
    """All of the shape that they broadcast to. `subok` must be False.

    >>> [x.shape for x in tf.experimental.numpy.broadcast_arrays([1, 2], [[3]])]
    [TensorShape([1, 2]), TensorShape([1, 2])]
    """
    if kwargs.pop("subok", False) or kwargs:
        raise ValueError("broadcast_arrays takes arrays, and subok=False.")
    values = [array(arg) for arg in args]
    common = np.broadcast_shapes(*(tuple(value.shape.as_list()) for value in values))
    return [tensors.broadcast_to(value, common) for value in values]


def _at_least(count: int, arys: Sequence[Any]) -> Any:
    results = []
    for value in arys:
        value = array(value)
        given = value.shape.as_list()
        missing = count - len(given)
        if missing > 0:
            # NumPy puts the third dimension behind, the others in front.
            behind = [1] if count == 3 and len(given) else []
            value = tensors.reshape(value, [*[1] * (missing - len(behind)), *given, *behind])
        results.append(value)
    return results[0] if len(results) == 1 else results


def atleast_1d(*arys: Any) -> Any:
    """With one dimension at least.

    >>> tf.experimental.numpy.atleast_1d(1).shape
    TensorShape([1])
    """
    return _at_least(1, arys)


def atleast_2d(*arys: Any) -> Any:
    """With two dimensions at least.

    >>> tf.experimental.numpy.atleast_2d([1, 2]).shape
    TensorShape([1, 2])
    """
    return _at_least(2, arys)


def atleast_3d(*arys: Any) -> Any:
    """With three dimensions at least.

    >>> tf.experimental.numpy.atleast_3d([1, 2]).shape
    TensorShape([1, 2, 1])
    """
    return _at_least(3, arys)


# Joining and splitting


def _listed(arys: Any) -> list[Any]:
    # A list is an array of its own here, with the dtype that it has alone.
    return promote(*map(array, arys if isinstance(arys, (list, tuple)) else array(arys)))


def concatenate(arys: Any, axis: Any = 0) -> Any:
    """Arrays one behind the other along an axis; None: all flattened.

    >>> tf.experimental.numpy.concatenate([[1], [2.5]]).numpy()
    array([1. , 2.5])
    """
    values = _listed(arys)
    if axis is None:
        values, axis = [tensors.reshape(value, [-1]) for value in values], 0
    return tensors.concat(values, axis)


def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """`values` behind `arr`, along an axis, or both flattened.

    >>> tf.experimental.numpy.append([1, 2], 3).numpy()
    array([1, 2, 3])
    """
    return concatenate([arr, values], axis)


def stack(arrays: Any, axis: int = 0) -> Any:
    """Arrays of one shape, along a new axis.

    >>> tf.experimental.numpy.stack([[1, 2], [3, 4]], axis=1).numpy()
    array([[1, 3],
           [2, 4]])
    """
    return tensors.stack(_listed(arrays), axis)


def hstack(tup: Any) -> Any:
    """Arrays side by side: along the second axis, or the only one.

    >>> tf.experimental.numpy.hstack([[1], [2]]).numpy()
    array([1, 2])
    """
    values = [_at_least(1, [value]) for value in _listed(tup)]
    return tensors.concat(values, 0 if len(values[0].shape) == 1 else 1)


def vstack(tup: Any) -> Any:
    """Arrays one above the other.

    >>> tf.experimental.numpy.vstack([[1, 2], [3, 4]]).shape
    TensorShape([2, 2])
    """
    return tensors.concat([_at_least(2, [value]) for value in _listed(tup)], 0)


def dstack(tup: Any) -> Any:
    """Arrays one behind the other, along the third axis.

    >>> tf.experimental.numpy.dstack([[1, 2], [3, 4]]).shape
    TensorShape([1, 2, 2])
    """
    return tensors.concat([_at_least(3, [value]) for value in _listed(tup)], 2)


def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Cut along an axis, into equal parts or before each of the indices.

    >>> [part.numpy() for part in tf.experimental.numpy.split([1, 2, 3], [1])]
    [array([1]), array([2, 3])]
    """
    ary = array(ary)
    length = ary.shape.as_list()[axis]
    if np.ndim(indices_or_sections) == 0:
        return list(tensors.split(ary, int(indices_or_sections), axis))
    cuts = [0, *(int(cut) for cut in np.asarray(indices_or_sections)), length]
    starts = [min(max(cut + length if cut < 0 else cut, 0), length) for cut in cuts[:-1]]
    ends = [*starts[1:], length]
    sizes = [max(end - start, 0) for start, end in zip(starts, ends, strict=True)]
    if sum(sizes) != length:
        raise ValueError(f"split: the indices must not decrease, given {indices_or_sections}.")
    return list(tensors.split(ary, sizes, axis))


def hsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Cut along the second axis, or the only one.

    >>> [part.numpy() for part in tf.experimental.numpy.hsplit([1, 2], 2)]
    [array([1]), array([2])]
    """
    ary = array(ary)
    return split(ary, indices_or_sections, axis=0 if len(ary.shape) == 1 else 1)


def vsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Cut along the first axis.

    >>> [part.numpy() for part in tf.experimental.numpy.vsplit([[1], [2]], 2)]
    [array([[1]]), array([[2]])]
    """
    return split(ary, indices_or_sections, axis=0)


def dsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Cut along the third axis.

    >>> [part.shape for part in tf.experimental.numpy.dsplit(tf.zeros([1, 1, 2]), 2)]
    [TensorShape([1, 1, 1]), TensorShape([1, 1, 1])]
    """
    return split(ary, indices_or_sections, axis=2)


# Repeating, turning, padding


@promoted
def repeat(a: T, repeats: Static, axis: Static = None) -> Array:
    """Each element several times; without `axis`, of the flattened array.

    >>> tf.experimental.numpy.repeat([1, 2], [1, 2]).numpy()
    array([1, 2, 2])
    """
    counts = np.asarray(repeats) if np.ndim(repeats) else repeats
    total = int(np.sum(counts)) if np.ndim(counts) and np.size(counts) > 1 else None
    return jnp.repeat(a, counts, axis=axis, total_repeat_length=total)


@promoted
def tile(a: T, reps: Static) -> Array:
    """The whole array several times along each axis.

    >>> tf.experimental.numpy.tile([1, 2], 2).numpy()
    array([1, 2, 1, 2])
    """
    return jnp.tile(a, reps)


@promoted
def flip(m: T, axis: Static = None) -> Array:
    """In reverse order along an axis, several, or all.

    >>> tf.experimental.numpy.flip([1, 2, 3]).numpy()
    array([3, 2, 1])
    """
    return jnp.flip(m, axis)


def flipud(m: Any) -> Any:
    """Upside down: in reverse order along the first axis.

    >>> tf.experimental.numpy.flipud([[1], [2]]).numpy()
    array([[2],
           [1]])
    """
    return flip(m, 0)


def fliplr(m: Any) -> Any:
    """Left to right: in reverse order along the second axis.

    >>> tf.experimental.numpy.fliplr([[1, 2]]).numpy()
    array([[2, 1]])
    """
    return flip(m, 1)


@promoted
def roll(a: T, shift: Static, axis: Static = None) -> Array:
    """Shifted along an axis, what falls off coming back at the other end.

    >>> tf.experimental.numpy.roll([1, 2, 3], 1).numpy()
    array([3, 1, 2])
    """
    return jnp.roll(a, shift, axis)


@promoted
def rot90(m: T, k: int = 1, axes: Static = (0, 1)) -> Array:
    """Turned `k` times by a right angle, in the plane of two axes.

    >>> tf.experimental.numpy.rot90([[1, 2]]).numpy()
    array([[2],
           [1]])
    """
    return jnp.rot90(m, k, axes)


_PAD_OPTIONS = {
    "constant_values",
    "end_values",
    "reflect_type",
    "stat_length",
}


def pad(array: Any, pad_width: Any, mode: str, **kwargs: Any) -> Any:
    """With a margin on each side, filled by `mode`: "constant", "reflect", "edge" and so on.

    >>> tf.experimental.numpy.pad([1, 2], 1, "constant", constant_values=9).numpy()
    array([9, 1, 2, 9])
    """
    unknown = set(kwargs) - _PAD_OPTIONS
    if unknown:
        raise TypeError(f"pad got {sorted(unknown)}; it takes {', '.join(sorted(_PAD_OPTIONS))}.")
    return _pad(array, pad_width, mode, tuple(sorted(kwargs.items())))


@promoted
def _pad(array: T, pad_width: Static, mode: Static, options: Static) -> Array:
    return jnp.pad(array, pad_width, mode, **dict(options))


# Choosing


@promoted
def diagonal(a: T, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """The diagonal of the matrices of two axes, as the last axis.

    >>> tf.experimental.numpy.diagonal([[1, 2], [3, 4]]).numpy()
    array([1, 4])
    """
    return jnp.diagonal(a, offset, axis1, axis2)


def trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Any:
    """The sum of a diagonal.

    >>> tf.experimental.numpy.trace([[1, 2], [3, 4]]).numpy()
    np.int64(5)
    """
    return math.reduce_sum(diagonal(array(a, dtype), offset, axis1, axis2), -1)


def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """x where the condition holds, y elsewhere; with the condition alone, where it holds.

    >>> tf.experimental.numpy.where([True, False], 1, 2.5).numpy()
    array([1. , 2.5])
    """
    if (x is None) != (y is None):
        raise ValueError("where takes both x and y, or neither.")
    if x is None:
        return nonzero(condition)
    x, y = promote(x, y)
    return tensors.where(truth(condition), x, y)


def nonzero(a: Any) -> list[Any]:
    """The indices of what is not 0, of each axis.

    >>> [index.numpy() for index in tf.experimental.numpy.nonzero([0, 5, 7])]
    [array([1, 2])]
    """
    a = _at_least(1, [truth(a)])
    return list(tensors.unstack(tensors.where(a), len(a.shape.as_list()), axis=1))


def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """Of the choices, that of the first condition which holds; else the default.

    >>> tf.experimental.numpy.select([[True, False], [True, True]], [1, 2], 3).numpy()
    array([1, 2])
    """
    if len(condlist) != len(choicelist) or not condlist:
        raise ValueError(
            f"select takes as many conditions as choices, given {len(condlist)} and "
            f"{len(choicelist)}."
        )
    *choices, result = promote(*choicelist, default)
    for condition, choice in zip(reversed(list(condlist)), reversed(choices), strict=True):
        result = tensors.where(truth(condition), choice, result)
    return result


def compress(condition: Any, a: Any, axis: Any = None) -> Any:
    """The elements along an axis for which the condition holds; without `axis`, flattened.

    >>> tf.experimental.numpy.compress([True, False, True], [1, 2, 3]).numpy()
    array([1, 3])
    """
    a = array(a)
    if axis is None:
        a, axis = tensors.reshape(a, [-1]), 0
    places = tensors.reshape(tensors.where(truth(condition)), [-1])
    return tensors.gather(a, places, axis=axis)


def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "clip") -> Any:
    """The elements at the indices along an axis; without `axis`, of the flattened array.

    `mode` says what an index out of range stands for: "clip" the nearest, "wrap" counts on from
    the other end.

    >>> tf.experimental.numpy.take([10, 20, 30], [0, 5]).numpy()
    array([10, 30])
    """
    if out is not None:
        raise ValueError("`out` is not taken: a tensor cannot be written into. Use the result.")
    if mode not in ("raise", "clip", "wrap"):
        raise ValueError(f"take: mode must be 'clip' or 'wrap', given {mode!r}.")
    if mode == "raise":
        raise ValueError("take: mode 'raise' is not there, compiled code cannot raise. Use 'clip'.")
    return taken(array(a), array(indices), axis, mode)


@op
def taken(a: Array, indices: Array, axis: Static, mode: Static) -> Array:
    """The elements at the indices; `mode` is that of `jnp.take`."""
    return jnp.take(a, indices, axis=axis, mode=mode)


def take_along_axis(arr: Any, indices: Any, axis: Any) -> Any:
    """For each index, the element there along the axis, other axes in step.

    >>> tf.experimental.numpy.take_along_axis([[3, 1]], [[1, 0]], 1).numpy()
    array([[1, 3]])
    """
    arr, indices = array(arr), array(indices)
    if axis is None:
        arr, axis = tensors.reshape(arr, [-1]), 0
    return taken_along_axis(arr, indices, axis, "clip")


@op
def taken_along_axis(arr: Array, indices: Array, axis: Static, mode: Static) -> Array:
    """The elements at the indices, other axes in step; `mode` is that of `jnp.take_along_axis`."""
    return jnp.take_along_axis(arr, indices, axis=axis, mode=mode)
