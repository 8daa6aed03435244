"""Names of dtypes."""

from __future__ import annotations

from typing import Any

from keratin._engine.dtype import as_dtype
from keratin.keras._core.settings import settings

_PYTHON = {bool: "bool", int: "int32", float: "float32", str: "string", "int": "int32"}


def standardize_dtype(dtype: Any) -> str:
    """The name of a dtype: of this package, of NumPy, JAX or torch, or of Python; None is floatx.

    >>> keras.utils.standardize_dtype(np.float64), keras.utils.standardize_dtype(None)
    ('float64', 'float32')
    """
    if dtype is None:
        return settings.floatx
    is_python = isinstance(dtype, (type, str)) and dtype in _PYTHON
    if is_python:
        return _PYTHON[dtype]
    text = str(dtype)
    given = text.removeprefix("torch.") if text.startswith("torch.") else dtype
    try:
        return as_dtype(given).name
    except (TypeError, ValueError) as error:
        raise ValueError(f"{dtype!r} is not a dtype. {error}") from None
