"""Keras's promotion of dtypes: JAX's lattice, with `floatx` for Python floats.

Where it meets integers alone, a Python float makes them `floatx`; so do all functions that need
floats. A Python integer takes the dtype of the tensors it meets, and is int32 by itself. Lists are
tensors of int32 or `floatx`. Results have 64 bits only where an argument has.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine import promotion
from keratin._engine.operators import operators
from keratin._engine.promotion import Rules, as_tensor, fitting
from keratin._engine.state import context
from keratin._engine.tensor import Tensor
from keratin._engine.variable import Variable
from keratin.keras._core.settings import settings

BOOL, INT8, INT32, UINT32, INT64 = map(np.dtype, ("bool", "int8", "int32", "uint32", "int64"))
FLOAT32, FLOAT64 = np.dtype("float32"), np.dtype("float64")
_TO_32_BITS = {INT64: INT32, np.dtype("uint64"): UINT32}


def floatx() -> np.dtype[Any]:
    """The dtype of Python floats."""
    return dtypes.as_dtype(settings.floatx).numpy_dtype


def keras_rules() -> Rules:
    """The rules for the present `floatx`."""
    return _rules_for(settings.floatx)


@functools.cache
def _rules_for(name: str) -> Rules:
    default = dtypes.as_dtype(name).numpy_dtype
    combine = functools.partial(_combine, default)
    return Rules("keras", combine, INT32, default, default, kinds=_kinds_of)


def _combine(default: np.dtype[Any], kinds: tuple[Any, ...]) -> np.dtype[Any]:
    strong = [kind for kind in kinds if isinstance(kind, np.dtype)]
    numbers = [kind for kind in kinds if not isinstance(kind, np.dtype)]
    result = np.dtype(jnp.result_type(*strong))
    if result in (INT64, *_TO_32_BITS) and result not in strong:
        result = _TO_32_BITS[result]
    if all(kind.kind in "biu" for kind in strong):
        if result.kind not in "biu":  # uint64 and a signed integer
            result = default
        if complex in numbers:
            return np.result_type(default, np.complex64)
        if float in numbers:
            return result if result.kind not in "biu" else default
        return INT32 if int in numbers and result == BOOL else result
    return np.result_type(result, np.complex64) if complex in numbers else result


def _kinds_of(value: Any) -> Iterator[Any]:
    """Keras counts lists as tensors, and NumPy's 64-bit numbers as Python's."""
    if type(value) is Tensor:
        yield value.dtype.numpy_dtype
    elif isinstance(value, np.generic) and value.dtype.itemsize >= 8 and value.dtype.kind in "iufc":
        yield {"i": int, "u": int, "f": float, "c": complex}[value.dtype.kind]
    elif isinstance(value, (list, tuple)) and not holds_tensors(value):
        kind = np.asarray(value).dtype.kind if len(value) else "f"
        yield {"b": BOOL, "i": INT32, "u": INT32, "c": np.dtype("complex64")}.get(kind, floatx())
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _kinds_of(item)
    else:
        yield from promotion.kinds_of(value)


def holds_tensors(value: Any) -> bool:
    """Whether a value is a tensor, or a list with tensors in it."""
    if isinstance(value, (list, tuple)):
        return any(holds_tensors(item) for item in value)
    return hasattr(value, "dtype") and not isinstance(value, np.generic)


def result_type(*values: Any) -> np.dtype[Any]:
    """The dtype that values, dtypes and types of Python numbers promote to; None is `floatx`."""
    given = [settings.floatx if value is None else value for value in values]
    return promotion.result_type(*given, rules=keras_rules())


def tensor(value: Any, dtype: Any = None) -> Any:
    """The value as a tensor, of this dtype or the one that Keras gives it."""
    if dtype is not None:
        return as_tensor(value, dtypes.as_dtype(dtype).numpy_dtype)
    if isinstance(value, Variable):
        return value if context.autocast is None else operators.identity(value)
    if isinstance(value, Tensor):
        return value
    return as_tensor(value, result_type(value))


def promote(*values: Any, to: Any = None) -> list[Any]:
    """The values as tensors of the one dtype they promote to; `to` has the last word on it."""
    if to is None and _are_alike(values):
        return list(values)
    values = tuple([tensor(v) if isinstance(v, Variable) else v for v in values])
    dtype = result_type(*values)
    dtype = dtype if to is None else to(dtype, keras_rules())
    return [as_tensor(value, dtype) for value in values]


def _are_alike(values: tuple[Any, ...]) -> bool:
    """Whether all are tensors of one dtype."""
    for value in values:
        if type(value) is not Tensor or value.dtype is not values[0].dtype:
            return False
    return True


# What an op gets where its arguments promote to a dtype: the `target` of adapters.


def floating(dtype: np.dtype[Any], rules: Rules) -> np.dtype[Any]:
    """`floatx` for integers and booleans."""
    return fitting(dtype, ("float", "complex"), rules)


def wide_floating(dtype: np.dtype[Any], rules: Rules) -> np.dtype[Any]:
    """`floatx` for integers and booleans, but float64 for int64."""
    return FLOAT64 if dtype == INT64 else floating(dtype, rules)


def at_least_float32(dtype: np.dtype[Any], rules: Rules) -> np.dtype[Any]:
    """float32 for integers, booleans and half precision."""
    kind = dtypes.of(dtype).kind
    return FLOAT32 if kind in ("bool", "int", "uint") or is_half(dtype) else dtype


def accumulated(dtype: np.dtype[Any], rules: Rules) -> np.dtype[Any]:
    """32 bits for smaller integers: the dtype of their sums."""
    if dtype.kind not in "biu" or dtype.itemsize >= 4:
        return dtype
    return UINT32 if dtype.kind == "u" else INT32


def counted(dtype: np.dtype[Any], rules: Rules) -> np.dtype[Any]:
    """int32 for booleans."""
    return INT32 if dtype == BOOL else dtype


def unchanged(dtype: np.dtype[Any], rules: Rules) -> np.dtype[Any]:
    """The dtype itself: what the op does not take, it refuses."""
    return dtype


_HALVES = frozenset({"float16", "bfloat16"})


def is_half(dtype: Any) -> bool:
    """Whether this is a float of 16 bits."""
    return dtype.name in _HALVES
