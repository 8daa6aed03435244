"""The record of what came out of each epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keratin.keras.callbacks import _curves
from keratin.keras.callbacks._callback import Callback, Logs


class History(Callback):
    """Keeps the logs of each epoch; `fit` makes one and returns it.

    `history.history["loss"]` is a list with a number for each epoch, `history.epoch` the numbers
    of the epochs. With `fit(validation_freq={"steps": N})`, `history.validation` holds what came
    out of each evaluation, and under "step" after how many steps of training.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> history = model.fit(np.ones((4, 1)), np.ones((4, 1)), epochs=2, verbose=0)
    >>> history.epoch, list(history.history)
    ([0, 1], ['loss'])
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []
        self.validation: dict[str, list[Any]] = {}
        # After how many epochs each figure came out, those of earlier calls of `fit` counted.
        self._ends: dict[str, list[int]] = {}
        self._earlier = self._last_end = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forget the numbers of the epochs of an earlier `fit`."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Keep the logs of the epoch."""
        if not self.epoch and epoch < self._last_end:
            self._earlier = self._last_end
        self._last_end = self._earlier + epoch + 1
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
            self._ends.setdefault(name, []).append(self._last_end)
        if self.model is not None:
            self.model.history = self

    def plot(
        self,
        metrics: str | Sequence[str] | None = None,
        *,
        shift_training: bool = False,
        log_scale: bool | str | Sequence[str] = False,
        columns: int | None = None,
        figure: Any = None,
    ) -> Any:
        """Draw the curves of training and validation, and return matplotlib's figure.

        Each metric has axes of its own, with both its curves; the epoch 1 ends at 1. A figure of
        training is a mean over its epoch, during which the weights change, whereas validation
        takes place at the epoch's end: `shift_training` draws training half an epoch earlier, so
        that both can be compared.

        Args:
            metrics: The names of the metrics to draw, such as "loss"; all, if None.
            shift_training: Whether curves of training are drawn half an epoch earlier.
            log_scale: Whether axes are logarithmic: all, or those of the metrics named.
            columns: How many axes stand side by side; at most three, if None.
            figure: A figure of matplotlib to draw in, in place of a new one.

        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> data = np.ones((4, 1)), np.ones((4, 1))
        >>> history = model.fit(*data, epochs=3, validation_data=data, verbose=0)
        >>> figure = history.plot(shift_training=True)
        >>> [axes.get_title() for axes in figure.axes]
        ['loss']
        """
        return _curves.plot(self, metrics, shift_training, log_scale, columns, figure)

    def _note_validation(self, step: int, logs: dict[str, Any]) -> None:
        for name, value in {"step": step, **logs}.items():
            self.validation.setdefault(name, []).append(value)
