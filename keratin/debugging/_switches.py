"""Switches that make a program say more of what it does."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from keratin._engine import config, errors, kernel
from keratin._engine.config import get_log_device_placement as get_log_device_placement
from keratin._engine.tensor import Tensor, is_traced


def set_log_device_placement(enabled: bool) -> None:
    """Have every op say on stderr on which device it ran; a compiled function, its own ops once.

    >>> tf.debugging.set_log_device_placement(False)
    """
    config.keep_log_device_placement(bool(enabled))
    if _log_placement in kernel.after_call_hooks:
        kernel.after_call_hooks.remove(_log_placement)
    if enabled:
        kernel.after_call_hooks.append(_log_placement)


def _log_placement(name: str, inputs: list[Any], outputs: list[Tensor]) -> None:
    for output in outputs[:1]:
        if is_traced(output._value):
            print(f"{name}: part of a compiled function", file=sys.stderr)
        else:
            print(f"{name}: {output.device}", file=sys.stderr)


def is_traceback_filtering_enabled() -> bool:
    """Whether tracebacks leave out the frames of keratin and of what it runs on.

    >>> tf.debugging.is_traceback_filtering_enabled()
    True
    """
    return errors.filtering


def enable_traceback_filtering() -> None:
    """Leave the frames of keratin and of what it runs on out of tracebacks.

    >>> tf.debugging.enable_traceback_filtering()
    """
    errors.filtering = True


def disable_traceback_filtering() -> None:
    """Show every frame in tracebacks.

    >>> tf.debugging.disable_traceback_filtering()
    >>> tf.debugging.is_traceback_filtering_enabled()
    False
    >>> tf.debugging.enable_traceback_filtering()
    """
    errors.filtering = False


def enable_dump_debug_info(
    dump_root: str,
    tensor_debug_mode: str = "NO_TENSOR",
    circular_buffer_size: int = 1000,
    op_regex: str | None = None,
    tensor_dtypes: Any = None,
) -> NoReturn:
    """Raise UnimplementedError: there is no writer of files for TensorBoard's Debugger V2.

    >>> tf.debugging.experimental.enable_dump_debug_info("/tmp/dump")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    keratin.errors.UnimplementedError: Files for TensorBoard's Debugger V2 ...
    """
    raise errors.UnimplementedError(
        "Files for TensorBoard's Debugger V2 are not written. Use "
        "tf.debugging.enable_check_numerics() to find where NaN begins, tf.print to see values, "
        "and tf.config.run_functions_eagerly(True) to step through a function."
    )


def disable_dump_debug_info() -> None:
    """Do nothing: no dump can have been begun.

    >>> tf.debugging.experimental.disable_dump_debug_info()
    """
