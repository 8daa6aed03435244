"""The search for NaN and infinity: in one tensor, or in the result of every op."""

from __future__ import annotations

from typing import Any

import numpy as np

from keratin._engine import errors, host, kernel
from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced

# Ops that only move or select values: what they return was there before.
# fmt: off
_MOVERS = frozenset((
    "cast", "concat", "gather", "gather_nd", "getitem", "identity", "identity_n", "pad",
    "reshape", "reverse", "roll", "slice", "split", "squeeze", "expand_dims", "stack",
    "stop_gradient", "strided_slice", "tile", "transpose", "unstack", "where", "zeros_like",
    "ones_like", "broadcast_to", "repeat", "tensor_scatter_nd_update", "constant", "fill",
    "bitcast",
))
# fmt: on


def check_numerics(tensor: Any, message: str, name: str | None = None) -> Tensor:
    """Return a tensor of floating numbers; InvalidArgumentError if it holds NaN or infinity.

    >>> tf.debugging.check_numerics([1.0, 2.0], "the loss").numpy()
    array([1., 2.], dtype=float32)
    """
    checked = convert_to_tensor(tensor)
    if checked.dtype.kind != "float":
        raise errors.InvalidArgumentError(
            f"check_numerics takes floating numbers; given {checked.dtype.name}. "
            "Numbers of other dtypes are always finite."
        )
    where = errors.user_location()

    def verify(values: np.ndarray[Any, Any]) -> None:
        found = _found(values)
        if found:
            raise errors.InvalidArgumentError(
                f"{message} : Tensor had {' and '.join(found)} values. "
                f"{_counts(values)} At {where}."
            )

    _run(verify, checked)
    return checked


def assert_all_finite(x: Any, message: str, name: str | None = None) -> Tensor:
    """Return a tensor of floating numbers; InvalidArgumentError if it holds NaN or infinity.

    >>> tf.debugging.assert_all_finite([1.0, 2.0], "the loss").numpy()
    array([1., 2.], dtype=float32)
    """
    return check_numerics(x, message)


def _run(verify: Any, tensor: Tensor) -> None:
    if is_traced(tensor._value):
        host.call_on_host(verify, tensor)
    else:
        verify(np.asarray(tensor._value))


def _found(values: np.ndarray[Any, Any]) -> list[str]:
    if np.isfinite(values).all():
        return []
    tests = {"Inf": np.isinf(values), "NaN": np.isnan(values)}
    return [name for name, places in tests.items() if places.any()]


def _counts(values: np.ndarray[Any, Any]) -> str:
    nans, infinities = int(np.isnan(values).sum()), int(np.isinf(values).sum())
    first = np.argwhere(~np.isfinite(values))[0].tolist()
    return (
        f"Of {values.size} elements of shape {values.shape}, {nans} are NaN and {infinities} "
        f"infinite; the first is at {first}."
    )


_limits = {"stack": 30, "path": 50}


def enable_check_numerics(stack_height_limit: int = 30, path_length_limit: int = 50) -> None:
    """Have every op raise InvalidArgumentError when its result holds NaN or infinity.

    The error names the op, its inputs and the line of the user's code, and shows the stack of at
    most `stack_height_limit` lines, each path cut to `path_length_limit` letters. Functions that
    were compiled before are not checked. It slows a program down: for finding a fault only.

    >>> tf.debugging.enable_check_numerics()
    >>> tf.math.log(-1.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    keratin.errors.InvalidArgumentError: The result of tf.log, ... holds NaN. ...
    >>> tf.debugging.disable_check_numerics()
    """
    _limits.update(stack=stack_height_limit, path=path_length_limit)
    if _check_result not in kernel.after_call_hooks:
        kernel.after_call_hooks.append(_check_result)


def disable_check_numerics() -> None:
    """End what `enable_check_numerics` began.

    >>> tf.debugging.disable_check_numerics()
    """
    if _check_result in kernel.after_call_hooks:
        kernel.after_call_hooks.remove(_check_result)


def _check_result(name: str, inputs: list[Any], outputs: list[Tensor]) -> None:
    if name in _MOVERS:
        return
    for output in outputs:
        if output.dtype.kind in ("float", "complex"):
            _check_output(name, inputs, output)


def _check_output(name: str, inputs: list[Any], output: Tensor) -> None:
    where = "\n".join(errors.user_stack(_limits["stack"], _limits["path"]))
    given = "".join(f"\n  input {i}: {_short(value)}" for i, value in enumerate(inputs))

    def verify(values: np.ndarray[Any, Any]) -> None:
        found = _found(values)
        if found:
            raise errors.InvalidArgumentError(
                f"The result of tf.{name}, of dtype {values.dtype.name}, holds "
                f"{' and '.join(found)}. {_counts(values)}{given}\n{where}"
            )

    _run(verify, output)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:300]}..."
