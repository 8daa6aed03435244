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
import warnings
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors, nest, op
from keratin._engine.op import Kernel
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced, wrap
from keratin._engine.variable import Variable

Structure = Any


class UnconnectedGradients(enum.Enum):
    """What the gradient is where the target does not depend on the source."""

    NONE = "none"
    ZERO = "zero"


class Record:
    """One op that a tape saw."""

    __slots__ = ("arrays", "inputs", "kernel", "outputs", "pullback", "wanted")

    def __init__(
        self,
        kernel: Kernel | None,
        inputs: Sequence[Any],
        arrays: Sequence[Any],
        outputs: Sequence[Tensor],
        pullback: Any = None,
        wanted: Sequence[int] = (),
    ):
        self.kernel = kernel
        self.inputs = inputs
        self.arrays = arrays
        self.outputs = outputs
        self.pullback = pullback
        self.wanted = wanted


def _is_inexact(array: Any) -> bool:
    return array.dtype.kind in "fcV"


class GradientTape:
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
            if id(value) in self._tracked and _is_inexact(arrays[index])
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
                _warn(
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
        unconnected = UnconnectedGradients(unconnected_gradients)
        targets = nest.flatten(target, expand_composites=True)
        flat_sources = nest.flatten(sources, expand_composites=True)
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
        plan = _Plan(self._records, targets, sources, seeds)
        return plan.run()

    def _missing(
        self, source: Any, targets: list[Any], unconnected: UnconnectedGradients
    ) -> Tensor | None:
        if unconnected is UnconnectedGradients.ZERO:
            return wrap(jnp.zeros(_array_of(source).shape, _array_of(source).dtype))
        name = f"variable {source.name!r}" if isinstance(source, Variable) else repr(source)
        _warn(f"tape.gradient: the gradient of {name} is None, because {self._why(source)}")
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
        moved = op.apply(_MOVE, [found], [found._value])
        return _reshaped(moved, shape + source_shape[1:])

    def _many(
        self, target: Tensor, sources: list[Any], seeds: Any, vectorize: bool
    ) -> list[Tensor | None]:
        if id(target) not in self._tracked:
            return [None] * len(sources)
        if vectorize and not any(record.kernel is None for record in self._records):
            return _Plan(self._records, [target], sources, [wrap(seeds)]).run(batched=True)
        rows = [_Plan(self._records, [target], sources, [wrap(seed)]).run() for seed in seeds]
        return [
            None
            if column[0] is None
            else op.apply(_STACK, list(column), [row._value for row in column])
            for column in zip(*rows, strict=True)
        ]


class _Plan:
    """The backward pass over the records of a tape: which value feeds which op."""

    def __init__(
        self,
        records: list[Record],
        targets: list[Tensor],
        sources: list[Any],
        seeds: list[Any],
    ):
        self.records = records
        slots: dict[int, int] = {}
        structure: list[Any] = []
        for record in records:
            ins = tuple([slots.setdefault(id(value), len(slots)) for value in record.inputs])
            outs = tuple([slots.setdefault(id(value), len(slots)) for value in record.outputs])
            structure.append((record.kernel, ins, outs))
        self.structure = tuple(structure)
        self.targets = tuple([slots.get(id(target), -1 - i) for i, target in enumerate(targets)])
        self.sources = tuple(
            [slots.get(id(source), self._direct(source, targets)) for source in sources]
        )
        self.seeded = tuple([seed is not None for seed in seeds])
        self.target_values = targets
        self.seeds = [seed for seed in seeds if seed is not None]

    @staticmethod
    def _direct(source: Any, targets: list[Tensor]) -> int:
        """The slot of a source that no op has seen: its own target's, or none."""
        for index, target in enumerate(targets):
            if target is source:
                return -1 - index
        return -(10**9)

    def run(self, batched: bool = False) -> list[Tensor | None]:
        if any(record.kernel is None for record in self.records):
            return self._run_one_by_one(batched)
        inputs = [value for record in self.records for value in record.inputs]
        arrays = [array for record in self.records for array in record.arrays]
        inputs += [*self.target_values, *self.seeds]
        arrays += [_array_of(target) for target in self.target_values]
        arrays += [seed._value for seed in self.seeds]
        key = (self.structure, self.targets, self.sources, self.seeded, batched)
        traced = context.scope is not None or any(is_traced(array) for array in arrays)
        if not traced and not context.tapes and not batched and _programs.first_time(key):
            return self._step_by_step()
        kernel = _programs.kernel(key, lambda: self._program(batched))
        found = op.apply(kernel, inputs, arrays)
        present = iter(found)
        return [
            next(present) if connected else None
            for connected in _connected(self.structure, self.targets, self.sources)
        ]

    def _program(self, batched: bool) -> Callable[..., Any]:
        """The whole backward pass as a function of the recorded arrays."""
        structure, targets, sources, seeded = (
            self.structure,
            self.targets,
            self.sources,
            self.seeded,
        )
        connected = _connected(structure, targets, sources)
        sizes = [len(ins) for _, ins, _ in structure]
        wanted = _wanted(structure, sources)

        def backward(*arrays: Any) -> Any:
            rest = iter(arrays)
            given = [[next(rest) for _ in range(size)] for size in sizes]
            values = [next(rest) for _ in targets]
            seeds = [next(rest) if is_given else None for is_given in seeded]

            def pull(seeds: list[Any]) -> list[Any]:
                cotangents = _start(targets, values, seeds)
                for (kernel, ins, outs), record, flow in zip(
                    reversed(structure), reversed(given), reversed(wanted), strict=True
                ):
                    _step(kernel, ins, outs, record, flow, cotangents, jitted=False)
                return [
                    jnp.conj(cotangents[slot])
                    for slot, is_connected in zip(sources, connected, strict=True)
                    if is_connected
                ]

            return jax.vmap(pull)(seeds) if batched else pull(seeds)

        return backward

    def _step_by_step(self) -> list[Tensor | None]:
        """The backward pass with one compiled pullback an op, for structures not seen before."""
        seeds = iter(self.seeds)
        given = [next(seeds)._value if is_given else None for is_given in self.seeded]
        cotangents = _start(self.targets, [_array_of(t) for t in self.target_values], given)
        for (kernel, ins, outs), record, flow in zip(
            reversed(self.structure),
            reversed(self.records),
            reversed(_wanted(self.structure, self.sources)),
            strict=True,
        ):
            _step(kernel, ins, outs, record.arrays, flow, cotangents, jitted=True)
        return [
            wrap(jnp.conj(cotangents[slot])) if slot in cotangents else None
            for slot in self.sources
        ]

    def _run_one_by_one(self, batched: bool) -> list[Tensor | None]:
        """The backward pass over records that hold pullbacks, or functions of Python."""
        seeds = iter(self.seeds)
        given = [next(seeds)._value if is_given else None for is_given in self.seeded]
        values = [_array_of(target) for target in self.target_values]

        def pull(given: list[Any]) -> list[Any]:
            start = _start(self.targets, values, given)
            cotangents = {slot: wrap(array) for slot, array in start.items()}
            flows = _wanted(self.structure, self.sources)
            for (_, ins, outs), record, flow in zip(
                reversed(self.structure), reversed(self.records), reversed(flows), strict=True
            ):
                _step_back(record, ins, outs, flow, cotangents)
            return [
                jnp.conj(cotangents[slot]._value)
                if _is_complex(cotangents, slot)
                else cotangents.get(slot)
                for slot in self.sources
            ]

        found = jax.vmap(pull)(given) if batched else pull(given)
        return [wrap(value) if isinstance(value, jax.Array) else value for value in found]


class _Programs:
    """Backward programs by the structure of the tape; the oldest make room for new ones."""

    def __init__(self, limit: int = 256):
        self._limit = limit
        self._kernels: dict[Any, Kernel | None] = {}

    def first_time(self, key: Any) -> bool:
        if key in self._kernels:
            return False
        while len(self._kernels) >= self._limit:
            self._kernels.pop(next(iter(self._kernels)))
        self._kernels[key] = None
        return True

    def kernel(self, key: Any, build: Callable[[], Callable[..., Any]]) -> Kernel:
        kernel = self._kernels.get(key)
        if kernel is None:
            kernel = Kernel("gradient", build())
            self.first_time(key)
            self._kernels[key] = kernel
        return kernel


_programs = _Programs()


def _array_of(value: Any) -> Any:
    return value._read() if isinstance(value, Variable) else value._value


def _connected(structure: Any, targets: Sequence[int], sources: Sequence[int]) -> list[bool]:
    """For each source, whether a path leads from it to a target through inexact values."""
    reached = set(targets)
    for _, ins, outs in reversed(structure):
        if any(slot in reached for slot in outs):
            reached.update(ins)
    return [slot in reached for slot in sources]


def _wanted(structure: Any, sources: Sequence[int]) -> list[tuple[int, ...]]:
    """For each record, the positions of the inputs that depend on a source."""
    depends = set(sources)
    flows = []
    for _, ins, outs in structure:
        flow = tuple([index for index, slot in enumerate(ins) if slot in depends])
        if flow:
            depends.update(outs)
        flows.append(flow)
    return flows


def _start(targets: Sequence[int], values: Sequence[Any], seeds: Sequence[Any]) -> dict[int, Any]:
    cotangents: dict[int, Any] = {}
    for slot, value, seed in zip(targets, values, seeds, strict=True):
        cotangent = jnp.ones(value.shape, value.dtype) if seed is None else jnp.conj(seed)
        _accumulate(cotangents, slot, cotangent)
    return cotangents


def _accumulate(cotangents: dict[int, Any], slot: int, cotangent: Any) -> None:
    if slot in cotangents:
        cotangent = jnp.add(cotangents[slot], cotangent)
    cotangents[slot] = cotangent


def _step(
    kernel: Kernel,
    ins: Sequence[int],
    outs: Sequence[int],
    arrays: Sequence[Any],
    flow: tuple[int, ...],
    cotangents: dict[int, Any],
    jitted: bool,
) -> None:
    given = [cotangents.get(slot) for slot in outs]
    wanted = tuple([index for index in flow if _is_inexact(arrays[index])])
    if not wanted or all(cotangent is None for cotangent in given):
        return
    mask = tuple([cotangent is not None for cotangent in given])
    present = [cotangent for cotangent in given if cotangent is not None]
    pull = (_jitted_pullback if jitted else _pullback)(kernel, wanted, mask)
    found = pull(list(arrays), present)
    for index, cotangent in zip(wanted, found, strict=True):
        _accumulate(cotangents, ins[index], cotangent)


def _jitted_pullback(kernel: Kernel, wanted: tuple[int, ...], mask: tuple[bool, ...]) -> Any:
    key = (wanted, mask)
    found = kernel.pullbacks.get(key)
    if found is None:
        found = kernel.pullbacks[key] = jax.jit(_pullback(kernel, wanted, mask))
    return found


def _pullback(
    kernel: Kernel, wanted: tuple[int, ...], mask: tuple[bool, ...]
) -> Callable[..., Any]:
    """The pullback of a kernel to the wanted inputs, given the cotangents that the mask tells."""

    def pull(arrays: list[Any], present: list[Any]) -> Any:
        function = op._of(kernel.jitted, arrays, list(wanted))
        outputs, vjp = jax.vjp(function, *[arrays[i] for i in wanted])
        return vjp(_fill(outputs, mask, present))

    return pull


def _fill(outputs: Any, mask: Sequence[bool], present: Sequence[Any]) -> Any:
    """Cotangents in the structure of the outputs; zeros where none arrived."""
    leaves, tree = jax.tree.flatten(outputs)
    arriving = iter(present)
    filled = []
    for leaf, has_one in zip(leaves, mask, strict=True):
        cotangent = next(arriving) if has_one else None
        if not jnp.issubdtype(leaf.dtype, jnp.inexact):
            cotangent = np.zeros(leaf.shape, jax.dtypes.float0)
        elif cotangent is None:
            cotangent = jnp.zeros(leaf.shape, leaf.dtype)
        filled.append(cotangent)
    return jax.tree.unflatten(tree, filled)


def _is_complex(cotangents: dict[int, Any], slot: int) -> bool:
    return slot in cotangents and cotangents[slot].dtype.is_complex


def _step_back(
    record: Record,
    ins: Sequence[int],
    outs: Sequence[int],
    flow: Sequence[int],
    cotangents: dict[int, Tensor],
) -> None:
    """One record backwards, in ops that outer tapes can see."""
    given = [cotangents.get(slot) for slot in outs]
    mask = tuple([cotangent is not None for cotangent in given])
    present = [cotangent for cotangent in given if cotangent is not None]
    if not present or not flow:
        return
    if record.kernel is not None:
        wanted = tuple([index for index in flow if _is_inexact(record.arrays[index])])
        if not wanted:
            return
        kernel = _pullback_kernel(record.kernel, wanted, mask, len(record.arrays))
        arrays = [*record.arrays, *[cotangent._value for cotangent in present]]
        found = op.apply(kernel, [*record.inputs, *present], arrays)
    else:
        wanted = tuple(record.wanted)
        found = record.pullback(_filled_tensors(record, given))
    for index, cotangent in zip(wanted, found, strict=True):
        if cotangent is None:
            continue
        slot = ins[index]
        if slot in cotangents:
            before = cotangents[slot]
            cotangent = op.apply(_ADD, [before, cotangent], [before._value, cotangent._value])
        cotangents[slot] = cotangent


def _filled_tensors(record: Record, given: Sequence[Tensor | None]) -> list[Tensor]:
    """The cotangents of a record's outputs, zeros where none arrived."""
    return [
        wrap(jnp.zeros(output._value.shape, output._value.dtype))
        if cotangent is None
        else cotangent
        for output, cotangent in zip(record.outputs, given, strict=True)
    ]


def _pullback_kernel(
    kernel: Kernel, wanted: tuple[int, ...], mask: tuple[bool, ...], count: int
) -> Kernel:
    """The pullback of a kernel as a kernel of its own: its arrays, then the cotangents."""
    key = ("kernel", wanted, mask)
    found: Kernel | None = kernel.pullbacks.get(key)
    if found is None:
        pull = _pullback(kernel, wanted, mask)
        found = Kernel("gradient", lambda *arrays: pull(list(arrays[:count]), list(arrays[count:])))
        kernel.pullbacks[key] = found
    return found


def _warn(message: str) -> None:
    warnings.warn(f"{message} At {errors.user_location()}.", UserWarning, stacklevel=2)


def _reshaped(tensor: Tensor, shape: tuple[int, ...]) -> Tensor:
    kernel = _reshape_kernel(shape)
    result: Tensor = op.apply(kernel, [tensor], [tensor._value])
    return result


@functools.cache
def _reshape_kernel(shape: tuple[int, ...]) -> Kernel:
    return Kernel("reshape", lambda array: jnp.reshape(array, shape))


_IDENTITY = Kernel("identity", lambda array: array)
_MOVE = Kernel("transpose", lambda array: jnp.moveaxis(array, 0, 1))
_ADD = Kernel("add", jnp.add)
_STACK = Kernel("stack", lambda *arrays: jnp.stack(arrays))


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
                if id(value) in self._tangents and _is_inexact(arrays[index])
            ]
        )
        if not wanted:
            return
        tangents = [self._tangents[id(inputs[index])] for index in wanted]
        outer = context.tapes
        context.tapes = outer[: outer.index(self)]  # those inside have seen the op already
        try:
            pushed = op.apply(
                _pushforward(kernel, wanted, len(arrays)),
                [*inputs, *tangents],
                [*arrays, *[tangent._value for tangent in tangents]],
            )
        finally:
            context.tapes = outer
        inexact = [output for output in outputs if _is_inexact(output._value)]
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
                array = _array_of(value)
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
        function = op._of(kernel.function, arrays, list(wanted))
        outputs, pushed = jax.jvp(function, [arrays[i] for i in wanted], tangents)
        pairs = zip(jax.tree.leaves(outputs), jax.tree.leaves(pushed), strict=True)
        return [tangent for output, tangent in pairs if _is_inexact(output)]

    found = kernel.pullbacks[key] = Kernel("jvp", push)
    return found
