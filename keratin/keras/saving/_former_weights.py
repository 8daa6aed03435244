"""Weights of Keras 1 and 2 in the order and shapes of today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin.keras.saving import _h5

# The parts of a Keras 1 LSTM, each of W, U and b, and their order in one array.
_LSTM_PARTS = {"i": 0, "c": 1, "f": 2, "o": 3}
_LSTM_ORDER = [_LSTM_PARTS[part] for part in "ifco"]
_GRU_ORDER = range(3)
# How many arrays Keras 1 had where there are three now.
_IN_PARTS = {"LSTM": 12, "GRU": 9, "ConvLSTM2D": 12}
# Whose kernels Theano turned by half a circle.
_TURNED = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "ConvLSTM2D")


def converted(
    layer: Any,
    data: Sequence[Any],
    version: str = "2",
    backend: Any = None,
    trained_alone: bool = False,
) -> list[Any]:
    """The data sets of a layer, or arrays in their place where they have to be put together."""
    leaves = _leaves(layer)
    for in_parts in (False, True):
        counts = [_counts(leaf, in_parts, trained_alone) for leaf in leaves]
        if sum(map(sum, counts)) == len(data):
            break
    else:
        return list(data)  # which does not fit, as the comparison will say
    rest = iter(data)
    first = [[next(rest) for _ in range(count)] for count, _ in counts]
    second = [[next(rest) for _ in range(count)] for _, count in counts]
    trainable, fixed = [], []
    for leaf, one, other in zip(leaves, first, second, strict=True):
        found = _of_leaf(leaf, [*one, *other], version, backend)
        split = len(leaf.trainable_weights)
        trainable += found[:split]
        fixed += found[split:]
    return [*trainable, *fixed]


def _leaves(layer: Any) -> list[Any]:
    """The layers within a model or wrapper that have the weights, in the order of files."""
    kind = type(layer).__name__
    if kind == "Bidirectional":
        return [*_leaves(layer.forward_layer), *_leaves(layer.backward_layer)]
    if kind == "TimeDistributed":
        return _leaves(layer.layer)
    if hasattr(layer, "get_layer"):  # a model
        return [leaf for inner in layer.layers for leaf in _leaves(inner)]
    return [layer]


def _counts(leaf: Any, in_parts: bool, trained_alone: bool) -> tuple[int, int]:
    """How many arrays a file has for the weights of a layer: those trained, and the others."""
    others = 0 if trained_alone else len(leaf.non_trainable_weights)
    counts = len(leaf.trainable_weights), others
    parts = _IN_PARTS.get(type(leaf).__name__)
    if not in_parts or parts is None:
        return counts
    return (parts, 0) if counts[0] else (0, parts if others else 0)


def _of_leaf(layer: Any, data: list[Any], version: str, backend: Any) -> list[Any]:
    kind = type(layer).__name__
    if len(data) == _IN_PARTS.get(kind):
        is_first = kind == "ConvLSTM2D" and layer.data_format == "channels_first"
        data = _joined(data, _GRU_ORDER if kind == "GRU" else _LSTM_ORDER, 0 if is_first else -1)
    if kind in ("LSTM", "GRU") and len(data) == 3 and _is_of_cudnn(layer, data):
        data = _from_cudnn(data, 3 if kind == "GRU" else 4)
    if version.startswith("1") and kind.startswith("Conv"):
        data = _kernels_last(layer, data)
    if backend == "theano" and kind in _TURNED:
        kernels = 2 if kind == "ConvLSTM2D" else 1
        data = [*[_turned(_values(each)) for each in data[:kernels]], *data[kernels:]]
    return data


def _values(item: Any) -> np.ndarray:
    return item if isinstance(item, np.ndarray) else _h5.read(item)


def _joined(data: Sequence[Any], order: Any, axis: int) -> list[Any]:
    """Keras 1 had W, U and b for each part, one after the other."""
    arrays = [_values(item) for item in data]
    return [
        np.concatenate([arrays[3 * part + which] for part in order], axis if which < 2 else -1)
        for which in range(3)
    ]


def _is_of_cudnn(layer: Any, data: Sequence[Any]) -> bool:
    gates = 3 if type(layer).__name__ == "GRU" else 4
    return tuple(data[2].shape) == (2 * gates * layer.units,)


def _from_cudnn(data: Sequence[Any], gates: int) -> list[Any]:
    """CuDNN had each gate's matrix transposed, and a bias for the input and one for the state."""
    kernel, recurrent, bias = [_values(item) for item in data]
    biases = bias.reshape(2, -1)
    return [
        np.concatenate([_rows_for_columns(part) for part in np.split(matrix, gates, 1)], 1)
        for matrix in (kernel, recurrent)
    ] + [biases if gates == 3 else biases.sum(0)]


def _rows_for_columns(matrix: np.ndarray) -> np.ndarray:
    """The numbers of a transposed matrix that was declared to have the shape of the other."""
    return matrix.reshape(matrix.shape[::-1]).T


def _kernels_last(layer: Any, data: Sequence[Any]) -> list[Any]:
    """Keras 1 had the filters first where the channels came first, and 1D kernels of 2 axes."""
    kind, is_first = type(layer).__name__, layer.data_format == "channels_first"
    kernels = 2 if kind == "ConvLSTM2D" else 1
    return [
        *[_kernel_last(kind, is_first, layer, _values(item)) for item in data[:kernels]],
        *data[kernels:],
    ]


def _kernel_last(kind: str, is_first: bool, layer: Any, kernel: np.ndarray) -> np.ndarray:
    if kind == "Conv1D":
        if kernel.ndim == 4 and kernel.shape[:2] != (layer.kernel_size[0], 1):
            kernel = kernel.transpose(2, 3, 1, 0)
        return kernel[:, 0] if kernel.ndim == 4 else kernel
    space = range(2, kernel.ndim)
    if kind == "Conv2DTranspose":
        return kernel.transpose(*space, 0, 1) if is_first else kernel.transpose(0, 1, 3, 2)
    return kernel.transpose(*space, 1, 0) if is_first else kernel


def _turned(kernel: np.ndarray) -> np.ndarray:
    return np.flip(kernel, tuple(range(kernel.ndim - 2)))
