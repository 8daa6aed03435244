"""Layers that disturb training, or penalise what passes through them."""

from __future__ import annotations

from typing import Any

from keratin import math
from keratin._engine.operators import operators
from keratin.keras import random, regularizers
from keratin.keras._core.settings import standardize_data_format
from keratin.keras.layers.activation import _Elementwise
from keratin.keras.layers.input_spec import InputSpec
from keratin.keras.layers.reshaping import batch_of


class _Random(_Elementwise):
    """A layer that draws random numbers while training, and does nothing otherwise."""

    def __init__(self, seed: Any = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.seed = seed
        self._is_drawing = self._draws()
        if self._is_drawing:
            self.seed_generator = random.SeedGenerator(seed)
        self.built = True

    def _draws(self) -> bool:
        """Whether the amount of disturbance is above 0."""
        return True

    def call(self, inputs: Any, training: Any = False) -> Any:
        """The disturbed inputs while training."""
        return self._disturbed(inputs) if training and self._is_drawing else inputs

    def _disturbed(self, inputs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say how to disturb its inputs")


def _rate(rate: Any, owner: str) -> float:
    if not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
        raise ValueError(f"{owner}: rate must be a number from 0 to 1; given {rate!r}")
    return rate


class Dropout(_Random):
    """While training, sets a fraction `rate` of the inputs to 0 and enlarges the others.

    >>> keras.layers.Dropout(0.5)(np.ones((2, 2))).numpy()
    array([[1., 1.],
           [1., 1.]], dtype=float32)
    """

    def __init__(self, rate: float, noise_shape: Any = None, seed: Any = None, **kwargs: Any):
        self.rate = _rate(rate, type(self).__name__)
        super().__init__(seed=seed, **kwargs)
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)

    def _draws(self) -> bool:
        return self.rate > 0

    def _noise_shape(self, inputs: Any) -> Any:
        return self.noise_shape

    def _disturbed(self, inputs: Any) -> Any:
        shape = self._noise_shape(inputs)
        return random.dropout(inputs, self.rate, noise_shape=shape, seed=self.seed_generator)


class _SpatialDropout(Dropout):
    """Sets whole channels to 0."""

    rank: int

    def __init__(self, rate: float, seed: Any = None, **kwargs: Any):
        super().__init__(rate, seed=seed, **kwargs)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _noise_shape(self, inputs: Any) -> Any:
        ones = (1,) * self.rank
        batch = batch_of(inputs)
        if getattr(self, "data_format", None) == "channels_first":
            return (batch, inputs.shape[1], *ones)
        return (batch, *ones, inputs.shape[-1])

    def get_config(self) -> dict[str, Any]:
        """The arguments to make this layer again."""
        config = super().get_config()
        config.pop("noise_shape", None)
        return config


class SpatialDropout1D(_SpatialDropout):
    """While training, sets whole channels of sequences to 0.

    >>> keras.layers.SpatialDropout1D(0.5)(np.ones((1, 2, 3))).shape
    TensorShape([1, 2, 3])
    """

    rank = 1

    def __init__(
        self,
        rate: float,
        seed: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        super().__init__(rate, seed=seed, name=name, dtype=dtype, **kwargs)


class _SpatialDropoutOfImages(_SpatialDropout):
    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        super().__init__(rate, seed=seed, name=name, dtype=dtype, **kwargs)
        self.data_format = standardize_data_format(data_format)


class SpatialDropout2D(_SpatialDropoutOfImages):
    """While training, sets whole channels of images to 0.

    >>> keras.layers.SpatialDropout2D(0.5)(np.ones((1, 2, 2, 3))).shape
    TensorShape([1, 2, 2, 3])
    """

    rank = 2


class SpatialDropout3D(_SpatialDropoutOfImages):
    """While training, sets whole channels of volumes to 0.

    >>> keras.layers.SpatialDropout3D(0.5)(np.ones((1, 2, 2, 2, 3))).shape
    TensorShape([1, 2, 2, 2, 3])
    """

    rank = 3


class GaussianNoise(_Random):
    """While training, adds normal noise.

    >>> keras.layers.GaussianNoise(0.1)(np.ones((1, 2))).numpy()
    array([[1., 1.]], dtype=float32)
    """

    def __init__(self, stddev: float, seed: Any = None, **kwargs: Any):
        if not 0 <= stddev <= 1:
            raise ValueError(f"GaussianNoise: stddev must be from 0 to 1; given {stddev!r}")
        self.stddev = stddev
        super().__init__(seed=seed, **kwargs)

    def _draws(self) -> bool:
        return self.stddev > 0

    def _disturbed(self, inputs: Any) -> Any:
        return operators.add(inputs, _normal(inputs, 0.0, self.stddev, self.seed_generator))


class GaussianDropout(_Random):
    """While training, multiplies by normal noise of mean 1.

    >>> keras.layers.GaussianDropout(0.1)(np.ones((1, 2))).numpy()
    array([[1., 1.]], dtype=float32)
    """

    def __init__(self, rate: float, seed: Any = None, **kwargs: Any):
        self.rate = _rate(rate, type(self).__name__)
        super().__init__(seed=seed, **kwargs)

    def _draws(self) -> bool:
        return self.rate > 0

    def _disturbed(self, inputs: Any) -> Any:
        spread = (self.rate / (1.0 - self.rate)) ** 0.5
        return math.multiply(inputs, _normal(inputs, 1.0, spread, self.seed_generator))


class AlphaDropout(_Random):
    """While training, drops inputs so that mean and variance stay, for use with "selu".

    >>> keras.layers.AlphaDropout(0.1)(np.ones((1, 2))).numpy()
    array([[1., 1.]], dtype=float32)
    """

    def __init__(self, rate: float, noise_shape: Any = None, seed: Any = None, **kwargs: Any):
        self.rate = _rate(rate, type(self).__name__)
        super().__init__(seed=seed, **kwargs)
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)

    def _draws(self) -> bool:
        return self.rate > 0

    def _disturbed(self, inputs: Any) -> Any:
        # What selu tends to for low inputs, and the line that restores mean 0 and variance 1.
        low = -1.7580993408473766
        scale = ((1 - self.rate) * (1 + self.rate * low**2)) ** -0.5
        shift = -scale * low * self.rate
        drawn = random.uniform(_sizes(inputs, self.noise_shape), seed=self.seed_generator)
        kept = operators.cast(math.greater_equal(drawn, self.rate), inputs.dtype)
        mixed = inputs * kept + low * (1.0 - kept)
        return mixed * scale + shift


def _sizes(inputs: Any, wanted: Any = None) -> tuple[Any, ...]:
    """The sizes of the inputs, or those wanted, None standing for the inputs' own."""
    own = (batch_of(inputs), *tuple(inputs.shape)[1:])
    if wanted is None:
        return own
    return tuple([a if b is None else b for a, b in zip(own, wanted, strict=True)])


def _normal(inputs: Any, mean: float, stddev: float, seed: Any) -> Any:
    return random.normal(_sizes(inputs), mean=mean, stddev=stddev, dtype=inputs.dtype, seed=seed)


class ActivityRegularization(_Elementwise):
    """Adds the size of its inputs to the loss.

    >>> layer = keras.layers.ActivityRegularization(l2=0.5)
    >>> _ = layer(np.array([[2.0]]))
    >>> float(layer.losses[0])
    2.0
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any):
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1 = l1
        self.l2 = l2
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The inputs."""
        return inputs

    def get_config(self) -> dict[str, Any]:
        """The arguments to make this layer again."""
        config = super().get_config()
        config.pop("activity_regularizer", None)
        return config
