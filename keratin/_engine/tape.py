"""Gradient tapes and forward accumulators.

A tape notes each op that its watched values flow through: the op's kernel, what went in and what
came out. `gradient` walks the notes backwards. The first time it meets a structure of notes, the
pullbacks of the ops run one by one (each compiled once for all tapes); from the second time on the
whole backward pass is one compiled program, kept under the structure of the tape.

While a function is traced, a tape that listens alone keeps each op's pullback at once instead, so
that nothing is computed twice in the program.

TensorFlow's gradient of a complex value is the conjugate of JAX's; both conversions happen here, at
the edge: seeds are conjugated on the way in, results on the way out.
"""

from __future__ import annotations

import contextlib
import enum
import functools
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import errors, nest
from keratin._engine.backward import BackwardPass, Record, Structure, array_now, is_inexact
from keratin._engine.kernel import Kernel, apply
from keratin._engine.keywords import KeywordMeta
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, convert_to_tensor, wrap
from keratin._engine.variable import Variable


class UnconnectedGradients(enum.Enum):
    """What the gradient is where the target does not depend on the source.

    >>> x, y = tf.Variable(1.0), tf.Variable(2.0)
    >>> with tf.GradientTape() as tape:
    ...     z = x * 3.0
    >>> tape.gradient(z, y, unconnected_gradients=tf.UnconnectedGradients.ZERO).numpy()
    np.float32(0.0)
    """

    NONE = "none"
    ZERO = "zero"


def _flat(structure: Structure) -> list[Any]:
    """The leaves of a structure; quick for one tensor or variable, and for a list of them."""
    if type(structure) is Tensor or type(structure) is Variable:
        return [structure]
    if type(structure) is list and all(
        [type(v) is Variable or type(v) is Tensor for v in structure]
    ):
        return list(structure)
    return nest.flatten(structure, expand_composites=True)


def _unconnected(value: Any) -> UnconnectedGradients:
    return value if type(value) is UnconnectedGradients else UnconnectedGradients(value)


class GradientTape(metaclass=KeywordMeta):
    """Record operations, to differentiate them afterwards.

    Trainable variables are watched by themselves, tensors by `watch`. A tape gives gradients once,
    unless it is `persistent`. Tapes nest, for derivatives of higher order.

    >>> x = tf.Variable(3.0)
    >>> with tf.GradientTape() as tape:
    ...     y = x * x
    >>> tape.gradient(y, x)
    <tf.Tensor: shape=(), dtype=float32, numpy=6.0>
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True):
        self._persistent = persistent
        self._watch_variables = watch_accessed_variables
        self._used = False
        self._recording = False
        self._reset()

    def _reset(self) -> None:
        self._records: list[Record] = []
        self._tracked: dict[int, Any] = {}
        self._variables: dict[int, Variable] = {}
        self._was_cut = False

    # Recording

    @property
    def keeps_pullbacks(self) -> bool:
        """Whether gradients are taken once only, so that a pullback serves for good."""
        return not self._persistent

    def __enter__(self) -> GradientTape:
        if self._recording:
            raise ValueError("This tape is recording already; use a second tf.GradientTape.")
        self._recording = True
        context.tapes = (*context.tapes, self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self._recording = False
        context.tapes = tuple([tape for tape in context.tapes if tape is not self])

    def _tracks(self, inputs: Sequence[Any]) -> bool:
        tracked, found = self._tracked, False
        for value in inputs:
            key = id(value)
            if key in tracked:
                found = True
            elif self._watch_variables and isinstance(value, Variable) and value._trainable:
                self._variables[key] = tracked[key] = value
                found = True
        return found

    def record(
        self, kernel: Kernel, inputs: Sequence[Any], arrays: Sequence[Any], outputs: list[Tensor]
    ) -> None:
        """Note an op, if a watched value flows into it."""
        if self._tracks(inputs):
            for output in outputs:
                self._tracked[id(output)] = output
            self._records.append(Record(kernel, inputs, arrays, outputs))

    def differentiable(self, inputs: Sequence[Any], arrays: Sequence[Any]) -> list[int]:
        """The positions of the inputs that gradients flow into."""
        self._tracks(inputs)
        return [
            index
            for index, value in enumerate(inputs)
            if id(value) in self._tracked and is_inexact(arrays[index])
        ]

    def record_pullback(
        self,
        inputs: Sequence[Any],
        wanted: Sequence[int],
        pullback: Callable[[list[Tensor]], Sequence[Tensor | None]],
        outputs: Sequence[Tensor],
    ) -> None:
        """Note a step by its pullback: from cotangents of all outputs to those of `wanted`."""
        for output in outputs:
            self._tracked[id(output)] = output
        self._records.append(Record(None, inputs, (), outputs, pullback, wanted))

    def cut(self, value: Any) -> None:
        """Note that a gradient was stopped on purpose."""
        self._was_cut = self._was_cut or id(value) in self._tracked or isinstance(value, Variable)

    def same(self, value: Tensor, other: Tensor) -> None:
        """Treat `other` as the very value that `value` is."""
        if id(value) in self._tracked:
            self.record(_IDENTITY, [value], [value._value], [other])

    def watch(self, tensor: Any) -> None:
        """Record what happens to a tensor, or to each of a structure of tensors."""
        for value in nest.flatten(tensor, expand_composites=True):
            if not isinstance(value, (Tensor, Variable)):
                raise ValueError(
                    f"tape.watch takes tensors and variables; given {type(value).__name__}: "
                    f"{value!r}. Make it a tensor first: x = tf.constant(x)."
                )
            if not (value.dtype.is_floating or value.dtype.is_complex):
                errors.warn_user(
                    f"tape.watch: a tensor of dtype {value.dtype.name} has no gradient; it must be "
                    "of a floating or complex dtype (write tf.cast(x, tf.float32) before)."
                )
            self._tracked[id(value)] = value
            if isinstance(value, Variable):
                self._variables[id(value)] = value

    @contextlib.contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Suspend recording for the block inside."""
        if not self._recording:
            raise ValueError("stop_recording: the tape is not recording at the moment.")
        outer = context.tapes
        context.tapes = tuple([tape for tape in outer if tape is not self])
        try:
            yield
        finally:
            context.tapes = outer

    def reset(self) -> None:
        """Forget all that was recorded."""
        self._used = False
        self._reset()

    def watched_variables(self) -> tuple[Variable, ...]:
        """The variables that the tape watches, in the order they were met."""
        return tuple(self._variables.values())

    # Gradients

    @errors.trimmed
    def gradient(
        self,
        target: Structure,
        sources: Structure,
        output_gradients: Structure = None,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
    ) -> Structure:
        """The gradient of the sum of `target` with respect to each of `sources`.

        The result has the structure of `sources`. Where there is no path from source to target it
        is None, or zeros with `unconnected_gradients="zero"`.
        """
        self._take()
        unconnected = _unconnected(unconnected_gradients)
        targets, flat_sources = _flat(target), _flat(sources)
        self._check(targets, flat_sources)
        if isinstance(target, Tensor) and isinstance(output_gradients, (list, tuple)):
            flat = nest.flatten(output_gradients)
            if len(flat) != 1 or not isinstance(flat[0], Tensor):
                output_gradients = convert_to_tensor(output_gradients, dtype_hint=target.dtype)
        seeds = self._seeds(targets, output_gradients)
        found = self._backward(targets, flat_sources, seeds)
        if not self._persistent:
            self._records = []
        results = [
            self._missing(source, targets, unconnected) if gradient is None else gradient
            for source, gradient in zip(flat_sources, found, strict=True)
        ]
        if type(sources) is list and all([type(v) in (Variable, Tensor) for v in sources]):
            return results
        return nest.pack_sequence_as(sources, results, expand_composites=True)

    def _take(self) -> None:
        if self._used and not self._persistent:
            raise RuntimeError(
                "This tape has given its gradients already. Make it with "
                "tf.GradientTape(persistent=True) to ask more than once."
            )
        self._used = True
        if self._recording and not self._persistent:
            self._stop()

    def _check(self, targets: list[Any], sources: list[Any]) -> None:
        for source in sources:
            if not isinstance(source, (Tensor, Variable)):
                raise ValueError(
                    f"tape.gradient: a source is {source!r} of type {type(source).__name__}; "
                    "sources are tensors or variables that were watched while recording."
                )
        for target in targets:
            if target is None:
                raise TypeError("tape.gradient: the target is None; give the tensor computed.")

    def _seeds(self, targets: list[Any], output_gradients: Structure) -> list[Any]:
        if output_gradients is None:
            return [None] * len(targets)
        flat = nest.flatten(output_gradients)
        if len(flat) != len(targets):
            raise ValueError(
                f"tape.gradient: {len(flat)} output_gradients for {len(targets)} targets."
            )
        seeds = [
            seed if seed is None else convert_to_tensor(seed, dtype_hint=target.dtype)
            for seed, target in zip(flat, targets, strict=True)
        ]
        for seed, target in zip(seeds, targets, strict=True):
            if seed is not None and tuple(seed.shape) != tuple(target.shape):
                raise ValueError(
                    f"tape.gradient: output_gradients has shape {seed.shape} for a target of shape "
                    f"{target.shape}; they must be the same."
                )
        return seeds

    def _backward(
        self, targets: list[Any], sources: list[Any], seeds: list[Any]
    ) -> list[Tensor | None]:
        known = [
            index
            for index, target in enumerate(targets)
            if id(target) in self._tracked and target.dtype.kind in ("float", "complex")
        ]
        targets = [targets[i] for i in known]
        seeds = [seeds[i] for i in known]
        if not targets:
            return [None] * len(sources)
        plan = BackwardPass(self._records, targets, sources, seeds)
        return plan.run()

    def _missing(
        self, source: Any, targets: list[Any], unconnected: UnconnectedGradients
    ) -> Tensor | None:
        if unconnected is UnconnectedGradients.ZERO:
            return wrap(jnp.zeros(array_now(source).shape, array_now(source).dtype))
        name = f"variable {source.name!r}" if isinstance(source, Variable) else repr(source)
        why = self._why(source)
        errors.warn_user(f"tape.gradient: the gradient of {name} is None, because {why}")
        return None

    def _why(self, source: Any) -> str:
        if not (source.dtype.is_floating or source.dtype.is_complex):
            return f"its dtype is {source.dtype.name}; only floating and complex values have one."
        if id(source) not in self._tracked:
            if isinstance(source, Variable):
                if not source.trainable:
                    return "it is not trainable and was not watched: call tape.watch(v) first."
                return "it was not read while the tape was recording."
            return "it was not watched: call tape.watch(x) before computing with it."
        if self._was_cut:
            return "every path from it to the target is cut by tf.stop_gradient, or there is none."
        return (
            "no recorded operation leads from it to the target; a conversion to NumPy or Python, "
            "or to an integer dtype, cuts the path."
        )

    def jacobian(
        self,
        target: Any,
        sources: Structure,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Structure:
        """The derivative of each element of `target` with respect to each of `sources`.

        Computed for all elements at once, or one by one with `experimental_use_pfor=False`.

        >>> x = tf.Variable([1.0, 2.0])
        >>> with tf.GradientTape() as tape:
        ...     y = x ** 2
        >>> tape.jacobian(y, x).numpy()
        array([[2., 0.],
               [0., 4.]], dtype=float32)
        """
        self._take()
        unconnected = UnconnectedGradients(unconnected_gradients)
        flat_sources = nest.flatten(sources, expand_composites=True)
        self._check([target], flat_sources)
        if not isinstance(target, Tensor):
            raise ValueError(f"tape.jacobian: the target must be one tensor; given {target!r}")
        shape = target._value.shape
        size = int(np.prod(shape))
        seeds = jnp.eye(size, dtype=target._value.dtype).reshape((size, *shape))
        rows = self._many(target, flat_sources, seeds, vectorize=experimental_use_pfor)
        results = [
            self._missing(source, [target], unconnected)
            if row is None
            else _reshaped(row, shape + row._value.shape[1:])
            for source, row in zip(flat_sources, rows, strict=True)
        ]
        if not self._persistent:
            self._records = []
        return nest.pack_sequence_as(sources, results, expand_composites=True)

    def batch_jacobian(
        self,
        target: Any,
        source: Any,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The Jacobian of each example of a batch; examples must not depend on each other.

        >>> x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
        >>> with tf.GradientTape() as tape:
        ...     tape.watch(x)
        ...     y = x * x
        >>> tape.batch_jacobian(y, x)[1].numpy()
        array([[6., 0.],
               [0., 8.]], dtype=float32)
        """
        self._take()
        unconnected = UnconnectedGradients(unconnected_gradients)
        self._check([target], [source])
        shape, source_shape = tuple(target.shape), tuple(source.shape)
        if not shape or not source_shape or shape[0] != source_shape[0]:
            raise ValueError(
                f"batch_jacobian: the first dimensions of target {shape} and source "
                f"{source_shape} must be the same, the batch."
            )
        size = int(np.prod(shape[1:]))
        rows = jnp.eye(size, dtype=target._value.dtype).reshape((size, 1, *shape[1:]))
        seeds = jnp.broadcast_to(rows, (size, *shape))
        (found,) = self._many(target, [source], seeds, vectorize=experimental_use_pfor)
        if not self._persistent:
            self._records = []
        if found is None:
            return self._missing(source, [target], unconnected)
        moved = apply(_MOVE, [found], [found._value])
        return _reshaped(moved, shape + source_shape[1:])

    def _many(
        self, target: Tensor, sources: list[Any], seeds: Any, vectorize: bool
    ) -> list[Tensor | None]:
        if id(target) not in self._tracked:
            return [None] * len(sources)
        if vectorize and not any(record.kernel is None for record in self._records):
            return BackwardPass(self._records, [target], sources, [wrap(seeds)]).run(batched=True)
        rows = [
            BackwardPass(self._records, [target], sources, [wrap(seed)]).run() for seed in seeds
        ]
        return [
            None
            if column[0] is None
            else apply(_STACK, list(column), [row._value for row in column])
            for column in zip(*rows, strict=True)
        ]


def _reshaped(tensor: Tensor, shape: tuple[int, ...]) -> Tensor:
    kernel = _reshape_kernel(shape)
    result: Tensor = apply(kernel, [tensor], [tensor._value])
    return result


@functools.cache
def _reshape_kernel(shape: tuple[int, ...]) -> Kernel:
    return Kernel("reshape", lambda array: jnp.reshape(array, shape))


_IDENTITY = Kernel("identity", lambda array: array)
_MOVE = Kernel("transpose", lambda array: jnp.moveaxis(array, 0, 1))
_STACK = Kernel("stack", lambda *arrays: jnp.stack(arrays))
