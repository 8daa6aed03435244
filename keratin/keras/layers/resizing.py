"""Layers that cut off, pad or enlarge the spatial axes of images, sequences and volumes."""

from __future__ import annotations

from typing import Any

from keratin import array
from keratin.keras._core.settings import standardize_data_format
from keratin.keras.layers.input_spec import InputSpec
from keratin.keras.layers.layer import Layer
from keratin.keras.ops import image


def pairs(value: Any, rank: int, name: str, owner: str) -> tuple[tuple[int, int], ...]:
    """One (before, after) for each spatial axis, of a number, a number an axis, or pairs."""
    if isinstance(value, int):
        found: Any = ((value, value),) * rank
    else:
        given = tuple(value)
        if rank == 1 and len(given) == 2 and all(isinstance(v, int) for v in given):
            given = (given,)
        found = tuple([(v, v) if isinstance(v, int) else tuple(v) for v in given])
    fits = len(found) == rank and all(
        len(pair) == 2 and all(isinstance(v, int) and v >= 0 for v in pair) for pair in found
    )
    if not fits:
        raise ValueError(
            f"{owner}: {name} is a number, {rank} numbers, or {rank} pairs (before, after), none "
            f"of them negative; given {value!r}"
        )
    return found


def sizes_of(value: Any, rank: int, name: str, owner: str) -> tuple[int, ...]:
    """One number above 0 for each spatial axis."""
    found = (value,) * rank if isinstance(value, int) else tuple(value)
    if len(found) != rank or not all(isinstance(v, int) and v > 0 for v in found):
        raise ValueError(f"{owner}: {name} is a number above 0, or {rank} of them; given {value!r}")
    return found


class _Spatial(Layer):
    """A layer that changes the sizes of spatial axes alone."""

    rank: int

    def __init__(self, data_format: str | None, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _own_config(self) -> dict[str, Any]:
        """What has one entry an axis stands alone where there is one axis."""
        config = super()._own_config()
        if self.rank == 1:
            for name in ("cropping", "padding", "size"):
                if name in config:
                    config[name] = config[name][0]
        return config

    @property
    def _first_axis(self) -> int:
        return 2 if self.data_format == "channels_first" else 1

    def _size(self, size: int, axis: int) -> int:
        """The new size of a spatial axis."""
        raise NotImplementedError(f"{type(self).__name__}._size is to be defined by the subclass")

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape with the new sizes."""
        sizes = list(input_shape)
        for axis in range(self.rank):
            place = self._first_axis + axis
            if sizes[place] is not None:
                sizes[place] = self._size(sizes[place], axis)
        return tuple(sizes)


class _Cropping(_Spatial):
    """Cuts off the ends of the spatial axes."""

    def __init__(self, cropping: Any, data_format: str | None, **kwargs: Any):
        super().__init__(data_format, **kwargs)
        self.cropping = pairs(cropping, self.rank, "cropping", type(self).__name__)

    def _size(self, size: int, axis: int) -> int:
        left = size - sum(self.cropping[axis])
        if left <= 0:
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: cropping={self.cropping} takes away all of "
                f"spatial axis {axis}, whose size is {size}"
            )
        return left

    def call(self, inputs: Any) -> Any:
        """What is left."""
        self.compute_output_shape(tuple(inputs.shape))
        key: list[Any] = [slice(None)] * (self.rank + 2)
        for axis, (before, after) in enumerate(self.cropping):
            key[self._first_axis + axis] = slice(before, -after if after else None)
        return inputs[tuple(key)]


class _ZeroPadding(_Spatial):
    """Puts zeros at the ends of the spatial axes."""

    def __init__(self, padding: Any, data_format: str | None, **kwargs: Any):
        super().__init__(data_format, **kwargs)
        self.padding = pairs(padding, self.rank, "padding", type(self).__name__)

    def _size(self, size: int, axis: int) -> int:
        return size + sum(self.padding[axis])

    def call(self, inputs: Any) -> Any:
        """The padded inputs."""
        widths: list[Any] = [(0, 0)] * (self.rank + 2)
        widths[self._first_axis : self._first_axis + self.rank] = self.padding
        return array.pad(inputs, widths)


class _UpSampling(_Spatial):
    """Enlarges the spatial axes."""

    def __init__(self, size: Any, data_format: str | None, interpolation: str, **kwargs: Any):
        super().__init__(data_format, **kwargs)
        self.size = sizes_of(size, self.rank, "size", type(self).__name__)
        self.interpolation = str(interpolation).lower()

    def _size(self, size: int, axis: int) -> int:
        return size * self.size[axis]

    def call(self, inputs: Any) -> Any:
        """The enlarged inputs."""
        if self.interpolation != "nearest":
            wanted = self.compute_output_shape(tuple(inputs.shape))
            first = self._first_axis
            return image.resize(
                inputs,
                wanted[first : first + self.rank],
                interpolation=self.interpolation,
                data_format=self.data_format,
            )
        for axis, times in enumerate(self.size):
            if times > 1:
                inputs = array.repeat(inputs, times, axis=self._first_axis + axis)
        return inputs


class Cropping1D(_Cropping):
    """Cuts off the ends of the steps of each sequence.

    >>> keras.layers.Cropping1D(1)(np.ones((2, 5, 3))).shape
    TensorShape([2, 3, 3])
    """

    rank = 1

    def __init__(
        self,
        cropping: Any = (1, 1),
        **kwargs: Any,
    ):
        super().__init__(cropping, "channels_last", **kwargs)


class Cropping2D(_Cropping):
    """Cuts off the ends of the rows and columns of each image.

    >>> keras.layers.Cropping2D(1)(np.ones((2, 5, 5, 3))).shape
    TensorShape([2, 3, 3, 3])
    """

    rank = 2

    def __init__(
        self,
        cropping: Any = ((0, 0), (0, 0)),
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(cropping, data_format, **kwargs)


class Cropping3D(_Cropping):
    """Cuts off the ends of the depth, rows and columns of each volume.

    >>> keras.layers.Cropping3D(1)(np.ones((2, 5, 5, 5, 3))).shape
    TensorShape([2, 3, 3, 3, 3])
    """

    rank = 3

    def __init__(
        self,
        cropping: Any = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(cropping, data_format, **kwargs)


class ZeroPadding1D(_ZeroPadding):
    """Puts zeros at the ends of the steps of each sequence.

    >>> keras.layers.ZeroPadding1D(1)(np.ones((2, 5, 3))).shape
    TensorShape([2, 7, 3])
    """

    rank = 1

    def __init__(
        self,
        padding: Any = 1,
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding2D(_ZeroPadding):
    """Puts zeros at the ends of the rows and columns of each image.

    >>> keras.layers.ZeroPadding2D(1)(np.ones((2, 5, 5, 3))).shape
    TensorShape([2, 7, 7, 3])
    """

    rank = 2

    def __init__(
        self,
        padding: Any = (1, 1),
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding3D(_ZeroPadding):
    """Puts zeros at the ends of the depth, rows and columns of each volume.

    >>> keras.layers.ZeroPadding3D(1)(np.ones((2, 5, 5, 5, 3))).shape
    TensorShape([2, 7, 7, 7, 3])
    """

    rank = 3

    def __init__(
        self,
        padding: Any = ((1, 1), (1, 1), (1, 1)),
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(padding, data_format, **kwargs)


class UpSampling1D(_UpSampling):
    """Enlarges the steps of each sequence by repeating.

    >>> keras.layers.UpSampling1D(2)(np.ones((2, 5, 3))).shape
    TensorShape([2, 10, 3])
    """

    rank = 1

    def __init__(
        self,
        size: Any = 2,
        **kwargs: Any,
    ):
        super().__init__(size, "channels_last", "nearest", **kwargs)


class UpSampling2D(_UpSampling):
    """Enlarges the rows and columns of each image, by repeating or interpolating.

    >>> keras.layers.UpSampling2D(2)(np.ones((2, 5, 5, 3))).shape
    TensorShape([2, 10, 10, 3])
    """

    rank = 2

    def __init__(
        self,
        size: Any = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ):
        super().__init__(size, data_format, interpolation, **kwargs)


class UpSampling3D(_UpSampling):
    """Enlarges the depth, rows and columns of each volume by repeating.

    >>> keras.layers.UpSampling3D(2)(np.ones((2, 5, 5, 5, 3))).shape
    TensorShape([2, 10, 10, 10, 3])
    """

    rank = 3

    def __init__(
        self,
        size: Any = (2, 2, 2),
        data_format: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(size, data_format, "nearest", **kwargs)
