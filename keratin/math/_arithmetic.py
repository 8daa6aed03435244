"""Arithmetic of two operands and more: sums, products, quotients, remainders and powers."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin._engine.explain import explain
from keratin._engine.op import T, Ts, op
from keratin._engine.state import context
from keratin._engine.tensor import Tensor
from keratin.array._support import host_value
from keratin.math import _root
from keratin.math._gradient import without_gradient
from keratin.math._kind import is_complex, is_floating, is_integer, is_unsigned
from keratin.math._shape import broadcast


@op(T="number string", strings=True)
def add(x: T, y: T):
    """x + y, element by element, with broadcasting. Strings are joined.

    >>> tf.add([1, 2], [[10], [20]]).numpy()
    array([[11, 12],
           [21, 22]], dtype=int32)
    """
    if x.dtype == object:
        return np.asarray(np.add(*broadcast(x, y)), object)
    return lax.add(*broadcast(x, y))


@op(T="number")
def subtract(x: T, y: T):
    """x - y, element by element, with broadcasting.

    >>> tf.subtract([5.0, 7.0], 2.0).numpy()
    array([3., 5.], dtype=float32)
    """
    return lax.sub(*broadcast(x, y))


@op(T="number")
def multiply(x: T, y: T):
    """x * y, element by element, with broadcasting. For products of matrices see `tf.matmul`.

    >>> tf.multiply([1, 2, 3], 2).numpy()
    array([2, 4, 6], dtype=int32)
    """
    return lax.mul(*broadcast(x, y))


def to_quotient_dtype(x):
    """Integers become the float dtype that their true quotient has; other dtypes stay."""
    if is_integer(x.dtype):
        return x.astype(np.float32 if x.dtype.itemsize <= 2 else np.float64)
    return x


@op(T="number")
def truediv(x: T, y: T):
    """x / y. Integers are divided as floats: 8 and 16 bits as float32, 32 and 64 bits as float64.

    >>> tf.truediv([1, 2], 4).numpy()
    array([0.25, 0.5 ])
    """
    return lax.div(*broadcast(to_quotient_dtype(x), to_quotient_dtype(y)))


divide = truediv


@op(T="float complex")
def realdiv(x: T, y: T):
    """x / y for floating and complex numbers.

    >>> tf.realdiv([1.0, 2.0], 4.0).numpy()
    array([0.25, 0.5 ], dtype=float32)
    """
    return lax.div(*broadcast(x, y))


# What is looked through for zeros, or negative exponents, on the CPU.
_FEW = 1 << 16


def _whole_numbers(x, y):
    """The values of y if x and y are integers and it costs little to look, else None."""
    if type(y) is float or context.scope is not None:
        return None
    for operand in (y, x):
        if type(operand) is Tensor:
            if operand._value.dtype.kind not in "iu":
                return None
        elif type(operand) is not int and np.dtype(_dtype_of(operand)).kind not in "iu":
            return None
    if type(y) is int:
        return y
    known = host_value(y)
    return None if known is None or known.size > _FEW else known


def _dtype_of(operand):
    if hasattr(type(operand), "__keratin_op__"):
        return bool
    if hasattr(operand, "dtype"):
        return as_dtype(operand.dtype).numpy_dtype
    return np.asarray(operand).dtype


def _by_integers_but_zero(function):
    """Division that raises of a zero among integers, where values can be seen at once."""

    @functools.wraps(function)
    def call(x, y, name=None):
        divisors = _whole_numbers(x, y)
        if divisors is not None and not np.all(divisors):
            error = errors.InvalidArgumentError(
                "Integer division by zero. Replace zeros in y first, or cast to a float"
            )
            raise explain(function.spec.name, error, function.spec, (x, y))
        return function(x, y)

    return call


@_by_integers_but_zero
@without_gradient
@op(T="real")
def floordiv(x: T, y: T):
    """x / y, rounded down. The dtype stays; no gradient flows.

    >>> tf.math.floordiv([7, -7], 2).numpy()
    array([ 3, -4], dtype=int32)
    """
    x, y = broadcast(x, y)
    if is_floating(x.dtype):
        return lax.floor(lax.div(x, y))
    return jnp.floor_divide(x, y)


@_by_integers_but_zero
@op(T="real")
def floormod(x: T, y: T):
    """The remainder of x / y rounded down; it has the sign of y, as Python's `%`.

    >>> tf.math.floormod([7, -7], 3).numpy()
    array([1, 2], dtype=int32)
    """
    x, y = broadcast(x, y)
    remainder = lax.rem(x, y)
    if is_unsigned(x.dtype):
        return remainder
    zero = jnp.zeros((), x.dtype)
    wrong_sign = (remainder != zero) & ((remainder < zero) != (y < zero))
    return jnp.where(wrong_sign, remainder + y, remainder)


mod = floormod


@_by_integers_but_zero
@without_gradient
@op(T="real")
def truncatediv(x: T, y: T):
    """x / y, rounded towards zero. The dtype stays; no gradient flows.

    >>> tf.truncatediv([7, -7], 2).numpy()
    array([ 3, -3], dtype=int32)
    """
    quotient = lax.div(*broadcast(x, y))
    return jnp.trunc(quotient) if is_floating(x.dtype) else quotient


@_by_integers_but_zero
@without_gradient
@op(T="real")
def truncatemod(x: T, y: T):
    """The remainder of x / y rounded towards zero; it has the sign of x, as C's `%`.

    >>> tf.truncatemod([7, -7], 3).numpy()
    array([ 1, -1], dtype=int32)
    """
    return lax.rem(*broadcast(x, y))


@op(T="int float complex")
def negative(x: T):
    """-x.

    >>> tf.negative([1.0, -2.0]).numpy()
    array([-1.,  2.], dtype=float32)
    """
    return lax.neg(x)


@jax.custom_jvp
def _float_pow(x, y):
    return lax.pow(x, y)


@_float_pow.defjvp
def _float_pow_jvp(primals, tangents):
    x, y = primals
    x_dot, y_dot = tangents
    out = lax.pow(x, y)
    # Where the base has no logarithm the derivative by the exponent is taken as zero.
    has_log = x != 0 if is_complex(x.dtype) else x > 0
    log_x = jnp.where(has_log, lax.log(jnp.where(has_log, x, jnp.ones_like(x))), jnp.zeros_like(x))
    return out, y * lax.pow(x, y - 1) * x_dot + log_x * out * y_dot


def _integer_pow(x, y):
    """By squaring, once per bit of the largest exponent; below zero what is left of a fraction."""

    def step(state):
        power, square, rest = state
        return jnp.where(rest & 1 == 1, power * square, power), square * square, rest >> 1

    start = (jnp.ones_like(x), x, lax.abs(y))
    power, _, _ = lax.while_loop(lambda state: jnp.any(state[2] > 0), step, start)
    return jnp.where((y < 0) & (lax.abs(x) != 1), jnp.zeros_like(x), power)


@op(T="int float complex")
def _pow(x: T, y: T):
    x, y = broadcast(x, y)
    return _integer_pow(x, y) if is_integer(x.dtype) else _float_pow(x, y)


@op(T="int float complex")
def _pow_known(x: T, exponent: float):
    """A power that is known when it is compiled: a few products, or a root."""
    if exponent == 0.5:
        return _root.sqrt(x)
    if exponent == -0.5:
        return _root.rsqrt(x)
    if exponent == -1:
        return _root.reciprocal(x)
    return lax.integer_pow(x, int(exponent))


def pow(x: T, y: T, name: str | None = None) -> Any:
    """x to the power y, with broadcasting.

    Integers to a negative power raise where that can be seen at once; in compiled functions and on
    accelerators the result is rounded towards zero.

    >>> tf.pow([2.0, 3.0], [3.0, 2.0]).numpy()
    array([8., 9.], dtype=float32)
    """
    if _is_quick(x, y):
        return _pow_known(x, y)
    exponents = _whole_numbers(x, y)
    if exponents is not None and np.any(exponents < 0):
        error = errors.InvalidArgumentError(
            "Integers to negative integer powers are not allowed. Cast x to a float first"
        )
        raise explain("pow", error, _pow.spec, (x, y))  # type: ignore[attr-defined]
    return _pow(x, y)


def _is_quick(x, y):
    """Whether y is a Python number that x is raised to without the general, slow, power."""
    if type(y) is int:
        return 0 < y <= 4
    dtype = getattr(x, "dtype", None)
    is_float = dtype is not None and as_dtype(dtype).is_floating
    return type(y) is float and y in (0.5, -0.5, -1.0, 2.0, 3.0) and is_float


@jax.custom_jvp
def larger(x, y):
    """The larger of two arrays of one shape; at a tie the gradient belongs to x."""
    return lax.max(x, y)


@larger.defjvp
def _larger_jvp(primals, tangents):
    x, y = primals
    return lax.max(x, y), lax.select(x >= y, *tangents)


@jax.custom_jvp
def smaller(x, y):
    """The smaller of two arrays of one shape; at a tie the gradient belongs to x."""
    return lax.min(x, y)


@smaller.defjvp
def _smaller_jvp(primals, tangents):
    x, y = primals
    return lax.min(x, y), lax.select(x <= y, *tangents)


@op(T="real")
def maximum(x: T, y: T):
    """The larger of x and y, element by element. A NaN wins; at a tie the gradient goes to x.

    >>> tf.maximum([1.0, 5.0], [3.0, 2.0]).numpy()
    array([3., 5.], dtype=float32)
    """
    return larger(*broadcast(x, y))


@op(T="real")
def minimum(x: T, y: T):
    """The smaller of x and y, element by element. A NaN wins; at a tie the gradient goes to x.

    >>> tf.minimum([1.0, 5.0], [3.0, 2.0]).numpy()
    array([1., 2.], dtype=float32)
    """
    return smaller(*broadcast(x, y))


@op(T="number")
def squared_difference(x: T, y: T):
    """The square of x - y; for complex numbers the square of its modulus.

    >>> tf.math.squared_difference([3.0, 1.0], [1.0, 1.0]).numpy()
    array([4., 0.], dtype=float32)
    """
    difference = lax.sub(*broadcast(x, y))
    return difference * jnp.conj(difference)


def quotient_or_zero(x, y):
    """x / y, and zero where y is zero; gradients are zero there, too."""
    is_zero = y == 0
    quotient = lax.div(x, jnp.where(is_zero, jnp.ones_like(y), y))
    return jnp.where(is_zero, jnp.zeros_like(quotient), quotient)


@op(T="number")
def divide_no_nan(x: T, y: T):
    """x / y, and zero where y is zero.

    >>> tf.math.divide_no_nan([3.0, 1.0], [2.0, 0.0]).numpy()
    array([1.5, 0. ], dtype=float32)
    """
    return quotient_or_zero(*broadcast(to_quotient_dtype(x), to_quotient_dtype(y)))


@op(T="float complex")
def reciprocal(x: T):
    """1 / x.

    >>> tf.math.reciprocal([2.0, 4.0]).numpy()
    array([0.5 , 0.25], dtype=float32)
    """
    return _root.reciprocal(x)


@op(T="float complex")
def reciprocal_no_nan(x: T):
    """1 / x, and zero where x is zero.

    >>> tf.math.reciprocal_no_nan([2.0, 0.0]).numpy()
    array([0.5, 0. ], dtype=float32)
    """
    return quotient_or_zero(jnp.ones_like(x), x)


@jax.custom_jvp
def product_or_zero(x, y):
    """x * y, and zero where y is zero, whatever x is; the gradient by y is x everywhere."""
    is_zero = y == 0
    return jnp.where(is_zero, jnp.zeros_like(x), x * y)


@product_or_zero.defjvp
def _product_or_zero_jvp(primals, tangents):
    x, y = primals
    x_dot, y_dot = tangents
    return product_or_zero(x, y), y * x_dot + x * y_dot


@op(T="float complex")
def multiply_no_nan(x: T, y: T):
    """x * y, and zero where y is zero, even if x is infinite or NaN.

    >>> tf.math.multiply_no_nan([float("nan"), 2.0], [0.0, 3.0]).numpy()
    array([0., 6.], dtype=float32)
    """
    return product_or_zero(*broadcast(x, y))


def _zero_where_x_is_zero(function):
    """The product x * function(y) taken as zero wherever x is zero, in its derivatives as well."""

    @jax.custom_jvp
    def safe(x, y):
        is_zero = x == 0
        return jnp.where(is_zero, jnp.zeros_like(x), x * function(y))

    @safe.defjvp
    def safe_jvp(primals, tangents):
        x, y = primals
        x_dot, y_dot = tangents
        is_zero = x == 0
        zero = jnp.zeros_like(x)
        value, slope = jax.jvp(function, (y,), (jnp.ones_like(y),))
        out_dot = jnp.where(is_zero, zero, value) * x_dot
        return safe(x, y), out_dot + jnp.where(is_zero, zero, x * slope) * y_dot

    return safe


_xlogy = _zero_where_x_is_zero(lax.log)
_xlog1py = _zero_where_x_is_zero(lax.log1p)
_xdivy = _zero_where_x_is_zero(lambda y: lax.div(jnp.ones_like(y), y))


@op(T="float complex")
def xlogy(x: T, y: T):
    """x * log(y), and zero where x is zero.

    >>> tf.math.xlogy([0.0, 2.0], [0.0, 1.0]).numpy()
    array([0., 0.], dtype=float32)
    """
    return _xlogy(*broadcast(x, y))


@op(T="float complex")
def xlog1py(x: T, y: T):
    """x * log(1 + y), exact for small y, and zero where x is zero.

    >>> tf.math.xlog1py([0.0, 2.0], [-1.0, 0.0]).numpy()
    array([0., 0.], dtype=float32)
    """
    return _xlog1py(*broadcast(x, y))


@op(T="float complex")
def xdivy(x: T, y: T):
    """x / y, and zero where x is zero.

    >>> tf.math.xdivy([0.0, 3.0], [0.0, 2.0]).numpy()
    array([0. , 1.5], dtype=float32)
    """
    return _xdivy(*broadcast(x, y))


def _check_same_shapes(inputs):
    shapes = [list(each.shape) for each in inputs]
    if any(shape != shapes[0] for shape in shapes):
        raise errors.InvalidArgumentError(
            f"The tensors to add have the shapes {shapes}; all must have the same one. "
            "For sums with broadcasting use tf.add."
        )


def _sum_of(inputs):
    if not inputs:
        raise errors.InvalidArgumentError(
            "The sum of an empty list has no dtype and no shape. Give one tensor or more."
        )
    _check_same_shapes(inputs)
    return functools.reduce(lax.add, inputs)


@op(T="number")
def add_n(inputs: Ts):
    """The sum of tensors of one shape.

    >>> tf.add_n([[1, 2], [3, 4], [5, 6]]).numpy()
    array([ 9, 12], dtype=int32)
    """
    return _sum_of(inputs)


def accumulate_n(
    inputs: Ts,
    shape: Any = None,
    tensor_dtype: Any = None,
    name: str | None = None,
):
    """The sum of tensors of one shape, which `shape` and `tensor_dtype` may state for a check.

    >>> tf.math.accumulate_n([[1, 2], [3, 4]]).numpy()
    array([4, 6], dtype=int32)
    """
    total = add_n(inputs)
    if shape is not None and not total.shape.is_compatible_with(shape):
        raise errors.InvalidArgumentError(
            f"tf.math.accumulate_n: the inputs have shape {total.shape}, but shape={shape} is "
            "stated. Correct one of them."
        )
    if tensor_dtype is not None and total.dtype != tensor_dtype:
        raise errors.InvalidArgumentError(
            f"tf.math.accumulate_n: the inputs are {total.dtype.name}, but "
            f"tensor_dtype={tensor_dtype!r} is stated. Correct one of them."
        )
    return total


@op(T="number")
def scalar_mul(scalar: T, x: T):
    """A scalar times a tensor.

    >>> tf.scalar_mul(2.0, [1.0, 3.0]).numpy()
    array([2., 6.], dtype=float32)
    """
    if scalar.ndim:
        raise errors.InvalidArgumentError(
            f"scalar has shape {list(scalar.shape)}; a scalar (shape []) is expected. "
            "Use tf.multiply to multiply two tensors."
        )
    return lax.mul(*broadcast(scalar, x))


@op(T="number")
def polyval(coeffs: Ts, x: T):
    """A polynomial at x; `coeffs` lists its coefficients from the highest power down.

    >>> tf.math.polyval([2.0, 0.0, 1.0], [3.0]).numpy()  # 2x^2 + 1
    array([19.], dtype=float32)
    """
    if not coeffs:
        return jnp.zeros_like(x)
    return functools.reduce(lambda total, each: lax.add(*broadcast(total * x, each)), coeffs)
