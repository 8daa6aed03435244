"""Complex numbers: from their parts, and their parts."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import T, op
from keratin.math._kind import is_complex
from keratin.math._shape import broadcast


@op(T="float")
def complex(real: T, imag: T):
    """The complex numbers with the given real and imaginary parts.

    >>> tf.complex([1.0, 2.0], [3.0, -4.0]).numpy()
    array([1.+3.j, 2.-4.j], dtype=complex64)
    """
    if real.dtype not in (np.float32, np.float64):
        raise errors.InvalidArgumentError(
            f"There are no complex numbers with parts of dtype {real.dtype}: give float32 or "
            "float64, for example by tf.cast(x, tf.float32)."
        )
    return lax.complex(*broadcast(real, imag))


@op(T="number")
def real(input: T):
    """The real part; a real tensor is returned as it is.

    >>> tf.math.real([1 + 2j]).numpy()
    array([1.])
    """
    return jnp.real(input)


@op(T="number")
def imag(input: T):
    """The imaginary part; zeros for a real tensor.

    >>> tf.math.imag([1 + 2j]).numpy()
    array([2.])
    """
    return jnp.imag(input)


@op(T="number")
def conj(x: T):
    """The complex conjugate; a real tensor is returned as it is.

    >>> tf.math.conj([1 + 2j]).numpy()
    array([1.-2.j])
    """
    return jnp.conj(x) if is_complex(x.dtype) else x


@op(T="number")
def angle(input: T):
    """The angle of a complex number, from -pi to pi; for a real one 0, or pi if it is negative.

    >>> tf.math.angle([1 + 1j, -1 + 0j]).numpy()
    array([0.78539816, 3.14159265])
    """
    if is_complex(input.dtype):
        return lax.atan2(jnp.imag(input), jnp.real(input))
    return jnp.where(input < 0, np.asarray(np.pi).astype(input.dtype), jnp.zeros_like(input))
