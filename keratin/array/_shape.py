"""Shapes: asking for them, and giving a tensor another one with the same values."""

from __future__ import annotations

import functools
import math
from typing import Any

import jax
import numpy as np

from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin._engine.op import Array, Arrays, Static, freeze, op
from keratin._engine.shape import TensorShape
from keratin._engine.shape import of as shape_of
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, convert_to_tensor, on_device, wrap
from keratin.array._support import (
    Axis,
    Shape,
    composite,
    dimensions,
    integers,
    library,
    named,
    normalize_axes,
    normalize_axis,
    plain,
    prepared,
    static_shape,
    without_tapes,
)

# Asking


@functools.lru_cache(maxsize=512)
def _integers_on_device(values: Any, dtype: np.dtype[Any], device: str | None) -> Any:
    return on_device(np.array(values, dtype))


def _known(values: Any, out_type: Any) -> Tensor:
    """A tensor of integers that stand in the shape of another: known while tracing."""
    dtype = np.dtype(np.int32) if out_type is None else as_dtype(out_type).numpy_dtype
    if dtype.kind not in "iu":
        raise errors.InvalidArgumentError(
            f"out_type={as_dtype(out_type).name} is not an integer type. Give tf.int32 or tf.int64"
        )
    if context.scope is not None:
        return wrap(np.array(values, dtype))
    return wrap(_integers_on_device(values, dtype, context.device))


def _shape_of(value: Any) -> tuple[int, ...]:
    found = static_shape(value)
    return tuple(convert_to_tensor(value)._value.shape) if found is None else found


@composite
def shape(input: Array, out_type: Any = None, name: str | None = None) -> Any:
    """The shape as a tensor of integers, known also while a function is traced.

    >>> tf.shape([[1, 2, 3], [4, 5, 6]])
    <tf.Tensor: shape=(2,), dtype=int32, numpy=array([2, 3], dtype=int32)>
    """
    return _known(_shape_of(input), out_type)


@composite
def shape_n(input: Arrays, out_type: Any = "int32", name: str | None = None) -> list[Any]:
    """The shape of each of a list of tensors.

    >>> [s.numpy().tolist() for s in tf.shape_n([[1, 2], [[3]]])]
    [[2], [1, 1]]
    """
    return [shape(value, out_type) for value in input]


@composite
def size(input: Array, out_type: Any = None, name: str | None = None) -> Any:
    """The number of elements.

    >>> tf.size([[1, 2, 3], [4, 5, 6]])
    <tf.Tensor: shape=(), dtype=int32, numpy=6>
    """
    return _known(math.prod(_shape_of(input)), out_type)


@composite
def rank(input: Array, name: str | None = None) -> Any:
    """The number of dimensions.

    >>> tf.rank([[1, 2], [3, 4]])
    <tf.Tensor: shape=(), dtype=int32, numpy=2>
    """
    return _known(len(_shape_of(input)), None)


def broadcast_static_shape(shape_x: Any, shape_y: Any) -> TensorShape:
    """The shape that two shapes broadcast to; unknown sizes stay unknown.

    >>> tf.broadcast_static_shape(tf.TensorShape([1, 3]), tf.TensorShape([2, 1]))
    TensorShape([2, 3])
    """
    x, y = TensorShape(shape_x), TensorShape(shape_y)
    if x.rank is None or y.rank is None:
        return shape_of(None)
    count = max(len(x), len(y))
    pairs = zip(_padded(x, count), _padded(y, count), strict=True)
    return TensorShape([_broadcast_size(a, b, x, y) for a, b in pairs])


def _padded(given: TensorShape, count: int) -> list[int | None]:
    return [1] * (count - len(given)) + given.as_list()


def _broadcast_size(a: int | None, b: int | None, x: Any, y: Any) -> int | None:
    if a == b or b == 1:
        return a
    if a == 1:
        return b
    if a is None or b is None:
        return b if a is None else a
    raise errors.InvalidArgumentError(
        f"the shapes {x} and {y} cannot be broadcast together: {a} and {b} differ, and neither "
        "is 1. Reshape one of them, for example with tf.expand_dims"
    )


@composite
def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Tensor:
    """The shape that two shapes, given as integer tensors, broadcast to.

    >>> tf.broadcast_dynamic_shape([1, 2, 3], [5, 1, 3]).numpy()
    array([5, 2, 3], dtype=int32)
    """
    x, y = freeze(shape_x), freeze(shape_y)
    wide = any(getattr(value, "dtype", None) == np.int64 for value in (shape_x, shape_y))
    return _known(tuple(broadcast_static_shape(x, y).as_list()), np.int64 if wide else None)


# Giving another


def _shaped(tensor: Any, shape: Any, name: Any = None) -> tuple[Any, ...]:
    return tensor, plain(shape, "shape"), name


@prepared(_shaped)
@op(strings=True)
def reshape(tensor: Array, shape: Shape) -> jax.Array:
    """The same values in the same order, in another shape. One size may be -1: what is left.

    >>> tf.reshape([1, 2, 3, 4], [2, -1])
    <tf.Tensor: shape=(2, 2), dtype=int32, numpy=
    array([[1, 2],
           [3, 4]], dtype=int32)>
    """
    return library(tensor).reshape(tensor, _completed(tensor.shape, integers(shape, "shape")))


def _completed(given: tuple[int, ...], wanted: tuple[int, ...]) -> tuple[int, ...]:
    """The wanted shape with its -1 filled in."""
    count = math.prod(given)
    if min(wanted, default=0) < -1 or wanted.count(-1) > 1:
        raise errors.InvalidArgumentError(
            f"the shape {list(wanted)} was asked for; sizes are 0 or more, and at most one may be "
            "-1, which stands for what is left"
        )
    if -1 in wanted:
        others = [size for size in wanted if size != -1]
        # With no elements, sizes of 0 say nothing: the others decide, as far as they can.
        counted = count if count else math.prod([size for size in given if size])
        product = math.prod(others) if count else math.prod([size for size in others if size])
        if product and counted % product == 0 and (count or 0 in others or 0 in given):
            left = 0 if not count and 0 not in others else counted // product
            return tuple([left if size == -1 else size for size in wanted])
        raise errors.InvalidArgumentError(
            f"a tensor of shape {list(given)} holds {count} values, which {list(wanted)} does not "
            f"divide evenly: the known sizes make {math.prod(others)}. Check the sizes against "
            "tf.shape(x)"
        )
    if math.prod(wanted) != count:
        raise errors.InvalidArgumentError(
            f"a tensor of shape {list(given)} holds {count} values, but the shape {list(wanted)} "
            f"needs {math.prod(wanted)}. Write -1 for one of the sizes to have it worked out"
        )
    return wanted


def _permuted(
    a: Any, perm: Any = None, conjugate: bool = False, name: Any = "transpose"
) -> tuple[Any, ...]:
    return a, plain(perm, "perm"), conjugate, name


@prepared(_permuted)
@op(strings=True)
def transpose(
    a: Array, perm: Axis = None, conjugate: bool = False, name: Static = "transpose"
) -> jax.Array:
    """The axes in another order, reversed by default; `conjugate` conjugates complex values.

    >>> tf.transpose([[1, 2, 3]])
    <tf.Tensor: shape=(3, 1), dtype=int32, numpy=
    array([[1],
           [2],
           [3]], dtype=int32)>
    """
    xp = library(a)
    axes = tuple(range(a.ndim))[::-1] if perm is None else integers(perm, "perm")
    if len(axes) != a.ndim or sorted([axis % a.ndim for axis in axes]) != list(range(a.ndim)):
        raise errors.InvalidArgumentError(
            f"perm={list(axes)} must name each axis of a tensor of rank {a.ndim} once: a "
            f"permutation of {list(range(a.ndim))}"
        )
    result = xp.transpose(a, [axis % a.ndim for axis in axes])
    return xp.conj(result) if conjugate and a.dtype.kind == "c" else result


def _one_axis(input: Any, axis: Any, name: Any = None) -> tuple[Any, ...]:
    frozen = plain(axis, "axis")
    if isinstance(frozen, tuple) and len(frozen) == 1:
        frozen = frozen[0]
    return input, frozen, name


@prepared(_one_axis)
@op(strings=True)
def expand_dims(input: Array, axis: int) -> jax.Array:
    """Insert an axis of size 1 before position `axis`, counted in the result if negative.

    >>> tf.expand_dims([1, 2], -1).shape
    TensorShape([2, 1])
    """
    place = normalize_axis(axis, input.ndim, new=True)
    return input.reshape((*input.shape[:place], 1, *input.shape[place:]))


def _some_axes(input: Any, axis: Any = None, name: Any = None) -> tuple[Any, ...]:
    frozen = plain(axis, "axis")
    return input, None if frozen == () else frozen, name


@prepared(_some_axes)
@op(strings=True)
def squeeze(input: Array, axis: Axis = None) -> jax.Array:
    """Drop axes of size 1: those named, or all.

    >>> tf.squeeze([[[1], [2]]]).shape
    TensorShape([2])
    """
    if axis is None:
        return input.reshape([size for size in input.shape if size != 1])
    axes = normalize_axes(axis, input.ndim)
    for place in axes:
        if input.shape[place] != 1:
            raise errors.InvalidArgumentError(
                f"axis {place} has size {input.shape[place]}, and only axes of size 1 can be "
                f"dropped; the shape is {list(input.shape)}. Index or reduce it instead"
            )
    return input.reshape([size for place, size in enumerate(input.shape) if place not in axes])


def _shaped_input(input: Any, shape: Any, name: Any = None) -> tuple[Any, ...]:
    return input, plain(shape, "shape"), name


@prepared(_shaped_input)
@op(strings=True)
def broadcast_to(input: Array, shape: Shape) -> jax.Array:
    """Repeat along axes of size 1, and along new ones in front, until the shape is reached.

    >>> tf.broadcast_to([1, 2], [2, 2]).numpy()
    array([[1, 2],
           [1, 2]], dtype=int32)
    """
    wanted = dimensions(shape)
    tail = wanted[len(wanted) - input.ndim :]
    if len(wanted) < input.ndim or any(
        given not in (1, size) for given, size in zip(input.shape, tail, strict=True)
    ):
        raise errors.InvalidArgumentError(
            f"the shape {list(input.shape)} cannot be broadcast to {list(wanted)}: counted from "
            "the last axis, each size must be the same or 1. Use tf.expand_dims to line the axes up"
        )
    return library(input).broadcast_to(input, wanted)


def _expected(x: Any, shape: Any, name: Any = None) -> tuple[Any, ...]:
    dims = TensorShape(shape)
    return x, None if dims.rank is None else tuple(dims), name


@prepared(_expected)
@op(strings=True)
def ensure_shape(x: Array, shape: Shape) -> jax.Array:
    """The tensor itself, if it has the shape; None in `shape` allows any size.

    >>> tf.ensure_shape([[1, 2, 3]], [None, 3]).shape
    TensorShape([1, 3])
    """
    if shape is not None and not shape_of(shape).is_compatible_with(x.shape):
        raise errors.InvalidArgumentError(
            f"the tensor has shape {list(x.shape)}, but {list(shape)} was expected"
        )
    return x


# The same again


@op(strings=True)
def identity(input: Array) -> jax.Array:
    """A tensor of the same value: of a variable, the value it has now.

    >>> tf.identity([1, 2]).numpy()
    array([1, 2], dtype=int32)
    """
    return input


@op(strings=True)
def identity_n(input: Arrays) -> list[jax.Array]:
    """A list of tensors of the same values.

    >>> [x.numpy().tolist() for x in tf.identity_n([[1, 2], 3.0])]
    [[1, 2], 3.0]
    """
    return list(input)


@named("stop_gradient")
@op(strings=True)
def _stop_gradient(input: Array) -> Any:
    return input if isinstance(input, np.ndarray) else jax.lax.stop_gradient(input)


def stop_gradient(input: Array, name: str | None = None) -> Any:
    """The same value, as a constant: no gradient flows back through it.

    >>> x = tf.Variable(3.0)
    >>> with tf.GradientTape() as tape:
    ...     y = x * tf.stop_gradient(x)
    >>> tape.gradient(y, x).numpy()
    np.float32(3.0)
    """
    for tape in context.tapes:
        tape.cut(input)
    return without_tapes(_stop_gradient, input)


def guarantee_const(input: Array, name: str | None = None) -> Any:
    """The same value, taken for a constant; an old hint, which changes nothing here.

    >>> tf.guarantee_const(2.0).numpy()
    np.float32(2.0)
    """
    for tape in context.tapes:
        tape.cut(input)
    return without_tapes(_stop_gradient, input)
