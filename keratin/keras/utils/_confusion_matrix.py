"""Which classes a model takes for which others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin.keras.utils._classes import Classes, check_lengths, count_of, names_of
from keratin.keras.utils._figures import pyplot, show_once

_CALLER = "plot_confusion_matrix"
_NORMALIZE = ("true", "pred", "all")
# So many classes have room for numbers in their cells; with more, colors alone speak.
_MOST_WITH_NUMBERS = 30
_MOST_WITH_ZEROS = 10


def plot_confusion_matrix(
    y_true: Any,
    y_pred: Any,
    class_names: Sequence[str] | None = None,
    normalize: str | None = None,
    *,
    sample_weight: Any = None,
    numbers: bool | None = None,
    colormap: str = "Blues",
    title: str | None = None,
    figure: Any = None,
) -> Any:
    """Draw how many samples of each class, a row, were taken for which, a column.

    Args:
        y_true: The class of each sample: its number, its name, or a one-hot row.
        y_pred: The predicted ones: numbers, names, probabilities or scores of all classes,
            (samples, classes), or probabilities of class 1, (samples,) or (samples, 1), as
            `model.predict` gives them.
        class_names: The names of the classes, in the order of their numbers.
        normalize: None to count samples; "true" for their share of the true class, so that rows
            sum to 1; "pred" for the share of the predicted one; "all" for the share of all.
        sample_weight: How much each sample counts.
        numbers: Whether cells have numbers in them; by default with at most 30 classes.
        colormap: A color map of matplotlib.
        title: What stands above; by default the accuracy.
        figure: A figure of matplotlib to draw in, in place of a new one.

    Returns the figure of matplotlib.

    >>> figure = keras.utils.plot_confusion_matrix(
    ...     [0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], ["cat", "dog"]
    ... )
    >>> figure.axes[0].get_title()
    'accuracy 66.7% of 3 samples'
    """
    plt = pyplot(f"keras.utils.{_CALLER}")
    if normalize not in (None, *_NORMALIZE):
        raise ValueError(
            f"{_CALLER}: normalize is None or one of {', '.join(map(repr, _NORMALIZE))}; given "
            f"{normalize!r}.{errors.nearest(str(normalize), _NORMALIZE)}"
        )
    names = names_of(class_names, _CALLER)
    true = Classes(y_true, "y_true", _CALLER, names)
    predicted = Classes(y_pred, "y_pred", _CALLER, names)
    check_lengths(_CALLER, y_true=len(true.numbers), y_pred=len(predicted.numbers))
    if not len(true.numbers):
        raise ValueError(f"{_CALLER}: y_true and y_pred are empty.")
    count = count_of([true, predicted], names, _CALLER)
    matrix = _counted(true.numbers, predicted.numbers, count, sample_weight)
    if title is None:
        accuracy = np.trace(matrix) / matrix.sum() if matrix.sum() else 0.0
        plural = "s" if len(true.numbers) > 1 else ""
        title = f"accuracy {accuracy:.1%} of {len(true.numbers):,} sample{plural}"
    if figure is None:
        size = float(np.clip(0.5 * count + 2, 4, 14))
        figure = plt.figure(figsize=(size + 1, size), layout="constrained")
        show_once(figure)
    axes = figure.add_subplot()
    labels = names or [str(number) for number in range(count)]
    _draw(axes, _shares(matrix, normalize), labels, normalize, numbers, colormap)
    axes.set_title(title, parse_math=False)
    return figure


def _counted(true: Any, predicted: Any, count: int, sample_weight: Any) -> Any:
    weights = None
    if sample_weight is not None:
        weights = np.asarray(sample_weight, np.float64).reshape(-1)
        check_lengths(_CALLER, y_true=len(true), sample_weight=len(weights))
    cells = np.bincount(true * count + predicted, weights, minlength=count * count)
    return cells.reshape(count, count)


def _shares(matrix: Any, normalize: str | None) -> Any:
    if normalize is None:
        return matrix
    axis = {"true": 1, "pred": 0, "all": None}[normalize]
    whole = matrix.sum(axis=axis, keepdims=True)
    return np.divide(matrix, whole, out=np.zeros(matrix.shape), where=whole != 0)


def _draw(
    axes: Any,
    values: Any,
    labels: list[str],
    normalize: str | None,
    numbers: bool | None,
    colormap: str,
) -> None:
    from matplotlib.colors import PowerNorm

    count = len(labels)
    inches = min(axes.figure.get_size_inches()) / (count + 3)  # about, of a cell
    most = values.max() or 1
    # Where no numbers are, colors make few mistakes visible beside the many that are right.
    shown = count <= _MOST_WITH_NUMBERS if numbers is None else numbers
    norm = PowerNorm(1.0 if shown else 0.4, vmin=0, vmax=most)
    # The layout leaves room for labels only where axes may stretch.
    picture = axes.imshow(values, cmap=colormap, norm=norm, interpolation="nearest", aspect="auto")
    bar = axes.figure.colorbar(picture, ax=axes, fraction=0.045, pad=0.02)
    bar.set_label("samples" if normalize is None else "share")
    size = float(np.clip(inches * 72 * 0.55, 3, 10))
    slanted = max(map(len, labels)) * size * 0.6 > inches * 72
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(range(count))
        axis.set_ticklabels([_short(label) for label in labels], fontsize=size, parse_math=False)
    if slanted:
        axes.tick_params(axis="x", labelrotation=90)
    axes.tick_params(length=2)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    if shown:
        _write_numbers(axes, values, normalize, inches)


def _short(name: str) -> str:
    return name if len(name) <= 24 else name[:23] + "…"


def _write_numbers(axes: Any, values: Any, normalize: str | None, inches: float) -> None:
    texts = [[_number(value, normalize) for value in row] for row in values]
    longest = max(len(text) for row in texts for text in row)
    size = float(np.clip(inches * 72 / max(longest * 0.62, 1.4), 2, 11))
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            value = values[row, column]
            if len(values) > _MOST_WITH_ZEROS and not float(text.rstrip("k")):
                continue
            options = {"ha": "center", "va": "center", "fontsize": size}
            axes.text(column, row, text, color=_ink(axes.images[0], value), **options)


def _ink(picture: Any, value: float) -> str:
    """Black or white, whichever differs more from the color of a cell."""
    red, green, blue, _ = picture.cmap(picture.norm(value))
    return "black" if 0.3 * red + 0.59 * green + 0.11 * blue > 0.55 else "white"


def _number(value: float, normalize: str | None) -> str:
    if normalize is not None:
        return f"{value:.2f}" if value else "0"
    if value >= 100_000:
        return f"{value / 1000:.0f}k"
    return f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"
