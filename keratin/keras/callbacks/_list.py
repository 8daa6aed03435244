"""Several callbacks, told one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from keratin._engine import errors
from keratin.keras import callbacks as keras_callbacks
from keratin.keras.callbacks._callback import Callback, Logs
from keratin.keras.callbacks._history import History
from keratin.keras.callbacks._periodic import is_told_when_due
from keratin.keras.callbacks._progbar_logger import ProgbarLogger

# For each kind of batch, the methods that a callback may override to be told of it.
_BATCH_HOOKS = {
    "train": ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
    "predict": ("on_predict_batch_begin", "on_predict_batch_end"),
}


class CallbackList(Callback):
    """Tells all its callbacks, in their order; `fit` makes one of the callbacks it is given.

    >>> callbacks = keras.callbacks.CallbackList([keras.callbacks.History()], epochs=3)
    >>> callbacks.params
    {'epochs': 3}
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ):
        super().__init__()
        self.callbacks: list[Any] = list(_flat(callbacks))
        self._history = _first(self.callbacks, History)
        self._progbar = _first(self.callbacks, ProgbarLogger)
        if add_history and self._history is None:
            self._history = History()
            self.callbacks.append(self._history)
        if add_progbar and self._progbar is None:
            self._progbar = ProgbarLogger()
            self.callbacks.append(self._progbar)
        self.callbacks.sort(key=_comes_last)
        if model is not None:
            self.set_model(model)
        self.set_params(params)

    def append(self, callback: Any) -> None:
        """Add a callback, to be told last."""
        self.callbacks.append(callback)
        self.callbacks.sort(key=_comes_last)
        if self.params:
            callback.set_params(self.params)
        if self.model is not None:
            callback.set_model(self.model)

    def set_params(self, params: Any) -> None:
        """Hand the parameters of `fit` to all callbacks."""
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Hand the model to all callbacks."""
        super().set_model(model)
        if self._history is not None:
            model.history = self._history
        for callback in self.callbacks:
            callback.set_model(model)

    def wants_batches(self, kind: str) -> bool:
        """Whether a callback has to be told of each batch; the progress bar need not be."""
        return any(
            overrides(callback, hook)
            and (kind == "predict" or not is_told_when_due(getattr(callback, hook)))
            for callback in self.callbacks
            if type(callback) is not ProgbarLogger
            for hook in _BATCH_HOOKS[kind]
        )

    def told_when_due(self, kind: str) -> list[Any]:
        """The callbacks that want to be told after some batches, see `_periodic`."""
        return [
            callback
            for callback in self.callbacks
            if any(is_told_when_due(getattr(callback, hook, None)) for hook in _BATCH_HOOKS[kind])
        ]

    def _tell(self, hook: str, *args: Any) -> None:
        for callback in self.callbacks:
            method = getattr(callback, hook, None)
            if method is not None:
                method(*args)

    def _tell_of_batch(self, hook: str, batch: int, logs: Logs) -> None:
        for callback in self.callbacks:
            method = getattr(callback, hook, None)
            if method is not None:
                method(batch, logs=logs)

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell_of_batch("on_batch_begin", batch, logs)

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell_of_batch("on_batch_end", batch, logs)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell("on_epoch_begin", epoch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell("on_epoch_end", epoch, logs)

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell_of_batch("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell_of_batch("on_train_batch_end", batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell_of_batch("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell_of_batch("on_test_batch_end", batch, logs)

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell_of_batch("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell_of_batch("on_predict_batch_end", batch, logs)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell("on_train_begin", logs)

    def on_train_end(self, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell("on_train_end", logs)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell("on_test_begin", logs)

    def on_test_end(self, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell("on_test_end", logs)

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell("on_predict_begin", logs)

    def on_predict_end(self, logs: Logs = None) -> None:
        """Tell all callbacks."""
        self._tell("on_predict_end", logs)


def overrides(callback: Any, hook: str) -> bool:
    """Whether a callback has a method of its own in place of that of `Callback`."""
    if hook in getattr(callback, "__dict__", {}):
        return True
    own: Callable[..., Any] | None = getattr(type(callback), hook, None)
    return own is not None and own is not getattr(Callback, hook)


def _flat(callbacks: Any) -> Iterable[Any]:
    if callbacks is None:
        return
    if isinstance(callbacks, (list, tuple)):
        for callback in callbacks:
            yield from _flat(callback)
        return
    if isinstance(callbacks, type):
        raise TypeError(
            f"callbacks: {callbacks.__name__} is a class. Make an object of it: "
            f"{callbacks.__name__}(...)."
        )
    if not any(
        hasattr(callbacks, hook) for hook in ("set_model", "on_epoch_end", "on_train_begin")
    ):
        raise TypeError(
            f"callbacks: {callbacks!r} is no callback. Give objects of keras.callbacks, or of "
            f"subclasses of keras.callbacks.Callback.{_remedy(callbacks)}"
        )
    _warn_of_misspelt(type(callbacks))
    yield callbacks


def _remedy(given: Any) -> str:
    """What to write in place of what is no callback."""
    if isinstance(given, str):
        known = [name for name in dir(keras_callbacks) if name[0].isupper()]
        near = {name.lower(): name for name in known}.get(given.lower().replace("_", ""))
        return (
            f" Did you mean keras.callbacks.{near}(...)?" if near else errors.nearest(given, known)
        )
    if callable(given):
        return " A function becomes one by LambdaCallback(on_epoch_end=function)."
    return ""


def _warn_of_misspelt(cls: type) -> None:
    """Warn of methods of a user's class whose names are almost those of hooks."""
    import difflib  # only ever needed for messages

    if cls.__module__.startswith("keratin."):
        return
    hooks = [name for name in dir(Callback) if name.startswith("on_")]
    for name in dir(cls):
        if not name.startswith("on_") or name in hooks or not callable(getattr(cls, name)):
            continue
        near = difflib.get_close_matches(name, hooks, n=1, cutoff=0.85)
        if near:
            errors.warn_user(
                f"{cls.__name__} has a method {name!r}, which nothing calls. Did you mean "
                f"{near[0]!r}?"
            )


def _comes_last(callback: Any) -> bool:
    return bool(getattr(callback, "_comes_last", False))


def _first(callbacks: list[Any], kind: type) -> Any:
    return next((callback for callback in callbacks if isinstance(callback, kind)), None)
