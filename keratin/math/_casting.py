"""Between dtypes: conversion, saturating conversion, reinterpretation, complex from its parts."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, DTypeArg, op
from keratin.math._gradient import without_gradient
from keratin.math._kind import is_complex, is_floating, is_integer


def convert(x, dtype):
    """x in another dtype: floats lose their fraction, complex numbers their imaginary part."""
    if x.dtype == dtype:
        return x
    if is_complex(x.dtype) and not is_complex(dtype):
        if dtype == np.bool_:
            return x != 0
        x = lax.real(x)
    if is_floating(x.dtype) and is_integer(dtype):
        return _to_integer(x, np.dtype(dtype))
    return x.astype(dtype)


def _to_integer(x, dtype):
    """Through a wide signed integer, so that what does not fit wraps around as integers do."""
    if dtype.itemsize < 4:
        return x.astype(np.int32).astype(dtype)
    if dtype == np.uint32:
        return x.astype(np.int64).astype(dtype)
    if dtype == np.uint64:
        return jnp.where(x < 0, x.astype(np.int64).astype(dtype), x.astype(dtype))
    return x.astype(dtype)


@op(T="any", strings=True)
def cast(x: Array, dtype: DTypeArg):
    """x converted to another dtype.

    Floats are rounded towards zero when they become integers; a complex number keeps its real part.

    >>> tf.cast([1.8, -1.8], tf.int32).numpy()
    array([ 1, -1], dtype=int32)
    """
    if "O" in (x.dtype.kind, dtype.kind) and x.dtype != dtype:
        remedy = "tf.strings.as_string" if dtype.kind == "O" else "tf.strings.to_number"
        raise errors.InvalidArgumentError(
            f"Strings and numbers are not cast into each other. Use {remedy}."
        )
    return convert(x, dtype)


def _limits(source, target):
    """The range of the target dtype, within what the source dtype can hold exactly."""
    info = jnp.iinfo(target) if is_integer(target) else jnp.finfo(target)
    low, high = info.min, info.max
    if is_integer(source):
        own = jnp.iinfo(source)
        if not is_integer(target):
            return own.min, own.max
        return max(int(own.min), int(low)), min(int(own.max), int(high))
    low, high = np.asarray(low).astype(source), np.asarray(high).astype(source)
    if is_integer(target) and int(high) > int(info.max):
        high = np.nextafter(high, source.type(0))
    return low, high


def saturated(value, dtype):
    """value in another dtype, what lies beyond its range as its nearest bound."""
    if value.dtype == dtype:
        return value
    if is_complex(value.dtype) and not is_complex(dtype):
        value = lax.real(value)
    if is_complex(dtype):
        return value.astype(dtype)
    low, high = _limits(value.dtype, np.dtype(dtype))
    low, high = np.asarray(low, value.dtype), np.asarray(high, value.dtype)
    return convert(jnp.clip(value, low, high), dtype)


@op(T="any")
def saturate_cast(value: Array, dtype: DTypeArg):
    """value converted to another dtype; what lies beyond its range becomes its nearest bound.

    >>> tf.saturate_cast([-1.0, 300.0], tf.uint8).numpy()
    array([  0, 255], dtype=uint8)
    """
    if value.dtype == dtype:
        return value
    for given in (value.dtype, dtype):
        if given == np.bool_:
            raise errors.InvalidArgumentError(
                f"saturate_cast from {value.dtype} to {dtype}: bool has no range to saturate at. "
                "Use tf.cast."
            )
    return saturated(value, dtype)


def _as_bytes(x):
    """The bytes of each element along a new last axis."""
    if is_complex(x.dtype):
        parts = jnp.stack([lax.real(x), lax.imag(x)], axis=-1)
        return lax.bitcast_convert_type(parts, np.uint8).reshape(*x.shape, x.dtype.itemsize)
    return lax.bitcast_convert_type(x, np.uint8).reshape(*x.shape, x.dtype.itemsize)


def _from_bytes(octets, dtype):
    """The elements whose bytes stand along the last axis."""
    if is_complex(dtype):
        half = dtype.itemsize // 2
        parts = octets.reshape(*octets.shape[:-1], 2, half)
        parts = lax.bitcast_convert_type(parts, np.dtype(f"float{half * 8}"))
        return lax.complex(parts[..., 0], parts[..., 1])
    if dtype.itemsize == 1:
        return lax.bitcast_convert_type(octets[..., 0], dtype)
    return lax.bitcast_convert_type(octets, dtype)


def _check_bitcast(x, dtype):
    if np.bool_ in (x.dtype, dtype):
        raise errors.InvalidArgumentError(
            f"From {x.dtype} to {dtype}: the bits of a bool cannot be reinterpreted. Use tf.cast."
        )
    ratio = dtype.itemsize // x.dtype.itemsize
    if ratio > 1 and (x.ndim == 0 or x.shape[-1] != ratio):
        raise errors.InvalidArgumentError(
            f"The shape {list(x.shape)} of {x.dtype} cannot be read as {dtype}: the last axis must "
            f"have the size {ratio}, the number of elements that make up one {dtype}."
        )


@without_gradient
@op
def bitcast(input: Array, type: DTypeArg):
    """The same bits read as another dtype.

    A narrower dtype gives a new last axis; a wider one takes the last axis away, whose size must
    be the number of elements that make up one new element.

    >>> tf.bitcast([1.0, -2.0], tf.int32).numpy()
    array([ 1065353216, -1073741824], dtype=int32)
    """
    dtype = np.dtype(type)
    _check_bitcast(input, dtype)
    octets = _as_bytes(input)
    narrow, wide = input.dtype.itemsize, dtype.itemsize
    if narrow < wide:
        octets = octets.reshape(*input.shape[:-1], wide)
    elif narrow > wide:
        octets = octets.reshape(*input.shape, narrow // wide, wide)
    return _from_bytes(octets, dtype)
