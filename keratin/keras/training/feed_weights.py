"""`class_weight` as weights of the rows."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin._engine.tensor import OBJECT
from keratin.keras._core.settings import settings
from keratin.keras.training import feed_structure


def fold(data: Any, class_weight: Any, model: Any, name: str) -> Any:
    """(x, y, sample_weight) with each row weighed by its class as well."""
    if class_weight is None:
        return data
    x, y, sample_weight = data
    if y is None:
        raise ValueError(f"{name}(): class_weight needs the classes of the rows, and y is None.")
    if not isinstance(class_weight, (Mapping, list, tuple)):
        raise TypeError(
            f"{name}(): class_weight is a dict from class to weight, such as {{0: 1.0, 1: 5.0}}; "
            f"given {class_weight!r}."
        )
    if isinstance(y, Mapping):
        return x, y, _of_named(y, sample_weight, class_weight, list(y), model)
    if isinstance(y, (list, tuple)):
        return x, y, _of_listed(y, sample_weight, class_weight, model)
    one = _of_only_output(class_weight, model)
    weights = row_weights(y, one, _output_rank(model, 0))
    _warn_of_absent(y, one, _output_rank(model, 0))
    return x, y, _product(sample_weight, weights)


def _of_only_output(class_weight: Any, model: Any) -> Any:
    """What is meant for the one output, which may be named."""
    if isinstance(class_weight, (list, tuple)):
        _check_count(class_weight, 1)
        return class_weight[0]
    if not _by_output(class_weight):
        return class_weight
    names = feed_structure.output_names(model)
    if len(class_weight) == 1 and (names is None or next(iter(class_weight)) in names):
        return next(iter(class_weight.values()))
    raise _unknown_output(class_weight, names or [])


def _by_output(class_weight: Any) -> bool:
    values = class_weight.values() if isinstance(class_weight, Mapping) else class_weight
    return any(value is None or isinstance(value, Mapping) for value in values)


def _unknown_output(class_weight: Mapping[Any, Any], names: list[str]) -> ValueError:
    unknown = next((key for key in class_weight if key not in names), None)
    known = ", ".join(map(repr, names)) or "none of them named"
    return ValueError(
        f"class_weight names the output {unknown!r}, and the outputs are {known}."
        f"{errors.nearest(str(unknown), names)}"
    )


def _of_named(y: Any, sample_weight: Any, class_weight: Any, names: list[Any], model: Any) -> Any:
    if not isinstance(class_weight, Mapping) or not _by_output(class_weight):
        raise _for_which_output(names)
    if any(key not in names for key in class_weight):
        raise _unknown_output(class_weight, [str(name) for name in names])
    own = sample_weight or {}
    return {
        key: _output_weights(part, own.get(key), class_weight.get(key), model, i)
        for i, (key, part) in enumerate(y.items())
    }


def _of_listed(y: Any, sample_weight: Any, class_weight: Any, model: Any) -> Any:
    names = feed_structure.output_names(model) or []
    if isinstance(class_weight, Mapping) and not _by_output(class_weight) and len(y) == 1:
        class_weight = [class_weight]
    if isinstance(class_weight, Mapping):
        if not _by_output(class_weight):
            raise _for_which_output(names)
        if any(key not in names for key in class_weight):
            raise _unknown_output(class_weight, names)
        class_weight = [class_weight.get(name) for name in names]
    _check_count(class_weight, len(y))
    own = sample_weight or [None] * len(y)
    return [
        _output_weights(part, weights, classes, model, i)
        for i, (part, weights, classes) in enumerate(zip(y, own, class_weight, strict=True))
    ]


def _for_which_output(names: list[Any]) -> ValueError:
    example = repr(names[0]) if names else "'output'"
    return ValueError(
        "class_weight does not say which output it is for, and y has several. Write "
        f"{{{example}: {{0: 1.0, 1: 5.0}}}}; outputs that are not named have no class weights."
    )


def _check_count(class_weight: Any, count: int) -> None:
    if len(class_weight) != count:
        raise ValueError(
            f"class_weight is a list of {len(class_weight)}, and y has {count} parts. Give one "
            "dict (or None) for each, or a dict by the names of outputs."
        )


def _output_weights(y: Any, weights: Any, classes: Any, model: Any, index: int) -> Any:
    if classes is None or y is None:
        return weights
    return _product(weights, row_weights(y, classes, _output_rank(model, index)))


def _output_rank(model: Any, index: int) -> int | None:
    outputs = getattr(model, "outputs", None)
    shape = getattr(outputs[index], "shape", None) if outputs and index < len(outputs) else None
    return None if shape is None else len(shape)


def row_weights(y: Any, class_weight: Mapping[Any, float], output_rank: int | None) -> np.ndarray:
    """The weight of the class of each row, or of each position where labels have several."""
    classes, weights = _table(class_weight)
    labels = labels_of(np.asarray(y), output_rank)
    if not len(classes):
        return np.ones(labels.shape, weights.dtype)
    place = np.minimum(np.searchsorted(classes, labels), len(classes) - 1)
    return np.where(classes[place] == labels, weights[place], weights.dtype.type(1))


def _warn_of_absent(y: Any, class_weight: Mapping[Any, float], output_rank: int | None) -> None:
    """Say so where weights are given for classes that no row has."""
    classes = _table(class_weight)[0]
    present = np.unique(labels_of(np.asarray(y), output_rank))
    absent = [int(each) for each in classes if each not in present]
    if absent:
        errors.warn_user(
            f"class_weight has a weight for {absent}, which y does not hold: its classes are "
            f"{present[:20].tolist()}, and those without a weight count 1."
        )


def _table(class_weight: Any) -> tuple[np.ndarray, np.ndarray]:
    """The classes in order, and the weight of each."""
    if not isinstance(class_weight, Mapping):
        raise TypeError(
            "class_weight is a dict from class to weight, such as {0: 1.0, 1: 5.0}; given "
            f"{class_weight!r}."
        )
    for key, weight in class_weight.items():
        if not isinstance(key, numbers.Real) or key % 1:
            raise TypeError(
                f"class_weight has the key {key!r} of type {type(key).__name__}; the keys are the "
                "numbers of classes, such as {0: 1.0, 1: 5.0}. Map names of classes to the "
                "numbers that y holds."
            )
        if not isinstance(weight, numbers.Real) or not float(weight) >= 0:
            raise ValueError(
                f"class_weight[{key!r}] is {weight!r}; a weight is a number that is not negative."
            )
    order = sorted(class_weight)
    floatx = as_dtype(settings.floatx).numpy_dtype
    return (
        np.array([int(key) for key in order], np.int64),
        np.array([float(class_weight[key]) for key in order], np.float64).astype(floatx),
    )


def labels_of(y: np.ndarray, output_rank: int | None = None) -> np.ndarray:
    """The class of each row (or position): one-hot labels by the greatest, others as they are."""
    if y.dtype == OBJECT:
        raise TypeError(
            "class_weight needs classes as numbers, and y holds text. Make numbers of it with "
            "keras.layers.StringLookup, for example."
        )
    if y.ndim > 1 and y.shape[-1] == 1:
        y = y[..., 0]
    elif y.ndim > 1 and not _is_by_position(y, output_rank):
        return y.argmax(axis=-1)
    return np.rint(y).astype(np.int64)


def _is_by_position(y: np.ndarray, output_rank: int | None) -> bool:
    """Whether [rows, n] holds the classes of n positions, rather than a row of class scores."""
    if output_rank is not None:
        return output_rank == y.ndim + 1
    return y.dtype.kind in "iu" and bool((y > 1).any())


def _product(sample_weight: Any, class_weights: np.ndarray) -> Any:
    if sample_weight is None:
        return class_weights
    own = np.asarray(sample_weight)
    while own.ndim < class_weights.ndim:
        own = own[..., None]
    while class_weights.ndim < own.ndim:
        class_weights = class_weights[..., None]
    return own * class_weights
