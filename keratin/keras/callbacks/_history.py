"""The record of what came out of each epoch."""

from __future__ import annotations

from typing import Any

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

    def on_train_begin(self, logs: Logs = None) -> None:
        """Forget the numbers of the epochs of an earlier `fit`."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Keep the logs of the epoch."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        if self.model is not None:
            self.model.history = self

    def _note_validation(self, step: int, logs: dict[str, Any]) -> None:
        for name, value in {"step": step, **logs}.items():
            self.validation.setdefault(name, []).append(value)
