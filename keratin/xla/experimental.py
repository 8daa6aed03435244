"""tf.xla.experimental: older names of compilation."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from keratin import _lazy
from keratin._engine.function import function
from keratin._engine.tensor import Tensor


def compile(computation: Callable[..., Any], inputs: Sequence[Any] | None = None) -> Any:
    """Run a function of tensors as one compiled program; a lone result comes as a list of one.

    `tf.function` keeps the program for later calls, which this does not.

    >>> tf.xla.experimental.compile(lambda x, y: x + y, [1.0, 2.0])
    [<tf.Tensor: shape=(), dtype=float32, numpy=3.0>]
    """
    if inputs is not None and not isinstance(inputs, (list, tuple)):
        raise TypeError(
            f"xla.experimental.compile: inputs must be a list of the arguments, given {inputs!r}."
        )
    result = function(jit_compile=True)(computation)(*(inputs or ()))
    return [result] if isinstance(result, Tensor) else result


@contextlib.contextmanager
def jit_scope(
    compile_ops: bool = True, separate_compiled_gradients: bool = False
) -> Iterator[None]:
    """A scope whose ops are compiled together. All ops are compiled: it changes nothing.

    Use `tf.function` to have several ops compiled into one program.

    >>> with tf.xla.experimental.jit_scope():
    ...     tf.constant(1) + 1
    <tf.Tensor: shape=(), dtype=int32, numpy=2>
    """
    yield


_lazy.advise(__name__)
