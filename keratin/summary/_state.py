"""The default writer, step and condition of each thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from keratin._engine import errors
from keratin._engine.control_flow import is_staged
from keratin._engine.tensor import Tensor, convert_to_tensor, wrap
from keratin._engine.variable import Variable


class _State(threading.local):
    writer: Any = None
    step: Any = None
    condition: Any = None


current = _State()


def get_step() -> Any:
    """The default step of this thread; None if there is none.

    >>> tf.summary.experimental.set_step(7)
    >>> tf.summary.experimental.get_step()
    7
    >>> tf.summary.experimental.set_step(None)
    """
    return current.step


def set_step(step: Any) -> None:
    """Set the step of all summaries of this thread that are not given one.

    A compiled function takes a number as it was when the function was traced; a `tf.Variable` is
    read each time it runs.

    >>> step = tf.Variable(0, dtype=tf.int64)
    >>> tf.summary.experimental.set_step(step)
    >>> tf.summary.experimental.get_step() is step
    True
    >>> tf.summary.experimental.set_step(None)
    """
    current.step = step


@contextlib.contextmanager
def record_if(condition: Any) -> Iterator[None]:
    """Write the summaries within only if `condition` holds.

    It is a bool, a boolean tensor, or a function that gives one of these and is called for each
    summary.

    >>> with tf.summary.create_file_writer("logs").as_default():
    ...     with tf.summary.record_if(lambda: tf.summary.experimental.get_step() % 2 == 0):
    ...         written = []
    ...         for step in range(4):
    ...             tf.summary.experimental.set_step(step)
    ...             written.append(bool(tf.summary.scalar("x", 0.5)))
    >>> written
    [True, False, True, False]
    >>> tf.summary.experimental.set_step(None)
    """
    outer, current.condition = current.condition, condition
    try:
        yield
    finally:
        current.condition = outer


def should_record_summaries() -> Tensor:
    """Whether summaries are written now: there is a writer, and the condition holds.

    >>> bool(tf.summary.should_record_summaries())
    False
    """
    found = condition()
    return found if isinstance(found, Tensor) else convert_to_tensor(found)


def condition() -> Any:
    """A bool, or a tensor that is known only when the program runs."""
    if current.writer is None:
        return False
    found = current.condition
    if found is None or isinstance(found, bool):
        return found is not False
    if callable(found) and not isinstance(found, (Tensor, Variable)):
        found = found()
    if is_staged(found):
        return wrap(found._value) if isinstance(found, Tensor) else convert_to_tensor(found)
    return _truth(found)


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    tensor = convert_to_tensor(value)
    if tensor.ndim or tensor.dtype.name != "bool":
        raise errors.InvalidArgumentError(
            "tf.summary.record_if: the condition is one truth value; given shape "
            f"{tensor.shape} {tensor.dtype.name}. Write a comparison such as step % 100 == 0. At "
            f"{errors.user_location()}."
        )
    return bool(tensor)
