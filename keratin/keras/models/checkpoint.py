"""The parts of a model that checkpoints hold, under the names that they have in files of Keras.

Keras 3 numbers the operations of the graph; Keras 2 numbers the layers, and those with weights.
"""

from __future__ import annotations

import re
from typing import Any

from keratin.keras.layers.input_layer import InputLayer

_FORMER = re.compile(r"(layer|layer_with_weights)-(\d{1,6})", re.ASCII)


def of_graph(model: Any) -> dict[str, Any]:
    """The layers of a functional model."""
    graph = vars(model)["_graph"]
    return {} if graph is None else {"_operations": graph.operations}


def of_sequence(layers: list[Any]) -> dict[str, Any]:
    """The layers of a Sequential, which Keras keeps in a functional model within."""
    has_input = bool(layers) and isinstance(layers[0], InputLayer)
    # The input takes the first number, whether it is known yet or not.
    return {"_functional": {"_operations": [*layers] if has_input else [{}, *layers]}}


def former_part(model: Any, name: str) -> Any:
    """The layer that Keras 2 has under a name such as `layer_with_weights-1`."""
    match = _FORMER.fullmatch(name)
    if match is None:
        return None
    layers, number = model.layers, int(match[2])
    if match[1] == "layer_with_weights":
        # One that is not built yet may be of the number or not.
        unbuilt = next((n for n, layer in enumerate(layers) if not layer.built), len(layers))
        layers = [layer for layer in layers[:unbuilt] if layer.weights]
    return layers[number] if number < len(layers) else None
