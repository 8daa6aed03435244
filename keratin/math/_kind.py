"""Which kind of number a dtype holds; bfloat16 and its like count as floats."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp


def is_integer(dtype: Any) -> bool:
    """Whether a dtype holds integers, signed or not."""
    return jnp.issubdtype(dtype, jnp.integer)


def is_unsigned(dtype: Any) -> bool:
    """Whether a dtype holds unsigned integers."""
    return jnp.issubdtype(dtype, jnp.unsignedinteger)


def is_floating(dtype: Any) -> bool:
    """Whether a dtype holds real numbers with a fraction."""
    return jnp.issubdtype(dtype, jnp.floating)


def is_complex(dtype: Any) -> bool:
    """Whether a dtype holds complex numbers."""
    return jnp.issubdtype(dtype, jnp.complexfloating)
