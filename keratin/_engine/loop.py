"""Loops: run by Python on known values, staged on traced ones.

A loop whose number of steps is known is a scan. One with an unknown number is a `while` whose
gradient replays it from checkpoints.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors, nest
from keratin._engine.block import Block, array_of, becomes_tensor, flatten
from keratin._engine.control_flow import assign_all, predicate, same_object
from keratin._engine.kernel import Kernel, apply
from keratin._engine.operators import Arithmetic
from keratin._engine.replay import replayable_while
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced, wrap
from keratin._engine.variable import Variable

_capacities: list[int | None] = []


@contextlib.contextmanager
def capacity(length: int | None) -> Iterator[None]:
    """Say how many rounds the loop inside has, for tensor arrays that grow in it."""
    _capacities.append(length)
    try:
        yield
    finally:
        _capacities.pop()


def known_capacity() -> int | None:
    """How many rounds the loop being staged has, if that is known."""
    return _capacities[-1] if _capacities else None


class DynamicRange(Arithmetic):
    """`tf.range` with a bound that is not known while tracing: only a loop can use it."""

    def __init__(self, start: Any, limit: Any, delta: Any):
        self.start, self.limit, self.delta = start, limit, delta

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Tensor:
        raise errors.InvalidArgumentError(
            "tf.range: a bound is not known while the function is traced, so that the length of "
            "the result is not known either. A loop `for i in tf.range(n)` takes any n; for a "
            "tensor take the length from a shape (x.shape[0]), or mask a longer range: "
            f"tf.range(maximum) < n. At {errors.user_location()}."
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.__tf_tensor__()


class Carry:
    """The state of a staged loop: named values, of which the tensors go round."""

    def __init__(self, values: Sequence[Any], names: Sequence[str], what: str):
        self.names = list(names)
        self.what = what
        self.values = list(values)
        self.leaves, self.tree = flatten(self.values)
        self.carried = [becomes_tensor(leaf) for leaf in self.leaves]

    def arrays(self) -> list[Any]:
        """The arrays at the start."""
        return [array_of(leaf) for leaf, c in zip(self.leaves, self.carried, strict=True) if c]

    def inputs(self) -> list[Any]:
        """The tensors at the start, for tapes."""
        return [
            leaf if isinstance(leaf, (Tensor, Variable)) else None
            for leaf, carried in zip(self.leaves, self.carried, strict=True)
            if carried
        ]

    def unflatten(self, arrays: Sequence[Any]) -> list[Any]:
        """The values, with these arrays or tensors in place of those at the start."""
        rest = iter(arrays)
        leaves = [
            _tensor(next(rest)) if carried else leaf
            for leaf, carried in zip(self.leaves, self.carried, strict=True)
        ]
        values: list[Any] = jax.tree.unflatten(self.tree, leaves)
        return values

    def name_of(self, leaf: int) -> str:
        """The name of the value that a leaf belongs to."""
        count = 0
        for name, value in zip(self.names, self.values, strict=True):
            count += len(flatten(value)[0])
            if leaf < count:
                return repr(name)
        return "a value"


def _tensor(value: Any) -> Tensor:
    return value if isinstance(value, Tensor) else wrap(value)


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    maximum_iterations: Any = None,
    name: str | None = None,
) -> Any:
    """Apply `body` to the loop variables for as long as `cond` of them is true.

    Eagerly this is Python's loop. Inside a compiled function, dtypes and shapes must stay the same
    (`shape_invariants` are checked, not needed), and it can be differentiated. The arguments
    `parallel_iterations`, `back_prop` and `swap_memory` concern TensorFlow's runtime only.

    >>> tf.while_loop(lambda i, s: i < 4, lambda i, s: (i + 1, s + i), (0, 0))
    (4, 6)
    """
    for label, function in (("cond", cond), ("body", body)):
        if not callable(function):
            raise TypeError(f"tf.while_loop: {label} must be callable; given {function!r}")
    if not isinstance(loop_vars, (list, tuple)) or not loop_vars:
        raise ValueError("tf.while_loop: loop_vars must be a list or tuple that is not empty")
    if shape_invariants is not None:
        nest.assert_same_structure(loop_vars, shape_invariants, check_types=False)
    if context.scope is None and not any(
        isinstance(leaf, Tensor) and is_traced(leaf._value) for leaf in flatten(loop_vars)[0]
    ):
        return _python_while(cond, body, loop_vars, maximum_iterations)
    names = [f"loop_vars[{index}]" for index in range(len(loop_vars))]

    def step(*values: Any) -> list[Any]:
        return _as_list(body(*values), len(loop_vars))

    values = staged_while(cond, step, list(loop_vars), names, "tf.while_loop", maximum_iterations)
    return _like(loop_vars, values)


def _python_while(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, limit: Any
) -> Any:
    values, steps = list(loop_vars), 0
    while (limit is None or steps < int(limit)) and bool(cond(*values)):
        values = _as_list(body(*values), len(values))
        steps += 1
    return _like(loop_vars, values)


def _as_list(result: Any, count: int) -> list[Any]:
    values = list(result) if isinstance(result, (list, tuple)) else [result]
    if count == 1 and len(values) != 1:
        values = [result]
    if len(values) != count:
        raise ValueError(
            f"tf.while_loop: body takes {count} loop variables but returned {len(values)}"
        )
    return values


def _like(loop_vars: Any, values: list[Any]) -> Any:
    if hasattr(loop_vars, "_fields"):
        return type(loop_vars)(*values)
    return type(loop_vars)(values)


def staged_while(
    test: Callable[..., Any],
    body: Callable[..., list[Any]],
    values: list[Any],
    names: Sequence[str],
    what: str,
    maximum_iterations: Any = None,
) -> list[Any]:
    """A loop of unknown length, as one kernel."""
    if maximum_iterations is not None:
        return _limited(test, body, values, names, what, maximum_iterations)
    carry, block = _settled_body(body, values, names, what, [])
    arrays = carry.arrays()
    check = Block(
        lambda *now: _truth(test(*carry.unflatten(now)), what),
        arrays,
        "the condition",
        with_variables=True,
    )
    if check.written:
        raise errors.InvalidArgumentError(f"{what}: the condition assigns to a variable")
    parts = _Parts(carry, [check, block])
    count = len(arrays)

    def loop(*given: Any) -> Any:
        state, consts, outside = parts.split(given)

        def keeps_on(state: Any, fixed: Any) -> Any:
            values = parts.variables_for(check, state[count:], fixed[1])
            return check.run(fixed[0][0], state[:count], values)[0]

        def step(state: Any, fixed: Any) -> Any:
            values = parts.variables_for(block, state[count:], fixed[1])
            return parts.ordered(block.run(fixed[0][1], state[:count], values), state)

        return keeps_on, step, state, (consts, outside)

    def plain(*given: Any) -> Any:
        keeps_on, step, state, fixed = loop(*given)
        return lax.while_loop(lambda s: keeps_on(s, fixed), lambda s: step(s, fixed), state)

    def replayable(*given: Any) -> Any:
        keeps_on, step, state, fixed = loop(*given)
        return replayable_while(keeps_on, step, state, fixed)

    kernel = Kernel("while", plain, replayable)
    return parts.finish(apply(kernel, parts.inputs(), parts.arrays()))


def _truth(value: Any, what: str) -> Any:
    tensor = predicate(value, what)
    return tensor if isinstance(tensor, (Tensor, Variable)) else convert_to_tensor(bool(tensor))


def _limited(
    test: Callable[..., Any],
    body: Callable[..., list[Any]],
    values: list[Any],
    names: Sequence[str],
    what: str,
    limit: Any,
) -> list[Any]:
    """The loop with a count of its steps as a further variable."""
    most = convert_to_tensor(limit, dtype_hint=np.dtype(np.int32))
    start = wrap(np.asarray(0, most.dtype.numpy_dtype))

    def within(count: Any, *rest: Any) -> Any:
        both = Kernel("logical_and", jnp.logical_and)
        less = Kernel("less", jnp.less)
        below = apply(less, [count, most], [array_of(count), array_of(most)])
        more = _truth(test(*rest), what)
        return apply(both, [below, more], [array_of(below), array_of(more)])

    def counted(count: Any, *rest: Any) -> list[Any]:
        add = Kernel("add", lambda value: value + 1)
        return [apply(add, [count], [array_of(count)]), *body(*rest)]

    done = staged_while(within, counted, [start, *values], ["maximum_iterations", *names], what)
    return done[1:]


class _Parts:
    """The inputs of a staged loop in order: its state, constants of its blocks, variables."""

    def __init__(self, carry: Carry, blocks: Sequence[Block]):
        self.carry = carry
        self.blocks = blocks
        self.written = dict(blocks[-1].written)
        # Variables that the loop only reads stay outside of its state.
        self.read: dict[int, Variable] = {}
        for block in blocks:
            for key, variable in block.scope.read.items():
                if key not in self.written and key in block.variable_keys:
                    self.read[key] = variable
        self.before = [variable._read() for variable in self.written.values()]
        self.outside = [variable._read() for variable in self.read.values()]

    def inputs(self) -> list[Any]:
        """The tensors and variables that the arrays belong to."""
        constants = [value for block in self.blocks for value in block.const_inputs]
        return [*self.carry.inputs(), *self.written.values(), *constants, *self.read.values()]

    def arrays(self) -> list[Any]:
        """The arrays at the start."""
        constants = [const for block in self.blocks for const in block.consts]
        return [*self.carry.arrays(), *self.before, *constants, *self.outside]

    def split(self, given: Sequence[Any]) -> tuple[Any, Any, Any]:
        """(state: loop arrays then written variables; constants per block; variables)."""
        rest = list(given)
        count = len(self.carry.arrays()) + len(self.written)
        state = tuple(rest[:count])
        rest = rest[count:]
        consts = []
        for block in self.blocks:
            consts.append(rest[: len(block.consts)])
            rest = rest[len(block.consts) :]
        return state, consts, rest

    def variables_for(self, block: Block, written: Sequence[Any], outside: Sequence[Any]) -> Any:
        """The values of a block's variables: those that the loop writes are in its state."""
        now = dict(zip(self.read, outside, strict=True))
        now.update(zip(self.written, written, strict=True))
        return [now.get(key) for key in block.variable_keys]

    def ordered(self, outputs: Sequence[Any], state: Any) -> Any:
        """The outputs of the body as the next state."""
        return tuple(
            [array.astype(before.dtype) for array, before in zip(outputs, state, strict=True)]
        )

    def finish(self, outputs: Sequence[Tensor]) -> list[Any]:
        """Assign the variables, and put the values back in their structure."""
        count = sum(self.carry.carried)
        assign_all(list(self.written.values()), outputs[count:])
        return self.carry.unflatten(outputs[:count])


def _settled_body(
    body: Callable[..., list[Any]],
    values: list[Any],
    names: Sequence[str],
    what: str,
    elements: Sequence[Any],
) -> tuple[Carry, Block]:
    """Trace the body; values that get their type in it start as zeros of that type."""
    for _ in range(3):
        carry = Carry(values, names, what)
        block = _traced_body(body, carry, elements)
        after = list(block.result)[: len(values)]
        started = [
            _started(before, now, name, what)
            for before, now, name in zip(values, after, names, strict=True)
        ]
        if all(one is other for one, other in zip(started, values, strict=True)):
            _check_round(carry, block)
            return carry, block
        values = started
    raise errors.InvalidArgumentError(f"{what}: the types of the loop variables do not settle")


def _traced_body(body: Callable[..., list[Any]], carry: Carry, elements: Sequence[Any]) -> Block:
    count = sum(carry.carried)

    def run(*tensors: Any) -> list[Any]:
        return body(*carry.unflatten(tensors[:count]), *tensors[count:])

    arrays = [*carry.arrays(), *elements]
    return Block(run, arrays, LOOP_BODY, with_variables=True)


def _started(before: Any, now: Any, name: str, what: str) -> Any:
    """The value to start with, given what it is after one round."""
    if is_undefined(before):
        if is_undefined(now) or now is None or before is now:
            return before
        return zeros_like(now)
    if hasattr(before, "__keratin_start__"):
        return before.__keratin_start__(now)
    if isinstance(before, (int, float)) and not isinstance(before, bool):
        dtype = getattr(now, "dtype", None)
        if dtype is not None and dtype.kind in ("int", "uint", "float", "complex"):
            return convert_to_tensor(before, dtype_hint=dtype)
    return before


LOOP_BODY = "the body of the loop"


def zeros_like(structure: Any) -> Any:
    """The structure with zeros of the same dtypes and shapes."""
    return jax.tree.map(_zeros, structure, is_leaf=lambda v: isinstance(v, (Tensor, Variable)))


def _zeros(leaf: Any) -> Any:
    if not becomes_tensor(leaf):
        return leaf
    tensor = leaf if isinstance(leaf, Tensor) else convert_to_tensor(leaf)
    return wrap(np.zeros(tensor._value.shape, tensor._value.dtype))


def is_undefined(value: Any) -> bool:
    """Whether AutoGraph put this where a Python name has no value yet."""
    return type(value).__name__ in ("Undefined", "UndefinedReturnValue")


def _check_round(carry: Carry, block: Block) -> None:
    """The state after a round must be of the types it had before."""
    what = carry.what
    leaves, tree = flatten(list(block.result)[: len(carry.values)])
    if tree != carry.tree:
        changed = [
            name
            for name, before, now in zip(carry.names, carry.values, block.result, strict=False)
            if flatten(before)[1] != flatten(now)[1]
        ]
        raise TypeError(
            f"{what}: the structure of {', '.join(map(repr, changed))} changes in the loop. A "
            "compiled loop needs the same structure before and after each round. At "
            f"{errors.user_location()}."
        )
    place = 0
    for index, (before, now) in enumerate(zip(carry.leaves, leaves, strict=True)):
        name = carry.name_of(index)
        if not carry.carried[index]:
            if becomes_tensor(now) or (before is not now and not same_object(before, now)):
                raise TypeError(
                    f"{what}: {name} is {before!r} before the loop and {now!r} after a round. Only "
                    f"tensors and numbers can change in a compiled loop; give {name} a tensor of "
                    f"the final dtype and shape before the loop. At {errors.user_location()}."
                )
            continue
        aval = block.avals[place]
        place += 1
        start = array_of(before)
        if aval.shape != start.shape:
            raise ValueError(
                f"{what}: {name} has shape {tuple(start.shape)} before the loop and "
                f"{tuple(aval.shape)} after a round. Shapes must stay the same in a compiled loop: "
                "use a tf.TensorArray, or a tensor of the full size with "
                f"tf.tensor_scatter_nd_update. At {errors.user_location()}."
            )
        number = isinstance(now, (int, float)) and not isinstance(now, bool)
        if aval.dtype != start.dtype and not (
            number and (start.dtype.kind in "fc" or aval.dtype.kind in "iub")
        ):
            raise TypeError(
                f"{what}: {name} has dtype {start.dtype} before the loop and {aval.dtype} after "
                f"a round. Start it with that dtype, or add a tf.cast. At {errors.user_location()}."
            )


def staged_scan(
    body: Callable[..., tuple[list[Any], Any]],
    values: list[Any],
    elements: Any,
    length: int,
    names: Sequence[str],
    what: str,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> tuple[list[Any], Any]:
    """A loop over the first axis of `elements`: the final state, and what each round gave, stacked.

    `body(*values, element)` returns the new values and this round's output (None for none).
    """
    leaves, tree = flatten(elements)
    arrays = [array_of(leaf) for leaf in leaves]
    slices = [jax.ShapeDtypeStruct(array.shape[1:], array.dtype) for array in arrays]

    def step(*given: Any) -> list[Any]:
        state, element = given[: len(values)], given[len(values) :]
        new, output = body(*state, jax.tree.unflatten(tree, list(element)))
        return [*new, output]

    carry, block = _settled_body(step, values, names, what, slices)
    outputs = flatten(block.result[-1])
    parts = _Parts(carry, [block])
    count, width = len(carry.arrays()), len(parts.written)
    inputs = [*[leaf if isinstance(leaf, Tensor) else None for leaf in leaves], *parts.inputs()]

    def loop(*given: Any) -> Any:
        xs, rest = list(given[: len(arrays)]), given[len(arrays) :]
        state, consts, outside = parts.split(rest)

        def step(state: Any, element: Any) -> Any:
            now = parts.variables_for(block, state[count:], outside)
            found = block.run(consts[0], [*state[:count], *element], now)
            middle = len(found) - width
            after = parts.ordered([*found[:count], *found[middle:]], state)
            return after, found[count:middle]

        final, stacked = lax.scan(step, state, xs, length, reverse, unroll)
        return [*final, *stacked]

    kernel = Kernel("scan", loop)
    found = apply(kernel, inputs, [*arrays, *parts.arrays()])
    stacked = jax.tree.unflatten(outputs[1], list(found[count + width :]))
    return parts.finish(found[: count + width]), stacked
