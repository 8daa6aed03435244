"""Forward accumulators: derivatives computed along with the values."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any

import jax
import jax.numpy as jnp

from keratin._engine import errors, nest
from keratin._engine.backward import Structure, array_now, is_inexact
from keratin._engine.kernel import Kernel, apply, partial_of
from keratin._engine.state import context
from keratin._engine.tape import UnconnectedGradients
from keratin._engine.tensor import Tensor, convert_to_tensor, wrap
from keratin._engine.variable import Variable


class ForwardAccumulator:
    """Compute directional derivatives along with the values themselves (forward mode).

    >>> x = tf.constant([2.0, 3.0])
    >>> with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.0])) as accumulator:
    ...     y = tf.reduce_sum(x ** 3)
    >>> accumulator.jvp(y)
    <tf.Tensor: shape=(), dtype=float32, numpy=12.0>
    """

    keeps_pullbacks = False

    def __init__(self, primals: Structure, tangents: Structure):
        self._tangents: dict[int, Tensor] = {}
        self._kept: list[Any] = []
        self._recording = False
        nest.assert_same_structure(primals, tangents, check_types=False)
        pairs = zip(nest.flatten(primals), nest.flatten(tangents), strict=True)
        for primal, tangent in pairs:
            self._watch(primal, tangent)

    def _watch(self, primal: Any, tangent: Any) -> None:
        if not isinstance(primal, (Tensor, Variable)):
            raise ValueError(f"ForwardAccumulator: a primal is not a tensor: {primal!r}")
        if not (primal.dtype.is_floating or primal.dtype.is_complex):
            raise ValueError(
                f"ForwardAccumulator: a primal of dtype {primal.dtype.name} has no derivative"
            )
        tangent = convert_to_tensor(tangent, dtype=primal.dtype)
        if tuple(tangent.shape) != tuple(primal.shape):
            raise ValueError(
                f"ForwardAccumulator: a primal has shape {primal.shape}, its tangent "
                f"{tangent.shape}; they must be the same"
            )
        self._kept.append(primal)
        self._tangents[id(primal)] = tangent

    def __enter__(self) -> ForwardAccumulator:
        if self._recording:
            raise ValueError("This accumulator is recording already; make a second one.")
        self._recording = True
        context.tapes = (*context.tapes, self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._recording = False
        context.tapes = tuple([tape for tape in context.tapes if tape is not self])

    def record(
        self, kernel: Kernel, inputs: Sequence[Any], arrays: Sequence[Any], outputs: list[Tensor]
    ) -> None:
        """Push the tangents of an op's inputs through it."""
        wanted = tuple(
            [
                index
                for index, value in enumerate(inputs)
                if id(value) in self._tangents and is_inexact(arrays[index])
            ]
        )
        if not wanted:
            return
        tangents = [self._tangents[id(inputs[index])] for index in wanted]
        outer = context.tapes
        context.tapes = outer[: outer.index(self)]  # those inside have seen the op already
        try:
            pushed = apply(
                _pushforward(kernel, wanted, len(arrays)),
                [*inputs, *tangents],
                [*arrays, *[tangent._value for tangent in tangents]],
            )
        finally:
            context.tapes = outer
        inexact = [output for output in outputs if is_inexact(output._value)]
        for output, tangent in zip(inexact, pushed, strict=True):
            self._kept.append(output)
            self._tangents[id(output)] = tangent

    def differentiable(self, inputs: Sequence[Any], arrays: Sequence[Any]) -> list[int]:
        """Refuse steps that only know their gradient backwards, if a tangent flows into one."""
        if any(id(value) in self._tangents for value in inputs):
            raise errors.UnimplementedError(
                "ForwardAccumulator: a tf.custom_gradient defines the backward direction only. Use "
                f"tf.GradientTape for it. At {errors.user_location()}."
            )
        return []

    def cut(self, value: Any) -> None:
        """A stopped gradient has no tangent; nothing to note."""

    def same(self, value: Tensor, other: Tensor) -> None:
        """Treat `other` as the very value that `value` is."""
        if id(value) in self._tangents:
            self._kept.append(other)
            self._tangents[id(other)] = self._tangents[id(value)]

    def jvp(
        self, primals: Structure, unconnected_gradients: Any = UnconnectedGradients.NONE
    ) -> Structure:
        """The derivative of each of `primals` along the tangents given at the start."""
        zero = UnconnectedGradients(unconnected_gradients) is UnconnectedGradients.ZERO

        def tangent(value: Any) -> Tensor | None:
            found = self._tangents.get(id(value))
            if found is None and zero:
                array = array_now(value)
                return wrap(jnp.zeros(array.shape, array.dtype))
            return found

        return nest.map_structure(tangent, primals)


def _pushforward(kernel: Kernel, wanted: tuple[int, ...], count: int) -> Kernel:
    """The derivative of a kernel along tangents of the wanted inputs, as a kernel."""
    key = ("forward", wanted)
    found: Kernel | None = kernel.pullbacks.get(key)
    if found is not None:
        return found

    def push(*given: Any) -> list[Any]:
        arrays, tangents = list(given[:count]), list(given[count:])
        function = partial_of(kernel.function, arrays, list(wanted))
        outputs, pushed = jax.jvp(function, [arrays[i] for i in wanted], tangents)
        pairs = zip(jax.tree.leaves(outputs), jax.tree.leaves(pushed), strict=True)
        return [tangent for output, tangent in pairs if is_inexact(output)]

    found = kernel.pullbacks[key] = Kernel("jvp", push)
    return found
