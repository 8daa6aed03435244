"""Evaluating with the moving averages of weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from keratin.keras.callbacks._callback import Callback, Logs


class SwapEMAWeights(Callback):
    """Puts the moving averages of the weights into the model while it is evaluated or predicts.

    The optimizer has to keep them: `use_ema=True`. Nothing is copied: weights and averages change
    places, and change back afterwards.

    Args:
        swap_on_epoch: Whether the averages stay in the model from the end of an epoch until the
            next one begins, so that callbacks that come later in the list, such as
            `ModelCheckpoint`, see them.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.SGD(use_ema=True), "mse")
    >>> swap = keras.callbacks.SwapEMAWeights()
    >>> x = np.ones((4, 1))
    >>> history = model.fit(x, x, validation_data=(x, x), callbacks=[swap], verbose=0)
    >>> sorted(history.history)
    ['loss', 'val_loss']
    """

    def __init__(self, swap_on_epoch: bool = False):
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._averages_in_model = False

    def on_train_begin(self, logs: Logs = None) -> None:
        """Raise if there are no averages."""
        list(self._optimizers())

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Take the averages out."""
        if self.swap_on_epoch:
            self._take_out()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Put the averages in."""
        if not self.swap_on_epoch:
            return
        self._put_in()
        if epoch + 1 == (self.params or {}).get("epochs"):
            # The averages stay in the model: from here on there is nothing to go back to.
            for variable, average in self._pairs():
                variable._shared = True
                average._write(variable._array, shared=True)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Put the averages in."""
        self._put_in()

    def on_test_end(self, logs: Logs = None) -> None:
        """Take the averages out."""
        self._take_out()

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Put the averages in."""
        self._put_in()

    def on_predict_end(self, logs: Logs = None) -> None:
        """Take the averages out."""
        self._take_out()

    def _before_finalizing(self) -> None:
        """At the end of `fit` the optimizer puts the averages in place: they have to be in its."""
        self._take_out()

    def _broken_off(self) -> None:
        self._take_out()

    def _put_in(self) -> None:
        if not self._averages_in_model:
            self._swap()
            self._averages_in_model = True

    def _take_out(self) -> None:
        if self._averages_in_model:
            self._swap()
            self._averages_in_model = False

    def _swap(self) -> None:
        for variable, average in self._pairs():
            _exchange(variable, average)

    def _pairs(self) -> Iterator[tuple[Any, Any]]:
        """The variables that have averages, with these."""
        for optimizer in self._optimizers():
            averages = getattr(optimizer, "_averages", ())
            for variable, average in zip(optimizer._trainable_variables, averages, strict=False):
                if average is not None:
                    yield variable, average

    def _optimizers(self) -> Iterator[Any]:
        """The optimizers that keep averages."""
        outer = self.model.optimizer
        inner = getattr(outer, "inner_optimizer", outer)
        several = getattr(inner, "optimizers", [inner])
        found = [each for each in several if getattr(each, "use_ema", False)]
        if not found:
            name = type(inner).__name__
            raise ValueError(
                "SwapEMAWeights: the optimizer keeps no moving averages of the weights. Make it "
                f"with use_ema=True: keras.optimizers.{name}(..., use_ema=True)."
            )
        yield from found


def _exchange(variable: Any, average: Any) -> None:
    left, right = variable._array, average._array
    is_left_shared, is_right_shared = variable._shared, average._shared
    variable._write(right, shared=is_right_shared)
    average._write(left, shared=is_left_shared)
