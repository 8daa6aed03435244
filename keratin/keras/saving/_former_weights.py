"""Weights of Keras 1 and 2 in the order and shapes of today."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin.keras.saving import _h5
from keratin.keras.saving._walk import size_of

# The parts of a Keras 1 LSTM, each of W, U and b, and their order in one array.
_LSTM_PARTS = {"i": 0, "c": 1, "f": 2, "o": 3}
_LSTM_ORDER = "ifco"
_GRU_ORDER = "zrh"


def converted(layer: Any, data: Sequence[Any]) -> list[Any]:
    """The data sets of a layer, or arrays in their place where they have to be put together."""
    kind = type(layer).__name__
    if kind == "LSTM" and len(data) == 12:
        return _joined(layer, data, [_LSTM_PARTS[part] for part in _LSTM_ORDER])
    if kind == "GRU" and len(data) == 9:
        return _joined(layer, data, range(len(_GRU_ORDER)))
    if kind == "LSTM" and len(data) == 3 and _is_of_cudnn(layer, data):
        return _from_cudnn_lstm(layer, data)
    if kind.startswith("Conv") and data and len(data[0].shape) > 2:
        return _kernel_last(layer, data)
    return list(data)


def _read(layer: Any, data: Any) -> np.ndarray:
    """A part of the weights of a layer, which are no larger than the layer declares."""
    return _h5.read(data, 2 * sum(size_of(weight) for weight in layer.weights))


def _joined(layer: Any, data: Sequence[Any], order: Any) -> list[np.ndarray]:
    """Keras 1 had W, U and b for each part, one after the other."""
    arrays = [_read(layer, item) for item in data]
    return [
        np.concatenate([arrays[3 * part + which] for part in order], axis=-1) for which in range(3)
    ]


def _is_of_cudnn(layer: Any, data: Sequence[Any]) -> bool:
    return tuple(data[2].shape) == (8 * layer.units,)


def _from_cudnn_lstm(layer: Any, data: Sequence[Any]) -> list[np.ndarray]:
    """CuDNN had a bias for the input and one for the state; their sum is the bias."""
    kernel, recurrent, bias = [_read(layer, item) for item in data]
    half = len(bias) // 2
    return [kernel, recurrent, bias[:half] + bias[half:]]


def _kernel_last(layer: Any, data: Sequence[Any]) -> list[Any]:
    """Theano's kernels had the filters first, and turned by half a circle."""
    wanted = next((tuple(weight.shape) for weight in layer.weights), None)
    shape = tuple(data[0].shape)
    if wanted is None or shape == wanted or len(shape) != len(wanted):
        return list(data)
    space = range(2, len(shape))
    if tuple(shape[axis] for axis in (*space, 1, 0)) != wanted:
        return list(data)
    return [np.transpose(_read(layer, data[0]), (*space, 1, 0)), *data[1:]]


def optimizer_pairs(optimizer: Any, names: Sequence[str], data: Sequence[Any]) -> list[Any]:
    """The variables of an optimizer with their values; none if they cannot be told."""
    variables = list(optimizer.variables)
    if any(re.search(r"learning_rate|/iteration(:0)?$", name) for name in names):
        return _as_they_come(variables, data)
    slots = [v for v in variables[1:] if v.name != "learning_rate"]
    values = [value for value in data[1:] if _h5.shape_of(value) != (1,)] if data else []
    count = len(optimizer._trainable_variables) or 1
    if not slots or len(values) < len(slots):
        return [] if slots else [(variables[0], data[0])] if data else []
    # All of the first kind, then all of the second; here both of the first weight, and so on.
    kinds = len(slots) // count
    turned = [values[kind * count + place] for place in range(count) for kind in range(kinds)]
    return [(variables[0], data[0]), *zip(slots, turned, strict=False)]


def _as_they_come(variables: list[Any], data: Sequence[Any]) -> list[Any]:
    if len(variables) == len(data):
        return list(zip(variables, data, strict=True))
    if len(variables) == len(data) + 1 and variables[1].name == "learning_rate":
        return list(zip([variables[0], *variables[2:]], data, strict=True))  # a schedule before
    return list(zip(variables, data, strict=False)) if len(data) <= 2 else []
