"""AutoGraph: Python's control flow over tensors, by diastatic-malt, which rewrites the source.

The library turns `if`, `while`, `for`, `and`, ... of a function into calls of operators; here are
the operators. Each is Python's own on ordinary values, and stages a program on traced tensors.
"""

from __future__ import annotations

import functools
import importlib.util  # noqa: F401 - malt uses it without importing it
import inspect
import logging
import textwrap
from collections.abc import Callable
from types import CodeType
from typing import Any

from malt.core import ag_ctx, converter
from malt.core import config as malt_config
from malt.impl import api, conversion
from malt.pyct import inspect_utils, origin_info
from malt.utils import ag_logging

from keratin._engine import errors, host
from keratin._engine.control_flow import is_staged
from keratin._engine.operators import operators
from keratin._engine.staging import (
    and_,
    assert_stmt,
    eq,
    for_stmt,
    if_exp,
    if_stmt,
    is_tensor_like,
    not_,
    not_eq,
    or_,
    while_stmt,
)
from keratin._engine.state import context
from keratin._engine.tensor import convert_to_tensor

malt_config.CONVERSION_RULES = (
    *[malt_config.DoNotConvert(name) for name in ("keratin", "jax", "jaxlib", "scipy", "pytest")],
    *malt_config.CONVERSION_RULES,
)


# Branches


# Loops


# Logic, calls, and the rest


def _range(start_or_stop: Any, stop: Any = None, step: Any = None) -> Any:
    given = [value for value in (start_or_stop, stop, step) if value is not None]
    if any(is_staged(value) for value in given):
        return operators.range(*given)
    return range(*[int(value) if is_tensor_like(value) else value for value in given])


def _print(*values: Any, **options: Any) -> None:
    """`print`: of traced tensors, when the program runs."""
    if any(is_staged(value) for value in values) and not set(options) - {"sep", "end"}:
        host.print(*values, **options)
    else:
        print(*values, **options)


def _number(kind: Callable[..., Any], dtype: str) -> Callable[..., Any]:
    def convert(value: Any = 0, *rest: Any) -> Any:
        return operators.cast(value, dtype) if is_staged(value) else kind(value, *rest)

    return convert


def _enumerate(iterated: Any, start: int = 0) -> Any:
    if is_tensor_like(iterated) and context.scope is not None:
        return enumerate(list(convert_to_tensor(iterated)), start)
    return enumerate(iterated, start)


_BUILTINS: dict[Any, Callable[..., Any]] = {
    range: _range,
    print: _print,
    int: _number(int, "int32"),
    float: _number(float, "float32"),
    enumerate: _enumerate,
}


def converted_call(
    f: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any] | None,
    caller_fn_scope: Any = None,
    options: Any = None,
) -> Any:
    """A call in converted code: functions of the user are converted too."""
    replacement = _BUILTINS.get(f) if _is_hashable(f) else None
    if replacement is not None:
        return replacement(*args, **(kwargs or {}))
    if isinstance(f, functools.partial):
        merged = {**f.keywords, **(kwargs or {})}
        return converted_call(f.func, f.args + args, merged, caller_fn_scope, options)
    options = options or caller_fn_scope.callopts
    plain = _plain_call(f, options)
    if inspect_utils.isbuiltin(f) and f in (eval, super, globals, locals):
        return api.converted_call(f, args, kwargs, caller_fn_scope, options)
    if plain:
        return f(*args, **(kwargs or {}))
    target, full = _target(f, args)
    if target is None:
        return f(*args, **(kwargs or {}))
    try:
        converted = _convert(target, converter.ProgramContext(options=options))
    except Exception as error:
        _log_failure(f, error)
        return f(*args, **(kwargs or {}))
    return converted(*full, **(kwargs or {}))


def _is_hashable(value: Any) -> bool:
    return inspect.isbuiltin(value) or inspect.isclass(value)


def _plain_call(f: Any, options: Any) -> bool:
    """Whether a callable is called as it is."""
    if ag_ctx.control_status_ctx().status == ag_ctx.Status.DISABLED:
        return True
    if hasattr(f, "autograph_info__") or inspect_utils.isbuiltin(f) or inspect.isclass(f):
        return True
    if conversion.is_unsupported(f) or not options.internal_convert_user_code:
        return True
    return not options.user_requested and bool(conversion.is_allowlisted(f))


def _target(f: Any, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """The plain function behind a callable (None if there is none), and its full arguments."""
    if inspect.ismethod(f):
        target, args = f.__func__, (f.__self__, *args)
    elif inspect.isfunction(f):
        target = f
    else:
        target, args = type(f).__call__, (f, *args)
    code = getattr(target, "__code__", None)
    if code is None or code.co_filename == "<string>":
        return None, args
    return target, args


_failures: set[Any] = set()


def _log_failure(f: Any, error: Exception) -> None:
    """Say once, on the log, that a function runs without conversion, and why."""
    if f not in _failures:
        _failures.add(f)
        logging.getLogger("keratin").info("AutoGraph leaves %r as it is: %s", f, error)


class _Transpiler(api.PyToPy):  # type: ignore[misc]
    """malt's rewriting, with the operators of this file."""

    def get_extra_locals(self) -> dict[str, Any]:
        extra: dict[str, Any] = super().get_extra_locals()
        module = extra["ag__"]
        for function in _OPERATORS:
            setattr(module, function.__name__, function)
        return extra


_OPERATORS = (
    if_stmt,
    if_exp,
    while_stmt,
    for_stmt,
    and_,
    or_,
    not_,
    eq,
    not_eq,
    assert_stmt,
    converted_call,
)
_transpiler = _Transpiler()
_FEATURES = converter.Feature.ASSERT_STATEMENTS


def _options(extra: Any = None, recursive: bool = True) -> Any:
    """What to convert: control flow and assertions, and the optional features asked for.

    Among these is Feature.BUILTIN_FUNCTIONS, with which `print` shows values when the program
    runs; without it, `print` runs once, while tracing, as in TensorFlow.
    """
    if extra is None:
        features: tuple[Any, ...] = (_FEATURES,)
    else:
        features = (_FEATURES, *(extra if isinstance(extra, (tuple, list)) else (extra,)))
    return converter.ConversionOptions(
        recursive=recursive, user_requested=True, optional_features=features
    )


def _convert(target: Callable[..., Any], program_context: Any) -> Callable[..., Any]:
    converted, module, source_map = _transpiler.transform(target, program_context)
    converted.ag_module = module
    converted.ag_source_map = source_map
    _source_maps[converted.__code__.co_filename] = source_map
    function: Callable[..., Any] = converted
    return function


_source_maps: dict[str, Any] = {}


def _original(code: CodeType, line: int) -> tuple[str, int] | None:
    """The user's file and line behind a line of converted code."""
    source_map = _source_maps.get(code.co_filename)
    if source_map is None:
        return None
    origin = source_map.get(origin_info.LineLocation(code.co_filename, line))
    return None if origin is None else (origin.loc.filename, origin.loc.lineno)


errors.source_maps.append(_original)


def convert(function: Callable[..., Any], options: Any = None) -> Callable[..., Any]:
    """`function` with its control flow over tensors staged; converted when first called."""

    conversion_options = _options(options)

    def call(*args: Any, **kwargs: Any) -> Any:
        with ag_ctx.ControlStatusCtx(status=ag_ctx.Status.ENABLED, options=conversion_options):
            return converted_call(function, args, kwargs, options=conversion_options)

    return call


def do_not_convert(func: Callable[..., Any] | None = None) -> Any:
    """Keep a function as Python wrote it, inside converted code too.

    >>> @tf.autograph.experimental.do_not_convert
    ... def plain(x):
    ...     return x if isinstance(x, str) else "other"
    >>> plain("a")
    'a'
    """
    if func is None:
        return do_not_convert

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        with ag_ctx.ControlStatusCtx(status=ag_ctx.Status.DISABLED):
            return func(*args, **kwargs)

    call.autograph_info__ = None  # type: ignore[attr-defined]
    return call


# The public interface


def to_graph(
    entity: Callable[..., Any], recursive: bool = True, experimental_optional_features: Any = None
) -> Callable[..., Any]:
    """A function whose control flow over tensors is staged.

    >>> def larger(a, b):
    ...     return a if a > b else b
    >>> tf.autograph.to_graph(larger)(tf.constant(1), tf.constant(2)).numpy()
    np.int32(2)
    """
    options = _options(experimental_optional_features, recursive)
    python_function = getattr(entity, "python_function", entity)
    if not inspect.isfunction(python_function) and not inspect.ismethod(python_function):
        raise TypeError(f"tf.autograph.to_graph takes a function; given {entity!r}")
    converted = _convert(python_function, converter.ProgramContext(options=options))
    converted.autograph_info__ = None  # type: ignore[attr-defined]
    return converted


def to_code(
    entity: Callable[..., Any], recursive: bool = True, experimental_optional_features: Any = None
) -> str:
    """The source that a function is rewritten to.

    >>> def larger(a, b):
    ...     return a if a > b else b
    >>> "if_exp" in tf.autograph.to_code(larger)
    True
    """
    converted = to_graph(entity, recursive, experimental_optional_features)
    return textwrap.dedent(inspect.getsource(converted))


def set_verbosity(level: int, alsologtostdout: bool = False) -> None:
    """Have the rewriting tell what it does: 0 is silence, 10 everything.

    >>> tf.autograph.set_verbosity(0)
    """
    ag_logging.set_verbosity(level, alsologtostdout)


def trace(*args: Any) -> None:
    """Print values while a function is traced: tensors appear without their value.

    >>> tf.autograph.trace("now", 3)
    now 3
    """
    print(*args)
