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
            return cls._made(*args, **kwargs)
        except Exception as error:
            raise errors.for_user(error) from error.__cause__

    def _made(cls, *args: Any, **kwargs: Any) -> Any:
        """The object; classes of such classes do more here."""
        try:
            return type.__call__(cls, *args, **kwargs)
        except TypeError as error:
            wrong = _unknown_keyword(cls, kwargs) or _missing_argument(cls, args, kwargs, error)
            if wrong is None:
                raise
        raise wrong

    def _further_keywords(cls) -> tuple[str, ...]:
        """What the constructor takes as **kwargs."""
        return ()


def _missing_argument(
    cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any], error: TypeError
) -> TypeError | None:
    """The error for a call without an argument that has no default."""
    trace = error.__traceback__
    if trace is None or trace.tb_next is not None:
        return None  # raised within the constructor
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    plain = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    missing = [p.name for p in plain[len(args) :] if p.default is p.empty and p.name not in kwargs]
    if not missing:
        return None
    known = [p.name for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    known += [name for name in cls._further_keywords() if name not in known]
    unknown = [name for name in kwargs if name not in known]
    if unknown and cls._further_keywords():
        found = errors.unknown_keyword(cls.__name__, unknown[0], known)
    else:
        found = TypeError(
            f"{cls.__name__}() needs the argument {missing[0]!r}. It takes: {', '.join(known)}."
        )
    return TypeError(f"{found} At {errors.user_location()}.")


def _unknown_keyword(cls: type, kwargs: dict[str, Any]) -> TypeError | None:
    parameters = inspect.signature(cls.__init__).parameters  # type: ignore[misc]
    if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
        return None
    known = [name for name in parameters if name != "self"]
    module = cls.__module__
    is_root = module.startswith("keratin.") and not module.startswith("keratin.keras.")
    prefix = "tf." if is_root else ""
    for name in kwargs:
        if name not in known:
            error = errors.unknown_keyword(f"{prefix}{cls.__name__}", name, known)
            return TypeError(f"{error} At {errors.user_location()}.")
    return None
