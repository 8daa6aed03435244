"""Writing a value: at once, or each time that the compiled program around it runs."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import numpy as np

from keratin._engine import errors
from keratin._engine.control_flow import cond, is_staged
from keratin._engine.host import call_on_host
from keratin._engine.naming import get_current_name_scope, name_scope
from keratin._engine.state import context
from keratin._engine.tensor import OBJECT, Tensor, convert_to_tensor, to_numpy, wrap
from keratin._engine.variable import Variable
from keratin.summary._protos import protos, tensor_message
from keratin.summary._state import condition, current

# NumPy arrays of the values -> what gives the tensor to write. It is called for each summary and
# may raise; what it returns is called on the thread of the file and does the long work.
Prepare = Callable[..., Callable[[], np.ndarray[Any, Any]]]

_ILLEGAL = re.compile(r"[^-_/.A-Za-z0-9]")


class HostStep:
    """A step that is read when a summary is written, also by a compiled program."""

    def __init__(self, read: Callable[[], int]):
        self.read = read

    def __index__(self) -> int:
        return self.read()

    __int__ = __index__


@contextlib.contextmanager
def summary_scope(
    name: str | None, default_name: str = "summary", values: Any = None
) -> Iterator[tuple[str, str]]:
    """Give the tag of a summary, with the name scopes around it, and enter a scope of its name.

    >>> with tf.name_scope("layer"):
    ...     with tf.summary.experimental.summary_scope("my values") as (tag, scope):
    ...         print(tag, scope)
    layer/my values layer/myvalues/
    """
    tag = tag_of(name, default_name)
    with name_scope(_ILLEGAL.sub("", name or default_name) or default_name) as scope:
        yield tag, scope


def tag_of(name: str | None, default_name: str) -> str:
    """The name of a summary after the name scopes in force."""
    if name is not None and not isinstance(name, str):
        raise TypeError(
            f"tf.summary: the name of a summary is a string; given {name!r} of type "
            f"{type(name).__name__}."
        )
    outer = get_current_name_scope()
    return f"{outer}/{name or default_name}" if outer else name or default_name


def write(
    tag: str, tensor: Any, step: Any = None, metadata: Any = None, name: str | None = None
) -> Tensor:
    """Write a tensor of any kind to the default writer, for a plugin of TensorBoard.

    Args:
        tag: Its name in TensorBoard.
        tensor: The value, or a function that gives it and is called only if it is written.
        step: The number of the step; without it the default one.
        metadata: A `SummaryMetadata` message of TensorBoard, or its bytes, that names the plugin.
        name: Accepted; there is no op to name.

    Returns True if it was written.

    >>> with tf.summary.create_file_writer("logs").as_default():
    ...     bool(tf.summary.write("numbers", tf.range(3), step=0))
    True
    """
    if isinstance(metadata, bytes):
        metadata = protos().summary.SummaryMetadata.FromString(metadata)
    return emit(tag, lambda: [tensor() if is_function(tensor) else tensor], _whole, step, metadata)


def is_function(value: Any) -> bool:
    """Whether a value stands for the function that gives it."""
    return callable(value) and not isinstance(value, (Tensor, Variable))


def _whole(value: Any) -> Callable[[], np.ndarray[Any, Any]]:
    return lambda: to_numpy(value)


def emit(
    tag: str,
    values: Callable[[], Sequence[Any]],
    prepare: Prepare,
    step: Any,
    metadata: Any,
) -> Tensor:
    """Write one tensor under a tag, if there is a writer and the condition holds.

    `values` gives what the tensor is made of, and `prepare` makes it of their arrays.
    """
    return emit_event(values, prepare, step, lambda tensor: _summary(tag, tensor, metadata))


def _summary(tag: str, tensor: np.ndarray[Any, Any], metadata: Any) -> Any:
    messages = protos().summary
    value = messages.Summary.Value(tag=tag, tensor=tensor_message(tensor), metadata=metadata)
    return messages.Summary(value=[value])


def emit_event(
    values: Callable[[], Sequence[Any]],
    prepare: Callable[..., Callable[[], Any]],
    step: Any,
    message: Callable[[Any], Any],
) -> Tensor:
    """Write the event whose summary `message` makes of what was prepared."""
    if step is not None:
        step = checked_step(step)
    writer = current.writer
    if writer is None:
        return known(False)
    wanted = condition()
    if wanted is False:
        return known(False)
    step = _default_step() if step is None else step

    def put(number: Any, *arrays: np.ndarray[Any, Any]) -> None:
        number = step.read() if isinstance(step, HostStep) else number
        made, now = prepare(*arrays), time.time()
        writer._add(
            lambda: protos().event.Event(wall_time=now, step=int(number), summary=message(made()))
        )

    def record() -> Tensor:
        _call([0 if isinstance(step, HostStep) else step, *values()], put)
        return known(True)

    return record() if wanted is True else cond(wanted, record, lambda: known(False))


def _call(values: Sequence[Any], put: Callable[..., None]) -> None:
    """Call `put` with the arrays of some values, now or whenever the traced program runs."""
    leaves = [_value(value) for value in values]
    open_at = [i for i, leaf in enumerate(leaves) if is_staged(leaf)]
    if context.scope is None and not open_at:
        put(*[_copied(leaf) for leaf in leaves])
        return
    current.writer._is_traced()
    fixed = [None if i in open_at else _copied(leaf) for i, leaf in enumerate(leaves)]

    def on_host(*arrays: Any) -> None:
        full = list(fixed)
        for place, array in zip(open_at, arrays, strict=True):
            full[place] = np.array(array)
        put(*full)

    call_on_host(on_host, *[leaves[i] for i in open_at], ordered=True)


def _value(value: Any) -> Any:
    if isinstance(value, (Tensor, Variable, int, float, np.ndarray, np.generic)):
        return value
    return wrap(value) if isinstance(value, jax.Array) else convert_to_tensor(value)


def _copied(value: Any) -> Any:
    """An array that nobody changes; Python numbers as they are."""
    if isinstance(value, (int, float)):
        return value
    array = value.numpy() if isinstance(value, (Tensor, Variable)) else np.array(value)
    return as_array(array)


def as_array(value: Any) -> np.ndarray[Any, Any]:
    """An array; text as Python objects."""
    if isinstance(value, (str, bytes)):
        holder = np.empty((), OBJECT)
        holder[()] = value
        return holder
    array = np.asarray(value)
    return array.astype(OBJECT) if array.dtype.kind in "SU" else array


def _default_step() -> Any:
    if current.step is None:
        raise ValueError(
            "tf.summary: no step was given. Give each summary its step=..., or set one for all "
            "with tf.summary.experimental.set_step(step) or writer.as_default(step). At "
            f"{errors.user_location()}."
        )
    return checked_step(current.step)


def checked_step(step: Any) -> Any:
    """A step: a whole number, also in a tensor or variable."""
    if type(step) is int or isinstance(step, HostStep):
        return step
    if isinstance(step, (Tensor, Variable)):
        if step.dtype.is_integer and tuple(step.shape) in ((), (1,)):
            return step if is_staged(step) else int(np.asarray(step.numpy()).reshape(()))
    elif hasattr(step, "__index__") and not isinstance(step, bool):
        return int(step)
    elif isinstance(step, jax.Array):
        return checked_step(wrap(step))
    kind = ValueError if getattr(step, "shape", ()) not in ((), (1,)) else TypeError
    raise kind(
        f"tf.summary: step is one whole number; given {step!r}. Count in integers, or write "
        f"int(step). At {errors.user_location()}."
    )


_known: dict[bool, Tensor] = {}


def known(value: bool) -> Tensor:
    """A boolean tensor, the same one each time outside of compiled functions."""
    if context.scope is not None:
        return wrap(np.asarray(value))
    if value not in _known:
        _known[value] = wrap(jax.device_put(np.asarray(value)))
    return _known[value]
