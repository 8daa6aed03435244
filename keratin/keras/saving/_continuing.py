"""What training goes on from besides the variables: seeds of shuffling, states of compiled metrics.

They are attributes of a group of their own, where Keras does not look.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin.keras._core import host_random
from keratin.keras.saving import _h5, _weights
from keratin.keras.saving._errors import FileError
from keratin.keras.saving._walk import leaf_variables, walk

_SEEDS, _METRICS = "seeds", "metrics"
# The numbers of the state of a generator, how many, and below what.
_NUMBERS = {
    "counter": (4, 1 << 64),
    "key": (2, 1 << 64),
    "buffer": (4, 1 << 64),
    "buffer_pos": (None, 5),
    "has_uint32": (None, 2),
    "uinteger": (None, 1 << 32),
}


def save(model: Any, file: Any) -> None:
    """Write what a compiled model's training depends on to an open HDF5 file."""
    if not getattr(model, "compiled", False):
        return
    group = file.create_group(_weights.CONTINUING)
    group.attrs[_SEEDS] = json.dumps(host_random.seeds_state_for(model))
    values = [_weights.value_of(variable) for variable in _metric_variables(model)]
    group.attrs[_METRICS] = json.dumps([[each.dtype.name, each.tolist()] for each in values])


def load(model: Any, file: Any) -> None:
    """Have the training of a compiled model go on from what a file says, if it says it."""
    group = _h5.group_of(file, _weights.CONTINUING)
    if group is None or not getattr(model, "compiled", False):
        return
    host_random.give_seeds(model, _checked(_value(group, _SEEDS)))
    kept = _value(group, _METRICS)
    if not isinstance(kept, list):
        raise FileError(f"The states of metrics in the file are not a list: {kept!r}")
    values = [np.asarray(numbers, as_dtype(dtype).numpy_dtype) for dtype, numbers in kept]
    if any(value.dtype.kind not in "biufcV" for value in values):
        raise FileError("The states of metrics in the file are not a list of numbers")
    # The metrics are made when the first labels are seen, and take their states then.
    vars(model)["_restore_metrics"] = functools.partial(_restore_metrics, values=values)
    _restore_metrics(model, values)


def _value(group: Any, name: str) -> Any:
    text = _h5.attribute(group, name)
    return json.loads(text) if isinstance(text, str) else None


def _restore_metrics(model: Any, values: list[Any]) -> None:
    """Set the states of metrics that a file gave, once all metrics are made."""
    made = [model._compile_loss, model._compile_metrics]
    if not all(what is None or what.built for what in made):
        return
    del vars(model)["_restore_metrics"]
    variables = _metric_variables(model)
    shapes = [tuple(variable.shape) for variable in variables]
    if shapes != [value.shape for value in values]:
        errors.warn_user(
            f"The model {model.name!r} has {len(variables)} variables of metrics, and its file has "
            f"{len(values)}, or of other shapes: the metrics begin anew."
        )
        return
    for variable, value in zip(variables, values, strict=True):
        _weights.assign(variable, value)


def _metric_variables(model: Any) -> list[Any]:
    """The variables of the loss and the metrics of `compile`, which are no parts of the model."""
    known = {id(v) for part in walk(model) for v in leaf_variables(part.object)}
    return [variable for variable in model.metrics_variables if id(variable) not in known]


def _checked(state: Any) -> dict[str, Any]:
    """The state of a generator, whose numbers C code is going to trust."""
    inner = state.get("state") if isinstance(state, Mapping) else None
    if not isinstance(inner, Mapping) or {*state, *inner} != {*_NUMBERS, "bit_generator", "state"}:
        raise FileError(f"The seeds of the file are not the state of a generator: {state!r}")
    found = {**state, **inner}
    for name, (count, limit) in _NUMBERS.items():
        numbers = [found[name]] if count is None else found[name]
        if not isinstance(numbers, list) or len(numbers) != (count or 1):
            raise FileError(f"The seeds of the file have {name}={found[name]!r}")
        if not all(type(number) is int and 0 <= number < limit for number in numbers):
            raise FileError(f"The seeds of the file have {name}={found[name]!r}")
    return {**state, "bit_generator": "Philox"}
