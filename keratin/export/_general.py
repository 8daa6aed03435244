"""Traces of a function, at several sizes, made into one program for all sizes.

The traces are walked side by side. They must do the same; what differs are sizes, which are
replaced by expressions, see `_sizes`. JAX checks shapes once more as the program is put together.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.extend.core as jax_core
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin.export._sizes import NotGeneralError, Sizes

_Jaxprs = (jax_core.Jaxpr, jax_core.ClosedJaxpr)


def general(programs: Sequence[Any], sizes: Sizes) -> Callable[..., list[Any]]:
    """A function of arrays of any size that does what these closed programs do for theirs."""

    def run(*arrays: Any) -> list[Any]:
        return _closed(list(programs), sizes, arrays)

    return run


def _closed(programs: list[Any], sizes: Sizes, arrays: Sequence[Any]) -> list[Any]:
    counts = {len(program.consts) for program in programs}
    if len(counts) > 1:
        raise NotGeneralError("it has more constants for some sizes than for others")
    constants = [
        constant(values, sizes) for values in zip(*[p.consts for p in programs], strict=True)
    ]
    return _evaluated([program.jaxpr for program in programs], constants, sizes, arrays)


def _evaluated(
    jaxprs: Sequence[Any], constants: Sequence[Any], sizes: Sizes, arrays: Sequence[Any]
) -> list[Any]:
    first = jaxprs[0]
    if len({len(jaxpr.eqns) for jaxpr in jaxprs}) > 1:
        raise NotGeneralError("it takes more steps for some sizes than for others")
    same: list[dict[Any, Any]] = [{} for _ in jaxprs]
    values: dict[Any, Any] = {}

    def bind(variables: Sequence[Sequence[Any]], results: Sequence[Any]) -> None:
        for mine, result in zip(zip(*variables, strict=True), results, strict=True):
            for names, variable in zip(same, mine, strict=True):
                names[variable] = mine[0]
            values[mine[0]] = result
            _learn(sizes, mine, result)

    def read(atoms: Sequence[Any]) -> Any:
        if all(isinstance(atom, jax_core.Literal) for atom in atoms):
            return constant([atom.val for atom in atoms], sizes, atoms[0].aval.dtype)
        if any(isinstance(atom, jax_core.Literal) for atom in atoms):
            raise NotGeneralError("a value is known for some sizes and computed for others")
        if any(names[atom] is not atoms[0] for names, atom in zip(same, atoms, strict=True)):
            raise NotGeneralError("it connects its steps in another way for other sizes")
        return values[atoms[0]]

    bind([jaxpr.constvars for jaxpr in jaxprs], constants)
    bind([jaxpr.invars for jaxpr in jaxprs], arrays)
    for equations in zip(*[jaxpr.eqns for jaxpr in jaxprs], strict=True):
        inputs = [read(atoms) for atoms in zip(*[e.invars for e in equations], strict=True)]
        bind([e.outvars for e in equations], _step(equations, sizes, inputs))
    assert first is jaxprs[0]
    return [read(atoms) for atoms in zip(*[jaxpr.outvars for jaxpr in jaxprs], strict=True)]


def _learn(sizes: Sizes, variables: Sequence[Any], value: Any) -> None:
    shape = getattr(value, "shape", ())
    shapes = [variable.aval.shape for variable in variables if hasattr(variable.aval, "shape")]
    if len(shapes) == len(variables) and all(len(other) == len(shape) for other in shapes):
        sizes.learn(shape, shapes)


def _step(equations: Sequence[Any], sizes: Sizes, inputs: list[Any]) -> Sequence[Any]:
    primitive = equations[0].primitive
    if any(equation.primitive is not primitive for equation in equations):
        names = sorted({equation.primitive.name for equation in equations})
        raise NotGeneralError(f"it does other things for other sizes: {', '.join(names)}")
    rule = _RULES.get(primitive.name)
    if rule is not None:
        return rule([equation.params for equation in equations], sizes, inputs)
    given = [equation.params for equation in equations]
    params = _params_of(primitive.name, given, equations, sizes, inputs)
    result = primitive.bind(*inputs, **params)
    return result if primitive.multiple_results else [result]


def _params_of(
    name: str, given: Sequence[dict[str, Any]], equations: Any, sizes: Sizes, inputs: list[Any]
) -> dict[str, Any]:
    """The parameters of a step, padding by the sizes of the axes that are padded."""
    key = _PADDED.get(name)
    if key is None:
        params: dict[str, Any] = together(given, sizes)
        return params
    rest = [{k: v for k, v in params.items() if k != key} for params in given]
    axes = list(range(inputs[0].ndim))
    if name == "conv_general_dilated":
        axes = list(given[0]["dimension_numbers"].lhs_spec[2:])
    shapes = [equation.invars[0].aval.shape for equation in equations]
    return {
        **together(rest, sizes),
        key: _paddings([p[key] for p in given], axes, shapes, sizes, inputs[0].shape),
    }


# The primitives that pad, and their parameter for it.
_PADDED = {
    **dict.fromkeys(("conv_general_dilated", "reduce_window", "reduce_window_sum"), "padding"),
    **dict.fromkeys(("reduce_window_max", "reduce_window_min"), "padding"),
    **dict.fromkeys(("select_and_scatter_add", "select_and_gather_add"), "padding"),
    "pad": "padding_config",
}


def _paddings(
    given: Sequence[Any], axes: list[int], shapes: Sequence[Any], sizes: Sizes, shape: Any
) -> tuple[Any, ...]:
    found = []
    for axis, of_axis in zip(axes, zip(*given, strict=True), strict=True):
        sampled = [sample[axis] for sample in shapes]
        found.append(
            tuple(
                sizes.padding(numbers, shape[axis], sampled)
                for numbers in zip(*of_axis, strict=True)
            )
        )
    return tuple(found)


# Numbers and structures


def together(values: Sequence[Any], sizes: Sizes) -> Any:
    """One value for those of the traces, in which sizes have become expressions."""
    first = values[0]
    if any(type(value) is not type(first) for value in values):
        raise NotGeneralError(f"it holds {first!r} for some sizes, {values[-1]!r} for others")
    if isinstance(first, (bool, enum.Enum)) or first is None:
        return _equal(values)
    if isinstance(first, (int, np.integer)):
        return sizes.expression(values)
    if isinstance(first, dict):
        if any(value.keys() != first.keys() for value in values):
            raise NotGeneralError("its steps have other parameters for other sizes")
        return {key: together([value[key] for value in values], sizes) for key in first}
    if isinstance(first, (tuple, list)):
        if any(len(value) != len(first) for value in values):
            raise NotGeneralError("it has arrays of more dimensions for some sizes")
        parts = [together(part, sizes) for part in zip(*values, strict=True)]
        return type(first)(*parts) if hasattr(first, "_fields") else type(first)(parts)
    if isinstance(first, _Jaxprs):
        return _of_elements(values)
    if isinstance(first, np.ndarray) or callable(first):
        return first if callable(first) else _equal_arrays(values)
    if dataclasses.is_dataclass(first):
        names = [field.name for field in dataclasses.fields(first)]
        fields = {n: together([getattr(value, n) for value in values], sizes) for n in names}
        return dataclasses.replace(first, **fields)  # type: ignore[type-var]
    return _equal(values)


def _equal(values: Sequence[Any]) -> Any:
    if any(value != values[0] for value in values):
        raise NotGeneralError(f"it holds {values[0]!r} for some sizes, {values[-1]!r} for others")
    return values[0]


def _equal_arrays(values: Sequence[Any]) -> Any:
    if any(not np.array_equal(value, values[0]) for value in values):
        raise NotGeneralError("a step has other parameters for other sizes")
    return values[0]


def _of_elements(values: Sequence[Any]) -> Any:
    """The program of a reduction or scatter, which is one of single elements."""
    if any(str(value) != str(values[0]) for value in values):
        raise NotGeneralError("a step has other inner programs for other sizes")
    return values[0]


# Constants


def constant(values: Sequence[Any], sizes: Sizes, dtype: Any = None) -> Any:
    """The constant of a program, or the expression of sizes that it is."""
    if all(np.shape(value) == () for value in values) and not _is_key(values[0]):
        return _scalar(values, sizes, dtype)
    first = values[0]
    if all(value is first for value in values):
        return first
    if all(np.shape(value) == np.shape(first) for value in values):
        arrays = [np.asarray(value) for value in values]
        if all(array.tobytes() == arrays[0].tobytes() for array in arrays):
            return first
        return _vector(arrays, sizes)
    return _pattern([np.asarray(value) for value in values], sizes)


def _is_key(value: Any) -> bool:
    return jax.dtypes.issubdtype(getattr(value, "dtype", np.float32), jax.dtypes.extended)


def _scalar(values: Sequence[Any], sizes: Sizes, dtype: Any) -> Any:
    numbers = [np.asarray(value)[()] for value in values]
    if len({number.tobytes() for number in numbers}) == 1:
        return values[0]
    dtype = dtype or numbers[0].dtype
    for back, forth in _FORMS:
        with np.errstate(all="ignore"):
            found = [back(np.float64(number)) for number in numbers]
        whole = [round(float(f)) if np.isfinite(f) else 0 for f in found]
        if all(abs(f - w) <= 1e-5 * max(1, w) for f, w in zip(found, whole, strict=True)) and all(
            abs(np.float64(forth(np.float64(w))) - n) <= 4e-7 * abs(n)
            for w, n in zip(whole, numbers, strict=True)
            if w
        ):
            try:
                size = sizes.expression(whole)
            except NotGeneralError:
                continue
            return forth(jnp.asarray(size).astype(jnp.float64)).astype(dtype)
    raise NotGeneralError(f"a number changes with the sizes: {[n.item() for n in numbers]}")


# A number made of a size, and the size made of the number.
_FORMS: tuple[tuple[Callable[[Any], Any], Callable[[Any], Any]], ...] = (
    (lambda n: n, lambda s: s * 1.0),
    (lambda n: 2.0 * n, lambda s: s * 0.5),
    (lambda n: 1.0 / n, lambda s: 1.0 / s),
    (lambda n: n * n, lambda s: s**0.5),
    (lambda n: 1.0 / (n * n), lambda s: 1.0 / s**0.5),
)


def _vector(arrays: Sequence[np.ndarray], sizes: Sizes) -> Any:
    """An array of numbers some of which are sizes: a shape, for example."""
    first = arrays[0]
    if first.size > 64:
        raise NotGeneralError("a large constant has other values for other sizes")
    parts = [
        jnp.asarray(_scalar([array.flat[i] for array in arrays], sizes, first.dtype))
        for i in range(first.size)
    ]
    return jnp.stack(parts).astype(first.dtype).reshape(first.shape)


def _pattern(arrays: Sequence[np.ndarray], sizes: Sizes) -> Any:
    """A constant whose shape changes: one value all over, a count along an axis, a triangle."""
    first = arrays[0]
    if any(array.ndim != first.ndim for array in arrays):
        raise NotGeneralError("a constant has more dimensions for some sizes than for others")
    shape = tuple(sizes.expression(d) for d in zip(*[a.shape for a in arrays], strict=True))
    if all((array == array.flat[0]).all() for array in arrays):
        value = _scalar([array.flat[0] for array in arrays], sizes, first.dtype)
        return jnp.broadcast_to(jnp.asarray(value, first.dtype), shape)
    for axis in range(first.ndim):
        counted = _counted(arrays, axis, shape)
        if counted is not None:
            return counted
    triangle = _triangle(arrays, shape)
    if triangle is not None:
        return triangle
    raise NotGeneralError(
        f"a constant of shape {list(first.shape)} for one size, computed in Python, has another "
        "shape for others. Compute it of the arguments with TensorFlow's ops"
    )


def _counted(arrays: Sequence[np.ndarray], axis: int, shape: tuple[Any, ...]) -> Any:
    """`start + step * i` along an axis."""
    first = np.moveaxis(arrays[0], axis, 0)
    if len(first) < 2 or first.dtype == bool:
        return None
    start = first[0].flat[0]
    step = first[1].flat[0] - start
    for array in arrays:
        steps = np.arange(array.shape[axis]).astype(array.dtype) * step + start
        steps = steps.reshape([-1 if i == axis else 1 for i in range(array.ndim)])
        if not np.array_equal(array, np.broadcast_to(steps, array.shape)):
            return None
    return lax.broadcasted_iota(first.dtype, shape, axis) * step + start


def _triangle(arrays: Sequence[np.ndarray], shape: tuple[Any, ...]) -> Any:
    """A lower or upper triangle of one value, the rest another one, as causal masks are."""
    first = arrays[0]
    if first.ndim < 2:
        return None
    for low, shift in ((True, 0), (False, 0), (True, -1), (False, 1)):
        inside: Any = None
        outside: Any = None
        for array in arrays:
            mask = np.tri(array.shape[-2], array.shape[-1], shift if low else shift - 1, bool)
            mask = np.broadcast_to(mask if low else ~mask, array.shape)
            chosen, rest = array[mask], array[~mask]
            if not chosen.size or not rest.size:
                break
            inside = chosen.flat[0] if inside is None else inside
            outside = rest.flat[0] if outside is None else outside
            if not ((chosen == inside).all() and (rest == outside).all()):
                break
        else:
            rows = lax.broadcasted_iota(np.int32, shape, first.ndim - 2)
            columns = lax.broadcasted_iota(np.int32, shape, first.ndim - 1)
            wanted = rows + shift >= columns if low else rows + shift <= columns
            return jnp.where(wanted, inside, outside).astype(first.dtype)
    return None


# Steps that hold programs

_Params = Sequence[dict[str, Any]]


def _close(program: Any) -> Any:
    if isinstance(program, jax_core.ClosedJaxpr):
        return program
    return jax_core.ClosedJaxpr(program, ())


def _inlined(key: str) -> Callable[[_Params, Sizes, list[Any]], Sequence[Any]]:
    def rule(params: _Params, sizes: Sizes, inputs: list[Any]) -> Sequence[Any]:
        return _closed([_close(given[key]) for given in params], sizes, inputs)

    return rule


def _scan(params: _Params, sizes: Sizes, inputs: list[Any]) -> Sequence[Any]:
    first = params[0]
    programs = [given["jaxpr"] for given in params]
    num_consts, num_carry = first["num_consts"], first["num_carry"]
    consts = inputs[:num_consts]
    carry = tuple(inputs[num_consts : num_consts + num_carry])
    length = sizes.expression([given["length"] for given in params])

    count = len(inputs) - num_consts - num_carry

    def body(carry: Any, elements: Any) -> Any:
        results = _closed(programs, sizes, [*consts, *carry, *elements[:count]])
        return tuple(results[:num_carry]), tuple(results[num_carry:])

    # The length is that of the elements: counted ones, where there are no others.
    elements = inputs[num_consts + num_carry :] or [lax.iota(np.int32, length)]
    unroll = first["unroll"] if isinstance(length, int) else 1
    carried, stacked = lax.scan(
        body, carry, tuple(elements), reverse=first["reverse"], unroll=unroll
    )
    return [*carried, *stacked]


def _while(params: _Params, sizes: Sizes, inputs: list[Any]) -> Sequence[Any]:
    conditions = [given["cond_jaxpr"] for given in params]
    bodies = [given["body_jaxpr"] for given in params]
    for_condition, for_body = params[0]["cond_nconsts"], params[0]["body_nconsts"]
    known = inputs[:for_condition]
    used = inputs[for_condition : for_condition + for_body]

    def condition(values: Any) -> Any:
        return _closed(conditions, sizes, [*known, *values])[0]

    def body(values: Any) -> Any:
        return tuple(_closed(bodies, sizes, [*used, *values]))

    return lax.while_loop(condition, body, tuple(inputs[for_condition + for_body :]))


def _cond(params: _Params, sizes: Sizes, inputs: list[Any]) -> Sequence[Any]:
    def branch(index: int) -> Callable[..., Any]:
        programs = [given["branches"][index] for given in params]
        return lambda *values: tuple(_closed(programs, sizes, values))

    branches = [branch(index) for index in range(len(params[0]["branches"]))]
    result: Sequence[Any] = lax.switch(inputs[0], branches, *inputs[1:])
    return result


def _linear_solve(params: _Params, sizes: Sizes, inputs: list[Any]) -> Sequence[Any]:
    lengths = params[0]["const_lengths"]
    start = lengths.matvec + lengths.vecmat
    consts = inputs[start : start + lengths.solve]
    right_side = inputs[start + lengths.solve + lengths.transpose_solve :]
    programs = [given["jaxprs"].solve for given in params]
    return _closed(programs, sizes, [*consts, *right_side])


_RULES: dict[str, Callable[[_Params, Sizes, list[Any]], Sequence[Any]]] = {
    **dict.fromkeys(("jit", "pjit", "closed_call", "remat", "remat2"), _inlined("jaxpr")),
    **dict.fromkeys(("checkpoint",), _inlined("jaxpr")),
    **dict.fromkeys(("core_call", "call", "custom_jvp_call"), _inlined("call_jaxpr")),
    **dict.fromkeys(("custom_vjp_call",), _inlined("call_jaxpr")),
    "custom_vmap_call": _inlined("call"),
    "scan": _scan,
    "while": _while,
    "cond": _cond,
    "custom_linear_solve": _linear_solve,
}
