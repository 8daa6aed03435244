"""Sets: the elements along the last dimension of a dense or sparse tensor, each counted once.

How many there are depends on the values, so that all of this runs on the host.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin._engine.op import Array, Static, T, op
from keratin._engine.tensor import convert_to_tensor
from keratin.sparse import SparseTensor

Values = np.ndarray[Any, Any]
Place = tuple[int, ...]


def size(a: Any, validate_indices: bool = True) -> Any:
    """The number of different elements in each set, the last dimension of a sparse tensor.

    >>> x = tf.SparseTensor([[0, 0], [0, 1], [0, 2]], [7, 8, 7], [2, 3])
    >>> tf.sets.size(x).numpy()
    array([2, 0], dtype=int32)
    """
    if not isinstance(a, SparseTensor):
        raise TypeError(
            f"sets.size takes a SparseTensor, given {a!r}. Write tf.sparse.from_dense(x)."
        )
    return _sizes(a.values, a.indices, a.dense_shape, validate_indices)


def intersection(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What the sets of `a` and of `b` have in common, as a sparse tensor.

    >>> found = tf.sets.intersection([[1, 2, 2], [3, 4, 5]], [[2, 9], [5, 3]])
    >>> tf.sparse.to_dense(found).numpy()
    array([[2, 0],
           [3, 5]], dtype=int32)
    """
    return _combined("intersection", a, b, validate_indices)


def union(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """What is in the sets of `a` or of `b`, as a sparse tensor.

    >>> tf.sets.union([[1, 2, 2]], [[2, 9]]).values.numpy()
    array([1, 2, 9], dtype=int32)
    """
    return _combined("union", a, b, validate_indices)


def difference(a: Any, b: Any, aminusb: bool = True, validate_indices: bool = True) -> SparseTensor:
    """What is in the sets of `a` and not of `b`, as a sparse tensor.

    With `aminusb=False`, what is in those of `b` and not of `a`.

    >>> tf.sets.difference([[1, 2, 2]], [[2, 9]]).values.numpy()
    array([1], dtype=int32)
    """
    a, b = (a, b) if aminusb else (b, a)
    return _combined("difference", a, b, validate_indices)


_OPERATIONS: dict[str, Callable[[Values, Values], Values]] = {
    "difference": np.setdiff1d,
    "intersection": np.intersect1d,
    "union": np.union1d,
}


def _combined(operation: str, a: Any, b: Any, validate_indices: bool) -> SparseTensor:
    parts = (*_components(a), *_components(b))
    return SparseTensor(*_set_operation(*parts, operation, validate_indices))


def _components(x: Any) -> tuple[Any, Any, Any]:
    """Values, indices and shape of a sparse tensor; of a dense one, the values alone."""
    if isinstance(x, SparseTensor):
        return x.values, x.indices, x.dense_shape
    return convert_to_tensor(x), None, None


@op(T="int uint string", host=True)
def _set_operation(
    a: T,
    a_indices: Array | None,
    a_shape: Array | None,
    b: T,
    b_indices: Array | None,
    b_shape: Array | None,
    operation: Static,
    validate_indices: Static,
) -> tuple[Values, Values, Values]:
    groups = [_group_shape(values, shape) for values, shape in ((a, a_shape), (b, b_shape))]
    if groups[0] != groups[1]:
        raise errors.InvalidArgumentError(
            f"the shapes without the last dimension must be equal, given {list(groups[0])} and "
            f"{list(groups[1])}"
        )
    one = _sets(a, a_indices, validate_indices)
    two = _sets(b, b_indices, validate_indices)
    nothing = np.empty(0, a.dtype)
    found = {
        place: _OPERATIONS[operation](one.get(place, nothing), two.get(place, nothing))
        for place in sorted({*one, *two})
    }
    return _as_sparse(
        {place: values for place, values in found.items() if values.size}, groups[0], a
    )


def _group_shape(values: Values, shape: Values | None) -> Place:
    whole = values.shape if shape is None else tuple(shape.tolist())
    if len(whole) < 2:
        raise errors.InvalidArgumentError(
            f"sets stand along the last of at least 2 dimensions, given shape {list(whole)}; write "
            "tf.expand_dims(x, 0)"
        )
    return whole[:-1]


def _sets(values: Values, indices: Values | None, validate_indices: bool) -> dict[Place, Values]:
    """The sorted, different elements at each place of the dimensions before the last."""
    if indices is None:
        return {place: np.unique(values[place]) for place in np.ndindex(values.shape[:-1])}
    if validate_indices:
        _require_order(indices)
    found: dict[Place, list[Any]] = {}
    for place, value in zip(map(tuple, indices[:, :-1].tolist()), values, strict=True):
        found.setdefault(place, []).append(value)
    return {place: np.unique(np.array(items, values.dtype)) for place, items in found.items()}


def _require_order(indices: Values) -> None:
    rows = indices.tolist()
    for number, (before, after) in enumerate(itertools.pairwise(rows), 1):
        if before >= after:
            raise errors.InvalidArgumentError(
                f"indices[{number}] = {after} is out of order: it comes after {before}. Write "
                "tf.sparse.reorder(x) first"
            )


def _as_sparse(
    sets: dict[Place, Values], groups: Place, like: Values
) -> tuple[Values, Values, Values]:
    rows = [(*place, i) for place, values in sets.items() for i in range(values.size)]
    indices = np.array(rows, np.int64).reshape(len(rows), len(groups) + 1)
    values = np.concatenate([np.empty(0, like.dtype), *sets.values()]).astype(like.dtype)
    longest = max((found.size for found in sets.values()), default=0)
    return indices, values, np.array([*groups, longest], np.int64)


@op(T="int uint string", host=True)
def _sizes(a: T, indices: Array, shape: Array, validate_indices: Static) -> Values:
    sizes = np.zeros(_group_shape(a, shape), np.int32)
    for place, found in _sets(a, indices, validate_indices).items():
        sizes[place] = found.size
    return sizes
