"""What remains of TensorFlow's graphs: questions about where code runs, and ordering of effects."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import numpy as np

from keratin._engine import state
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced
from keratin._engine.variable import Variable


def executing_eagerly() -> bool:
    """Whether ops run at once: False while a function is traced.

    >>> tf.executing_eagerly()
    True
    """
    return context.scope is None


def inside_function() -> bool:
    """Whether a function is being traced.

    >>> tf.inside_function()
    False
    """
    return context.scope is not None


@contextlib.contextmanager
def init_scope() -> Iterator[None]:
    """Step out of the function being traced: what is inside runs at once.

    >>> @tf.function
    ... def f():
    ...     with tf.init_scope():
    ...         return tf.executing_eagerly()
    >>> bool(f())
    True
    """
    with state.enter(None), state.listening(()), jax.ensure_compile_time_eval():
        yield


@contextlib.contextmanager
def control_dependencies(control_inputs: Any) -> Iterator[None]:
    """Accepted: effects take place in the order of the program anyway.

    >>> with tf.control_dependencies([tf.constant(1)]):
    ...     x = tf.constant(2)
    """
    if control_inputs is not None:
        list(control_inputs)
    yield


def group(*inputs: Any, **kwargs: Any) -> None:
    """Do nothing: the inputs have been computed when this is called.

    >>> tf.group(tf.constant(1), tf.constant(2))
    """
    unknown = set(kwargs) - {"name"}
    if unknown:
        raise ValueError(f"tf.group takes no argument {sorted(unknown)[0]!r}; only name")


def tuple(tensors: Sequence[Any], control_inputs: Any = None, name: str | None = None) -> list[Any]:
    """The tensors, all computed, as a list.

    >>> len(tf.tuple([tf.constant(1), tf.constant(2)]))
    2
    """
    if not len(tensors):
        raise ValueError("tf.tuple: tensors is empty")
    return [None if tensor is None else convert_to_tensor(tensor) for tensor in tensors]


def no_op(name: str | None = None) -> None:
    """Do nothing.

    >>> tf.no_op()
    """


def is_tensor(x: Any) -> bool:
    """Whether a value is a tensor or a variable (or acts as one, as ragged and sparse ones do).

    >>> tf.is_tensor(tf.constant(1)), tf.is_tensor([1])
    (True, False)
    """
    return isinstance(x, (Tensor, Variable)) or hasattr(type(x), "__keratin_op__")


def is_symbolic_tensor(tensor: Any) -> bool:
    """Whether a tensor has no value yet, as while a function is traced.

    >>> tf.is_symbolic_tensor(tf.constant(1))
    False
    """
    return isinstance(tensor, Tensor) and is_traced(tensor._value)


def get_static_value(tensor: Any, partial: bool = False) -> Any:
    """The value as NumPy if it is known now, else None.

    `partial` concerns shapes with unknown parts, which do not occur here.

    >>> tf.get_static_value(tf.constant([1, 2]))
    array([1, 2], dtype=int32)
    """
    if isinstance(tensor, Variable) or is_symbolic_tensor(tensor):
        return None
    return convert_to_tensor(tensor).numpy()


def get_logger() -> logging.Logger:
    """The logger of the package.

    >>> tf.get_logger().name
    'keratin'
    """
    return logging.getLogger("keratin")


class CriticalSection:
    """Runs functions one after the other; a lock for threads.

    >>> tf.CriticalSection().execute(lambda: 3)
    3
    """

    def __init__(
        self,
        name: str | None = None,
        shared_name: str | None = None,
        critical_section_def: Any = None,
        import_scope: str | None = None,
    ):
        if critical_section_def is not None:
            raise ValueError("CriticalSection: critical_section_def belongs to TensorFlow's graphs")
        self.name = name or shared_name or "critical_section"
        self._lock = threading.RLock()

    def execute(
        self, fn: Callable[[], Any], exclusive_resource_access: bool = True, name: str | None = None
    ) -> Any:
        """The result of `fn()`, run while no other thread is in this section."""
        with self._lock:
            return fn()


class AggregationMethod:
    """How TensorFlow's graphs sum gradients; they are always added here.

    >>> tf.AggregationMethod.ADD_N
    0
    """

    ADD_N = 0
    DEFAULT = 0
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


newaxis = None


def timestamp(name: str | None = None) -> Tensor:
    """Seconds since 1970, as float64.

    >>> tf.timestamp().dtype
    tf.float64
    """
    return convert_to_tensor(np.float64(time.time()))
