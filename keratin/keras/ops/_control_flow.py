"""Branches, loops and functions applied along an axis.

Eagerly branches and loops are Python's; within compiled functions they are staged, see
`keratin._engine.control_flow`.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from keratin import array, math
from keratin._engine import control_flow, functional, loop
from keratin._engine.block import flatten
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced
from keratin._engine.variable import Variable
from keratin.array._support import normalize_axis
from keratin.keras.ops._support import as_tensor, operation


def _is_staged(structure: Any) -> bool:
    """Whether the values of a structure are known only when the program runs."""
    return context.scope is not None or any(
        isinstance(leaf, Tensor) and is_traced(leaf._value) for leaf in flatten(structure)[0]
    )


def _tensors(structure: Any) -> Any:
    """The structure with tensors in place of numbers, arrays and variables."""
    return jax.tree.map(
        convert_to_tensor,
        structure,
        is_leaf=lambda leaf: isinstance(leaf, (Tensor, Variable)),
    )


def _require_callable(what: str, **functions: Any) -> None:
    for name, function in functions.items():
        if not callable(function):
            raise TypeError(f"keras.ops.{what}: {name} must be callable; given {function!r}")


# Branches


@operation("Cond", explained=False)
def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """The result of `true_fn()` if `pred` is true, else of `false_fn()`.

    Within a compiled function both are traced, and return the same structure, dtypes and shapes.

    >>> x = keras.ops.convert_to_tensor(2.0)
    >>> keras.ops.cond(x > 1.0, lambda: x * 10.0, lambda: x).numpy()
    np.float32(20.0)
    """
    _require_callable("cond", true_fn=true_fn, false_fn=false_fn)
    return control_flow.cond(pred, true_fn, false_fn)


@operation("Switch", explained=False)
def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """The result of the branch of that index, called with the operands.

    An index out of range is that of the first or the last branch.

    >>> keras.ops.switch(1, [lambda x: x + 1, lambda x: x * 10], np.float32(2.0))
    np.float32(20.0)
    """
    if not branches:
        raise ValueError("keras.ops.switch: branches is empty; give one function or more")
    _require_callable("switch", **{f"branches[{i}]": f for i, f in enumerate(branches)})
    functions = [lambda branch=branch: branch(*operands) for branch in branches]
    if isinstance(index, int):
        return functions[builtins.min(builtins.max(index, 0), len(functions) - 1)]()
    place = math.minimum(math.maximum(as_tensor(index), 0), len(functions) - 1)
    return control_flow.switch_case(place, functions)


# Loops


@operation("WhileLoop", explained=False)
def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    maximum_iterations: int | None = None,
) -> Any:
    """Apply `body` to the loop variables for as long as `cond` of them is true.

    `loop_vars` is a tuple or list, whose members both functions take as arguments, or one tensor.

    >>> i, total = keras.ops.while_loop(lambda i, s: i < 4, lambda i, s: (i + 1, s + i), (0, 0))
    >>> int(total)
    6
    """
    _require_callable("while_loop", cond=cond, body=body)
    many = isinstance(loop_vars, (list, tuple))
    start = tuple([_tensors(value) for value in (loop_vars if many else [loop_vars])])

    def step(*values: Any) -> Any:
        return tuple(body(*values)) if many else (body(*values),)

    found = loop.while_loop(cond, step, start, maximum_iterations=maximum_iterations)
    return tuple(found) if many else found[0]


@operation("ForiLoop", explained=False)
def fori_loop(lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """The value after `body_fun(i, value)` for each i from `lower` up to before `upper`.

    >>> float(keras.ops.fori_loop(0, 4, lambda i, value: value * 2.0, 1.0))
    16.0
    """
    _require_callable("fori_loop", body_fun=body_fun)
    bounds = [as_tensor(lower), as_tensor(upper)]
    value = _tensors(init_val)
    if not _is_staged([*bounds, value]):
        for i in builtins.range(int(bounds[0]), int(bounds[1])):
            value = body_fun(convert_to_tensor(i), value)
        return value
    if isinstance(lower, int) and isinstance(upper, int):
        steps = np.arange(lower, builtins.max(lower, upper), dtype=np.int32)
        final, _ = scan(lambda value, i: (body_fun(i, value), None), value, steps)
        return final

    def step(i: Any, value: Any) -> tuple[Any, Any]:
        return i + 1, body_fun(i, value)

    return loop.while_loop(lambda i, _: i < bounds[1], step, (bounds[0], value))[1]


@operation("Scan", explained=False)
def scan(
    f: Callable[[Any, Any], Any],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> tuple[Any, Any]:
    """The last state of `state, y = f(state, x)` over the first axis of `xs`, and all y, stacked.

    `xs` may be a structure of tensors; without it `length` says how many rounds there are, and f
    gets None. `reverse` goes from the last to the first. `unroll` is how many rounds a compiled
    loop writes out, all of them if true.

    >>> total, sums = keras.ops.scan(lambda s, x: (s + x, s + x), 0, np.array([1, 2, 3], "int32"))
    >>> sums.numpy()
    array([1, 3, 6], dtype=int32)
    """
    _require_callable("scan", f=f)
    if not isinstance(unroll, bool) and (not isinstance(unroll, int) or unroll < 1):
        raise ValueError(
            f"keras.ops.scan: unroll must be a positive integer or a bool; given {unroll!r}"
        )
    state, elements = _tensors(init), None if xs is None else _tensors(xs)
    count = _length(elements, length)
    if _is_staged((state, elements)) or not count:
        return _staged_scan(f, state, elements, count, bool(reverse), unroll)
    outputs = []
    for i in builtins.range(count)[:: -1 if reverse else 1]:
        state, output = f(state, _element(elements, i))
        outputs.append(_tensors(output))
    return state, _stacked(outputs[:: -1 if reverse else 1])


def _length(elements: Any, length: int | None) -> int:
    """How many rounds a scan has."""
    leaves = flatten(elements)[0]
    if not leaves and length is None:
        raise ValueError("keras.ops.scan: give xs, or length")
    for leaf in leaves:
        if not leaf.ndim:
            raise ValueError("keras.ops.scan: xs holds a scalar, which has no first axis")
    found = {int(leaf.shape[0]) for leaf in leaves}
    if length is not None:
        found.add(int(length))
    if len(found) > 1:
        raise ValueError(f"keras.ops.scan: the first axes of xs and length differ: {sorted(found)}")
    return found.pop()


def _element(elements: Any, index: int) -> Any:
    leaves, tree = flatten(elements)
    return jax.tree.unflatten(tree, [leaf[index] for leaf in leaves])


def _stacked(results: list[Any]) -> Any:
    rows = [flatten(result) for result in results]
    columns = zip(*[leaves for leaves, _ in rows], strict=True)
    return jax.tree.unflatten(rows[0][1], [array.stack(list(column)) for column in columns])


def _staged_scan(
    f: Callable[..., Any], init: Any, xs: Any, length: int, reverse: bool, unroll: int | bool
) -> tuple[Any, Any]:
    leaves, tree = flatten(init)

    def step(*given: Any) -> tuple[list[Any], Any]:
        state, output = f(jax.tree.unflatten(tree, list(given[:-1])), given[-1])
        found, structure = flatten(_tensors(state))
        if structure != tree:
            raise TypeError("keras.ops.scan: f returns a state of another structure than init has")
        return found, _tensors(output)

    names = [f"init[{i}]" for i in builtins.range(len(leaves))]
    final, outputs = loop.staged_scan(
        step, leaves, xs, length, names, "keras.ops.scan", reverse, unroll
    )
    return jax.tree.unflatten(tree, final), outputs


@operation("AssociativeScan", explained=False)
def associative_scan(
    f: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0
) -> Any:
    """The running combinations along an axis: of each element with all before it, by `f`.

    `f(a, b)` is associative and works on many elements at once; so few rounds are enough. `elems`
    may be a structure of tensors. `reverse` goes from the last to the first.

    >>> keras.ops.associative_scan(lambda a, b: a + b, np.arange(1, 5)).numpy()
    array([ 1,  3,  6, 10])
    """
    _require_callable("associative_scan", f=f)
    leaves, tree = flatten(_tensors(elems))
    if not leaves:
        raise ValueError("keras.ops.associative_scan: elems holds no tensor")
    places = [normalize_axis(axis, leaf.ndim) for leaf in leaves]
    sizes = {int(leaf.shape[place]) for leaf, place in zip(leaves, places, strict=True)}
    if len(sizes) > 1:
        raise ValueError(
            f"keras.ops.associative_scan: the sizes along axis {axis} differ: {sorted(sizes)}"
        )

    def combine(a: list[Any], b: list[Any]) -> list[Any]:
        result = f(jax.tree.unflatten(tree, a), jax.tree.unflatten(tree, b))
        return flatten(_tensors(result))[0]

    if reverse:
        leaves = _reversed(leaves, places)
    found = _running(combine, leaves, places, sizes.pop())
    if reverse:
        found = _reversed(found, places)
    return jax.tree.unflatten(tree, found)


def _reversed(leaves: list[Any], places: list[int]) -> list[Any]:
    return [array.reverse(leaf, [place]) for leaf, place in zip(leaves, places, strict=True)]


def _part(leaves: list[Any], places: list[int], part: slice) -> list[Any]:
    return [
        leaf[(*[slice(None)] * place, part)] for leaf, place in zip(leaves, places, strict=True)
    ]


def _running(combine: Callable[..., Any], leaves: list[Any], places: list[int], size: int) -> Any:
    """Pairs are combined, scanned by the same means, and what is between is filled in."""
    if size < 2:
        return leaves
    pairs = combine(
        _part(leaves, places, slice(0, size - 1, 2)), _part(leaves, places, slice(1, None, 2))
    )
    odd = _running(combine, pairs, places, size // 2)
    before = _part(odd, places, slice(0, (size - 1) // 2))
    first = _part(leaves, places, slice(0, 1))
    even = first
    if size > 2:
        rest = combine(before, _part(leaves, places, slice(2, None, 2)))
        even = [array.concat(two, place) for *two, place in zip(first, rest, places, strict=True)]
    return [_interleaved(*each) for each in zip(even, odd, places, strict=True)]


def _interleaved(even: Any, odd: Any, axis: int) -> Any:
    """Elements of two tensors in turn; `even` may have one more."""
    count = int(odd.shape[axis])
    head = even[(*[slice(None)] * axis, slice(0, count))]
    turns = array.stack([head, odd], axis + 1)
    sizes = [int(size) for size in odd.shape]
    sizes[axis] = 2 * count
    merged = array.reshape(turns, sizes)
    if int(even.shape[axis]) == count:
        return merged
    return array.concat([merged, even[(*[slice(None)] * axis, slice(count, None))]], axis)


# Along the first axis


@operation("Map", explained=False)
def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """Apply `f` to each element along the first axis, one after the other, and stack the results.

    >>> keras.ops.map(lambda x: x * x, np.array([1, 2, 3], "int32")).numpy()
    array([1, 4, 9], dtype=int32)
    """
    _require_callable("map", f=f)
    return functional.map_fn(f, xs)


@operation("VectorizedMap", explained=False)
def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """Apply a function to all elements along the first axis at once, as one vectorized program.

    The function runs once, on a tensor that stands for any element.

    >>> keras.ops.vectorized_map(lambda x: keras.ops.sum(x), np.ones((3, 2), "float32")).numpy()
    array([2., 2., 2.], dtype=float32)
    """
    _require_callable("vectorized_map", function=function)
    return functional.vectorized_map(function, elements)
