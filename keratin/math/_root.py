"""Square roots and reciprocals whose gradient is zero wherever the incoming one is.

The slope of a root is infinite at zero, and infinity times zero is NaN: without care the gradient
of `tf.where(x > 0, tf.sqrt(x), 0)` would be NaN at zero, although the root is not chosen there.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

# A product of two arrays of one shape. Backwards, what comes in as zero goes out as zero; a select
# on the tangent would not do, as it is not linear.
_product_p = Primitive("product_with_zero_gradient")
_product_p.def_impl(lax.mul)
_product_p.def_abstract_eval(lambda x, _: x.update(weak_type=False))
mlir.register_lowering(_product_p, mlir.lower_fun(lax.mul, multiple_results=False))


def product(x: Any, y: Any) -> Any:
    """x * y; a cotangent of zero stays zero, also where the other factor is not finite."""
    return _product_p.bind(x, y)


def _jvp(primals: Any, tangents: Any) -> Any:
    x, y = primals
    terms = [
        product(factor, tangent)
        for factor, tangent in ((y, tangents[0]), (x, tangents[1]))
        if type(tangent) is not ad.Zero
    ]
    return product(x, y), sum(terms[1:], terms[0])


def _transpose(cotangent: Any, x: Any, y: Any) -> Any:
    by_x = ad.is_undefined_primal(x)
    if type(cotangent) is ad.Zero:
        return (cotangent, None) if by_x else (None, cotangent)
    scaled = product(y if by_x else x, cotangent)
    found = jnp.where(cotangent == 0, jnp.zeros_like(cotangent), scaled)
    return (found, None) if by_x else (None, found)


def _batch(arrays: Any, axes: Any) -> Any:
    size = next(
        array.shape[axis] for array, axis in zip(arrays, axes, strict=True) if axis is not None
    )
    x, y = (
        jnp.broadcast_to(array, (size, *array.shape))
        if axis is None
        else jnp.moveaxis(array, axis, 0)
        for array, axis in zip(arrays, axes, strict=True)
    )
    return product(x, y), 0


ad.primitive_jvps[_product_p] = _jvp
ad.primitive_transposes[_product_p] = _transpose
batching.primitive_batchers[_product_p] = _batch


@jax.custom_jvp
def reciprocal(x: Any) -> Any:
    """1 / x."""
    return lax.div(jnp.ones_like(x), x)


@reciprocal.defjvp
def _reciprocal_jvp(primals: Any, tangents: Any) -> Any:
    out = reciprocal(*primals)
    return out, product(-product(out, out), *tangents)


@jax.custom_jvp
def quotient(x: Any, y: Any) -> Any:
    """x / y, of arrays of one shape."""
    return lax.div(x, y)


@quotient.defjvp
def _quotient_jvp(primals: Any, tangents: Any) -> Any:
    inverse = reciprocal(primals[1])
    out = quotient(*primals)
    by_y = product(-product(out, inverse), tangents[1])
    return out, product(inverse, tangents[0]) + by_y


@jax.custom_jvp
def sqrt(x: Any) -> Any:
    """The square root."""
    return lax.sqrt(x)


@sqrt.defjvp
def _sqrt_jvp(primals: Any, tangents: Any) -> Any:
    out = sqrt(*primals)
    return out, product(0.5 * reciprocal(out), *tangents)


@jax.custom_jvp
def rsqrt(x: Any) -> Any:
    """1 / sqrt(x)."""
    return lax.rsqrt(x)


@rsqrt.defjvp
def _rsqrt_jvp(primals: Any, tangents: Any) -> Any:
    out = rsqrt(*primals)
    return out, product(-0.5 * product(out, product(out, out)), *tangents)
