"""Python and NumPy values as the arrays that TensorFlow would make of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine import errors
from keratin._engine.dtype import DType
from keratin._engine.shape import TensorShape

OBJECT = np.dtype(object)


def to_numpy(
    value: Any, dtype: DType | None = None, hint: DType | None = None
) -> np.ndarray[Any, Any]:
    """A NumPy array of what TensorFlow would make of `value`: int32 and float32 by default.

    `dtype` is required; `hint` is taken when it loses nothing of the value's kind.
    """
    if value is None:
        raise ValueError(
            f"Cannot convert None to a tensor: a value is missing. At {errors.user_location()}."
        )
    array = _as_array(value)
    is_numpy = isinstance(value, (np.ndarray, np.generic)) or not isinstance(
        value, (bool, int, float, complex, str, bytes, list, tuple, range)
    )
    if array.dtype == OBJECT or array.dtype.kind in "SU":
        return _string_array(array, dtype, value)
    if dtype is not None:
        is_flag = array.dtype.kind == "b" and dtype.kind in _RANK
        if not (is_numpy or is_flag or _fits(array, dtype)):
            raise TypeError(
                f"Cannot convert {_short(value)} to a tensor of dtype {dtype.name}: the value "
                f"is of kind {dtypes.of(array.dtype).kind}. Write tf.cast(x, tf.{dtype.name}) "
                f"to convert it with loss. At {errors.user_location()}."
            )
        return array.astype(_numpy_of(dtype, value))
    if array.dtype.kind != "b" and isinstance(_first_leaf(value), (bool, np.bool_)):
        raise _mixed(value)
    if hint is not None and hint.kind != "string" and _fits(array, hint):
        return array.astype(hint.numpy_dtype)
    return array if is_numpy or not _is_python(value) else _narrowed(array)


def _numpy_of(dtype: DType, value: Any) -> np.dtype[Any]:
    if dtype.kind == "string":
        raise TypeError(
            f"Cannot convert {_short(value)} to a tensor of strings. Use tf.as_string. "
            f"At {errors.user_location()}."
        )
    return dtype.numpy_dtype


def _as_array(value: Any) -> np.ndarray[Any, Any]:
    if isinstance(value, TensorShape):
        return np.array(value.as_list(), np.int32)
    try:
        # NumPy's own arrays of bytes drop zeros at the end.
        return np.array(value, OBJECT) if _is_text(value) else np.asarray(value)
    except ValueError:
        raise ValueError(
            f"Cannot convert a ragged list to a tensor: {_short(value)}. All rows need the same "
            f"length; pad them. At {errors.user_location()}."
        ) from None


def _first_leaf(value: Any) -> Any:
    while isinstance(value, (list, tuple)) and value:
        value = value[0]
    return value


def _is_text(value: Any) -> bool:
    return isinstance(_first_leaf(value), (str, bytes))


def _mixed(value: Any) -> ValueError:
    return ValueError(
        f"Cannot convert {_short(value)} to a tensor: it mixes types. All elements of a tensor are "
        f"numbers, all booleans or all text. At {errors.user_location()}."
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _string_array(
    array: np.ndarray[Any, Any], dtype: DType | None, value: Any
) -> np.ndarray[Any, Any]:
    items = list(array.flat)
    for item in items:
        if not isinstance(item, (str, bytes)):
            raise _not_text(item, value)
    if isinstance(value, (list, tuple)) and items and not _is_text(value):
        raise _mixed(value)  # NumPy made text of the numbers
    if dtype is not None and dtype.kind != "string":
        raise TypeError(
            f"Cannot convert {_short(value)} to a tensor of dtype {dtype.name}: it holds text. "
            f"Convert it in Python first, by int() or float(). At {errors.user_location()}."
        )
    result = np.empty(array.shape, OBJECT)
    for index, item in enumerate(items):
        result.flat[index] = item.encode() if isinstance(item, str) else bytes(item)
    return result


def _not_text(item: Any, value: Any) -> ValueError:
    """The error for an array of objects, one of which is `item`, the first that is not text."""
    numbers = (bool, int, float, complex, np.generic)
    bad = [leaf for leaf in np.array(value, OBJECT).flat if not isinstance(leaf, (str, bytes))]
    bad = [leaf for leaf in bad if not isinstance(leaf, numbers)]
    if bad:
        within = f", in {_short(value)}," if isinstance(value, (list, tuple)) else ""
        return ValueError(
            f"Cannot convert {_short(bad[0])} of type {type(bad[0]).__name__}{within} to a tensor. "
            f"A tensor holds numbers, booleans or strings. At {errors.user_location()}."
        )
    if any(isinstance(leaf, (str, bytes)) for leaf in np.array(value, OBJECT).flat):
        return _mixed(value)
    return ValueError(
        f"Cannot convert {_short(item)} to a tensor: no integer type holds numbers so great. "
        f"Write it as a float. At {errors.user_location()}."
    )


_RANK = {"bool": 0, "uint": 1, "int": 1, "float": 2, "complex": 3}


def _fits(array: np.ndarray[Any, Any], dtype: DType) -> bool:
    """Whether a conversion keeps the kind: an integer may become a float, not the reverse."""
    given, wanted = dtypes.of(array.dtype).kind, dtype.kind
    if given == "bool" or wanted == "bool":
        return given == wanted or array.size == 0
    if wanted not in _RANK or given not in _RANK:
        return False
    if array.size == 0:
        return True
    if wanted in ("int", "uint") and given in ("int", "uint"):
        return bool(array.min() >= dtype.min and array.max() <= dtype.max)
    return _RANK[given] <= _RANK[wanted]


def _is_python(value: Any) -> bool:
    while isinstance(value, (list, tuple)):
        if not value:
            return True
        value = value[0]
    return isinstance(value, (bool, int, float, complex, range)) and not isinstance(
        value, np.generic
    )


def _narrowed(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Python's float is float32 here, and its int is int32 where it fits."""
    if array.dtype == np.float64:
        return array.astype(np.float32)
    if array.dtype == np.int64 and (
        not array.size or (array.min() >= -(2**31) and array.max() < 2**31)
    ):
        return array.astype(np.int32)
    return array
