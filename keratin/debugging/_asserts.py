"""Asserts on values: at once where values are known, else each time the compiled program runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ml_dtypes
import numpy as np

from keratin._engine import errors, host
from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced
from keratin.math._arithmetic import subtract
from keratin.math._comparison import (
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    not_equal,
)
from keratin.math._elementwise import abs as absolute

Values = np.ndarray[Any, Any]
Relation = Callable[[Any, Any], Tensor]

_SHOWN = 3


def check(condition: Any, tensors: Sequence[Any], report: Callable[..., str]) -> None:
    """Raise InvalidArgumentError with `report(condition, *tensors)` unless all of condition holds.

    The report gets NumPy arrays. While a function is traced, the program is made to check.
    """
    where = errors.user_location()

    def verify(holds: Values, *values: Values) -> None:
        if not np.all(holds):
            raise errors.InvalidArgumentError(f"{report(holds, *values)}\nAt {where}.")

    given = [convert_to_tensor(tensor) for tensor in (condition, *tensors)]
    if any(is_traced(tensor._value) for tensor in given):
        host.call_on_host(verify, *given)
    else:
        verify(*[np.asarray(tensor._value) for tensor in given])


def opening(message: Any) -> str:
    """The user's message as the first line of a report, if there is one."""
    return "" if message is None else f"{message}\n"


def summary(values: Values, summarize: int | None) -> str:
    """The first values of an array, in one line."""
    count = _SHOWN if summarize is None else summarize
    flat = values.reshape(-1)
    shown = flat if count < 0 else flat[:count]
    dots = ["..."] if shown.size < flat.size else []
    return f"[{', '.join([*map(_text, shown), *dots])}]"


def _text(value: Any) -> str:
    return repr(value) if isinstance(value, bytes) else str(value)


def described(name: str, values: Values, summarize: int | None) -> str:
    """An array by its name, shape, dtype and first values."""
    dtype = "string" if values.dtype == object else values.dtype.name
    return f"{name}: shape {values.shape}, {dtype}, {summary(values, summarize)}"


def _share(holds: Values) -> str:
    return f"for {np.sum(~holds)} of {holds.size} elements:"


def _failures(holds: Values, summarize: int | None, **values: Values) -> list[str]:
    """The places where a condition does not hold, with the values there."""
    wrong = np.argwhere(~holds)
    count = _SHOWN if summarize is None else summarize
    lines = []
    for place in wrong if count < 0 else wrong[:count]:
        index = tuple(place.tolist())
        here = [
            f"{name} = {_text(np.broadcast_to(array, holds.shape)[index])}"
            for name, array in values.items()
        ]
        lines.append(f"  at {list(index)}: {', '.join(here)}" if index else f"  {', '.join(here)}")
    if len(wrong) > len(lines):
        lines.append(f"  and {len(wrong) - len(lines)} more")
    return lines


def _check_pair(
    x: Any, y: Any, relation: Relation, symbol: str, message: Any, summarize: int | None
) -> None:
    def report(holds: Values, x: Values, y: Values) -> str:
        lines = [
            f"{opening(message)}x {symbol} y does not hold {_share(holds)}",
            *_failures(holds, summarize, x=x, y=y),
            described("x", x, summarize),
            described("y", y, summarize),
        ]
        return "\n".join(lines)

    check(relation(x, y), [_like(x, y), _like(y, x)], report)


def _like(x: Any, other: Any) -> Tensor:
    """A tensor of x; a Python value takes the dtype of the tensor it is compared with."""
    if isinstance(x, Tensor) or not hasattr(other, "dtype"):
        return convert_to_tensor(x)
    return convert_to_tensor(x, dtype_hint=other.dtype)


def assert_equal(
    x: Any,
    y: Any,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Raise InvalidArgumentError unless x == y for all elements, with broadcasting.

    The error shows `summarize` elements (3 by default; -1 for all) and begins with `message`.

    >>> tf.debugging.assert_equal([1, 2], [1, 2])
    """
    _check_pair(x, y, equal, "==", message, summarize)


def assert_none_equal(
    x: Any,
    y: Any,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> None:
    """Raise InvalidArgumentError unless x != y for all elements, with broadcasting.

    >>> tf.debugging.assert_none_equal([1, 2], [2, 1])
    """
    _check_pair(x, y, not_equal, "!=", message, summarize)


def assert_less(
    x: Any,
    y: Any,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Raise InvalidArgumentError unless x < y for all elements, with broadcasting.

    >>> tf.debugging.assert_less([1, 2], 3)
    """
    _check_pair(x, y, less, "<", message, summarize)


def assert_less_equal(
    x: Any,
    y: Any,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Raise InvalidArgumentError unless x <= y for all elements, with broadcasting.

    >>> tf.debugging.assert_less_equal([1, 2], 2)
    """
    _check_pair(x, y, less_equal, "<=", message, summarize)


def assert_greater(
    x: Any,
    y: Any,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Raise InvalidArgumentError unless x > y for all elements, with broadcasting.

    >>> tf.debugging.assert_greater([1, 2], 0)
    """
    _check_pair(x, y, greater, ">", message, summarize)


def assert_greater_equal(
    x: Any,
    y: Any,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Raise InvalidArgumentError unless x >= y for all elements, with broadcasting.

    >>> tf.debugging.assert_greater_equal([1, 2], 1)
    """
    _check_pair(x, y, greater_equal, ">=", message, summarize)


def assert_near(
    x: Any,
    y: Any,
    rtol: Any = None,
    atol: Any = None,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    """Raise InvalidArgumentError unless |x - y| < atol + rtol * |y| for all elements.

    Both tolerances are ten times the spacing of numbers near 1 of the dtype, unless given.

    >>> tf.debugging.assert_near([1.0], [1.0000001])
    """
    difference = subtract(x, y)
    kind = difference.dtype.kind
    if kind not in ("float", "complex"):
        raise errors.InvalidArgumentError(
            f"assert_near compares floating numbers; given {difference.dtype.name}. Use "
            "tf.debugging.assert_equal, or cast to tf.float32 first."
        )
    real = difference.dtype.real_dtype
    default = 10 * float(ml_dtypes.finfo(real.numpy_dtype).eps)
    relative, limit = [
        convert_to_tensor(default if tolerance is None else tolerance, dtype_hint=real)
        for tolerance in (rtol, atol)
    ]
    x, y = _like(x, difference), _like(y, difference)
    holds = less(absolute(difference), limit + relative * absolute(y))

    def report(holds: Values, x: Values, y: Values, relative: Values, limit: Values) -> str:
        lines = [
            f"{opening(message)}|x - y| < atol + rtol * |y| does not hold {_share(holds)}",
            f"  with atol = {limit}, rtol = {relative}",
            *_failures(holds, summarize, x=x, y=y),
            described("x", x, summarize),
            described("y", y, summarize),
        ]
        return "\n".join(lines)

    check(holds, [x, y, relative, limit], report)


def _check_sign(
    x: Any, relation: Relation, symbol: str, message: Any, summarize: int | None
) -> None:
    def report(holds: Values, x: Values) -> str:
        lines = [
            f"{opening(message)}x {symbol} 0 does not hold {_share(holds)}",
            *_failures(holds, summarize, x=x),
            described("x", x, summarize),
        ]
        return "\n".join(lines)

    tensor = convert_to_tensor(x)
    check(relation(tensor, 0), [tensor], report)


def assert_negative(
    x: Any, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise InvalidArgumentError unless all elements are less than 0.

    >>> tf.debugging.assert_negative([-1, -2])
    """
    _check_sign(x, less, "<", message, summarize)


def assert_positive(
    x: Any, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise InvalidArgumentError unless all elements are greater than 0.

    >>> tf.debugging.assert_positive([1, 2])
    """
    _check_sign(x, greater, ">", message, summarize)


def assert_non_negative(
    x: Any, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise InvalidArgumentError if an element is less than 0.

    >>> tf.debugging.assert_non_negative([0, 1])
    """
    _check_sign(x, greater_equal, ">=", message, summarize)


def assert_non_positive(
    x: Any, message: str | None = None, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise InvalidArgumentError if an element is greater than 0.

    >>> tf.debugging.assert_non_positive([0, -1])
    """
    _check_sign(x, less_equal, "<=", message, summarize)


def Assert(
    condition: Any, data: Sequence[Any], summarize: int | None = None, name: str | None = None
) -> None:
    """Raise InvalidArgumentError with the values of `data` unless `condition` is true.

    >>> tf.debugging.Assert(tf.constant(1) < 2, ["one is less than two"])
    """
    if not isinstance(data, list | tuple):
        raise TypeError(f"data must be a list of values to show; given {type(data).__name__}.")

    # Text cannot be part of a compiled program.
    texts = {i: np.array(item, object) for i, item in enumerate(data) if isinstance(item, str)}

    def report(holds: Values, *values: Values) -> str:
        rest = iter(values)
        items = [texts[i] if i in texts else next(rest) for i in range(len(data))]
        shown = [summary(item, summarize) if item.ndim else _text(item[()]) for item in items]
        return f"The condition does not hold. Data: {', '.join(shown)}"

    check(condition, [item for i, item in enumerate(data) if i not in texts], report)
