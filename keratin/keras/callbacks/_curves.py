"""The curves of a history, drawn with matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin.keras.utils._figures import grid

_SIZE = (4.6, 3.2)  # inches, of the axes of one metric
_MOST_COLUMNS = 3
_FEW_EPOCHS = 15  # so few points are marked
_VALIDATION = "val_"


def plot(
    history: Any,
    metrics: str | Sequence[str] | None,
    shift_training: bool,
    log_scale: bool | str | Sequence[str],
    columns: int | None,
    figure: Any,
) -> Any:
    """`History.plot`."""
    known = _names(history)
    if not known:
        raise ValueError(
            "History.plot: there is nothing to draw, as no epoch of training has ended. Call fit, "
            "and plot what it returns."
        )
    names = known if metrics is None else _chosen(metrics, known, "metrics")
    if isinstance(log_scale, bool):
        log_names = names if log_scale else []
    else:
        log_names = _chosen(log_scale, known, "log_scale")
    if columns is not None and columns < 1:
        raise ValueError(f"History.plot: columns is 1 or more, or None; given {columns!r}.")
    columns = min(len(names), columns or _MOST_COLUMNS)
    figure, axes = grid("History.plot", len(names), columns, _SIZE, figure)
    for each, name in zip(axes, names, strict=True):
        _draw(each, name, _curves_of(history, name, 0.5 if shift_training else 0.0))
        if name in log_names:
            each.set_yscale("log")
    return figure


def _names(history: Any) -> list[str]:
    """The metrics, a pair of training and validation as one, the loss first."""
    found = dict.fromkeys(_base(name) for name, values in history.history.items() if len(values))
    return sorted(found, key=lambda name: (name != "loss", name == "learning_rate"))


def _base(name: str) -> str:
    return name.removeprefix(_VALIDATION)


def _chosen(names: str | Sequence[str], known: list[str], argument: str) -> list[str]:
    names = [names] if isinstance(names, str) else list(names)
    if not names:
        raise ValueError(f"History.plot: {argument} is empty. The metrics are: {', '.join(known)}.")
    found = dict.fromkeys(_base(name) for name in names)
    for name in found:
        if name not in known:
            raise ValueError(
                f"History.plot: no metric is called {name!r}.{errors.nearest(name, known)} The "
                f"metrics are: {', '.join(known)}."
            )
    return list(found)


Curve = tuple[str, Any, Any]  # label, x and y


def _curves_of(history: Any, name: str, shift: float) -> list[Curve]:
    curves: list[Curve] = []
    if len(history.history.get(name, ())):
        x, y = _points(history, name)
        curves.append(("training", x - (0 if name == "learning_rate" else shift), y))
    within = history.validation.get(_VALIDATION + name, ())
    steps = (history.params or {}).get("steps")
    if len(within) and steps:
        first = history._ends[name][0] - 1 if history._ends.get(name) else 0
        x = first + np.asarray(history.validation["step"]) / steps
        curves.append(("validation", x, _array(within)))
    elif len(history.history.get(_VALIDATION + name, ())):
        curves.append(("validation", *_points(history, _VALIDATION + name)))
    return curves


def _points(history: Any, name: str) -> tuple[Any, Any]:
    """After how many epochs, and what."""
    y = _array(history.history[name])
    ends = history._ends.get(name, ())
    # Figures that were put in by hand have no epochs of their own.
    x = np.asarray(ends if len(ends) == len(y) else range(1, len(y) + 1), float)
    return x, y


def _array(values: Any) -> Any:
    """A row for each epoch; metrics that are no single number have several columns."""
    return np.asarray([np.asarray(value, float).reshape(-1) for value in values])


def _draw(axes: Any, name: str, curves: list[Curve]) -> None:
    from matplotlib.ticker import MaxNLocator

    for index, (label, x, y) in enumerate(curves):
        color = "C1" if label == "validation" else "C0"
        marker = "o" if len(x) <= _FEW_EPOCHS else None
        lines = axes.plot(x, y, color=color, marker=marker, markersize=4, zorder=2 + index)
        lines[0].set_label(label)
    # A dollar in a name does not begin a formula.
    axes.set_title(name, parse_math=False)
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
    axes.grid(alpha=0.3)
    if len(curves) > 1 or curves[0][0] == "validation":
        axes.legend()
    if name == "learning_rate" and _spans_magnitudes(curves[0][2]):
        axes.set_yscale("log")


def _spans_magnitudes(values: Any) -> bool:
    return bool(values.min() > 0 and values.max() / values.min() > 20)
