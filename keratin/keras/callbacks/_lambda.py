"""A callback made of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keratin._engine import errors
from keratin.keras.callbacks._callback import Callback

_Hook = Callable[..., Any] | None
_HOOKS = frozenset(name for name in vars(Callback) if name.startswith("on_"))


class LambdaCallback(Callback):
    """Calls functions: `on_epoch_end=lambda epoch, logs: ...`, and so on for each event.

    Functions for batches and epochs take the number and the logs, the others the logs.

    >>> seen = []
    >>> note = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))
    >>> note.on_epoch_end(3, {})
    >>> seen
    [3]
    """

    def __init__(
        self,
        on_epoch_begin: _Hook = None,
        on_epoch_end: _Hook = None,
        on_train_begin: _Hook = None,
        on_train_end: _Hook = None,
        on_train_batch_begin: _Hook = None,
        on_train_batch_end: _Hook = None,
        **kwargs: Any,
    ):
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, function in given.items():
            if name.startswith("on_") and name not in _HOOKS:
                raise errors.unknown_keyword("LambdaCallback", name, _HOOKS)
            if name not in _HOOKS or function is not None:
                setattr(self, name, function)
