"""Activations as layers."""

from __future__ import annotations

from typing import Any

from keratin import math
from keratin._engine.operators import operators
from keratin.keras import activations, constraints, initializers, ops, regularizers
from keratin.keras.layers._weighted import known_size
from keratin.keras.layers.input_spec import InputSpec
from keratin.keras.layers.layer import Layer


class _Elementwise(Layer):
    """A layer whose output has the shape of its input."""

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        return input_shape


class Activation(_Elementwise):
    """An activation, by its name or as a function.

    >>> keras.layers.Activation("relu")(np.array([-1.0, 2.0])).numpy()
    array([0., 2.], dtype=float32)
    """

    def __init__(self, activation: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: Any) -> Any:
        """The activated inputs."""
        return self.activation(inputs)


class ReLU(_Elementwise):
    """max(x, 0), with a slope below, a threshold and an upper limit.

    >>> keras.layers.ReLU(max_value=3.0)(np.array([-1.0, 2.0, 5.0])).numpy()
    array([0., 2., 3.], dtype=float32)
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ):
        negative_slope = kwargs.pop("alpha", negative_slope)
        super().__init__(**kwargs)
        for name, value in (
            ("max_value", max_value),
            ("negative_slope", negative_slope),
            ("threshold", threshold),
        ):
            if value is None and name != "max_value":
                raise ValueError(f"ReLU: {name} is a number; given None")
            if value is not None and value < 0:
                raise ValueError(f"ReLU: {name} must not be negative; given {value}")
        self.max_value = max_value
        self.negative_slope = negative_slope
        self.threshold = threshold

    def call(self, inputs: Any) -> Any:
        """The activated inputs."""
        return activations.relu(
            inputs,
            negative_slope=self.negative_slope,
            max_value=self.max_value,
            threshold=self.threshold,
        )


class LeakyReLU(_Elementwise):
    """x where positive, `negative_slope` x elsewhere.

    >>> keras.layers.LeakyReLU(0.5)(np.array([-1.0, 2.0])).numpy()
    array([-0.5,  2. ], dtype=float32)
    """

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any):
        negative_slope = kwargs.pop("alpha", negative_slope)
        super().__init__(**kwargs)
        if negative_slope is None or negative_slope < 0:
            raise ValueError(
                f"LeakyReLU: negative_slope is a number of 0 or more; given {negative_slope}"
            )
        self.negative_slope = negative_slope

    def call(self, inputs: Any) -> Any:
        """The activated inputs."""
        return activations.leaky_relu(inputs, negative_slope=self.negative_slope)


class PReLU(_Elementwise):
    """x where positive, elsewhere x times a slope that is learnt for each element.

    Along `shared_axes` all elements share one slope.

    >>> keras.layers.PReLU(alpha_initializer="ones")(np.array([[-1.0, 2.0]])).numpy()
    array([[-1.,  2.]], dtype=float32)
    """

    def __init__(
        self,
        alpha_initializer: Any = "Zeros",
        alpha_regularizer: Any = None,
        alpha_constraint: Any = None,
        shared_axes: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        self.shared_axes = (
            None
            if shared_axes is None
            else [shared_axes]
            if isinstance(shared_axes, int)
            else list(shared_axes)
        )

    def build(self, input_shape: Any) -> None:
        """Make the slopes."""
        shared = self.shared_axes or []
        shape = [
            1 if axis in shared else known_size(input_shape, axis, self)
            for axis in range(1, len(input_shape))
        ]
        self.alpha = self.add_weight(
            shape=shape,
            name="alpha",
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )
        axes = {
            axis: input_shape[axis] for axis in range(1, len(input_shape)) if axis not in shared
        }
        self.input_spec = InputSpec(ndim=len(input_shape), axes=axes)

    def call(self, inputs: Any) -> Any:
        """The activated inputs."""
        below = math.multiply(math.negative(self.alpha), activations.relu(-inputs))
        return operators.add(activations.relu(inputs), below)


class ELU(_Elementwise):
    """x where positive, alpha (exp(x) - 1) elsewhere.

    >>> keras.layers.ELU()(np.array([-1.0, 2.0])).numpy().round(3)
    array([-0.632,  2.   ], dtype=float32)
    """

    def __init__(self, alpha: float = 1.0, **kwargs: Any):
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs: Any) -> Any:
        """The activated inputs."""
        return activations.elu(inputs, alpha=self.alpha)


class Softmax(_Elementwise):
    """exp(x) divided by its sum along an axis; a mask leaves elements out.

    >>> keras.layers.Softmax()(np.array([1.0, 1.0])).numpy()
    array([0.5, 0.5], dtype=float32)
    """

    def __init__(self, axis: Any = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The weights."""
        if mask is None:
            return activations.softmax(inputs, axis=self.axis)
        fits = len(mask.shape) <= len(inputs.shape) and all(
            a in (1, None) or b is None or a == b
            for a, b in zip(mask.shape[::-1], inputs.shape[::-1], strict=False)
        )
        if not fits:
            raise ValueError(
                f"Layer {self.name!r} (Softmax): the mask of shape {tuple(mask.shape)} cannot be "
                f"broadcast to the inputs of shape {tuple(inputs.shape)}"
            )
        if mask.dtype != "bool":
            mask = math.greater(mask, operators.cast(0.5, mask.dtype))
        kept = ops.where(mask, inputs, operators.cast(_lowest(inputs.dtype), inputs.dtype))
        weights = activations.softmax(kept, axis=self.axis)
        # Where nothing is left, the weights are 0 and not even.
        return ops.where(mask, weights, operators.cast(0.0, inputs.dtype))


def _lowest(dtype: Any) -> float:
    """So little that its exponential is 0."""
    return -3e4 if dtype == "float16" else -1e9
