"""Layers that give the elements of each example another shape."""

from __future__ import annotations

import math
from typing import Any

from keratin._engine import errors
from keratin.array import expand_dims, reshape, shape, tile, transpose
from keratin.keras._core.settings import standardize_data_format
from keratin.keras.layers._weighted import positive_integer
from keratin.keras.layers.input_spec import InputSpec
from keratin.keras.layers.layer import Layer


def batch_of(inputs: Any) -> Any:
    """The number of examples: a number where it is known."""
    size = inputs.shape[0]
    return shape(inputs)[0] if size is None else size


def product(sizes: Any) -> int | None:
    """The product of sizes; None if one of them is not known."""
    return None if None in sizes else math.prod(sizes)


class Flatten(Layer):
    """Each example as one row.

    >>> keras.layers.Flatten()(np.ones((2, 3, 4))).shape
    TensorShape([2, 12])
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)
        self._channels_first = self.data_format == "channels_first"

    def call(self, inputs: Any) -> Any:
        """The rows."""
        rank = len(inputs.shape)
        if self._channels_first and rank > 1:
            inputs = transpose(inputs, [0, *range(2, rank), 1])
        size = product(tuple(inputs.shape)[1:])
        return reshape(inputs, (batch_of(inputs), -1 if size is None or not size else size))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The batch, and the number of elements of an example."""
        return (input_shape[0], product(tuple(input_shape)[1:]))


class Reshape(Layer):
    """Each example in another shape; one size may be -1.

    >>> keras.layers.Reshape((2, -1))(np.ones((5, 6))).shape
    TensorShape([5, 2, 3])
    """

    def __init__(self, target_shape: Any, **kwargs: Any):
        super().__init__(**kwargs)
        sizes = (target_shape,) if isinstance(target_shape, int) else tuple(target_shape)
        if sizes.count(-1) > 1:
            raise ValueError(f"Reshape: at most one size may be -1; given {sizes}")
        self.target_shape = sizes

    def _sizes(self, input_shape: Any) -> tuple[Any, ...]:
        total = product(tuple(input_shape)[1:])
        known = math.prod(size for size in self.target_shape if size != -1)
        if total is None:
            return tuple([None if size == -1 else size for size in self.target_shape])
        fits = total % known == 0 if -1 in self.target_shape and known else total == known
        if not fits:
            raise ValueError(
                f"Reshape {self.name!r}: an example of shape {tuple(input_shape)[1:]} has {total} "
                f"elements, which do not fit the shape {self.target_shape}. "
                f"At {errors.user_location()}."
            )
        return tuple([total // known if size == -1 else size for size in self.target_shape])

    def build(self, input_shape: Any) -> None:
        """Check that the shapes go together."""
        self._sizes(input_shape)

    def call(self, inputs: Any) -> Any:
        """The examples in their new shape."""
        sizes = [-1 if size is None else size for size in self._sizes(inputs.shape)]
        return reshape(inputs, (batch_of(inputs), *sizes))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The batch and the new shape."""
        return (input_shape[0], *self._sizes(input_shape))


class Permute(Layer):
    """The axes of each example in another order, counted from 1.

    >>> keras.layers.Permute((2, 1))(np.ones((5, 6, 7))).shape
    TensorShape([5, 7, 6])
    """

    def __init__(self, dims: Any, **kwargs: Any):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                f"Permute: dims must hold the numbers 1 to {len(self.dims)}, each once (the batch "
                f"is axis 0); given {self.dims}"
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Any) -> Any:
        """The examples with their axes in the new order."""
        return transpose(inputs, (0, *self.dims))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The sizes in the new order."""
        return (input_shape[0], *[input_shape[axis] for axis in self.dims])


class RepeatVector(Layer):
    """Each example `n` times, along a new axis.

    >>> keras.layers.RepeatVector(3)(np.ones((5, 6))).shape
    TensorShape([5, 3, 6])
    """

    def __init__(self, n: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.n = positive_integer(n, "n", type(self).__name__)
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs: Any) -> Any:
        """The repeated examples."""
        return tile(expand_dims(inputs, 1), (1, self.n, 1))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape with the new axis."""
        return (input_shape[0], self.n, input_shape[1])
