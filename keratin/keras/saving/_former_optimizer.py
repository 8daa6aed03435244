"""The state of optimizers in files of Keras 1 and 2, for the variables of today.

TensorFlow's Keras names each value by its weight and kind: `Adam/dense/kernel/m:0`, and from 2.11
on `Adam/m/dense/kernel:0`. Keras itself had all values of one kind, in the order of the weights,
and then those of the next. Each kind keeps the order of the weights in both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin.keras.saving import _h5
from keratin.keras.saving._former_weights import converted

# What the kinds of today are called in files.
_KINDS = {
    "accumulated_delta_var": ("accumulated_delta_var", "accum_var"),
    "accumulated_grad": ("accumulated_grad", "accum_grad"),
    "accumulator": ("accumulator",),
    "average": ("average",),
    "average_gradient": ("average_gradient", "mg"),
    "linear": ("linear",),
    "momentum": ("momentum", "m"),
    "norm": ("u", "v"),
    "velocity": ("velocity", "rms", "v"),
    "velocity_hat": ("vhat",),
}
_OF_TODAY = re.compile(rf"_({'|'.join(sorted(_KINDS, key=len, reverse=True))})$")
_OF_FILES = frozenset(name for names in _KINDS.values() for name in names)


def optimizer_pairs(
    optimizer: Any, names: Sequence[str], data: Sequence[Any], version: str, model: Any = None
) -> list[Any]:
    """The variables of an optimizer with their values; none if they cannot be told.

    What Keras 1 kept for the weights of a model is put together as the weights are.
    """
    optimizer = getattr(optimizer, "inner_optimizer", None) or optimizer
    variables = list(optimizer.variables)
    steps = [(variables[0], _whole(data[0]))] if data and _h5.shape_of(data[0]) == () else []
    scalars = [value for value in data if _h5.shape_of(value) == ()]
    values = [(n, v) for n, v in zip(names, data, strict=True) if _h5.shape_of(v) != ()]
    wanted = _wanted(variables)
    if wanted is None:
        return []
    count = len(optimizer._trainable_variables)
    if version.startswith("1") and model is not None:
        found = _in_parts(wanted, values, model)
    else:
        found = _by_name(wanted, values) if _are_named(values) else _by_place(wanted, values, count)
    if found is None:
        return []
    return [*steps, *found, *_product(optimizer, scalars)]


def _whole(count: Any) -> Any:
    """The number of steps, which Keras 1 counted in floats."""
    return np.asarray(_h5.read(count), "int64") if count.dtype.kind == "f" else count


def _wanted(variables: list[Any]) -> dict[str, list[Any]] | None:
    """The variables of each kind; None if there are some of a kind that no file has."""
    found: dict[str, list[Any]] = {}
    for variable in variables[1:]:
        kind = _OF_TODAY.search(variable.name)
        if kind is not None:
            found.setdefault(kind[1], []).append(variable)
        elif variable.name not in ("learning_rate", "u_product"):
            return None
    return found


def _kind_of(name: str) -> str:
    """The kind in the name of a value of TensorFlow's Keras; empty if there is none."""
    parts = name.split(":")[0].split("/")
    if len(parts) > 2 and parts[-1] in _OF_FILES:
        return parts[-1]
    return next((part for part in parts[:2] if len(parts) > 2 and part in _OF_FILES), "")


def _are_named(values: Sequence[tuple[str, Any]]) -> bool:
    return all(_kind_of(name) for name, _ in values)


def _by_name(wanted: dict[str, list[Any]], values: Sequence[tuple[str, Any]]) -> Any:
    kept: dict[str, list[Any]] = {}
    for name, value in values:
        kept.setdefault(_kind_of(name), []).append(value)
    pairs: list[Any] = []
    for kind, variables in wanted.items():
        found = next((kept[name] for name in _KINDS[kind] if name in kept), [])
        if len(found) != len(variables):
            return None
        pairs += zip(variables, found, strict=True)
    return pairs


def _by_place(wanted: dict[str, list[Any]], values: Sequence[tuple[str, Any]], count: int) -> Any:
    """Kind after kind; those that come after the wanted ones were placeholders."""
    needed = len(wanted) * count
    if len(values) < needed or any(len(variables) != count for variables in wanted.values()):
        return None
    arrays = [value for _, value in values]
    variables = [variable for kind in wanted.values() for variable in kind]
    return list(zip(variables, arrays[:needed], strict=True))


def _in_parts(wanted: dict[str, list[Any]], values: Sequence[tuple[str, Any]], model: Any) -> Any:
    """Kind after kind, each as Keras 1 had the weights themselves."""
    count, rest = divmod(len(values), max(1, len(wanted)))
    if rest:
        return None
    pairs: list[Any] = []
    for number, variables in enumerate(wanted.values()):
        block = [value for _, value in values[number * count : (number + 1) * count]]
        found = converted(model, block, "1", trained_alone=True)
        if len(found) != len(variables):
            return None
        pairs += zip(variables, found, strict=True)
    return pairs


def _product(optimizer: Any, scalars: Sequence[Any]) -> list[Any]:
    """What Nadam multiplies step by step, which some files have and for others is computed."""
    variable = next((v for v in optimizer.variables if v.name == "u_product"), None)
    if variable is None or not scalars:
        return []
    if len(scalars) > 1:
        return [(variable, scalars[1])]
    steps = np.arange(1, min(int(_h5.read(scalars[0])), 1_000_000) + 1)
    factors = optimizer.beta_1 * (1 - 0.5 * 0.96**steps)
    return [(variable, np.asarray(np.prod(factors)))]
