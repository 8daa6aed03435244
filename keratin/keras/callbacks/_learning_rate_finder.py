"""Trying learning rates, from too small to too large."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from keratin.keras.callbacks._callback import Callback, Logs
from keratin.keras.callbacks._snapshot import Snapshot

# With how much of the former value losses are smoothed: for each step of the finest search.
_SMOOTHING = 0.9


class LearningRateFinder(Callback):
    """Trains with a rate that grows from batch to batch, and notes the loss of each.

    Afterwards the model and its optimizer are as they were before; `suggestion` is the rate at
    which the loss fell fastest. The search ends after `steps` batches, or when the loss diverges.

    Args:
        start: The first rate.
        end: The last rate.
        steps: The number of batches; fewer where `fit` has fewer in all its epochs.
        stop_factor: The search ends when the loss is so many times the lowest; None: never.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> finder = keras.callbacks.LearningRateFinder(1e-4, 10.0, steps=30)
    >>> x = np.ones((320, 2))
    >>> history = model.fit(x, x[:, :1], epochs=3, callbacks=[finder], verbose=0)
    >>> bool(1e-4 <= finder.suggestion <= 10.0)
    True
    """

    def __init__(
        self,
        start: float = 1e-6,
        end: float = 10.0,
        steps: int = 100,
        stop_factor: float | None = 4.0,
    ):
        super().__init__()
        if not 0 < start < end:
            raise ValueError(
                f"LearningRateFinder: 0 < start < end is needed; given start={start}, end={end}."
            )
        if isinstance(steps, bool) or int(steps) != steps or steps < 3:
            raise ValueError(f"LearningRateFinder: steps is 3 or more; given {steps!r}.")
        if stop_factor is not None and stop_factor <= 1:
            raise ValueError(
                f"LearningRateFinder: stop_factor is more than 1, or None; given {stop_factor!r}."
            )
        self.start, self.end, self.steps, self.stop_factor = start, end, int(steps), stop_factor
        self.rates: list[float] = []
        self.losses: list[float] = []
        self._before: Snapshot | None = None
        self._count = 0
        self._totals = (0.0, 0.0)

    # The search

    def on_train_begin(self, logs: Logs = None) -> None:
        """Keep the model as it is."""
        self._check_optimizer()
        self.rates, self.losses = [], []
        self._before = Snapshot(self.model)
        params = self.params or {}
        available = (params.get("steps") or self.steps) * (params.get("epochs") or 1)
        self._count = max(min(self.steps, available), 2)

    def _check_optimizer(self) -> None:
        try:
            self.model.optimizer.learning_rate = float(
                np.asarray(self.model.optimizer.learning_rate)
            )
        except (TypeError, AttributeError) as error:
            raise ValueError(
                f"LearningRateFinder: the learning rate cannot be set: {error}. Compile the model "
                "with an optimizer whose learning rate is a number."
            ) from None

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Losses are summed up anew."""
        self._totals = (0.0, 0.0)

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Set the rate."""
        if len(self.rates) < self._count:
            part = len(self.rates) / (self._count - 1)
            rate = self.start * (self.end / self.start) ** part
            self.model.optimizer.learning_rate = rate
            self.rates.append(rate)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Note the loss."""
        if len(self.losses) == len(self.rates):
            return
        loss = self._loss_of_batch(batch, logs or {})
        self.losses.append(loss)
        lowest = min((each for each in self.losses if math.isfinite(each)), default=math.inf)
        diverges = self.stop_factor is not None and loss > self.stop_factor * abs(lowest)
        if len(self.losses) >= self._count or not math.isfinite(loss) or diverges:
            self.model.stop_training = True

    def _loss_of_batch(self, batch: int, logs: Any) -> float:
        """The loss of the batch, of the mean of the epoch so far that the logs tell."""
        tracker = self.model._loss_tracker
        if self.model._has_default_step("train") and tracker is not None:
            total, count = float(tracker.total.numpy()), float(tracker.count.numpy())
        else:  # a step of the user's: whatever it calls its loss
            return float(logs.get("loss", math.nan))
        former, self._totals = self._totals, (total, count)
        return (total - former[0]) / max(count - former[1], 1e-12)

    def on_train_end(self, logs: Logs = None) -> None:
        """Have the model and its optimizer be as they were."""
        if self._before is not None:
            self._before.restore()
            self._before = None

    def _broken_off(self) -> None:
        self.on_train_end()

    # What came out

    def smoothed(self) -> list[float]:
        """The losses, smoothed; as many as there are before they are no finite numbers."""
        keep = _SMOOTHING ** (100 / max(len(self.losses), 100))
        mean, found = 0.0, []
        for number, loss in enumerate(self.losses, 1):
            if not math.isfinite(loss):
                break
            mean = keep * mean + (1 - keep) * loss
            found.append(mean / (1 - keep**number))
        return found

    @property
    def suggestion(self) -> float:
        """The rate at which the smoothed loss falls fastest, before it is lowest."""
        losses = np.array(self.smoothed())
        if len(losses) < 3:
            raise ValueError(
                f"LearningRateFinder: {len(losses)} finite losses are too few for a suggestion. "
                + ("Run fit with it first." if not self.losses else "Begin with a smaller rate.")
            )
        slopes = np.gradient(losses, np.log(self.rates[: len(losses)]))
        last = max(int(np.argmin(losses)), 1)
        return float(self.rates[int(np.argmin(slopes[: last + 1]))])

    def plot(self, ax: Any = None) -> Any:
        """Draw the losses over the rates, and the suggestion, with matplotlib; gives the axes."""
        try:
            import matplotlib.pyplot as plt
        except ImportError:
            raise ImportError(
                "LearningRateFinder.plot draws with matplotlib: pip install matplotlib."
            ) from None
        if ax is None:
            _, ax = plt.subplots()
        losses = self.smoothed()
        ax.plot(self.rates[: len(self.losses)], self.losses, alpha=0.3, label="loss")
        ax.plot(self.rates[: len(losses)], losses, label="smoothed")
        ax.axvline(self.suggestion, linestyle="--", label=f"suggestion {self.suggestion:.2g}")
        ax.set(xscale="log", xlabel="learning rate", ylabel="loss")
        ax.legend()
        return ax
