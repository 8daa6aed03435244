"""Dtypes by name, and what they promote to."""

from __future__ import annotations

from typing import Any

from keratin._engine.dtype import as_dtype
from keratin.keras._core.settings import settings
from keratin.keras.ops import _promotion


def standardize_dtype(dtype: Any) -> str:
    """The name of a dtype; None gives the default one, and Python types what they stand for.

    >>> keras.backend.standardize_dtype(tf.float16), keras.backend.standardize_dtype(int)
    ('float16', 'int32')
    """
    if dtype is None:
        return settings.floatx
    if dtype is int:
        return "int32"
    if dtype is float:
        return settings.floatx
    try:
        return as_dtype(dtype).name
    except (TypeError, ValueError):
        raise ValueError(f"There is no dtype {dtype!r}. Give a name, such as 'float32'") from None


def is_float_dtype(dtype: Any) -> bool:
    """Whether a dtype is a floating one.

    >>> keras.backend.is_float_dtype("bfloat16"), keras.backend.is_float_dtype("int32")
    (True, False)
    """
    return as_dtype(standardize_dtype(dtype)).is_floating


def is_int_dtype(dtype: Any) -> bool:
    """Whether a dtype is one of integers, signed or not.

    >>> keras.backend.is_int_dtype("uint8"), keras.backend.is_int_dtype("bool")
    (True, False)
    """
    return as_dtype(standardize_dtype(dtype)).kind in ("int", "uint")


def result_type(*dtypes: Any) -> str:
    """The name of the dtype that arithmetic of these dtypes has in `keras.ops`.

    >>> keras.backend.result_type("int32", "float16"), keras.backend.result_type("int32", float)
    ('float16', 'float32')
    """
    if not dtypes:
        raise ValueError("keras.backend.result_type: give at least one dtype")
    return as_dtype(_promotion.result_type(*dtypes)).name
