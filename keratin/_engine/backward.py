"""The backward pass over the records of a tape: step by step, or as one compiled program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine.kernel import Kernel, apply, partial_of
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, wrap
from keratin._engine.variable import Variable

Structure = Any


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


def is_inexact(array: Any) -> bool:
    return array.dtype.kind in "fcV"


class BackwardPass:
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
        number = slots.setdefault
        for record in records:
            ins = tuple([number(id(value), len(slots)) for value in record.inputs])
            outs = tuple([number(id(value), len(slots)) for value in record.outputs])
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
        key = (self.structure, self.targets, self.sources, self.seeded, batched)
        program = _programs.find(key)
        if program is None:
            if any([record.kernel is None for record in self.records]):
                return self._run_one_by_one(batched)
            plain = context.scope is None and not context.tapes and not batched
            # A long tape takes long to compile: it is worth it only for one that comes back.
            if plain and _programs.visits(key) <= 1 + len(self.records) // 32:
                return self._step_by_step()
            program = _programs.add(key, self._program(batched), self._connected())
        kernel, connected = program
        inputs: list[Any] = []
        arrays: list[Any] = []
        for record in self.records:
            inputs += record.inputs
            arrays += record.arrays
        inputs += [*self.target_values, *self.seeds]
        arrays += [array_now(target) for target in self.target_values]
        arrays += [seed._value for seed in self.seeds]
        found = apply(kernel, inputs, arrays)
        if all(connected):
            return list(found)
        present = iter(found)
        return [next(present) if is_connected else None for is_connected in connected]

    def _connected(self) -> list[bool]:
        return _connected(self.structure, self.targets, self.sources)

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
        cotangents = _start(self.targets, [array_now(t) for t in self.target_values], given)
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
        values = [array_now(target) for target in self.target_values]

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
        self._found: dict[Any, tuple[Kernel, list[bool]]] = {}
        self._visits: dict[Any, int] = {}

    def find(self, key: Any) -> tuple[Kernel, list[bool]] | None:
        """The kernel for a structure, and which sources it gives a gradient of."""
        return self._found.get(key)

    def visits(self, key: Any) -> int:
        """How often a structure was met, this time included."""
        while len(self._visits) >= self._limit:
            self._visits.pop(next(iter(self._visits)))
        count = self._visits[key] = self._visits.get(key, 0) + 1
        return count

    def add(self, key: Any, function: Callable[..., Any], connected: list[bool]) -> Any:
        while len(self._found) >= self._limit:
            self._found.pop(next(iter(self._found)))
        program = self._found[key] = Kernel("gradient", function), connected
        return program


_programs = _Programs()


def array_now(value: Any) -> Any:
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
    wanted = tuple([index for index in flow if is_inexact(arrays[index])])
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
        function = partial_of(kernel.jitted, arrays, list(wanted))
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
        wanted = tuple([index for index in flow if is_inexact(record.arrays[index])])
        if not wanted:
            return
        kernel = _pullback_kernel(record.kernel, wanted, mask, len(record.arrays))
        arrays = [*record.arrays, *[cotangent._value for cotangent in present]]
        found = apply(kernel, [*record.inputs, *present], arrays)
    else:
        wanted = tuple(record.wanted)
        found = record.pullback(_filled_tensors(record, given))
    for index, cotangent in zip(wanted, found, strict=True):
        if cotangent is None:
            continue
        slot = ins[index]
        if slot in cotangents:
            before = cotangents[slot]
            cotangent = apply(_ADD, [before, cotangent], [before._value, cotangent._value])
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


_ADD = Kernel("add", jnp.add)
