"""Tensors made from nothing but a shape, a range or a few numbers."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin._engine.loop import DynamicRange
from keratin._engine.op import Array, DTypeArg, Static, T, Ts, freeze, op
from keratin._engine.state import context
from keratin._engine.tensor import (
    OBJECT,
    Tensor,
    convert_to_tensor,
    is_traced,
    on_device,
    to_numpy,
    wrap,
)
from keratin._engine.variable import Variable
from keratin.array._support import (
    Shape,
    composite,
    dimensions,
    library,
    named,
    normalize_axis,
    plain,
    with_shape,
    without_tapes,
)

# Up to so many elements a constant is made on the host, and stands in programs as it is.
_SMALL = 4096

# One value


def _filled(shape: tuple[int, ...], value: Any, dtype: np.dtype[Any]) -> Tensor:
    if dtype == OBJECT:
        return wrap(np.full(shape, value, OBJECT))
    if math.prod(shape) > _SMALL:
        return wrap(jnp.full(shape, value, dtype))
    if context.scope is not None:
        return wrap(np.full(shape, value, dtype))
    return wrap(_small_filled(shape, np.array(value, dtype).tobytes(), dtype, context.device))


@functools.lru_cache(maxsize=256)
def _small_filled(
    shape: tuple[int, ...], value: bytes, dtype: np.dtype[Any], device: str | None
) -> Any:
    """The bytes of the value are the key: to a dictionary 0.0, -0.0, 0 and False are the same."""
    return on_device(np.full(shape, np.frombuffer(value, dtype)[0], dtype))


def _no_layout(layout: Any) -> None:
    if layout is not None:
        raise errors.UnimplementedError(
            "layout= places a tensor by tf.experimental.dtensor. Use tf.distribute to place one"
        )


@composite
def zeros(
    shape: Shape, dtype: Any = "float32", name: str | None = None, layout: Any = None
) -> Tensor:
    """A tensor of zeros; of strings, empty ones.

    >>> tf.zeros([2, 2], tf.int32).numpy()
    array([[0, 0],
           [0, 0]], dtype=int32)
    """
    _no_layout(layout)
    numpy_dtype = as_dtype(dtype).numpy_dtype
    return _filled(dimensions(shape), b"" if numpy_dtype == OBJECT else 0, numpy_dtype)


@composite
def ones(
    shape: Shape, dtype: Any = "float32", name: str | None = None, layout: Any = None
) -> Tensor:
    """A tensor of ones.

    >>> tf.ones([3]).numpy()
    array([1., 1., 1.], dtype=float32)
    """
    _no_layout(layout)
    numpy_dtype = as_dtype(dtype).numpy_dtype
    if numpy_dtype == OBJECT:
        raise TypeError("there is no one among strings. Use tf.fill(shape, 'text')")
    return _filled(dimensions(shape), 1, numpy_dtype)


def _numpy_dtype(dtype: Any) -> np.dtype[Any] | None:
    return None if dtype is None else as_dtype(dtype).numpy_dtype


@named("zeros_like")
@op(strings=True)
def _zeros_like(input: Array, dtype: DTypeArg = None) -> jax.Array:
    wanted = dtype or input.dtype
    return library(input).full(input.shape, b"" if wanted == OBJECT else 0, wanted)


@named("ones_like")
@op(strings=True)
def _ones_like(input: Array, dtype: DTypeArg = None) -> jax.Array:
    wanted = dtype or input.dtype
    if wanted == OBJECT:
        raise TypeError("there is no one among strings. Use tf.fill(tf.shape(x), 'text')")
    return library(input).full(input.shape, 1, wanted)


def zeros_like(input: Array, dtype: Any = None, name: str | None = None, layout: Any = None) -> Any:
    """Zeros in the shape of a tensor, and of its dtype unless another is given.

    >>> tf.zeros_like([[1, 2], [3, 4]]).numpy()
    array([[0, 0],
           [0, 0]], dtype=int32)
    """
    _no_layout(layout)
    wanted = _numpy_dtype(dtype)
    if wanted == OBJECT:  # which a compiled program does not hold
        input, shape = with_shape(input)
        if shape is not None:
            return wrap(np.full(shape, b"", OBJECT))
    return without_tapes(_zeros_like, input, wanted)


def ones_like(input: Array, dtype: Any = None, name: str | None = None, layout: Any = None) -> Any:
    """Ones in the shape of a tensor, and of its dtype unless another is given.

    >>> tf.ones_like([1.5, 2.5]).numpy()
    array([1., 1.], dtype=float32)
    """
    _no_layout(layout)
    return without_tapes(_ones_like, input, _numpy_dtype(dtype))


@named("fill")
@op
def _fill(value: Array, dims: Static) -> jax.Array:
    if value.ndim:
        raise errors.InvalidArgumentError(
            f"value must be a scalar; its shape is {list(value.shape)}. Use tf.broadcast_to or "
            "tf.tile to repeat a tensor"
        )
    return jnp.broadcast_to(value, dims)


@composite
def fill(dims: Shape, value: Array, name: str | None = None, layout: Any = None) -> Any:
    """A tensor that holds one value everywhere.

    >>> tf.fill([2, 2], 9).numpy()
    array([[9, 9],
           [9, 9]], dtype=int32)
    """
    _no_layout(layout)
    shape = dimensions(dims, "dims")
    if isinstance(value, (bool, int, float, complex, str, bytes)):
        scalar = to_numpy(value)
        return _filled(shape, scalar.item(), scalar.dtype)
    tensor = convert_to_tensor(value)
    if tensor._value.dtype == OBJECT and not tensor._value.ndim:
        return wrap(np.full(shape, tensor._value.item(), OBJECT))
    return _fill(value if isinstance(value, Variable) else tensor, shape)


@composite
def eye(
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = "float32",
    name: str | None = None,
) -> Tensor:
    """The identity matrix, or a batch of it; ones on the diagonal if it is not square.

    >>> tf.eye(2, 3).numpy()
    array([[1., 0., 0.],
           [0., 1., 0.]], dtype=float32)
    """
    rows, columns = freeze(num_rows), freeze(num_columns)
    (height,) = dimensions(rows, "num_rows")
    (width,) = dimensions(rows if columns is None else columns, "num_columns")
    batch = () if batch_shape is None else dimensions(batch_shape, "batch_shape")
    numpy_dtype = as_dtype(dtype).numpy_dtype
    if math.prod((*batch, height, width)) > _SMALL:
        matrix = jnp.eye(height, width, dtype=numpy_dtype)
        return wrap(jnp.broadcast_to(matrix, (*batch, height, width)))
    if context.scope is not None:
        return wrap(_small_eye(height, width, batch, numpy_dtype))
    return wrap(_small_eye_on_device(height, width, batch, numpy_dtype, context.device))


def _small_eye(
    height: int, width: int, batch: tuple[int, ...], dtype: np.dtype[Any]
) -> np.ndarray[Any, Any]:
    matrix = np.eye(height, width, dtype=dtype)
    return np.array(np.broadcast_to(matrix, (*batch, height, width)))


@functools.lru_cache(maxsize=64)
def _small_eye_on_device(
    height: int, width: int, batch: tuple[int, ...], dtype: np.dtype[Any], device: str | None
) -> Any:
    return on_device(_small_eye(height, width, batch, dtype))


# Ranges

_RANGE_ORDER = [dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64, dtypes.bfloat16]


@composite
def range(
    start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str | None = "range"
) -> Any:
    """The numbers from `start` (0 if left out) up to, not including, `limit`, `delta` apart.

    >>> tf.range(3, 10, 3).numpy()
    array([3, 6, 9], dtype=int32)
    """
    if limit is None:
        start, limit = 0, start
    if dtype is None and type(start) is type(limit) is type(delta) is int:
        numpy_dtype = np.dtype(
            np.int32
            if min(start, limit, delta) >= -(2**31) and max(start, limit, delta) < 2**31
            else np.int64
        )
        return _range_of(start, limit, delta, numpy_dtype)
    numbers = [
        _scalar(value, name)
        for value, name in ((start, "start"), (limit, "limit"), (delta, "delta"))
    ]
    if any(is_traced(number) for number in numbers):
        return _unknown_range(numbers, dtype)
    numpy_dtype = _range_dtype([dtypes.of(n.dtype) for n in numbers], dtype).numpy_dtype
    if numpy_dtype.kind in "iu" and any(number.dtype.kind not in "iu" for number in numbers):
        raise TypeError(
            f"dtype={numpy_dtype.name} is for integers, but start, limit or delta is a float. "
            "Write int(...), or leave dtype out"
        )
    first, last, step = [number.astype(numpy_dtype).item() for number in numbers]
    return _range_of(first, last, step, numpy_dtype)


def _range_of(first: Any, last: Any, step: Any, dtype: np.dtype[Any]) -> Tensor:
    count = _range_count(first, last, step)
    if count > _SMALL:
        return _arange(first, step, count, dtype)
    if context.scope is not None:
        return wrap((first + np.arange(count) * step).astype(dtype))
    return wrap(_small_range(count, first, step, dtype, context.device))


@functools.lru_cache(maxsize=64)
def _small_range(count: int, first: Any, step: Any, dtype: np.dtype[Any], device: Any) -> Any:
    return on_device((first + np.arange(count) * step).astype(dtype))


def _arange(first: Any, step: Any, count: int, dtype: np.dtype[Any]) -> Tensor:
    wide = np.float64 if type(step) is float else np.int64
    return wrap((first + jnp.arange(count, dtype=wide) * wide(step)).astype(dtype))


def _unknown_range(numbers: Sequence[Any], dtype: Any) -> DynamicRange:
    """A range whose length depends on values that are not known while tracing: for loops."""
    common = _range_dtype([dtypes.of(number.dtype) for number in numbers], dtype).numpy_dtype
    return DynamicRange(*[wrap(number.astype(common)) for number in numbers])


def _scalar(value: Any, name: str) -> Any:
    """A number with the dtype it has as a tensor: a NumPy scalar array, or a tracer."""
    if isinstance(value, Variable):
        value = wrap(value._read())
    if not isinstance(value, (bool, int, float, np.ndarray, np.generic)):
        value = convert_to_tensor(value)._value
        if is_traced(value):
            return value
    array = to_numpy(np.asarray(value) if hasattr(value, "dtype") else value)
    if array.size != 1 or array.dtype.kind not in "iufV":
        raise errors.InvalidArgumentError(
            f"{name} must be one real number; given shape {list(array.shape)}, dtype {array.dtype}"
        )
    return array.reshape(())


def _range_dtype(given: Sequence[Any], dtype: Any) -> Any:
    if dtype is not None:
        return as_dtype(dtype)
    if len(set(given)) == 1:
        return given[0]
    for found in given:
        if found not in _RANGE_ORDER:
            raise errors.InvalidArgumentError(
                f"start, limit and delta have the dtypes {[d.name for d in given]}, which have no "
                "common one. Write dtype=..., or tf.cast them to one dtype"
            )
    return max(given, key=_RANGE_ORDER.index)


def _range_count(first: Any, last: Any, step: Any) -> int:
    if step == 0:
        raise errors.InvalidArgumentError("delta is 0, so the range has no end. Give another delta")
    if (last - first) * step < 0:
        order = "below" if step > 0 else "above"
        raise errors.InvalidArgumentError(
            f"limit={last} is {order} start={first}, and delta={step} never leads there. Swap "
            "them, or change the sign of delta"
        )
    if isinstance(first, int):
        return -((first - last) // step) if step > 0 else -((last - first) // -step)
    return math.ceil(abs((last - first) / step))


@op(T="int uint float")
def linspace(start: T, stop: T, num: int, name: Static = None, axis: int = 0) -> jax.Array:
    """`num` evenly spaced values from `start` to `stop`, both included, along a new axis.

    >>> tf.linspace(0.0, 1.0, 5).numpy()
    array([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float32)
    """
    (count,) = dimensions(num, "num")
    dtype = start.dtype if dtypes.of(start.dtype).is_floating else np.dtype(np.float64)
    start, stop = jnp.broadcast_arrays(start.astype(dtype), stop.astype(dtype))
    place = normalize_axis(axis, start.ndim, new=True)
    start, stop = jnp.expand_dims(start, place), jnp.expand_dims(stop, place)
    if count < 2:
        return jnp.repeat(start, count, axis=place)
    steps = jnp.arange(1, count - 1, dtype=np.int32).astype(dtype)
    steps = steps.reshape(_along(place, start.ndim))
    middle = start + steps * ((stop - start) / (count - 1))
    return jnp.concatenate([start, middle, stop], place)


def _along(axis: int, rank: int) -> tuple[int, ...]:
    """The shape that lays a vector along an axis."""
    return (1,) * axis + (-1,) + (1,) * (rank - axis - 1)


# Patterns


@composite
def one_hot(
    indices: Array,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: Any = None,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """Vectors of `depth` that hold `on_value` (1) at the index and `off_value` (0) elsewhere.

    An index outside of the range gives a vector of `off_value`.

    >>> tf.one_hot([0, 2], 3).numpy()
    array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    arguments = indices, plain(depth, "depth"), -1 if axis is None else plain(axis, "axis")
    if on_value is None and off_value is None:
        numpy_dtype = as_dtype("float32" if dtype is None else dtype).numpy_dtype
        if numpy_dtype == OBJECT:
            raise TypeError("one-hot strings need on_value and off_value")
        return _one_hot(*arguments, numpy_dtype)
    wanted = None if dtype is None else as_dtype(dtype)
    on, off = on_value, off_value
    if wanted is None:
        given = on_value if on_value is not None else off_value
        wanted = convert_to_tensor(given).dtype
    on = convert_to_tensor(1 if on is None else on, dtype=_unless_tensor(on, wanted))
    off = convert_to_tensor(0 if off is None else off, dtype=_unless_tensor(off, wanted))
    for value, label in ((on, "on_value"), (off, "off_value")):
        if value.dtype != wanted:
            raise TypeError(
                f"{label} has dtype {value.dtype.name}, but {wanted.name} is wanted. Write "
                f"tf.cast({label}, tf.{wanted.name})"
            )
    return _one_hot_of(indices, on, off, arguments[1], arguments[2])


def _unless_tensor(value: Any, dtype: Any) -> Any:
    return None if isinstance(value, (Tensor, Variable)) else dtype


def _hot(indices: Any, depth: Any, axis: int) -> Any:
    if indices.dtype.kind not in "iu":
        raise errors.InvalidArgumentError(
            f"indices have dtype {indices.dtype.name}; integers are needed. Write "
            "tf.cast(indices, tf.int32)"
        )
    (count,) = dimensions(depth, "depth")
    place = normalize_axis(axis, indices.ndim, new=True)
    wide = indices if indices.dtype.itemsize > 4 else indices.astype(np.int32)
    classes = np.arange(count, dtype=wide.dtype)
    classes = classes.reshape(_along(place, indices.ndim + 1))
    return library(indices).expand_dims(wide, place) == classes


@named("one_hot")
@op
def _one_hot(indices: Array, depth: Static, axis: int, dtype: DTypeArg) -> jax.Array:
    return _hot(indices, depth, axis).astype(dtype)


@named("one_hot")
@op(strings=True)
def _one_hot_of(indices: Array, on_value: T, off_value: T, depth: Static, axis: int) -> jax.Array:
    hot = _hot(indices, depth, axis)
    return library(indices, on_value, off_value).where(hot, on_value, off_value)


@composite
def sequence_mask(
    lengths: Array, maxlen: Any = None, dtype: Any = "bool", name: str | None = None
) -> Any:
    """For each length a row that is true that many times, then false.

    `maxlen` is the length of the rows, the greatest length by default; inside a `tf.function` it
    must be given.

    >>> tf.sequence_mask([1, 3], 4).numpy()
    array([[ True, False, False, False],
           [ True,  True,  True, False]])
    """
    if maxlen is None:
        value = lengths if isinstance(lengths, (Tensor, Variable)) else convert_to_tensor(lengths)
        counts = value._read() if isinstance(value, Variable) else value._value
        if is_traced(counts):
            raise errors.InvalidArgumentError(
                "maxlen must be given inside a tf.function: the shape of the result depends on it, "
                "and the greatest length is not known while tracing"
            )
        maxlen = np.max(np.asarray(counts), initial=0).item()
    count = freeze(maxlen)
    if isinstance(count, tuple):
        raise ValueError(f"maxlen must be one number; given {list(count)}")
    return _sequence_mask(lengths, int(count), as_dtype(dtype).numpy_dtype)


@named("sequence_mask")
@op
def _sequence_mask(lengths: Array, maxlen: int, dtype: DTypeArg) -> jax.Array:
    counts = lengths if lengths.dtype.kind in "iu" else lengths.astype(np.int64)
    return (jnp.arange(maxlen, dtype=counts.dtype) < counts[..., None]).astype(dtype)


@named("meshgrid")
@op
def _meshgrid(args: Ts, indexing: str) -> list[jax.Array]:
    return list(jnp.meshgrid(*[jnp.ravel(arg) for arg in args], indexing=indexing))


@composite
def meshgrid(*args: Any, **kwargs: Any) -> list[Any]:
    """Coordinates on a grid: for vectors x and y, the x and the y of every pair.

    `indexing="ij"` keeps the order of the arguments as axes; "xy", the default, swaps the first
    two.

    >>> [grid.numpy().tolist() for grid in tf.meshgrid([1, 2], [3, 4, 5])]
    [[[1, 2], [1, 2], [1, 2]], [[3, 3], [4, 4], [5, 5]]]
    """
    indexing = kwargs.pop("indexing", "xy")
    kwargs.pop("name", None)
    for key in kwargs:
        raise errors.unknown_keyword("tf.meshgrid", key, ["args", "indexing", "name"])
    if indexing not in ("xy", "ij"):
        raise ValueError(f"indexing must be 'xy' or 'ij'; given {indexing!r}")
    result: list[Any] = _meshgrid(list(args), indexing) if args else []
    return result
