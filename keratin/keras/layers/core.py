"""Dense layers, embeddings, and the layers that do little."""

from __future__ import annotations

from typing import Any

from keratin._engine.operators import operators
from keratin.keras import activations, constraints, initializers, regularizers
from keratin.keras._core.variable import Variable
from keratin.keras.layers.input_spec import InputSpec
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


class Dense(Weighted):
    """`activation(inputs @ kernel + bias)`.

    >>> layer = keras.layers.Dense(2, activation="relu")
    >>> layer(np.ones((3, 4))).shape
    TensorShape([3, 2])
    """

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            kernel_constraint,
            bias_constraint,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.units = positive_integer(units, "units", type(self).__name__)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.lora_rank = lora_rank
        self.lora_alpha = lora_alpha if lora_alpha is not None else lora_rank
        self.input_spec = InputSpec(min_ndim=2)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias."""
        size = known_size(input_shape, -1, self)
        self.kernel = self._add_kernel((size, self.units))
        self.bias = self._add_bias((self.units,)) if self.use_bias else None
        self.input_spec = InputSpec(min_ndim=2, axes={-1: size})

    def call(self, inputs: Any, training: Any = None) -> Any:
        """The outputs."""
        outputs = operators.matmul(inputs, self.kernel)
        if self.bias is not None:
            outputs = operators.add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input with the units in place of the last size."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """The arguments to make this layer again."""
        config = super().get_config()
        if self.lora_rank is None:
            del config["lora_rank"], config["lora_alpha"]
        return config


def positive_integer(value: Any, name: str, owner: str) -> int:
    """The value, if it is a whole number above zero."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or value.__index__() <= 0:
        raise ValueError(f"{owner}: {name} must be a whole number above 0; given {value!r}")
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
