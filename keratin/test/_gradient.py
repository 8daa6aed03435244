"""Gradients against finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from keratin._engine.tape import GradientTape
from keratin._engine.tensor import convert_to_tensor

Matrix = np.ndarray[Any, Any]


def compute_gradient(
    f: Callable[..., Any], x: Sequence[Any], delta: float | None = None
) -> tuple[tuple[Matrix, ...], tuple[Matrix, ...]]:
    """The Jacobians of `f` by its arguments `x`: by its gradient, and by finite differences.

    Each is a matrix of a row per element of the result and a column per element of the argument;
    a complex element counts as two, its real and its imaginary part. `delta` is the step, 1/1024
    by default.

    >>> by_gradient, by_differences = tf.test.compute_gradient(tf.square, [[1.0, 3.0]])
    >>> by_gradient[0]
    array([[2., 0.],
           [0., 6.]], dtype=float32)
    """
    if not isinstance(x, (list, tuple)):
        raise ValueError(f"compute_gradient: x must be a list of the arguments of f, given {x!r}.")
    tensors = [convert_to_tensor(value) for value in x]
    for position, tensor in enumerate(tensors):
        if not (tensor.dtype.is_floating or tensor.dtype.is_complex):
            raise ValueError(
                f"compute_gradient: argument {position} is {tensor.dtype.name}, and only floating "
                "and complex dtypes have gradients. Write tf.cast(x, tf.float32)."
            )
    arrays = [np.array(tensor.numpy()) for tensor in tensors]
    positions = range(len(arrays))
    step = 1 / 1024 if delta is None else delta
    exact = tuple(_by_gradient(f, arrays, position) for position in positions)
    return exact, tuple(_by_differences(f, arrays, position, step) for position in positions)


def _by_gradient(f: Callable[..., Any], arrays: list[Matrix], position: int) -> Matrix:
    tensors = [convert_to_tensor(array) for array in arrays]
    source = tensors[position]
    with GradientTape(persistent=True) as tape:
        tape.watch(source)
        result = f(*tensors)
    rows = []
    for seed in _directions(np.array(result.numpy())):
        gradient = tape.gradient(
            result,
            source,
            output_gradients=convert_to_tensor(seed),
            unconnected_gradients="zero",
        )
        rows.append(np.array(convert_to_tensor(gradient).numpy()))
    return _matrix([_parts(row) for row in rows], arrays[position])


def _by_differences(
    f: Callable[..., Any], arrays: list[Matrix], position: int, step: float
) -> Matrix:
    columns = []
    for direction in _directions(arrays[position]):
        ends = []
        for sign in (1, -1):
            moved = list(arrays)
            moved[position] = (arrays[position] + sign * step * direction).astype(direction.dtype)
            ends.append(_parts(np.array(f(*map(convert_to_tensor, moved)).numpy())))
        columns.append((ends[0] - ends[1]) / (2 * step))
    return _matrix(columns, arrays[position]).T


def _directions(array: Matrix) -> list[Matrix]:
    """Arrays of one 1 each, or one i, at every place."""
    units = [1, 1j] if array.dtype.kind == "c" else [1]
    directions = []
    for place in range(array.size):
        for unit in units:
            direction = np.zeros_like(array)
            direction.flat[place] = unit
            directions.append(direction)
    return directions


def _parts(array: Matrix) -> Matrix:
    """The elements in one dimension, complex ones as their two parts."""
    if array.dtype.kind == "c":
        return np.stack([array.real, array.imag], axis=-1).reshape(-1)
    return array.reshape(-1)


def _matrix(rows: list[Matrix], like: Matrix) -> Matrix:
    dtype = np.empty(0, like.dtype).real.dtype
    width = rows[0].size if rows else _parts(like).size
    return np.array(rows, dtype).reshape(len(rows), width)
