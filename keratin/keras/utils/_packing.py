"""Batches as tuples (x,), (x, y) or (x, y, sample_weight)."""

from __future__ import annotations

from typing import Any


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Take a batch apart: (x, y, sample_weight), with None for what it does not hold.

    >>> keras.utils.unpack_x_y_sample_weight(([1.0], [0]))
    ([1.0], [0], None)
    """
    if not isinstance(data, (tuple, list)):
        return data, None, None
    if not 1 <= len(data) <= 3:
        kinds = ", ".join(type(part).__name__ for part in data)
        raise ValueError(
            "A batch is x, (x,), (x, y) or (x, y, sample_weight); given a "
            f"{type(data).__name__} of {len(data)}: ({kinds}). Several inputs are one part: "
            "((input_1, input_2), y)."
        )
    parts = [*data, None, None]
    return parts[0], parts[1], parts[2]


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Put a batch together: x alone, (x, y) or (x, y, sample_weight).

    >>> keras.utils.pack_x_y_sample_weight([1.0], [0])
    ([1.0], [0])
    """
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)
