"""A function of tensors as programs: its traces, and what becomes of its unknown sizes."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.extend.core as jax_core
import jax.numpy as jnp
import numpy as np

from keratin._engine.block import flatten, kept
from keratin._engine.concrete import ConcreteFunction
from keratin._engine.creation import EagerCallNeeded
from keratin._engine.function import Function
from keratin._engine.spec import TensorSpec, TypeSpec
from keratin._engine.tensor import OBJECT, wrap
from keratin._engine.variable import Variable
from keratin.export._general import general
from keratin.export._inspection import without_places
from keratin.export._sizes import NotGeneralError, Sizes, of_spec
from keratin.export._structure import Slot

# A constant larger than this stands beside the program, with the variables.
_LARGE = 1 << 12
_PLATFORMS = (("cpu", "cuda", "tpu"), ("cpu", "cuda"), ("cpu",))

Dims = tuple[Any, ...]


@dataclasses.dataclass
class Program:
    """A program to be saved: what it computes, of what, and its gradient.

    `dims` are the shapes of the arguments, an unknown size being a name. The inputs are the
    arguments, `constants` and the values of the variables `reads`; the outputs are the tensors of
    `outputs` and the new values of `writes`. `gradient` takes the inputs and cotangents of the
    outputs `of`, and gives those of the inputs `by`.
    """

    name: str
    dims: list[Dims]
    arguments: Any
    exported: Any
    constants: list[Any]
    reads: list[Variable]
    writes: list[Variable]
    outputs: Any
    gradient: Any = None
    no_gradient: str = ""
    by: tuple[int, ...] = ()
    of: tuple[int, ...] = ()


def program_of(function: Function, args: Any, kwargs: Any, with_gradient: bool = True) -> Program:
    """Trace a function for arguments, of which tensors are given as specs, and export it."""
    leaves, tree = flatten(kept((args, kwargs)))
    specs: list[Any] = [leaf for leaf in leaves if isinstance(leaf, TypeSpec)]
    for spec in specs:
        _check_spec(function.name, spec)
    failed: list[Exception] = []
    for names, blocks in _namings(specs):
        try:
            sizes = Sizes(_ordered(names), blocks)
            return _attempt(function, leaves, tree, names, sizes, with_gradient)
        except _NotExportableError as error:
            raise ValueError(f"{function.name} cannot be saved: {error}") from None
        except Exception as error:
            failed.append(error)
    raise _failure(function.name, specs, failed)


class _NotExportableError(Exception):
    """What a program does is nothing that a file can hold."""


def _check_spec(name: str, spec: TypeSpec) -> None:
    if not isinstance(spec, TensorSpec):
        raise ValueError(
            f"{name} cannot be saved: it takes {spec}, and saved programs take dense tensors. Take "
            "its parts as arguments"
        )
    if spec.dtype.numpy_dtype == OBJECT:
        raise ValueError(
            f"{name} cannot be saved: its argument {spec} is of strings, which compiled programs "
            "cannot hold. Turn text into numbers before the call, and save the rest"
        )
    if spec.shape.rank is None:
        raise ValueError(
            f"{name} cannot be saved: the number of dimensions of its argument {spec} is not "
            "known. Give a shape, in which sizes may be None"
        )


def _failure(name: str, specs: Sequence[Any], failed: list[Exception]) -> Exception:
    last = failed[-1]
    words = str(last).strip().split("\n")[0].rstrip(".") or type(last).__name__
    if not any(None in spec.shape.as_list() for spec in specs):
        return last if isinstance(last, ValueError) else ValueError(f"{name}: {words}")
    shapes = ", ".join(str(spec.shape) for spec in specs)
    error = ValueError(
        f"{name} cannot be saved as one program for all sizes of its arguments, of shapes "
        f"{shapes}: {words}. Give input_signature sizes in place of None, or save a function for "
        "each size"
    )
    error.__cause__ = last
    return error


# Names of sizes


# Programs that halve a size several times may only do for multiples of some power of two.
_BLOCKS = (1, 2, 8, 32)


def _namings(specs: Sequence[TensorSpec]) -> Iterator[tuple[list[Dims], dict[str, int]]]:
    """Ways to name the unknown sizes: all of them different first, then more and more alike."""
    seen: list[Any] = []
    for block in _BLOCKS:
        for shared in (0, 1, 2):
            named = [_named(index, spec, shared) for index, spec in enumerate(specs)]
            inner = [d for dims in named for d in dims[1:] if isinstance(d, str)]
            way = (named, dict.fromkeys(inner, block) if block > 1 else {})
            if way not in seen:
                seen.append(way)
                yield way


def _named(index: int, spec: TensorSpec, shared: int) -> Dims:
    def name(axis: int) -> str:
        if shared == 2 or (shared == 1 and axis == 0):
            return "batch" if axis == 0 else f"size{axis}"
        prefix = "batch" if axis == 0 else f"size{axis}"
        return f"{prefix}_{index}" if index else prefix

    return tuple(
        name(axis) if size is None else size for axis, size in enumerate(spec.shape.as_list())
    )


def _ordered(named: Sequence[Dims]) -> list[str]:
    return list(dict.fromkeys(d for dims in named for d in dims if isinstance(d, str)))


# Traces


def _attempt(
    function: Function,
    leaves: list[Any],
    tree: Any,
    dims: list[Dims],
    sizes: Sizes,
    with_gradient: bool,
) -> Program:
    traces = [_traced(function, leaves, tree, dims, sizes, sample) for sample in range(sizes.count)]
    first = traces[0]
    _check_alike(traces)
    hoisted = _large_constants(traces)
    programs = [_without_constants(trace, hoisted) for trace in traces]
    inputs = [*_structs(dims, leaves, sizes), *hoisted, *[v._array for v in first.reads]]
    structs = [jax.ShapeDtypeStruct(x.shape, x.dtype) for x in inputs]
    made = Program(
        function.name,
        [tuple(sizes.texts.get(d, d) for d in one) for one in dims],
        _slots_of_arguments(leaves, tree),
        exported := _exported(programs, sizes, structs),
        hoisted,
        first.reads,
        first.writes,
        _slots_of_outputs(first.concrete, exported),
    )
    if with_gradient:
        _add_gradient(made, programs, sizes, structs)
    else:
        made.no_gradient = "it was saved with experimental_custom_gradients=False"
    return made


@dataclasses.dataclass
class _Trace:
    concrete: ConcreteFunction
    closed: Any
    reads: list[Variable]
    writes: list[Variable]


def _traced(
    function: Function, leaves: list[Any], tree: Any, dims: list[Dims], sizes: Sizes, sample: int
) -> _Trace:
    """The program of one set of sizes, its captured tensors being constants of it."""
    structs = iter(_structs(dims, leaves, sizes, sample))
    given = [next(structs) if isinstance(leaf, TypeSpec) else leaf for leaf in leaves]
    try:
        concrete = ConcreteFunction(function, given, tree)
    except EagerCallNeeded:
        zeros = [
            wrap(jnp.zeros(leaf.shape, leaf.dtype)) if isinstance(leaf, _STRUCT) else leaf
            for leaf in given
        ]
        args, kwargs = jax.tree.unflatten(tree, zeros)
        function._create_variables(args, kwargs)
        concrete = ConcreteFunction(function, given, tree)
    if concrete._effects:
        raise _NotExportableError(
            "it calls Python while it runs (tf.print, tf.py_function, tf.numpy_function, an "
            "assertion), and a folder holds no Python. Leave that out of what is saved"
        )
    if concrete._variable_at:
        raise _NotExportableError("it takes variables as arguments. Make them attributes")
    captured = [tensor._value for tensor in concrete._captured]

    def run(*arrays: Any) -> list[Any]:
        count = len(concrete._tensor_at)
        result: list[Any] = concrete._run(*arrays[:count], *captured, *arrays[count:])
        return result

    reads = list(concrete._read)
    arguments = concrete.graph_program.in_avals[: len(concrete._tensor_at)]
    taken = [jax.ShapeDtypeStruct(v._array.shape, v._array.dtype) for v in reads]
    return _Trace(concrete, jax.make_jaxpr(run)(*arguments, *taken), reads, concrete._written)


_STRUCT = jax.ShapeDtypeStruct


def _structs(
    dims: list[Dims], leaves: list[Any], sizes: Sizes, sample: int | None = None
) -> list[Any]:
    specs: list[Any] = [leaf for leaf in leaves if isinstance(leaf, TypeSpec)]
    return [
        jax.ShapeDtypeStruct(of_spec(one, sizes, sample), spec.dtype.numpy_dtype)
        for one, spec in zip(dims, specs, strict=True)
    ]


def _check_alike(traces: Sequence[_Trace]) -> None:
    first = traces[0]
    for other in traces[1:]:
        mine = [*map(id, first.reads), *map(id, first.writes)]
        if mine != [*map(id, other.reads), *map(id, other.writes)]:
            raise NotGeneralError("it uses other variables for other sizes")
        tree = other.concrete._output_tree
        if tree != first.concrete._output_tree or other.concrete._carried != (
            first.concrete._carried
        ):
            raise NotGeneralError("its results have another structure for other sizes")


def _large_constants(traces: Sequence[_Trace]) -> list[Any]:
    """Constants that are the same for all sizes and too large to stand in a program."""
    found = []
    for values in zip(*[trace.closed.consts for trace in traces], strict=False):
        if _is_large(values[0]) and all(_same(values[0], value) for value in values[1:]):
            found.append(values[0])
    return found


def _is_large(value: Any) -> bool:
    return getattr(value, "nbytes", 0) > _LARGE and value.dtype.kind in "biufcV"


def _same(first: Any, other: Any) -> bool:
    if first is other:
        return True
    if first.shape != other.shape or first.dtype != other.dtype:
        return False
    return np.asarray(first).tobytes() == np.asarray(other).tobytes()


def _without_constants(trace: _Trace, hoisted: Sequence[Any]) -> Any:
    """The program with the large constants as inputs, between its arguments and variables."""
    closed, count = trace.closed, len(trace.concrete._tensor_at)
    places = []
    for constant in hoisted:
        places.append(
            next(
                i
                for i, c in enumerate(closed.consts)
                if i not in places and _is_large(c) and _same(constant, c)
            )
        )

    def run(*arrays: Any) -> list[Any]:
        constants = list(closed.consts)
        for offset, place in enumerate(places):
            constants[place] = arrays[count + offset]
        program = jax_core.ClosedJaxpr(closed.jaxpr, constants)
        rest = arrays[count + len(places) :]
        result: list[Any] = jax_core.jaxpr_as_fun(program)(*arrays[:count], *rest)
        return result

    avals = closed.in_avals
    return jax.make_jaxpr(run)(*avals[:count], *hoisted, *avals[count:])


def _slots_of_arguments(leaves: Sequence[Any], tree: Any) -> Any:
    places = itertools.count()
    slots = [Slot(next(places), v) if isinstance(v, TensorSpec) else v for v in leaves]
    return jax.tree.unflatten(tree, slots)


def _slots_of_outputs(concrete: ConcreteFunction, exported: Any) -> Any:
    places = itertools.count()

    def slot() -> Slot:
        place = next(places)
        aval = exported.out_avals[place]
        shape = [size if isinstance(size, int) else None for size in aval.shape]
        return Slot(place, TensorSpec(shape, aval.dtype))

    leaves = [
        slot() if carried else leaf
        for leaf, carried in zip(concrete._outputs, concrete._carried, strict=True)
    ]
    tree = concrete._output_tree
    return leaves[0] if tree is None else jax.tree.unflatten(tree, leaves)


# Export


def _exported(programs: Sequence[Any], sizes: Sizes, structs: Sequence[Any]) -> Any:
    """The program for as many kinds of device as it can be compiled for."""
    run = general(programs, sizes)

    def program(*arrays: Any) -> list[Any]:
        return run(*arrays)

    for platforms in _PLATFORMS:
        try:
            made = jax.export.export(jax.jit(program), platforms=platforms)(*structs)
            module = without_places(made.mlir_module_serialized)
            return dataclasses.replace(made, mlir_module_serialized=module)
        except NotGeneralError:
            raise
        except Exception:  # of any kind: what one of the devices lacks; the next are fewer
            if platforms == _PLATFORMS[-1]:
                raise
    raise AssertionError("there is always a platform")


def _add_gradient(
    made: Program, programs: Sequence[Any], sizes: Sizes, structs: Sequence[Any]
) -> None:
    """Export the gradient, traced at each size, by the inputs and of the outputs that have one."""
    first = programs[0]
    constants = range(len(made.dims), len(made.dims) + len(made.constants))
    made.by = tuple(
        i for i, a in enumerate(first.in_avals) if _is_inexact(a) and i not in constants
    )
    made.of = tuple(i for i, a in enumerate(first.out_avals) if _is_inexact(a))
    if not made.by or not made.of:
        made.no_gradient = "it has no inputs or no results of floating point"
        return
    try:
        pulled = [_pullback(program, made.by, made.of) for program in programs]
        cotangents = [made.exported.out_avals[i] for i in made.of]
        taken = [jax.ShapeDtypeStruct(a.shape, a.dtype) for a in cotangents]
        gradient = _exported(pulled, sizes, [*structs, *taken])
        for index, aval in zip(made.by, gradient.out_avals, strict=True):
            if _known_sizes(aval) != _known_sizes(made.exported.in_avals[index]):
                raise NotGeneralError("the sizes of its gradient are too involved")
        made.gradient = gradient
    except Exception as error:
        words = str(error).strip().split("\n")[0].rstrip(".")
        made.no_gradient = f"{words}. A signature without None may bring it"


def _known_sizes(aval: Any) -> list[int | None]:
    return [size if isinstance(size, int) else None for size in aval.shape]


def _is_inexact(aval: Any) -> bool:
    return bool(jnp.issubdtype(aval.dtype, jnp.inexact))


def _pullback(program: Any, by: Sequence[int], of: Sequence[int]) -> Any:
    run = jax_core.jaxpr_as_fun(program)

    def pull(*given: Any) -> Any:
        arrays, cotangents = given[: len(program.in_avals)], given[len(program.in_avals) :]

        def partial(*some: Any) -> Any:
            full = list(arrays)
            for index, array in zip(by, some, strict=True):
                full[index] = array
            outputs = run(*full)
            return [outputs[i] for i in of]

        return jax.vjp(partial, *[arrays[i] for i in by])[1](list(cotangents))

    return jax.make_jaxpr(pull)(*program.in_avals, *[program.out_avals[i] for i in of])
