"""Classes that answer a keyword argument they do not have with the nearest that they have."""

from __future__ import annotations

import inspect
from typing import Any

from keratin._engine import errors


class KeywordMeta(type):
    """Names the nearest argument when a class is called with an unknown one.

    Looked into only after the call has failed, so that it costs nothing.
    """

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().__call__(*args, **kwargs)
        except TypeError:
            unknown = _unknown_keyword(cls, kwargs)
            if unknown is None:
                raise
        raise unknown


def _unknown_keyword(cls: type, kwargs: dict[str, Any]) -> TypeError | None:
    parameters = inspect.signature(cls.__init__).parameters  # type: ignore[misc]
    if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
        return None
    known = [name for name in parameters if name != "self"]
    prefix = "tf." if cls.__module__.startswith("keratin.") else ""
    for name in kwargs:
        if name not in known:
            error = errors.unknown_keyword(f"{prefix}{cls.__name__}", name, known)
            return TypeError(f"{error} At {errors.user_location()}.")
    return None
