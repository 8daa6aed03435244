"""Figures of matplotlib, as all that draw with it make them."""

from __future__ import annotations

import functools
from typing import Any


def pyplot(caller: str) -> Any:
    """matplotlib's pyplot; an error that says who needs it where it is not installed."""
    try:
        from matplotlib import pyplot as found
    except ImportError:
        raise ImportError(
            f"{caller} draws with matplotlib, which is not installed: pip install matplotlib."
        ) from None
    return found


def grid(
    caller: str, count: int, columns: int, size: tuple[float, float], figure: Any = None
) -> tuple[Any, list[Any]]:
    """A figure with so many axes of this size in inches, in rows; a given figure keeps its size."""
    rows = -(-count // columns)
    if figure is None:
        width, height = size
        figure = pyplot(caller).figure(
            figsize=(columns * width, rows * height), layout="constrained"
        )
        show_once(figure)
    axes = [figure.add_subplot(rows, columns, index + 1) for index in range(count)]
    return figure, axes


def show_once(figure: Any) -> None:
    """Have a notebook show a figure once where a cell makes it and ends with it.

    Notebooks show what pyplot has open at the end of a cell, and then the value of its last line.
    """
    figure._ipython_display_ = functools.partial(_display, figure)


def _display(figure: Any) -> None:
    from IPython.display import display  # type: ignore[import-not-found, unused-ignore]
    from matplotlib import pyplot as plt

    if "inline" in plt.get_backend():
        plt.close(figure)  # what is open is shown again at the end of the cell
    del figure._ipython_display_
    try:
        display(figure)
    finally:
        show_once(figure)
