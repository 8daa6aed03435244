"""Callbacks that watch a figure of the logs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin.keras.callbacks._callback import Callback, Logs


class MonitorCallback(Callback):
    """A callback that compares a figure of the logs with the best one so far."""

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0,
    ):
        super().__init__()
        if mode not in ("auto", "min", "max"):
            errors.warn_user(
                f"{type(self).__name__}: mode is 'auto', 'min' or 'max'; given {mode!r}, which is "
                "taken as 'auto'."
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best: Any = baseline
        self.min_delta = abs(min_delta)
        self._less_is_better: bool | None = None

    def check_names(self, names: Iterable[str]) -> None:
        """Raise if the figure is none of those that the logs are going to have."""
        known = sorted(names)
        if self.monitor in known:
            self._less_is_better = self._is_less_better()
            return
        why = ""
        if self.monitor.startswith("val_") and not any(n.startswith("val_") for n in known):
            why = " There is no validation: give fit(..., validation_data=...)."
        raise ValueError(
            f"{type(self).__name__}: monitor={self.monitor!r} is none of the names in the logs of "
            f"this fit: {known}.{errors.nearest(self.monitor, known)}{why}"
        )

    def get_monitor_value(self, logs: Logs) -> Any:
        """The figure, or None with a warning."""
        value = (logs or {}).get(self.monitor)
        if value is None:
            errors.warn_user(
                f"{type(self).__name__}: the logs have no {self.monitor!r}; they have: "
                f"{', '.join(logs or {})}."
            )
        return value

    def _is_improvement(self, value: Any, reference: Any) -> bool:
        if reference is None or np.isnan(reference):
            # By comparison nothing is better than NaN: it would be the best for ever.
            return reference is None or not np.isnan(value)
        if self._less_is_better is None:
            self._less_is_better = self._is_less_better()
        if self._less_is_better:
            return bool(value + self.min_delta < reference)
        return bool(value - self.min_delta > reference)

    def _is_less_better(self) -> bool:
        if self.mode != "auto":
            return self.mode == "min"
        name = self.monitor.removeprefix("val_")
        if name == "loss" or name.endswith("_loss"):
            return True
        direction = getattr(self.model, "_metric_direction", lambda _: None)(name)
        if direction is None:
            raise ValueError(
                f"{type(self).__name__}: whether more or less of {self.monitor!r} is better is not "
                "known. Say it: mode='max' or mode='min'."
            )
        return bool(direction == "down")
