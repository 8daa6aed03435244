"""Initializers that draw: on the host, so that building a model compiles nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keratin._engine.dtype import DType
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.keras._core import host_random
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object
from keratin.keras.initializers._initializer import (
    Initializer,
    Sizes,
    checked_dtype,
    checked_sizes,
)


class RandomInitializer(Initializer):
    """A base of initializers with a seed.

    With an integer, or none, every call of one initializer gives the same numbers; without a seed
    another initializer gives others. A `keras.random.SeedGenerator` moves on with each call.
    """

    def __init__(self, seed: Any = None):
        self._init_seed = seed
        if seed is None:
            seed = host_random.fresh_seed()
        elif isinstance(seed, Mapping):
            seed = deserialize_keras_object(seed)
        elif isinstance(seed, (bool, float, str)) or not (
            hasattr(seed, "next") or hasattr(seed, "__index__")
        ):
            raise ValueError(
                f"{type(self).__name__}: seed must be an integer, a keras.random.SeedGenerator or "
                f"None; given {seed!r}"
            )
        self.seed = seed

    def get_config(self) -> dict[str, Any]:
        """The arguments to make this initializer again."""
        return {**super().get_config(), "seed": serialize_keras_object(self._init_seed)}

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Tensor:
        """A tensor of random floats."""
        found = checked_dtype(self, dtype, "float")
        values = self._draw(self._source(), checked_sizes(self, shape), found)
        return convert_to_tensor(np.asarray(values, found.numpy_dtype))

    def _draw(self, source: host_random.Generator, shape: Sizes, dtype: DType) -> Any:
        raise NotImplementedError(f"{type(self).__name__}: override __call__")

    def _source(self) -> host_random.Generator:
        if hasattr(self.seed, "next"):
            place = self.seed.next()
            return host_random.generator(*np.asarray(place).tolist())
        return host_random.generator(int(self.seed), 0)


class RandomNormal(RandomInitializer):
    """Normal numbers.

    >>> init = keras.initializers.RandomNormal(mean=0.0, stddev=0.1, seed=1)
    >>> bool(tf.reduce_all(init((2, 3)) == init((2, 3))))
    True
    """

    def __init__(self, mean: Any = 0.0, stddev: Any = 0.05, seed: Any = None):
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def _draw(self, source: host_random.Generator, shape: Sizes, dtype: DType) -> Any:
        drawn = host_random.standard_normal(source, shape, dtype.numpy_dtype)
        return drawn * _number(self.stddev) + _number(self.mean)


class TruncatedNormal(RandomInitializer):
    """Normal numbers within two deviations of the mean: those outside are drawn again.

    >>> values = keras.initializers.TruncatedNormal(stddev=1.0)((100,))
    >>> bool(tf.reduce_max(tf.abs(values)) <= 2)
    True
    """

    def __init__(self, mean: Any = 0.0, stddev: Any = 0.05, seed: Any = None):
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def _draw(self, source: host_random.Generator, shape: Sizes, dtype: DType) -> Any:
        drawn = host_random.standard_truncated_normal(source, shape, dtype.numpy_dtype)
        return drawn * _number(self.stddev) + _number(self.mean)


class RandomUniform(RandomInitializer):
    """Numbers of [minval, maxval), all equally likely.

    >>> values = keras.initializers.RandomUniform(minval=1.0, maxval=2.0)((100,))
    >>> bool(tf.reduce_min(values) >= 1)
    True
    """

    def __init__(self, minval: Any = -0.05, maxval: Any = 0.05, seed: Any = None):
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed)

    def _draw(self, source: host_random.Generator, shape: Sizes, dtype: DType) -> Any:
        low, high = _number(self.minval), _number(self.maxval)
        return host_random.standard_uniform(source, shape, dtype.numpy_dtype) * (high - low) + low


_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")
# The deviation of a standard normal that is cut off at two deviations.
_DEVIATION_WHEN_TRUNCATED = 0.87962566103423978


class VarianceScaling(RandomInitializer):
    """Numbers of the variance `scale / n`, where n counts what goes in ("fan_in") or out
    ("fan_out") of a unit, or is the mean of both ("fan_avg").

    Of a convolution kernel the last two axes are channels in and out; `input_axes` and
    `output_axes` name other ones.

    >>> init = keras.initializers.VarianceScaling(2.0, mode="fan_out", distribution="uniform")
    >>> bool(tf.reduce_max(tf.abs(init((100, 24)))) <= 0.5)
    True
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ):
        if scale <= 0:
            raise ValueError(f"VarianceScaling: scale must be positive; given {scale}")
        distribution = str(distribution).lower()
        if distribution == "normal":
            distribution = "truncated_normal"
        for name, value, known in (
            ("mode", mode, _MODES),
            ("distribution", distribution, _DISTRIBUTIONS),
        ):
            if value not in known:
                raise ValueError(
                    f"VarianceScaling: {name} must be one of {', '.join(map(repr, known))}; "
                    f"given {value!r}"
                )
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed)

    def _draw(self, source: host_random.Generator, shape: Sizes, dtype: DType) -> Any:
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        count = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, count)
        numpy_dtype = dtype.numpy_dtype
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return host_random.standard_uniform(source, shape, numpy_dtype) * (2 * limit) - limit
        if self.distribution == "untruncated_normal":
            return host_random.standard_normal(source, shape, numpy_dtype) * math.sqrt(variance)
        stddev = math.sqrt(variance) / _DEVIATION_WHEN_TRUNCATED
        return host_random.standard_truncated_normal(source, shape, numpy_dtype) * stddev


def compute_fans(
    shape: Sizes,
    input_axes: Sequence[int] | None = None,
    output_axes: Sequence[int] | None = None,
) -> tuple[int, int]:
    """How many numbers go into a unit of a weight, and out of one."""
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[i] for i in input_axes), math.prod(shape[i] for i in output_axes)
    if len(shape) < 2:
        size = math.prod(shape)
        return size, size
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window


def _number(value: Any) -> Any:
    """A mean, deviation or bound, of which Python numbers keep the dtype of what they meet."""
    return value if isinstance(value, (int, float)) else np.asarray(value).item()


class GlorotUniform(VarianceScaling):
    """Uniform numbers of variance 2 / (fan_in + fan_out), after Glorot and Bengio (2010).

    >>> keras.layers.Dense(3, kernel_initializer="glorot_uniform").kernel_initializer.mode
    'fan_avg'
    """

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None):
        super().__init__(1.0, "fan_avg", "uniform", seed, input_axes, output_axes)


class GlorotNormal(VarianceScaling):
    """Truncated normal numbers of variance 2 / (fan_in + fan_out), after Glorot and Bengio (2010).

    >>> keras.initializers.GlorotNormal(seed=1)((3, 4)).shape
    TensorShape([3, 4])
    """

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None):
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, input_axes, output_axes)


class LecunNormal(VarianceScaling):
    """Truncated normal numbers of variance 1 / fan_in, after LeCun and others (1998).

    >>> keras.initializers.LecunNormal(seed=1)((3, 4)).shape
    TensorShape([3, 4])
    """

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None):
        super().__init__(1.0, "fan_in", "truncated_normal", seed, input_axes, output_axes)


class LecunUniform(VarianceScaling):
    """Uniform numbers of variance 1 / fan_in, after LeCun and others (1998).

    >>> keras.initializers.LecunUniform(seed=1)((3, 4)).shape
    TensorShape([3, 4])
    """

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None):
        super().__init__(1.0, "fan_in", "uniform", seed, input_axes, output_axes)


class HeNormal(VarianceScaling):
    """Truncated normal numbers of variance 2 / fan_in, after He and others (2015); for ReLU.

    >>> keras.initializers.HeNormal(seed=1)((3, 4)).shape
    TensorShape([3, 4])
    """

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None):
        super().__init__(2.0, "fan_in", "truncated_normal", seed, input_axes, output_axes)


class HeUniform(VarianceScaling):
    """Uniform numbers of variance 2 / fan_in, after He and others (2015); for ReLU.

    >>> keras.initializers.HeUniform(seed=1)((3, 4)).shape
    TensorShape([3, 4])
    """

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None):
        super().__init__(2.0, "fan_in", "uniform", seed, input_axes, output_axes)


class Orthogonal(RandomInitializer):
    """An orthogonal matrix times `gain`; where it is not square, rows or columns are orthogonal.

    A weight of more axes is a matrix of which the last axis are the columns.

    >>> q = keras.initializers.Orthogonal(seed=1)((3, 3))
    >>> (q @ tf.transpose(q)).numpy().round(4).tolist() == np.eye(3).tolist()
    True
    """

    def __init__(self, gain: Any = 1.0, seed: Any = None):
        self.gain = gain
        super().__init__(seed)

    def _draw(self, source: host_random.Generator, shape: Sizes, dtype: DType) -> Any:
        if len(shape) < 2:
            raise ValueError(
                f"Orthogonal makes weights of two dimensions or more; this one has shape {shape}. "
                "Use another initializer for it, such as 'random_normal'"
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        q, r = np.linalg.qr(host_random.standard_normal(source, tall, dtype.numpy_dtype))
        q *= np.sign(np.diag(r))  # else the decomposition favours some matrices
        return _number(self.gain) * (q.T if rows < columns else q).reshape(shape)
