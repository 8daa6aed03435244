"""(x, y, sample_weight) as given by users: structures of arrays, checked against each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from keratin._engine import errors, nest
from keratin._engine.dtype import as_dtype
from keratin.keras._core.settings import settings
from keratin.keras.training import feed_convert, feed_frames


def inputs_of(model: Any) -> dict[str, Any] | None:
    """The inputs of a model by the names that data may have, or None if that is not known."""
    return _ends(model, "inputs", "_inputs_struct")


def output_names(model: Any) -> list[str] | None:
    """The names of the outputs of a model, or None if they are not known."""
    names = getattr(model, "output_names", None)
    return [str(name) for name in names] if names else None


def _ends(model: Any, attribute: str, structure: str) -> dict[str, Any] | None:
    tensors = getattr(model, attribute, None)
    if not tensors:
        return None
    named = getattr(model, structure, None)
    if isinstance(named, Mapping) and all(not nest.is_nested(each) for each in named.values()):
        return {str(name): tensor for name, tensor in named.items()}
    return {str(getattr(t, "name", i)): t for i, t in enumerate(nest.flatten(tensors))}


def standardize(x: Any, y: Any, sample_weight: Any, model: Any, name: str) -> tuple[Any, Any, Any]:
    """The three as structures of arrays of the same number of rows."""
    inputs = inputs_of(model)
    data_x = _structure(_frames(x, inputs), "x", len(inputs) if inputs else None)
    _check_names(data_x, model, name)
    outputs = output_names(model)
    data_y = _structure(_frames(y, _as_keys(outputs)), "y", len(outputs) if outputs else None)
    weights = weights_of_rows(sample_weight, data_y, model)
    _check_rows({"x": data_x, "y": data_y, "sample_weight": weights}, name)
    return data_x, data_y, weights


def _as_keys(names: list[str] | None) -> dict[str, Any] | None:
    return None if names is None else dict.fromkeys(names)


def _frames(value: Any, ends: dict[str, Any] | None) -> Any:
    """A DataFrame by columns, where the model has several inputs named as columns are."""
    if not feed_frames.is_frame(value) or ends is None:
        return value
    columns = feed_frames.column_names(value)
    if not set(ends) <= set(columns) or (len(ends) == 1 and len(columns) > 1):
        return value
    if len(ends) == 1 and len(columns) == 1 and not _is_text_end(next(iter(ends.values()))):
        return value
    return feed_frames.frame_columns(value, ends, "x")


def _is_text_end(tensor: Any) -> bool:
    return getattr(tensor, "dtype", None) == "string"


def _structure(value: Any, where: str, ends: int | None) -> Any:
    """A structure with an array at each leaf."""
    if isinstance(value, Mapping) and not feed_convert.of_module(value, "h5py"):
        return {key: _structure(item, f"{where}[{key!r}]", None) for key, item in value.items()}
    if isinstance(value, (list, tuple)) and _holds_arrays(value, ends):
        items = [_structure(item, f"{where}[{i}]", None) for i, item in enumerate(value)]
        _check_count(items, where, ends)
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    return feed_convert.leaf_array(value, where)


def _holds_arrays(value: Any, ends: int | None) -> bool:
    """Whether a list is one of several arrays; else it is one array, written as nested lists."""
    if ends is not None and ends > 1 and len(value) == ends:
        return all(not isinstance(item, (int, float, str, bytes)) for item in value)
    first = value[0] if value else None
    while isinstance(first, (list, tuple)) and first:
        first = first[0]
    return first is not None and (isinstance(first, Mapping) or _is_array(first))


def _is_array(value: Any) -> bool:
    """Whether a value has rows of its own; the numbers of NumPy and others are single values."""
    dimensions = getattr(value, "ndim", None)
    if dimensions is None:
        return hasattr(value, "__array__") or hasattr(value, "shape")
    return bool(dimensions)


def _check_count(items: list[Any], where: str, ends: int | None) -> None:
    if ends == 1 and len(items) > 1:
        what = "input" if where == "x" else "output"
        raise ValueError(
            f"{where} is a list of {len(items)} arrays, which stands for {len(items)} {what}s, and "
            f"the model has one. If they are the rows of one array, write np.stack({where})."
        )


def _check_names(data: Any, model: Any, name: str) -> None:
    """An error where a dict lacks an input of the model, with the nearest key that it has."""
    inputs = inputs_of(model)
    if inputs is None or not isinstance(data, dict) or not _is_given_by_graph(model):
        return
    structure = getattr(model, "_inputs_struct", None)
    if isinstance(structure, Mapping):
        inputs = {str(key): part for key, part in structure.items()}
    known = [str(getattr(tensor, "name", key)) for key, tensor in inputs.items()]
    lacking = [
        key for key, own in zip(inputs, known, strict=True) if key not in data and own not in data
    ]
    if lacking:
        extra = [str(key) for key in data if key not in inputs and key not in known]
        hint = errors.nearest(lacking[0], extra)
        raise ValueError(
            f"{name}(): x is a dict without the model's input {lacking[0]!r}.{hint} The model's "
            f"inputs are {_listed(inputs)}; x has {_listed(data)}."
        )


def _is_given_by_graph(model: Any) -> bool:
    """Whether its inputs are as the user named them; a `call` takes what it likes of a dict."""
    return not hasattr(model, "_given_graph") or model._given_graph() is not None


def _listed(names: Any) -> str:
    return ", ".join(repr(name) for name in names) or "none"


def weights_of_rows(sample_weight: Any, y: Any, model: Any = None) -> Any:
    """Weights as floatx, one array for each output where `y` has several."""
    if sample_weight is None:
        return None
    outputs = output_names(model)
    weights = _structure(sample_weight, "sample_weight", len(outputs) if outputs else None)
    weights = nest.map_structure(_weight_array, weights)
    if not nest.is_nested(y) or nest.is_nested(weights):
        return _of_all_outputs(weights, y)
    if weights.ndim > 1:
        raise ValueError(
            f"sample_weight has the shape {weights.shape}, and y has {len(nest.flatten(y))} parts. "
            "One array of weights for several outputs has one weight for each row, "
            f"({weights.shape[0]},); for other weights give one array for each output."
        )
    return nest.map_structure(lambda part: None if part is None else weights, y)


def _weight_array(leaf: Any) -> Any:
    if leaf is None:
        return None
    if isinstance(leaf, feed_convert.LazyRows):
        leaf = leaf.read()
    wanted = as_dtype(settings.floatx).numpy_dtype
    leaf = leaf if leaf.dtype == wanted else leaf.astype(wanted)
    # A column of pandas comes as (rows, 1).
    return leaf[:, 0] if leaf.ndim == 2 and leaf.shape[1] == 1 else leaf


def _of_all_outputs(weights: Any, y: Any) -> Any:
    """Weights by name for some of the outputs: the others have none."""
    if not isinstance(weights, dict) or not isinstance(y, dict):
        if nest.is_nested(weights) and isinstance(y, (list, tuple)):
            _check_parts(weights, y)
        return weights
    unknown = [key for key in weights if key not in y]
    if unknown:
        raise ValueError(
            f"sample_weight has the key {unknown[0]!r}, and y has {_listed(y)}."
            f"{errors.nearest(str(unknown[0]), map(str, y))}"
        )
    return {key: weights.get(key) for key in y}


def _check_parts(weights: Any, y: Any) -> None:
    if len(weights) != len(y):
        raise ValueError(
            f"sample_weight has {len(weights)} parts and y has {len(y)}. Give one array of weights "
            "(or None) for each output."
        )


def named_leaves(data: Any, where: str) -> list[tuple[str, Any]]:
    """Each leaf with the Python that leads to it, such as x['age']; without what is None."""
    if isinstance(data, Mapping):
        steps = [(f"{where}[{key!r}]", item) for key, item in data.items()]
    elif isinstance(data, (list, tuple)):
        steps = [(f"{where}[{i}]", item) for i, item in enumerate(data)]
    else:
        return [] if data is None else [(where, data)]
    return [leaf for step, item in steps for leaf in named_leaves(item, step)]


def _check_rows(data: Mapping[str, Any], name: str) -> None:
    found = [leaf for where, part in data.items() for leaf in named_leaves(part, where)]
    lengths = {where: int(leaf.shape[0]) for where, leaf in found}
    if not lengths:
        raise ValueError(f"{name}(): x is None; give the data: arrays, a dataset or a generator.")
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{where} has {count}" for where, count in lengths.items())
        raise ValueError(
            f"{name}(): the arrays have different numbers of rows: {listed}. Each row of x needs "
            "its row of y: check how the arrays were cut, filtered or split."
        )
    if not next(iter(lengths.values())):
        raise ValueError(
            f"{name}(): the data is empty: {_listed_plain(lengths)} 0 rows. Check how it was "
            "loaded or filtered."
        )


def _listed_plain(lengths: Mapping[str, int]) -> str:
    return " and ".join(lengths) + (" has" if len(lengths) == 1 else " have")


def map_leaves(function: Callable[[Any], Any], data: Any) -> Any:
    """A structure of what a function makes of each leaf; None stays None."""
    return nest.map_structure(lambda leaf: None if leaf is None else function(leaf), data)


def is_lazy(data: Any) -> bool:
    """Whether some of the data is not in memory."""
    return any(isinstance(leaf, feed_convert.LazyRows) for leaf in nest.flatten(data))


def length(data: Any) -> int:
    """The number of rows."""
    return int(next(leaf for leaf in nest.flatten(data) if leaf is not None).shape[0])


def at(data: Any, rows: slice | np.ndarray) -> Any:
    """Some rows of all arrays; what is lazy stays so."""

    def of_leaf(leaf: Any) -> Any:
        if isinstance(leaf, feed_convert.LazyRows):
            return leaf[rows]
        return feed_convert.take_rows(leaf, rows)

    return map_leaves(of_leaf, data)
