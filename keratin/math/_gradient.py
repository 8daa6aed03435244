"""Ops through which no gradient flows, such as rounding."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from keratin._engine.state import context

Function = TypeVar("Function", bound=Callable[..., Any])


def without_gradient(function: Function) -> Function:
    """The op unseen by tapes: the gradient of what it gives is None rather than zero everywhere."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        tapes = context.tapes
        if not tapes:
            return function(*args, **kwargs)
        context.tapes = ()
        try:
            return function(*args, **kwargs)
        finally:
            context.tapes = tapes

    return call  # type: ignore[return-value]
