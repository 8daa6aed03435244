"""Data frames and columns of pandas and polars as arrays, and what is wrong with them.

Neither library is imported: what is handed over is recognized by where its class is from.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from keratin._engine.dtype import as_dtype
from keratin._engine.python_value import OBJECT, to_numpy
from keratin.keras._core.settings import settings

_PACKAGES = ("pandas", "polars")
_MISSING = ("NoneType", "NAType", "NaTType")


def _is_theirs(value: Any) -> bool:
    return any(cls.__module__.split(".")[0] in _PACKAGES for cls in type(value).__mro__)


def is_frame(value: Any) -> bool:
    """Whether a value is a table of named columns."""
    return _is_theirs(value) and hasattr(value, "columns") and hasattr(value, "to_numpy")


def is_series(value: Any) -> bool:
    """Whether a value is one column, an index or another array of pandas or polars."""
    return _is_theirs(value) and hasattr(value, "to_numpy") and not hasattr(value, "columns")


def column_names(frame: Any) -> list[Any]:
    """The names of the columns, in order."""
    return list(frame.columns)


def frame_array(frame: Any, where: str) -> np.ndarray:
    """One array (rows, columns) of the common dtype of all columns."""
    names = column_names(frame)
    if not names:
        raise ValueError(f"{where} is a DataFrame without columns.")
    _check_unique(names, where)
    columns = _checked({name: _values(frame[name]) for name in names}, where, text=False)
    kind = _common([column.dtype for column in columns.values()])
    found = np.empty((len(frame), len(names)), kind)
    for index, column in enumerate(columns.values()):
        found[:, index] = column
    return found


def frame_columns(frame: Any, names: Iterable[Any], where: str) -> dict[Any, np.ndarray]:
    """The columns of these names, each an array (rows, 1) of its own dtype."""
    columns = _checked({name: _values(frame[name]) for name in names}, where, text=True)
    return {
        name: np.asarray(column, _common([column.dtype]))[:, None]
        for name, column in columns.items()
    }


def series_array(series: Any, where: str) -> np.ndarray:
    """A column as an array (rows, 1), as Keras has it."""
    columns = _checked({getattr(series, "name", None): _values(series)}, where, text=True)
    column = next(iter(columns.values()))
    return np.asarray(column, _common([column.dtype]))[:, None]


def _check_unique(names: list[Any], where: str) -> None:
    twice = sorted({str(name) for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(
            f"{where} is a DataFrame with several columns of the same name: {', '.join(twice)}. "
            "Rename or drop them."
        )


def _common(kinds: list[np.dtype]) -> np.dtype:
    """The dtype that holds all: floatx if one is floating, the widest integer, or bool."""
    if kinds == [OBJECT]:
        return OBJECT
    found = np.result_type(*kinds)
    return as_dtype(settings.floatx).numpy_dtype if found.kind == "f" else found


def _values(column: Any) -> np.ndarray:
    """The values of a column: numbers, or objects where pandas has no other form."""
    values = np.asarray(column.to_numpy())
    if values.dtype.kind in "SUT":
        return values.astype(OBJECT)
    if values.dtype != OBJECT:
        return values
    kinds = {type(item) for item in values}
    # Nullable columns come as objects; numbers among them become numbers again.
    if all(issubclass(kind, (int, float, np.number, np.bool_)) for kind in kinds):
        numbers = np.array(values.tolist())
        return values if numbers.ndim != 1 else numbers
    return values


def _missing(values: np.ndarray) -> int:
    if values.dtype == OBJECT:
        return sum(1 for item in values if type(item).__name__ in _MISSING or _is_nan(item))
    return int(np.isnan(values).sum()) if values.dtype.kind in "fc" else 0


def _is_nan(item: Any) -> bool:
    return isinstance(item, (float, np.floating)) and bool(np.isnan(item))


def _checked(columns: dict[Any, np.ndarray], where: str, text: bool) -> dict[Any, np.ndarray]:
    """The columns, text as bytes where `text` allows it; an error that names the bad ones."""
    missing = {name: count for name, each in columns.items() if (count := _missing(each))}
    if missing:
        raise ValueError(_missing_values(missing, where))
    words = [name for name, values in columns.items() if _is_text(values)]
    if words and not text:
        raise ValueError(_text_in(columns[words[0]], words, where))
    for name, values in columns.items():
        if values.dtype.kind not in "biufc" and name not in words:
            raise ValueError(_not_numbers(name, values, where))
    return {name: to_numpy(each) if name in words else each for name, each in columns.items()}


def _is_text(values: np.ndarray) -> bool:
    return (
        values.dtype == OBJECT
        and len(values) > 0
        and all(isinstance(item, (str, bytes)) for item in values)
    )


def _missing_values(missing: dict[Any, int], where: str) -> str:
    listed = ", ".join(f"{name!r} ({count})" for name, count in missing.items())
    return (
        f"{where} has missing values (NaN or None) in the column{'s' * (len(missing) > 1)} "
        f"{listed}; training on them would make every weight NaN. Drop those rows with "
        "df.dropna(), or fill them with df.fillna(value), before x and y are taken apart."
    )


def _text_in(values: np.ndarray, names: list[Any], where: str) -> str:
    others = f" (so do {', '.join(map(repr, names[1:]))})" if names[1:] else ""
    return (
        f"{where} is a DataFrame whose column {names[0]!r} holds text, such as {values[0]!r}"
        f"{others}, and a model takes numbers. Drop the column, make numbers of it with "
        "pandas.get_dummies or df[column].astype('category').cat.codes, or give the model an "
        "input of the column's name with a keras.layers.StringLookup."
    )


def _not_numbers(name: Any, values: np.ndarray, where: str) -> str:
    column = "" if name is None else f"the column {name!r} of "
    if values.dtype.kind in "mM":
        return (
            f"{column}{where} holds dates or times ({values.dtype}), and a model takes numbers. "
            "Make days of them: (s - s.min()).dt.days."
        )
    numbers = (int, float, np.number, np.bool_)
    item = next((item for item in values if not isinstance(item, numbers)), values[:1])
    remedy = "Make numbers of it, or drop it."
    if isinstance(item, (list, tuple, np.ndarray)):
        remedy = "Make one array of its rows with np.stack(series)."
    return (
        f"{column}{where} is not all numbers: it holds {item!r}, of type {type(item).__name__}. "
        f"{remedy}"
    )
