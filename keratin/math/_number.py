"""Numbers as arrays, so that an op of another number is not another program."""

from __future__ import annotations

from typing import Any

import numpy as np

from keratin._engine.state import context
from keratin._engine.tensor import scalar_on_device, wrap


def as_number(value: Any) -> Any:
    """A Python number as a tensor of float64, which bodies round to the dtype they compute in."""
    if type(value) is not float and type(value) is not int:
        return value
    if context.scope is not None:
        return np.float64(value)
    return wrap(scalar_on_device(float(value), np.dtype(np.float64)))
