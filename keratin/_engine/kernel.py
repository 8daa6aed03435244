"""Kernels: pure functions of arrays, and how running one is told to tapes and hooks."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine.compiling import jit_op
from keratin._engine.state import context
from keratin._engine.tensor import (
    Tensor,
    is_traced,
    on_device,
    wrap,
)

# What runs after every op that is not traced: (name of the op, its inputs, its outputs).
after_call_hooks: list[Callable[[str, list[Any], list[Tensor]], None]] = []


class Kernel:
    """A pure function of arrays, fixed but for them: what tapes record and differentiate."""

    __slots__ = ("__weakref__", "_jitted", "function", "name", "pullbacks", "whole")

    def __init__(self, name: str, function: Callable[..., Any], jitted: Any = None):
        self.name = name
        self.function = function
        self._jitted = jitted
        self.pullbacks: dict[Any, Any] = {}
        # Places of the static arguments that are tuples of integers.
        self.whole: tuple[int, ...] = ()

    @property
    def jitted(self) -> Any:
        """The function, compiled for the dtypes and shapes of each call; or to be traced."""
        if self._jitted is None:
            self._jitted = jax.jit(self.function, inline=True)
        return self._jitted

    @property
    def eager(self) -> Any:
        """The function, compiled for arrays that are at hand."""
        return self.jitted

    def run(self, arrays: Sequence[Any]) -> Any:
        """Call the function, on arrays at hand or traced ones."""
        if context.scope is not None:
            return self.jitted(*arrays)
        try:
            return self.eager(*arrays)
        except ValueError:
            # JAX itself traces, as in jax.vmap, and refuses what `jit_op` asks for.
            if not any([is_traced(array) for array in arrays]):
                raise
        return self.jitted(*arrays)


class OpKernel(Kernel):
    """The kernel of a single op, which is worth less effort of the compiler than a program."""

    __slots__ = ("_eager",)

    def __init__(self, name: str, function: Callable[..., Any]):
        super().__init__(name, function)
        self._eager: Any = None

    @property
    def eager(self) -> Any:
        """The function, compiled for arrays that are at hand."""
        if self._eager is None:
            self._eager = jit_op(self.function)
        return self._eager


# How often NumPy runs a kernel before it is worth compiling, and on how many bytes at most.
_TRIALS = 16
_SMALL = 1 << 16


class Mover(OpKernel):
    """A kernel that moves elements and computes nothing, and whose function takes NumPy arrays.

    Parts and copies of ever new sizes are ever new programs, each of which takes longer to compile
    than NumPy takes a thousand times. So small arrays are left to NumPy, until a kernel is used
    again and again.
    """

    __slots__ = ("_trials",)

    def __init__(self, name: str, function: Callable[..., Any]):
        super().__init__(name, function)
        self._trials = _TRIALS

    @property
    def eager(self) -> Any:
        """The function as it is best run now: by NumPy or compiled."""
        compiled = super().eager
        if not self._trials:
            return compiled
        self._trials -= 1
        return functools.partial(_on_host, self.function, compiled)


def _on_host(function: Callable[..., Any], compiled: Callable[..., Any], *arrays: Any) -> Any:
    if context.device is not None or not _is_one_cpu():
        return compiled(*arrays)
    if any([is_traced(array) or array.nbytes > _SMALL for array in arrays]):
        return compiled(*arrays)
    result = function(*[np.asarray(array) for array in arrays])
    return on_device(result)


@functools.cache
def _is_one_cpu() -> bool:
    return jax.default_backend() == "cpu" and jax.device_count() == 1


def apply(kernel: Kernel, inputs: Sequence[Any], arrays: Sequence[Any]) -> Any:
    """Run a kernel on arrays that belong to `inputs`, and tell whoever listens."""
    if context.scope is not None and context.tapes:
        return trace(kernel, list(inputs), list(arrays))
    return finish(kernel, inputs, arrays, kernel.run(arrays))


def trace(kernel: Kernel, inputs: list[Any], arrays: list[Any]) -> Any:
    """Trace a kernel while tapes listen: one tape alone keeps the pullback, not the recipe."""
    tapes = context.tapes
    if len(tapes) == 1 and tapes[0].keeps_pullbacks:
        wanted = tapes[0].differentiable(inputs, arrays)
        if not wanted:
            return _wrapped(kernel.jitted(*arrays))
        partial = partial_of(kernel.jitted, arrays, wanted)
        outputs, vjp = jax.vjp(partial, *[arrays[i] for i in wanted])
        result = _wrapped(outputs)
        flat = jax.tree.leaves(result, is_leaf=_is_tensor)
        tapes[0].record_pullback(inputs, wanted, _pullback_of(vjp, outputs), flat)
        return result
    return finish(kernel, inputs, arrays, kernel.jitted(*arrays))


def _pullback_of(vjp: Callable[..., Any], outputs: Any) -> Callable[[list[Tensor]], list[Tensor]]:
    """JAX's pullback as a function from tensors to tensors."""
    leaves, tree = jax.tree.flatten(outputs)

    def pull(cotangents: list[Tensor]) -> list[Tensor]:
        arrays = [
            cotangent._value
            if jnp.issubdtype(leaf.dtype, jnp.inexact)
            else np.zeros(leaf.shape, jax.dtypes.float0)
            for leaf, cotangent in zip(leaves, cotangents, strict=True)
        ]
        return [wrap(array) for array in vjp(jax.tree.unflatten(tree, arrays))]

    return pull


def partial_of(
    function: Callable[..., Any], arrays: list[Any], wanted: list[int]
) -> Callable[..., Any]:
    """`function` of the wanted arrays alone."""

    def partial(*some: Any) -> Any:
        full = list(arrays)
        for index, array in zip(wanted, some, strict=True):
            full[index] = array
        return function(*full)

    return partial


def _is_tensor(value: Any) -> bool:
    return type(value) is Tensor


def _wrapped(result: Any) -> Any:
    if isinstance(result, jax.Array):
        return wrap(result)
    if type(result) is list and all([isinstance(array, jax.Array) for array in result]):
        return [wrap(array) for array in result]  # what tree.map does, but quicker
    return jax.tree.map(wrap, result)


def finish(kernel: Kernel, inputs: Sequence[Any], arrays: Sequence[Any], result: Any) -> Any:
    """Tensors of the arrays that a kernel gave; tapes and hooks hear of them."""
    if isinstance(result, jax.Array):
        tensor = Tensor.__new__(Tensor)
        tensor._value = result
        if context.tapes:
            for tape in context.tapes:
                tape.record(kernel, inputs, arrays, [tensor])
        if after_call_hooks:
            run_hooks(kernel, inputs, [tensor])
        return tensor
    tensors = _wrapped(result)
    if context.tapes or after_call_hooks:
        flat = jax.tree.leaves(tensors, is_leaf=_is_tensor)
        for tape in context.tapes:
            tape.record(kernel, inputs, arrays, flat)
        run_hooks(kernel, inputs, flat)
    return tensors


def run_hooks(kernel: Kernel, inputs: Sequence[Any], outputs: list[Tensor]) -> None:
    for hook in after_call_hooks:
        hook(kernel.name, list(inputs), outputs)
