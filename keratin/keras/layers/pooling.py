"""Pooling: the maximum or mean of windows, of everything, or of a given number of shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keratin import math
from keratin._engine.operators import operators
from keratin.array import expand_dims
from keratin.keras._core.settings import standardize_data_format
from keratin.keras.layers.input_spec import InputSpec
from keratin.keras.layers.layer import Layer
from keratin.keras.layers.resizing import sizes_of
from keratin.keras.ops import nn


class _OnSpatialAxes(Layer):
    """A layer that reduces spatial axes, and knows where they are."""

    rank: int

    def __init__(self, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def _spatial_axes(self) -> list[int]:
        first = 1 if self.data_format == "channels_last" else 2
        return list(range(first, first + self.rank))


class _Pooling(_OnSpatialAxes):
    """The maximum or mean of each window."""

    pool: Callable[..., Any]

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(data_format, name=name, **kwargs)
        owner = type(self).__name__
        self.pool_size = sizes_of(pool_size, self.rank, "pool_size", owner)
        self.strides = (
            self.pool_size if strides is None else sizes_of(strides, self.rank, "strides", owner)
        )
        self.padding = str(padding).lower()
        if self.padding not in ("valid", "same"):
            raise ValueError(f"{owner}: padding is 'valid' or 'same'; given {padding!r}")

    def call(self, inputs: Any) -> Any:
        """The pooled inputs."""
        return type(self).pool(
            inputs,
            pool_size=self.pool_size,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
        )

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output."""
        sizes = list(input_shape)
        for axis, place in enumerate(self._spatial_axes):
            if sizes[place] is None:
                continue
            left = sizes[place] - (self.pool_size[axis] - 1 if self.padding == "valid" else 0)
            if left <= 0:
                raise ValueError(
                    f"{type(self).__name__} {self.name!r}: the window {self.pool_size} is larger "
                    f"than the input, whose spatial axis {axis} has size {sizes[place]}. The image "
                    "has shrunk too much: use fewer pooling layers, or padding='same'"
                )
            sizes[place] = -(-left // self.strides[axis])
        return tuple(sizes)


class _GlobalPooling(_OnSpatialAxes):
    """The maximum or mean of each channel."""

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any):
        super().__init__(data_format, **kwargs)
        self.keepdims = keepdims

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output."""
        axes = self._spatial_axes
        if self.keepdims:
            return tuple([1 if i in axes else size for i, size in enumerate(input_shape)])
        return tuple([size for i, size in enumerate(input_shape) if i not in axes])


class _GlobalMaxPooling(_GlobalPooling):
    def call(self, inputs: Any) -> Any:
        """The maxima."""
        return math.reduce_max(inputs, axis=self._spatial_axes, keepdims=self.keepdims)


class _GlobalAveragePooling(_GlobalPooling):
    def call(self, inputs: Any) -> Any:
        """The means."""
        return math.reduce_mean(inputs, axis=self._spatial_axes, keepdims=self.keepdims)


class _AdaptivePooling(_OnSpatialAxes):
    """The maximum or mean of each of a given number of shares of the spatial axes."""

    pool: Callable[..., Any]

    def __init__(self, output_size: Any, data_format: str | None = None, **kwargs: Any):
        super().__init__(data_format, **kwargs)
        self.output_size = sizes_of(output_size, self.rank, "output_size", type(self).__name__)

    def call(self, inputs: Any) -> Any:
        """The pooled inputs."""
        return type(self).pool(inputs, output_size=self.output_size, data_format=self.data_format)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output."""
        sizes = list(input_shape)
        for place, size in zip(self._spatial_axes, self.output_size, strict=True):
            sizes[place] = size
        return tuple(sizes)


class GlobalAveragePooling1D(_GlobalAveragePooling):
    """The mean of each channel over the steps of sequences; masked steps are left out.

    >>> keras.layers.GlobalAveragePooling1D()(np.ones((1, 8, 3))).shape
    TensorShape([1, 3])
    """

    rank = 1

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any):
        super().__init__(data_format, keepdims, **kwargs)
        self.supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The means."""
        if mask is None:
            return super().call(inputs)
        (axis,) = self._spatial_axes
        kept = expand_dims(operators.cast(mask, inputs.dtype), 2 if axis == 1 else 1)
        total = math.reduce_sum(inputs * kept, axis=axis, keepdims=self.keepdims)
        return total / math.reduce_sum(kept, axis=axis, keepdims=self.keepdims)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """None: the steps are gone."""
        return None


class MaxPooling1D(_Pooling):
    """The maximum of each window of sequences.

    >>> keras.layers.MaxPooling1D(2)(np.ones((1, 8, 3))).shape
    TensorShape([1, 4, 3])
    """

    rank = 1
    pool = staticmethod(nn.max_pool)


class AveragePooling1D(_Pooling):
    """The mean of each window of sequences.

    >>> keras.layers.AveragePooling1D(2)(np.ones((1, 8, 3))).shape
    TensorShape([1, 4, 3])
    """

    rank = 1
    pool = staticmethod(nn.average_pool)


class MaxPooling2D(_Pooling):
    """The maximum of each window of images.

    >>> keras.layers.MaxPooling2D(2)(np.ones((1, 8, 8, 3))).shape
    TensorShape([1, 4, 4, 3])
    """

    rank = 2
    pool = staticmethod(nn.max_pool)


class AveragePooling2D(_Pooling):
    """The mean of each window of images.

    >>> keras.layers.AveragePooling2D(2)(np.ones((1, 8, 8, 3))).shape
    TensorShape([1, 4, 4, 3])
    """

    rank = 2
    pool = staticmethod(nn.average_pool)


class MaxPooling3D(_Pooling):
    """The maximum of each window of volumes.

    >>> keras.layers.MaxPooling3D(2)(np.ones((1, 8, 8, 8, 3))).shape
    TensorShape([1, 4, 4, 4, 3])
    """

    rank = 3
    pool = staticmethod(nn.max_pool)


class AveragePooling3D(_Pooling):
    """The mean of each window of volumes.

    >>> keras.layers.AveragePooling3D(2)(np.ones((1, 8, 8, 8, 3))).shape
    TensorShape([1, 4, 4, 4, 3])
    """

    rank = 3
    pool = staticmethod(nn.average_pool)


class GlobalMaxPooling1D(_GlobalMaxPooling):
    """The maximum of each channel of sequences.

    >>> keras.layers.GlobalMaxPooling1D()(np.ones((1, 8, 3))).shape
    TensorShape([1, 3])
    """

    rank = 1


class GlobalMaxPooling2D(_GlobalMaxPooling):
    """The maximum of each channel of images.

    >>> keras.layers.GlobalMaxPooling2D()(np.ones((1, 8, 8, 3))).shape
    TensorShape([1, 3])
    """

    rank = 2


class GlobalAveragePooling2D(_GlobalAveragePooling):
    """The mean of each channel of images.

    >>> keras.layers.GlobalAveragePooling2D()(np.ones((1, 8, 8, 3))).shape
    TensorShape([1, 3])
    """

    rank = 2


class GlobalMaxPooling3D(_GlobalMaxPooling):
    """The maximum of each channel of volumes.

    >>> keras.layers.GlobalMaxPooling3D()(np.ones((1, 8, 8, 8, 3))).shape
    TensorShape([1, 3])
    """

    rank = 3


class GlobalAveragePooling3D(_GlobalAveragePooling):
    """The mean of each channel of volumes.

    >>> keras.layers.GlobalAveragePooling3D()(np.ones((1, 8, 8, 8, 3))).shape
    TensorShape([1, 3])
    """

    rank = 3


class AdaptiveMaxPooling1D(_AdaptivePooling):
    """The maximum of each of so many shares of sequences.

    >>> keras.layers.AdaptiveMaxPooling1D(2)(np.ones((1, 7, 3))).shape
    TensorShape([1, 2, 3])
    """

    rank = 1
    pool = staticmethod(nn.adaptive_max_pool)


class AdaptiveAveragePooling1D(_AdaptivePooling):
    """The mean of each of so many shares of sequences.

    >>> keras.layers.AdaptiveAveragePooling1D(2)(np.ones((1, 7, 3))).shape
    TensorShape([1, 2, 3])
    """

    rank = 1
    pool = staticmethod(nn.adaptive_average_pool)


class AdaptiveMaxPooling2D(_AdaptivePooling):
    """The maximum of each of so many shares of images.

    >>> keras.layers.AdaptiveMaxPooling2D(2)(np.ones((1, 7, 7, 3))).shape
    TensorShape([1, 2, 2, 3])
    """

    rank = 2
    pool = staticmethod(nn.adaptive_max_pool)


class AdaptiveAveragePooling2D(_AdaptivePooling):
    """The mean of each of so many shares of images.

    >>> keras.layers.AdaptiveAveragePooling2D(2)(np.ones((1, 7, 7, 3))).shape
    TensorShape([1, 2, 2, 3])
    """

    rank = 2
    pool = staticmethod(nn.adaptive_average_pool)


class AdaptiveMaxPooling3D(_AdaptivePooling):
    """The maximum of each of so many shares of volumes.

    >>> keras.layers.AdaptiveMaxPooling3D(2)(np.ones((1, 7, 7, 7, 3))).shape
    TensorShape([1, 2, 2, 2, 3])
    """

    rank = 3
    pool = staticmethod(nn.adaptive_max_pool)


class AdaptiveAveragePooling3D(_AdaptivePooling):
    """The mean of each of so many shares of volumes.

    >>> keras.layers.AdaptiveAveragePooling3D(2)(np.ones((1, 7, 7, 7, 3))).shape
    TensorShape([1, 2, 2, 2, 3])
    """

    rank = 3
    pool = staticmethod(nn.adaptive_average_pool)
