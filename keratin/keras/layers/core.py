"""Dense layers, and the layers that do little."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from keratin import math
from keratin._engine import nest
from keratin._engine.operators import operators
from keratin.array import expand_dims
from keratin.keras import activations
from keratin.keras._core.shapes import is_shape, map_shapes
from keratin.keras._core.symbolic import KerasTensor
from keratin.keras.layers._low_rank import LowRank, LowRankWeight
from keratin.keras.layers._part import map_tensors_to_shapes
from keratin.keras.layers._weighted import (
    Weighted,
    known_size,
    positive_integer,
    refuse_quantization,
)
from keratin.keras.layers.input_spec import InputSpec
from keratin.keras.layers.layer import Layer


class Dense(LowRank, Weighted):
    """`activation(inputs @ kernel + bias)`.

    >>> layer = keras.layers.Dense(2, activation="relu")
    >>> layer(np.ones((3, 4))).shape
    TensorShape([3, 2])
    """

    kernel = LowRankWeight()

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
        refuse_quantization(quantization_config, self)
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
        if self.lora_rank:
            self.enable_lora(self.lora_rank, self.lora_alpha)

    def call(self, inputs: Any, training: Any = None) -> Any:
        """The outputs."""
        outputs = operators.matmul(inputs, self.kernel)
        if self.bias is not None:
            outputs = operators.add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input with the units in place of the last size."""
        return (*input_shape[:-1], self.units)


class Identity(Layer):
    """The inputs as they are.

    >>> keras.layers.Identity()(np.ones((1, 2))).numpy()
    array([[1., 1.]], dtype=float32)
    """

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return nest.map_structure(operators.identity, inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape


class Masking(Layer):
    """Masks the steps of a sequence at which every feature equals a value.

    >>> x = np.array([[[1.0], [0.0]]])
    >>> keras.layers.Masking()(x)._keras_mask.numpy()
    array([[ True, False]])
    """

    def __init__(self, mask_value: Any = 0.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.mask_value = mask_value
        self.supports_masking = True
        self.built = True

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Where a feature differs from the value."""
        return math.reduce_any(math.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs: Any) -> Any:
        """The inputs, with zeros at the masked steps."""
        kept = expand_dims(self.compute_mask(inputs), -1)
        return math.multiply(inputs, operators.cast(kept, inputs.dtype))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape


class Lambda(Layer):
    """A function as a layer.

    >>> keras.layers.Lambda(lambda x: x**2)(np.array([[3.0]])).numpy()
    array([[9.]], dtype=float32)
    """

    def __init__(
        self,
        function: Callable[..., Any],
        output_shape: Any = None,
        mask: Any = None,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if not callable(function):
            raise ValueError(f"Lambda takes a function; given {function!r}")
        self.function = function
        self.arguments = dict(arguments or {})
        self.mask = mask
        self._output_shape = output_shape
        self.supports_masking = mask is not None
        takes = inspect.signature(function).parameters
        self._passed = [name for name in ("mask", "training") if name in takes]

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """What the function returns."""
        given = {"mask": mask, "training": training}
        options = {name: given[name] for name in self._passed}
        return self.function(inputs, **{**self.arguments, **options})

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask given, or what the function given as mask returns."""
        return self.mask(inputs, previous_mask) if callable(self.mask) else self.mask

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic tensors like the result."""
        if self._output_shape is None:
            return super().compute_output_spec(*args, **kwargs)
        shape = self._output_shape
        given = map_tensors_to_shapes(args[0])
        if callable(shape):
            return map_shapes(lambda s: KerasTensor(s, self.compute_dtype), shape(given))
        first = given if is_shape(given) else nest.flatten(given)[0]
        batch = first[0] if is_shape(given) else given[0][0]
        return KerasTensor((batch, *shape), self.compute_dtype)

    def _own_config(self) -> dict[str, Any]:
        config = {**super()._own_config(), "output_shape": self._output_shape}
        return {name: value for name, value in config.items() if value is not None}
