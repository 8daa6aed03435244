"""The table of layers that `model.summary()` prints."""

from __future__ import annotations

from typing import Any


def print_summary(model: Any, **options: Any) -> None:
    """Print a table of the layers of a model."""
    raise NotImplementedError
