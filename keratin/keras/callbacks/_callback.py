"""The base class of callbacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keratin._engine.keywords import KeywordMeta

Logs = Any  # a dictionary of names and numbers, or None


class Callback(metaclass=KeywordMeta):
    """Told what happens during `fit`, `evaluate` and `predict`; override the methods of interest.

    `self.model` is the model; setting `self.model.stop_training = True` ends training. A callback
    that overrides a method for batches is called after each of them, which costs a dispatch a
    step; all others leave whole stretches of an epoch to the device.

    >>> class Shout(keras.callbacks.Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print("epoch", epoch, "done!")
    """

    def __init__(self) -> None:
        self.params: Mapping[str, Any] | None = None
        self._model: Any = None

    @property
    def model(self) -> Any:
        """The model that is trained, evaluated or asked for predictions."""
        return vars(self).get("_model")

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Take note of the parameters of `fit`: verbose, epochs, steps."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Take note of the model."""
        self._model = model

    def _before_finalizing(self) -> None:
        """The last epoch has ended, and the optimizer is about to put averages in place."""

    def _broken_off(self) -> None:
        """Training has ended by an error, and `on_train_end` is not called: clean up."""

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Before a batch of training; an older name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """After a batch of training; an older name of `on_train_batch_end`."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Before an epoch of training."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """After an epoch; `logs` has its results, those of validation named `val_...`."""

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Before a batch of training."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """After a batch of training; `logs` has the results of the epoch so far."""
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Before a batch of evaluation, also of the validation within `fit`."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """After a batch of evaluation, also of the validation within `fit`."""

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Before a batch of prediction."""

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """After a batch of prediction; `logs` has its "outputs"."""

    def on_train_begin(self, logs: Logs = None) -> None:
        """Before training."""

    def on_train_end(self, logs: Logs = None) -> None:
        """After training."""

    def on_test_begin(self, logs: Logs = None) -> None:
        """Before an evaluation, also of the validation within `fit`."""

    def on_test_end(self, logs: Logs = None) -> None:
        """After an evaluation, also of the validation within `fit`."""

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Before a prediction."""

    def on_predict_end(self, logs: Logs = None) -> None:
        """After a prediction."""
