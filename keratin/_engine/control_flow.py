"""Control flow: branches and loops, run by Python on known values, staged on traced ones.

A staged branch or loop body runs once in Python, as a `Block`; the loop or switch as a whole is one
kernel, so that tapes differentiate it like any op. A loop whose number of steps is known is a scan.
One with an unknown number is a `while` whose gradient replays it from checkpoints.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.block import Block, array_of
from keratin._engine.kernel import Kernel, apply
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced
from keratin._engine.variable import Variable


def is_staged(value: Any) -> bool:
    """Whether a value is known only when the program runs."""
    if isinstance(value, Variable):
        return context.scope is not None
    return isinstance(value, Tensor) and _is_open(value._value)


def _is_open(array: Any) -> bool:
    """Traced, or an array of the outside that a traced function takes as an input."""
    return is_traced(array) or (context.scope is not None and isinstance(array, jax.Array))


# Branches


def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    name: str | None = None,
) -> Any:
    """The result of `true_fn()` if `pred` is true, else of `false_fn()`.

    Inside a compiled function both are traced, and must return the same structure, dtypes and
    shapes; only the chosen one runs.

    >>> x = tf.constant(2.0)
    >>> tf.cond(x > 1.0, lambda: x * 10.0, lambda: x)
    <tf.Tensor: shape=(), dtype=float32, numpy=20.0>
    """
    for label, function in (("true_fn", true_fn), ("false_fn", false_fn)):
        if not callable(function):
            raise TypeError(f"tf.cond: {label} must be callable; given {function!r}")
    assert true_fn is not None and false_fn is not None
    chosen = predicate(pred, "tf.cond")
    if not is_staged(chosen):
        return true_fn() if bool(chosen) else false_fn()
    index = apply(TO_INDEX, [chosen], [array_of(chosen)])
    return staged_switch(index, [false_fn, true_fn], ["false_fn", "true_fn"], "tf.cond")


TO_INDEX = Kernel("cast", lambda flag: flag.reshape(()).astype(jnp.int32))


def predicate(pred: Any, what: str) -> Any:
    if isinstance(pred, (bool, np.bool_)):
        return pred
    tensor = pred if isinstance(pred, (Tensor, Variable)) else convert_to_tensor(pred)
    if tensor.dtype.kind != "bool":
        if not is_staged(tensor) and context.scope is None:
            return bool(tensor)
        raise errors.InvalidArgumentError(
            f"{what}: the condition has dtype {tensor.dtype.name}; a scalar bool is needed. Write "
            f"a comparison such as x > 0. At {errors.user_location()}."
        )
    if tensor.ndim and tuple(tensor.shape) != (1,):
        raise errors.InvalidArgumentError(
            f"{what}: the condition has shape {tensor.shape}; a scalar is needed. Use "
            "tf.reduce_all, tf.reduce_any, or tf.where for an elementwise choice. At "
            f"{errors.user_location()}."
        )
    return tensor


def case(
    pred_fn_pairs: Any,
    default: Callable[[], Any] | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str = "case",
) -> Any:
    """The result of the function paired with the first true predicate.

    `exclusive` demands that at most one be true. `strict` matters to graphs only.

    >>> x = tf.constant(5)
    >>> tf.case([(x < 3, lambda: tf.constant("low")), (x < 9, lambda: tf.constant("mid"))],
    ...         default=lambda: tf.constant("high")).numpy()
    b'mid'
    """
    pairs = [tuple(pair) for pair in pred_fn_pairs]
    if not pairs:
        raise ValueError("tf.case: pred_fn_pairs is empty; give (predicate, function) pairs")
    for pair in pairs:
        if len(pair) != 2 or not callable(pair[1]):
            raise TypeError(f"tf.case: each pair is (predicate, function); given {pair!r}")
    known = [bool(pred) for pred, _ in pairs if not is_staged(pred)]
    if exclusive and sum(known) > 1:
        raise errors.InvalidArgumentError(
            f"tf.case: exclusive=True, but {sum(known)} of the predicates are true"
        )
    return _first_true(pairs, default)


def _first_true(pairs: Sequence[Any], default: Callable[[], Any] | None) -> Any:
    (pred, function), rest = pairs[0], pairs[1:]
    if not rest and default is None:
        if is_staged(pred):
            return function()
        if not bool(pred):
            raise errors.InvalidArgumentError(
                "tf.case: none of the predicates is true, and there is no default"
            )
        return function()
    otherwise = default if not rest else (lambda: _first_true(rest, default))
    return cond(pred, function, otherwise)


def switch_case(
    branch_index: Any,
    branch_fns: Any,
    default: Callable[[], Any] | None = None,
    name: str = "switch_case",
) -> Any:
    """The result of the branch of that index; the last, or `default`, for any other index.

    >>> tf.switch_case(tf.constant(1), [lambda: 10, lambda: 20])
    20
    """
    branches = _branch_table(branch_fns)
    if default is None:
        default = branches[max(branches)]
    if not is_staged(branch_index):
        return branches.get(int(branch_index), default)()
    keys = sorted(branches)
    functions = [*[branches[key] for key in keys], default]
    table = np.array(keys, np.int32)

    def place(index: Any) -> Any:
        hits = index.reshape(()).astype(jnp.int32) == table
        return jnp.where(hits.any(), jnp.argmax(hits), len(keys)).astype(jnp.int32)

    kernel = Kernel("switch_case", place)
    index = apply(kernel, [branch_index], [array_of(branch_index)])
    names = [*[f"branch {key}" for key in keys], "default"]
    return staged_switch(index, functions, names, "tf.switch_case")


def _branch_table(branch_fns: Any) -> dict[int, Callable[[], Any]]:
    if isinstance(branch_fns, dict):
        table = dict(branch_fns)
    else:
        items = list(branch_fns)
        if items and isinstance(items[0], (list, tuple)):
            table = {int(key): function for key, function in items}
        else:
            table = dict(enumerate(items))
    if not table:
        raise ValueError("tf.switch_case: branch_fns is empty")
    for key, function in table.items():
        if not callable(function):
            raise TypeError(f"tf.switch_case: branch {key} is not callable: {function!r}")
    return table


def staged_switch(
    index: Tensor,
    functions: Sequence[Callable[[], Any]],
    names: Sequence[str],
    what: str,
) -> Any:
    """Trace all branches, and stage the choice between them."""
    blocks = [Block(function, [], name) for function, name in zip(functions, names, strict=True)]
    dtypes = _agree(blocks, what)
    written = {key: variable for block in blocks for key, variable in block.written.items()}
    variables = list(written.values())
    inputs = [index, *[value for block in blocks for value in block.const_inputs], *variables]
    arrays = [index._value, *[const for block in blocks for const in block.consts]]
    arrays += [variable._read() for variable in variables]

    def switch(index: Any, *rest: Any) -> Any:
        given = list(rest)
        consts = [[given.pop(0) for _ in block.consts] for block in blocks]
        before = dict(zip(written, given, strict=True))

        def branch(block: Block, own: list[Any]) -> Callable[[], list[Any]]:
            def run() -> list[Any]:
                outputs = block.run(own, [], [])
                after = {
                    **before,
                    **dict(zip(block.written, outputs[block.num_outputs :], strict=True)),
                }
                results = zip(outputs[: block.num_outputs], dtypes, strict=True)
                return [*[array.astype(dtype) for array, dtype in results], *after.values()]

            return run

        return lax.switch(index, [branch(b, c) for b, c in zip(blocks, consts, strict=True)])

    outputs = apply(Kernel("switch", switch), inputs, arrays)
    count = blocks[0].num_outputs
    assign_all(variables, outputs[count:])
    return blocks[0].rebuild(outputs[:count])


def assign_all(variables: Sequence[Variable], values: Sequence[Tensor]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable._write(value._value)


def _agree(blocks: Sequence[Block], what: str) -> list[Any]:
    """Check that the branches return alike; the dtypes that all of them can have."""
    first = blocks[0]
    for block in blocks[1:]:
        if block.tree != first.tree or block.carried != first.carried:
            raise TypeError(
                f"{what}: the branches return different structures. {first.name} gives "
                f"{_outline(first)}, {block.name} gives {_outline(block)}. Return the same "
                f"structure from each. At {errors.user_location()}."
            )
        for one, other, carried in zip(first.leaves, block.leaves, first.carried, strict=True):
            if not carried and one is not other and not same_object(one, other):
                raise TypeError(
                    f"{what}: the branches return different Python objects, {one!r} and "
                    f"{other!r}, which cannot depend on a tensor. At {errors.user_location()}."
                )
    return [_agreed(blocks, place, what) for place in range(first.num_outputs)]


def same_object(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _agreed(blocks: Sequence[Block], place: int, what: str) -> Any:
    """The dtype of one output in all branches; a Python number follows the tensors."""
    kinds = []
    for block in blocks:
        numbers = [n for n, carried in zip(block.numbers, block.carried, strict=True) if carried]
        kinds.append((block, block.avals[place], numbers[place]))
    fixed = [aval.dtype for _, aval, number in kinds if not number] or [
        max((aval.dtype for _, aval, _ in kinds), key=lambda dtype: dtype.kind == "f")
    ]
    dtype = fixed[0]
    shape = kinds[0][1].shape
    for block, aval, number in kinds:
        fits = aval.dtype == dtype or (number and (dtype.kind in "fc" or aval.dtype.kind in "iu"))
        if not fits:
            raise TypeError(
                f"{what}: an output has dtype {kinds[0][1].dtype} in {kinds[0][0].name} and "
                f"{aval.dtype} in {block.name}; both must be the same. Add a tf.cast. At "
                f"{errors.user_location()}."
            )
        if aval.shape != shape:
            raise ValueError(
                f"{what}: an output has shape {tuple(shape)} in {kinds[0][0].name} and "
                f"{tuple(aval.shape)} in {block.name}; compiled branches must return the same "
                f"shapes. At {errors.user_location()}."
            )
    return dtype


def _outline(block: Block) -> str:
    return _outlined(block.result)


def _outlined(value: Any) -> str:
    """A structure as a message shows it: dtypes and shapes in place of tensors."""
    if isinstance(value, (Tensor, Variable)):
        return f"{value.dtype.name}{tuple(value.shape)}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_outlined(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join([_outlined(item) for item in value])
        return f"[{inner}]" if isinstance(value, list) else f"({inner})"
    return repr(value)
