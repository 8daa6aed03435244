"""Functions applied along the first axis: map_fn, scan, folds and vectorized_map.

Eagerly they are Python's loop over the elements; in a compiled function, one scan.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors, random
from keratin._engine.block import Block, array_of, flatten
from keratin._engine.kernel import Kernel, apply
from keratin._engine.loop import staged_scan
from keratin._engine.operators import operators
from keratin._engine.spec import TypeSpec
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, convert_to_tensor, is_traced


def _elements(elems: Any, what: str) -> tuple[list[Tensor], Any, int]:
    """The elements as tensors, their structure, and how many there are."""
    leaves, tree = jax.tree.flatten(elems, is_leaf=_is_leaf)
    tensors = [convert_to_tensor(leaf) for leaf in leaves]
    if not tensors:
        raise ValueError(f"{what}: elems is empty; give a tensor or a structure of tensors")
    for tensor in tensors:
        if not tensor.ndim:
            raise ValueError(f"{what}: an element of elems is a scalar; it has no first axis")
    lengths = {int(tensor._value.shape[0]) for tensor in tensors}
    if len(lengths) > 1:
        raise ValueError(f"{what}: the first axes of elems differ in length: {sorted(lengths)}")
    return tensors, tree, lengths.pop()


def _is_leaf(value: Any) -> bool:
    """Lists of numbers are tensors; lists of tensors are structures."""
    if isinstance(value, (list, tuple)):
        return (
            bool(value)
            and not any(
                isinstance(item, Tensor) or hasattr(item, "shape") or isinstance(item, dict)
                for item in value
            )
            and not any(_has_arrays(item) for item in value)
        )
    return hasattr(value, "__tf_tensor__") or isinstance(value, Tensor)


def _has_arrays(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_has_arrays(item) for item in value)
    return hasattr(value, "shape")


def _is_staged(tensors: list[Tensor]) -> bool:
    return context.scope is not None or any(is_traced(tensor._value) for tensor in tensors)


def _at(tensors: list[Tensor], tree: Any, index: int) -> Any:
    return jax.tree.unflatten(tree, [tensor[index] for tensor in tensors])


def map_fn(
    fn: Callable[..., Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
    fn_output_signature: Any = None,
) -> Any:
    """Apply `fn` to each element along the first axis, and stack the results.

    `fn_output_signature` (or `dtype`) checks the results' dtypes. For speed prefer
    `tf.vectorized_map`. The remaining arguments concern TensorFlow's runtime only.

    >>> tf.map_fn(lambda x: x * x, tf.constant([1, 2, 3])).numpy()
    array([1, 4, 9], dtype=int32)
    """
    if not callable(fn):
        raise TypeError(f"tf.map_fn: fn must be callable; given {fn!r}")
    tensors, tree, length = _elements(elems, "tf.map_fn")
    wanted = fn_output_signature if fn_output_signature is not None else dtype
    if _is_staged(tensors) or length == 0:

        def step(element: Any) -> tuple[list[Any], Any]:
            return [], _as_tensors(fn(element))

        packed = jax.tree.unflatten(tree, tensors)
        _, stacked = staged_scan(step, [], packed, length, [], "tf.map_fn")
    else:
        stacked = _stacked([fn(_at(tensors, tree, index)) for index in range(length)])
    _check_signature(stacked, wanted)
    return stacked


def _as_tensors(structure: Any) -> Any:
    return jax.tree.map(
        convert_to_tensor, structure, is_leaf=lambda value: isinstance(value, Tensor)
    )


def _stacked(results: list[Any]) -> Any:
    rows = [jax.tree.flatten(_as_tensors(result), is_leaf=_is_tensor) for result in results]
    columns = zip(*[leaves for leaves, _ in rows], strict=True)
    return jax.tree.unflatten(rows[0][1], [operators.stack(list(column)) for column in columns])


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor)


def _check_signature(result: Any, wanted: Any) -> None:
    if wanted is None:
        return
    specs = jax.tree.leaves(wanted, is_leaf=lambda v: isinstance(v, TypeSpec))
    for spec, leaf in zip(specs, flatten(result)[0], strict=False):
        expected = getattr(spec, "dtype", spec)
        if leaf.dtype != expected:
            raise errors.InvalidArgumentError(
                f"tf.map_fn: fn returned {leaf.dtype.name}, but fn_output_signature says "
                f"{expected!r}. At {errors.user_location()}."
            )


def scan(
    fn: Callable[..., Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """Accumulate with `fn(accumulated, element)`, and stack the accumulated values.

    Without `initializer` the first element starts. `reverse` goes from the last to the first. The
    remaining arguments concern TensorFlow's runtime only.

    >>> tf.scan(lambda total, x: total + x, tf.constant([1, 2, 3, 4])).numpy()
    array([ 1,  3,  6, 10], dtype=int32)
    """
    return _accumulate(fn, elems, initializer, reverse, "tf.scan", keep=True)


def foldl(
    fn: Callable[..., Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """Combine the elements from the first to the last with `fn(accumulated, element)`.

    >>> tf.foldl(lambda total, x: total * 10 + x, tf.constant([1, 2, 3])).numpy()
    np.int32(123)
    """
    return _accumulate(fn, elems, initializer, False, "tf.foldl", keep=False)


def foldr(
    fn: Callable[..., Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """Combine the elements from the last to the first with `fn(accumulated, element)`.

    >>> tf.foldr(lambda total, x: total * 10 + x, tf.constant([1, 2, 3])).numpy()
    np.int32(321)
    """
    return _accumulate(fn, elems, initializer, True, "tf.foldr", keep=False)


def _accumulate(
    fn: Callable[..., Any], elems: Any, initializer: Any, reverse: bool, what: str, keep: bool
) -> Any:
    if not callable(fn):
        raise TypeError(f"{what}: fn must be callable; given {fn!r}")
    tensors, tree, length = _elements(elems, what)
    order = range(length - 1, -1, -1) if reverse else range(length)
    if initializer is None:
        if not length:
            raise ValueError(f"{what}: elems has no elements, and there is no initializer")
        start, order = _at(tensors, tree, order[0]), order[1:]
    else:
        start = _as_tensors(initializer)
    if _is_staged(tensors):
        return _staged_accumulate(
            fn, tensors, tree, start, order, reverse, what, keep, with_start=initializer is None
        )
    values = [start] if initializer is None else []
    accumulated = start
    for index in order:
        accumulated = _as_tensors(fn(accumulated, _at(tensors, tree, index)))
        values.append(accumulated)
    if not keep:
        return accumulated
    return _stacked(values[::-1] if reverse else values)


def _staged_accumulate(
    fn: Callable[..., Any],
    tensors: list[Tensor],
    tree: Any,
    start: Any,
    order: range,
    reverse: bool,
    what: str,
    keep: bool,
    with_start: bool,
) -> Any:
    if with_start:
        part = slice(None, -1) if reverse else slice(1, None)
        tensors = [tensor[part] for tensor in tensors]
    leaves, shape = jax.tree.flatten(start, is_leaf=_is_tensor)

    def step(*given: Any) -> tuple[list[Any], Any]:
        accumulated = jax.tree.unflatten(shape, list(given[:-1]))
        result = _as_tensors(fn(accumulated, given[-1]))
        flat = jax.tree.leaves(result, is_leaf=_is_tensor)
        return flat, flat if keep else None

    names = [
        f"the accumulated value {i}" if len(leaves) > 1 else "the accumulated value"
        for i in range(len(leaves))
    ]
    packed = jax.tree.unflatten(tree, tensors)
    final, stacked = staged_scan(step, leaves, packed, len(order), names, what, reverse)
    if not keep:
        return jax.tree.unflatten(shape, final)
    if with_start:
        stacked = [
            operators.concat([row, first[None]] if reverse else [first[None], row], 0)
            for first, row in zip(leaves, stacked, strict=True)
        ]
    return jax.tree.unflatten(shape, list(stacked))


def vectorized_map(
    fn: Callable[..., Any],
    elems: Any,
    fallback_to_while_loop: bool = True,
    warn: bool = True,
) -> Any:
    """Apply `fn` to all elements along the first axis at once, as one vectorized program.

    `fn` runs once, on a tensor that stands for any element. Nothing needs the fallback to a loop,
    and so nothing warns of it.

    >>> tf.vectorized_map(lambda x: x @ x, tf.eye(2, batch_shape=[3])).shape
    TensorShape([3, 2, 2])
    """
    if not callable(fn):
        raise TypeError(f"tf.vectorized_map: fn must be callable; given {fn!r}")
    tensors, tree, _ = _elements(elems, "tf.vectorized_map")
    arrays = [array_of(tensor) for tensor in tensors]
    slices = [jax.ShapeDtypeStruct(array.shape[1:], array.dtype) for array in arrays]
    lane = jax.ShapeDtypeStruct((), np.uint64)

    def run(*parts: Tensor) -> Any:
        random.enter_lane(parts[-1]._value)
        return _as_tensors(fn(jax.tree.unflatten(tree, list(parts[:-1]))))

    block = Block(run, [*slices, lane], "the function of vectorized_map")
    if not all(random.is_state(variable) for variable in block.written.values()):
        raise errors.InvalidArgumentError(
            "tf.vectorized_map: fn assigns to a variable, which all elements would share. Use "
            f"tf.map_fn. At {errors.user_location()}."
        )
    count = len(arrays)
    axes = [0] * block.num_outputs + [None] * len(block.written)

    def mapped(*given: Any) -> Any:
        lanes = jnp.arange(given[0].shape[0], dtype=jnp.uint64)
        one = functools.partial(block.run, given[count:])
        each: Any = jax.vmap(lambda *parts: one(parts, []), out_axes=axes)
        return each(*given[:count], lanes)

    kernel = Kernel("vectorized_map", mapped)
    found = apply(kernel, [*tensors, *block.const_inputs], [*arrays, *block.consts])
    for variable, value in zip(block.written.values(), found[block.num_outputs :], strict=True):
        variable._write(value._value)
    return block.rebuild(found[: block.num_outputs])
