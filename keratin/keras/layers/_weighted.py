"""Layers with a kernel and a bias, and checks of constructor arguments."""

from __future__ import annotations

from typing import Any

from keratin.keras import constraints, initializers, regularizers
from keratin.keras._core.variable import Variable
from keratin.keras.layers.layer import Layer


class Weighted(Layer):
    """A layer with a kernel and a bias: what their initializers and so on are."""

    def __init__(
        self,
        kernel_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        bias_regularizer: Any,
        kernel_constraint: Any,
        bias_constraint: Any,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def _add_kernel(self, shape: Any, name: str = "kernel") -> Variable:
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )

    def _add_bias(self, shape: Any, name: str = "bias") -> Variable:
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=self.bias_initializer,
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )


def positive_integer(value: Any, name: str, owner: str) -> int:
    """The value, if it is a whole number above zero."""
    shaped = len(getattr(value, "shape", ())) > 0  # a tensor, where a number is meant
    is_whole = hasattr(value, "__index__") and not isinstance(value, bool) and not shaped
    if not is_whole or value.__index__() <= 0:
        remedy = f". Write {owner}({name})(x), to call the layer on it" if shaped else ""
        raise ValueError(f"{owner}: {name} must be a whole number above 0; given {value!r}{remedy}")
    return int(value)


def known_size(shape: Any, axis: int, layer: Layer) -> int:
    """The size of an axis that a weight depends on."""
    size = shape[axis]
    if size is None:
        raise ValueError(
            f"Layer {layer.name!r} ({type(layer).__name__}) needs the size of axis {axis} of its "
            f"input to make its weights, and the input has shape {tuple(shape)}. Give the input a "
            "fixed size there, as in keras.Input((28, 28, 1))"
        )
    return int(size)


def refuse_quantization(config: Any, layer: Layer) -> None:
    """Raise if a layer is asked to quantize its weights."""
    if config is not None:
        layer.quantize(config=config)
