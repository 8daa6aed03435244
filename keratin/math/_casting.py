"""Between dtypes: conversion, saturating conversion, reinterpretation, complex from its parts."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, DTypeArg, op


def convert(x, dtype):
    """x in another dtype: floats lose their fraction, complex numbers their imaginary part."""
    if x.dtype == dtype:
        return x
    if jnp.issubdtype(x.dtype, jnp.complexfloating) and not _is_complex(dtype):
        if dtype == np.bool_:
            return x != 0
        x = lax.real(x)
    if jnp.issubdtype(x.dtype, jnp.floating) and jnp.issubdtype(dtype, jnp.integer):
        # Through a wide integer, so that what does not fit wraps around as integers do.
        narrow = np.dtype(dtype).itemsize < 4
        x = x.astype(np.int32) if narrow else x
    return x.astype(dtype)


def _is_complex(dtype):
    return jnp.issubdtype(dtype, jnp.complexfloating)


@op(T="any")
def cast(x: Array, dtype: DTypeArg):
    """x converted to another dtype.

    Floats are rounded towards zero when they become integers; a complex number keeps its real part.

    >>> tf.cast([1.8, -1.8], tf.int32).numpy()
    array([ 1, -1], dtype=int32)
    """
    return convert(x, dtype)


def _limits(source, target):
    """The range of the target dtype, within what the source dtype can hold exactly."""
    info = jnp.iinfo(target) if jnp.issubdtype(target, jnp.integer) else jnp.finfo(target)
    low, high = info.min, info.max
    if jnp.issubdtype(source, jnp.integer):
        own = jnp.iinfo(source)
        if not jnp.issubdtype(target, jnp.integer):
            return own.min, own.max
        return max(int(own.min), int(low)), min(int(own.max), int(high))
    low, high = np.asarray(low).astype(source), np.asarray(high).astype(source)
    if jnp.issubdtype(target, jnp.integer) and int(high) > int(info.max):
        high = np.nextafter(high, source.type(0))
    return low, high


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
    if _is_complex(value.dtype) and not _is_complex(dtype):
        value = lax.real(value)
    if _is_complex(dtype):
        return value.astype(dtype)
    low, high = _limits(value.dtype, np.dtype(dtype))
    low, high = np.asarray(low, value.dtype), np.asarray(high, value.dtype)
    return convert(jnp.clip(value, low, high), dtype)
