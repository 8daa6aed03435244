"""Callbacks that act after every so many batches, and leave those between to the device."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Hook = TypeVar("Hook", bound=Callable[..., Any])


def told_when_due(hook: Hook) -> Hook:
    """Mark a method for batches of a callback that need not be called for each of them.

    The callback has a method `steps_until_due(kind)`, with "train", "test" or "predict", that says
    how many batches from now on the next call is needed at the latest; None: none as yet. Calls
    come after whole stretches of batches, with the number of the last one, and may come earlier.

    >>> from keratin.keras.callbacks._periodic import is_told_when_due, told_when_due
    >>> class Hundredth(keras.callbacks.Callback):
    ...     @told_when_due
    ...     def on_train_batch_end(self, batch, logs=None): ...
    ...     def steps_until_due(self, kind): return 100
    >>> is_told_when_due(Hundredth.on_train_batch_end)
    True
    """
    vars(hook)["_told_when_due"] = True
    return hook


def is_told_when_due(hook: Any) -> bool:
    """Whether a method was marked so."""
    return bool(getattr(hook, "_told_when_due", False))


class Period:
    """Counts batches, for callbacks with a `save_freq` of "epoch" or a number.

    >>> from keratin.keras.callbacks._periodic import Period
    >>> period = Period(3)
    >>> [period.is_due(batch) for batch in range(7)]
    [False, False, True, False, False, True, False]
    >>> period.left
    2
    """

    def __init__(self, every: int | None):
        """Without `every` it is never due."""
        self.every = every
        self.seen = 0
        self.last = -1

    def begin_epoch(self) -> None:
        """Batches are numbered from 0 again."""
        self.last = -1

    @property
    def left(self) -> int | None:
        """After how many batches it is due."""
        return None if self.every is None else max(self.every - self.seen, 1)

    def is_due(self, batch: int) -> bool:
        """Count up to this batch, and begin anew where it is due."""
        if self.every is None:
            return False
        self.seen += batch - self.last if batch > self.last else batch + 1
        self.last = batch
        if self.seen < self.every:
            return False
        self.seen = 0
        return True


def checked_save_freq(owner: str, save_freq: Any) -> int | None:
    """The number of batches; None for "epoch"."""
    if save_freq == "epoch":
        return None
    if isinstance(save_freq, bool) or not hasattr(save_freq, "__index__") or int(save_freq) < 1:
        raise ValueError(
            f"{owner}: save_freq is 'epoch' or a number of batches, 1 or more; given {save_freq!r}."
        )
    return int(save_freq)
