"""Layers that normalise their inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keratin import math
from keratin._engine import errors
from keratin._engine.operators import operators
from keratin.keras import constraints, initializers, ops, regularizers
from keratin.keras._core.settings import settings
from keratin.keras._core.variable import Variable, autocast
from keratin.keras.layers._weighted import known_size, positive_integer
from keratin.keras.layers.input_spec import InputSpec
from keratin.keras.layers.layer import Layer
from keratin.keras.layers.wrapper import Wrapper
from keratin.keras.ops._nn_normalization import (
    group_normalization,
    masked_moments,
    moving_average,
    spectrally_normalized,
)


class _Normalization(Layer):
    """A layer whose output has the shape of its input, and which has an axis, or several."""

    axis: Any

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input."""
        for axis in [self.axis] if isinstance(self.axis, int) else self.axis:
            if not -len(input_shape) <= axis < len(input_shape):
                raise ValueError(
                    f"Layer {self.name!r} ({type(self).__name__}): axis={self.axis} is out of "
                    f"bounds for an input of shape {tuple(input_shape)}"
                )
        return input_shape

    def _sizes(self, input_shape: Any) -> tuple[int, ...]:
        """The sizes of the axes, which become a sorted list."""
        self.axis = [self.axis] if isinstance(self.axis, int) else sorted(self.axis)
        self.compute_output_shape(input_shape)
        return tuple([known_size(input_shape, axis, self) for axis in self.axis])


class _Scaled(_Normalization):
    """A normalisation with a learnt factor `gamma` and a learnt offset `beta`."""

    def __init__(
        self,
        epsilon: float,
        center: bool,
        scale: bool,
        beta_initializer: Any,
        gamma_initializer: Any,
        beta_regularizer: Any,
        gamma_regularizer: Any,
        beta_constraint: Any,
        gamma_constraint: Any,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.supports_masking = True

    gamma: Variable | None
    beta: Variable | None

    def _add_scale(self, shape: tuple[int, ...], scale: bool, center: bool) -> None:
        """Make `gamma` and `beta`, or one of them."""
        self.gamma = self._add_vector("gamma", shape) if scale else None
        self.beta = self._add_vector("beta", shape) if center else None

    def _add_vector(self, name: str, shape: tuple[int, ...]) -> Variable:
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=getattr(self, f"{name}_initializer"),
            regularizer=getattr(self, f"{name}_regularizer"),
            constraint=getattr(self, f"{name}_constraint"),
            autocast=False,
        )


class BatchNormalization(_Scaled):
    """Inputs with mean 0 and variance 1 along all axes but one; by a batch, or by moving averages.

    While training, mean and variance are those of the batch, and moving averages of them are kept,
    which take their place otherwise. A frozen layer (`trainable = False`) always goes by the moving
    averages, and leaves them alone. A mask leaves elements out of mean and variance. With
    `renorm=True` a batch is corrected towards the moving averages while training, too.
    With several devices the batch is one, so that `synchronized` is always the case.

    >>> layer = keras.layers.BatchNormalization(epsilon=0.0)
    >>> layer(np.array([[1.0], [3.0]]), training=True).numpy()
    array([[-1.],
           [ 1.]], dtype=float32)
    >>> layer.moving_mean.numpy()
    array([0.02], dtype=float32)
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Mapping[str, float] | None = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ):
        _check_old_options(kwargs)
        super().__init__(
            float(epsilon),
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        self.axis = _one_axis(axis)
        self.momentum = float(momentum)
        self.synchronized = synchronized
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.renorm = renorm
        self.renorm_clipping = _checked_clipping(renorm_clipping or {}) if renorm else None
        if not renorm and renorm_clipping is not None:
            self.renorm_clipping = dict(renorm_clipping)
        self.renorm_momentum = renorm_momentum

    def build(self, input_shape: Any) -> None:
        """Make the factor, the offset and the moving averages."""
        self.compute_output_shape(input_shape)
        size = known_size(input_shape, self.axis, self)
        self._add_scale((size,), self.scale, self.center)
        self.moving_mean = self._add_average("moving_mean", size, self.moving_mean_initializer)
        self.moving_variance = self._add_average(
            "moving_variance", size, self.moving_variance_initializer
        )
        if self.renorm:
            deviation = self._initial_deviation
            self.moving_stddev = self._add_average("moving_stddev", size, deviation)
            self.renorm_mean = self._add_average("renorm_mean", size, self.moving_mean_initializer)
            self.renorm_stddev = self._add_average("renorm_stddev", size, deviation)
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: size})

    def _add_average(self, name: str, size: int, initializer: Any) -> Variable:
        return self.add_weight(
            name=name, shape=(size,), initializer=initializer, trainable=False, autocast=False
        )

    def _initial_deviation(self, shape: Any, dtype: Any = None) -> Any:
        return math.sqrt(self.moving_variance_initializer(shape, dtype=dtype))

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The normalised inputs."""
        if mask is not None and len(mask.shape) != len(inputs.shape) - 1:
            raise ValueError(
                f"Layer {self.name!r} (BatchNormalization): a mask has the axes of the inputs but "
                f"the last; given one of shape {tuple(mask.shape)} for inputs of shape "
                f"{tuple(inputs.shape)}"
            )
        if inputs.dtype not in ("float32", "float64"):
            inputs = operators.cast(inputs, "float32")
        mean, variance = self.moving_mean, self.moving_variance
        factor, offset = self.gamma, self.beta
        if training and self.trainable:
            mean, variance = self._moments(inputs, mask)
            if self.renorm:
                factor, offset = self._corrected(mean, variance)
                self._move_renormalised(mean, variance)
            else:
                self._move(self.moving_mean, mean, self.momentum)
                self._move(self.moving_variance, variance, self.momentum)
        outputs = ops.batch_normalization(
            inputs, mean, variance, self.axis, offset, factor, self.epsilon
        )
        return operators.cast(outputs, self.compute_dtype)

    def _moments(self, inputs: Any, mask: Any) -> Any:
        if mask is not None:
            return masked_moments(inputs, mask, self.axis, settings.epsilon)
        rank = len(inputs.shape)
        axes = [i for i in range(rank) if i != self.axis % rank]
        return ops.moments(inputs, axes, synchronized=self.synchronized)

    def _move(self, variable: Variable, value: Any, momentum: float) -> None:
        variable.assign(moving_average(variable, value, momentum))

    def _corrected(self, mean: Any, variance: Any) -> Any:
        """Factor and offset that also correct a batch towards the moving averages."""
        deviation = math.sqrt(variance + self.epsilon)
        known = ops.maximum(self.renorm_stddev, self.epsilon**0.5)
        ratio = deviation / known
        distance = (mean - self.renorm_mean) / known
        limits = self.renorm_clipping or {}
        if limits.get("rmin") is not None:
            ratio = ops.maximum(ratio, limits["rmin"])
        if limits.get("rmax") is not None:
            ratio = ops.minimum(ratio, limits["rmax"])
        if limits.get("dmax") is not None:
            distance = ops.clip(distance, -limits["dmax"], limits["dmax"])
        factor, offset = ops.stop_gradient(ratio), ops.stop_gradient(distance)
        if self.gamma is not None:
            factor, offset = factor * self.gamma, offset * self.gamma
        return factor, offset if self.beta is None else offset + self.beta

    def _move_renormalised(self, mean: Any, variance: Any) -> None:
        deviation = math.sqrt(variance + self.epsilon)
        self._move(self.renorm_mean, mean, self.renorm_momentum)
        self._move(self.renorm_stddev, deviation, self.renorm_momentum)
        self._move(self.moving_mean, mean, self.momentum)
        self._move(self.moving_stddev, deviation, self.momentum)
        square = math.square(self.moving_stddev)
        self.moving_variance.assign(ops.relu(square - self.epsilon))


def _one_axis(axis: Any) -> int:
    if isinstance(axis, (list, tuple)) and len(axis) == 1:  # so files of Keras 2 have it
        axis = axis[0]
    if isinstance(axis, bool) or not hasattr(axis, "__index__"):
        raise ValueError(
            f"BatchNormalization: axis is the number of one axis, that of the channels; given "
            f"{axis!r}"
        )
    return int(axis)


def _check_old_options(kwargs: dict[str, Any]) -> None:
    """Take out arguments of Keras 1 and 2: those that change no result, or not as they are set."""
    kwargs.pop("fused", None)  # a choice of kernels
    for name, usual in (("virtual_batch_size", None), ("adjustment", None), ("mode", 0)):
        value = kwargs.pop(name, usual)
        if value != usual:
            raise errors.UnimplementedError(
                f"BatchNormalization: {name}={value!r} is an option of former versions of Keras "
                f"that is not there any more. Leave it out, which means {name}={usual!r}"
            )


def _checked_clipping(clipping: Mapping[str, float]) -> dict[str, float]:
    for name in clipping:
        if name not in ("rmax", "rmin", "dmax"):
            raise ValueError(
                "BatchNormalization: the keys of renorm_clipping are 'rmax', 'rmin' and 'dmax'; "
                f"given {name!r}"
            )
    highest, lowest, distance = [clipping.get(name) for name in ("rmax", "rmin", "dmax")]
    if highest is not None and lowest is not None and highest < lowest:
        raise ValueError(
            "BatchNormalization: in renorm_clipping rmax is at least rmin; given "
            f"rmax={highest} and rmin={lowest}"
        )
    if distance is not None and distance < 0:
        raise ValueError(
            f"BatchNormalization: in renorm_clipping dmax is 0 or more; given {distance}"
        )
    return dict(clipping)


class LayerNormalization(_Scaled):
    """Inputs with mean 0 and variance 1 along axes, in each example by itself.

    >>> layer = keras.layers.LayerNormalization()
    >>> layer(np.array([[1.0, 2.0, 3.0]])).numpy().round(2)
    array([[-1.22,  0.  ,  1.22]], dtype=float32)
    """

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ):
        self.rms_scaling = bool(kwargs.pop("rms_scaling", False))
        super().__init__(
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        if self.rms_scaling:
            errors.warn_user(
                "LayerNormalization(rms_scaling=True) divides by the standard deviation, not by "
                "the root mean square. Use keras.layers.RMSNormalization"
            )
        self.axis = _axes(axis, "LayerNormalization")
        self.autocast = False

    def build(self, input_shape: Any) -> None:
        """Make the factor and the offset."""
        shape = self._sizes(input_shape)
        scale, center = self.scale or self.rms_scaling, self.center and not self.rms_scaling
        self._add_scale(shape, scale, center)

    def call(self, inputs: Any) -> Any:
        """The normalised inputs."""
        options = {"rms_scaling": True} if self.rms_scaling else {}
        outputs = ops.layer_normalization(
            inputs, self.gamma, self.beta, axis=self.axis, epsilon=self.epsilon, **options
        )
        return operators.cast(outputs, self.compute_dtype)

    def _own_config(self) -> dict[str, Any]:
        return {**super()._own_config(), "rms_scaling": self.rms_scaling}


def _axes(axis: Any, owner: str) -> Any:
    if isinstance(axis, (list, tuple)):
        return list(axis)
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise TypeError(f"{owner}: axis is a number, or a list of numbers; given {axis!r}")
    return axis


class GroupNormalization(_Scaled):
    """Inputs with mean 0 and variance 1 in each of `groups` groups of channels of an example.

    `groups=-1` makes every channel a group of its own.

    >>> layer = keras.layers.GroupNormalization(groups=2, epsilon=0.0)
    >>> layer(np.array([[1.0, 3.0, 5.0, 9.0]])).numpy()
    array([[-1.,  1., -1.,  1.]], dtype=float32)
    """

    def __init__(
        self,
        groups: int = 32,
        axis: int = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        if groups != -1:
            groups = positive_integer(groups, "groups", "GroupNormalization (or -1)")
        self.groups = groups
        self.axis = axis
        self.autocast = False

    def build(self, input_shape: Any) -> None:
        """Make the factor and the offset."""
        self.compute_output_shape(input_shape)
        size = known_size(input_shape, self.axis, self)
        if self.groups == -1:
            self.groups = size
        if size % self.groups:
            raise ValueError(
                f"Layer {self.name!r} (GroupNormalization): the input of shape "
                f"{tuple(input_shape)} has {size} channels, which {self.groups} groups cannot "
                "share evenly. Choose groups that divide the number of channels"
            )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: size})
        self._add_scale((size,), self.scale, self.center)

    def call(self, inputs: Any) -> Any:
        """The normalised inputs."""
        outputs = group_normalization(
            inputs, self.gamma, self.beta, self.epsilon, self.groups, self.axis
        )
        return operators.cast(outputs, self.compute_dtype)


class RMSNormalization(_Normalization):
    """Inputs divided by their root mean square along axes, times a learnt factor.

    >>> keras.layers.RMSNormalization()(np.array([[3.0, 4.0]])).numpy().round(3)
    array([[0.849, 1.131]], dtype=float32)
    """

    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = _axes(axis, "RMSNormalization")
        self.epsilon = epsilon

    def build(self, input_shape: Any) -> None:
        """Make the factor."""
        shape = self._sizes(input_shape)
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones")

    def call(self, x: Any) -> Any:
        """The normalised inputs."""
        return ops.rms_normalization(x, self.scale, axis=self.axis, epsilon=self.epsilon)


class UnitNormalization(_Normalization):
    """Inputs divided by their Euclidean norm along axes.

    >>> keras.layers.UnitNormalization()(np.array([[3.0, 4.0]])).numpy()
    array([[0.6, 0.8]], dtype=float32)
    """

    def __init__(self, axis: Any = -1, **kwargs: Any):
        super().__init__(**kwargs)
        self.axis = _axes(axis, "UnitNormalization")
        self.supports_masking = True
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The normalised inputs."""
        return ops.normalize(inputs, axis=self.axis, order=2, epsilon=1e-12)


class SpectralNormalization(Wrapper):
    """A layer whose kernel is divided by its largest singular value, before each training step.

    >>> layer = keras.layers.SpectralNormalization(keras.layers.Dense(2), power_iterations=20)
    >>> _ = layer(np.ones((1, 3)), training=True)
    >>> print(f"{np.linalg.norm(layer.layer.kernel, 2):.3f}")
    1.000
    """

    def __init__(self, layer: Layer, power_iterations: int = 1, **kwargs: Any):
        super().__init__(layer, **kwargs)
        self.power_iterations = positive_integer(
            power_iterations, "power_iterations", "SpectralNormalization"
        )

    def build(self, input_shape: Any) -> None:  # type: ignore[override]
        """Build the layer, and make the singular vector."""
        super().build(input_shape)
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})
        self.kernel = self._find_kernel()
        self.vector_u = self.add_weight(
            name="vector_u",
            shape=(1, self.kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
            dtype=self.kernel.dtype,
        )

    def _find_kernel(self) -> Any:
        for name in ("kernel", "embeddings"):
            if isinstance(getattr(self.layer, name, None), Variable):
                return getattr(self.layer, name)
        raise ValueError(
            f"SpectralNormalization: the layer {self.layer.name!r} "
            f"({type(self.layer).__name__}) has neither a kernel nor embeddings to normalise"
        )

    def call(self, inputs: Any, training: Any = False) -> Any:
        """What the layer gives; while training, after its kernel was normalised."""
        if training:
            kernel, vector = self.normalized_weights()
            self.vector_u.assign(vector)
            self.kernel.assign(kernel)
        outputs = self.layer(inputs)
        # Whole numbers are indices of embeddings, which are none.
        return operators.cast(outputs, inputs.dtype) if inputs.dtype.is_floating else outputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the layer's output."""
        return self.layer.compute_output_shape(input_shape)

    def normalized_weights(self) -> tuple[Any, Any]:
        """The normalised kernel, and the singular vector that it was found by."""
        with autocast(None):
            return spectrally_normalized(self.kernel, self.vector_u, self.power_iterations)
