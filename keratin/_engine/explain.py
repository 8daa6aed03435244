"""The error that a user sees when an op fails: it names the op, its arguments and the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax

from keratin._engine import errors

if TYPE_CHECKING:
    from keratin._engine.op_spec import OpSpec


def explain(name: str, error: Exception, spec: OpSpec | None, args: tuple[Any, ...]) -> Exception:
    """The error to raise in place of `error`: it names the op, the arguments and the line."""
    if getattr(error, "_explained", False) or isinstance(
        error, (errors.TracedValueError, errors.OperatorNotAllowedInGraphError, AttributeError)
    ):
        return error.with_traceback(None)
    raised = errors.take_raised()
    if raised is not None:
        return raised
    if isinstance(error, jax.errors.UnexpectedTracerError):
        return errors.leaked()
    given = _describe(spec, args) if spec is not None else ""
    place = f" At {errors.user_location()}."
    reason = str(error).split("\n\n")[0].strip().removesuffix(place).rstrip(".")
    label = name if spec is None else spec.public_name()
    message = f"{label}: {reason}.{given}{place}"
    kind: type[Exception] = errors.InvalidArgumentError
    if isinstance(error, errors.OpError):
        kind = type(error)
    elif isinstance(error, (jax.errors.JAXTypeError, jax.errors.JAXIndexError)):
        kind = errors.InvalidArgumentError
    elif isinstance(error, TypeError) and not _from_jax(error):
        kind = TypeError
    elif isinstance(error, (NotImplementedError, MemoryError, KeyError, OverflowError)):
        kind = type(error)
    result = kind(message)
    result._explained = True  # type: ignore[attr-defined]
    return result


def _from_jax(error: Exception) -> bool:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module = "" if trace is None else str(trace.tb_frame.f_globals.get("__name__", ""))
    return module.split(".")[0] in ("jax", "jaxlib", "numpy")


def _describe(spec: OpSpec, args: tuple[Any, ...]) -> str:
    parts = []
    for parameter, value in zip(spec.parameters, args, strict=False):
        if parameter.name in spec.unmentioned:
            continue
        if parameter.kind in ("static", "dtype"):
            if value is not parameter.default:
                parts.append(f"{parameter.name}={_brief(value)}")
        elif value is not None:
            parts.append(f"{parameter.name}: {_brief(value)}")
    return f" Given {', '.join(parts)}." if parts else ""


def _brief(value: Any) -> str:
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        shape = tuple(value.shape) if value.shape is not None else "unknown"
        dtype = getattr(value.dtype, "name", value.dtype)
        return f"shape {shape} {dtype}"
    if isinstance(value, (list, tuple)) and any(hasattr(item, "shape") for item in value):
        return "[" + ", ".join(_brief(item) for item in value[:8]) + "]"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
