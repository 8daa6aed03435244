"""Shapes and elements under the names of `K`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keratin import array
from keratin._engine.tensor import convert_to_tensor
from keratin.array import one_hot as _one_hot
from keratin.keras import ops
from keratin.keras._core.settings import standardize_data_format


def concatenate(tensors: Sequence[Any], axis: int = -1) -> Any:
    """Tensors one after the other along an axis.

    >>> keras.backend.concatenate([[[1, 2]], [[3]]]).numpy()
    array([[1, 2, 3]], dtype=int32)
    """
    return array.concat(tensors, axis)


def stack(x: Sequence[Any], axis: int = 0) -> Any:
    """Tensors side by side along a new axis.

    >>> keras.backend.stack([[1, 2], [3, 4]], axis=1).numpy()
    array([[1, 3],
           [2, 4]], dtype=int32)
    """
    return array.stack(x, axis)


def reshape(x: Any, shape: Any) -> Any:
    """The elements in another shape.

    >>> keras.backend.reshape([1, 2, 3, 4], (2, 2)).shape
    TensorShape([2, 2])
    """
    return array.reshape(x, shape)


def flatten(x: Any) -> Any:
    """All elements along one axis.

    >>> keras.backend.flatten([[1, 2], [3, 4]]).numpy()
    array([1, 2, 3, 4], dtype=int32)
    """
    return array.reshape(x, [-1])


def batch_flatten(x: Any) -> Any:
    """The elements of each example of a batch along one axis.

    >>> keras.backend.batch_flatten(np.ones((2, 3, 4))).shape
    TensorShape([2, 12])
    """
    return array.reshape(x, _flat_shape(x))


def _flat_shape(x: Any) -> Any:
    sizes = tuple(x.shape) if hasattr(x, "shape") else tuple(convert_to_tensor(x).shape)
    count = 1
    for size in sizes[1:]:
        count = -1 if size is None or count == -1 else count * size
    first = array.shape(x)[0] if count == -1 else -1
    return [first, count]


def expand_dims(x: Any, axis: int = -1) -> Any:
    """With a new axis of size 1.

    >>> keras.backend.expand_dims([1, 2]).shape
    TensorShape([2, 1])
    """
    return array.expand_dims(x, axis)


def squeeze(x: Any, axis: int) -> Any:
    """Without an axis of size 1.

    >>> keras.backend.squeeze([[1], [2]], 1).numpy()
    array([1, 2], dtype=int32)
    """
    return array.squeeze(x, [axis])


def permute_dimensions(x: Any, pattern: Sequence[int]) -> Any:
    """The axes in another order.

    >>> keras.backend.permute_dimensions(np.ones((2, 3, 4)), (2, 0, 1)).shape
    TensorShape([4, 2, 3])
    """
    return array.transpose(x, pattern)


def transpose(x: Any) -> Any:
    """The axes in the opposite order.

    >>> keras.backend.transpose([[1, 2]]).numpy()
    array([[1],
           [2]], dtype=int32)
    """
    return array.transpose(x)


def repeat(x: Any, n: int) -> Any:
    """The rows of a matrix n times each, along a new axis.

    >>> keras.backend.repeat([[1, 2]], 2).numpy()
    array([[[1, 2],
            [1, 2]]], dtype=int32)
    """
    return array.repeat(array.expand_dims(x, 1), n, 1)


def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """The elements along an axis `rep` times each.

    >>> keras.backend.repeat_elements([1, 2], 2, axis=0).numpy()
    array([1, 1, 2, 2], dtype=int32)
    """
    return array.repeat(x, rep, axis)


def tile(x: Any, n: Any) -> Any:
    """x repeated n times along each axis.

    >>> keras.backend.tile([1, 2], 2).numpy()
    array([1, 2, 1, 2], dtype=int32)
    """
    return array.tile(x, [n] if isinstance(n, int) else n)


def reverse(x: Any, axes: Any) -> Any:
    """The elements in the opposite order along axes.

    >>> keras.backend.reverse([1, 2, 3], 0).numpy()
    array([3, 2, 1], dtype=int32)
    """
    return array.reverse(x, [axes] if isinstance(axes, int) else axes)


def gather(reference: Any, indices: Any) -> Any:
    """The rows of these numbers.

    >>> keras.backend.gather([[1], [2], [3]], [2, 0]).numpy()
    array([[3],
           [1]], dtype=int32)
    """
    return array.gather(reference, indices)


def slice(x: Any, start: Any, size: Any) -> Any:
    """A part of a tensor.

    >>> keras.backend.slice([1, 2, 3, 4], [1], [2]).numpy()
    array([2, 3], dtype=int32)
    """
    return array.slice(x, start, size)


def one_hot(indices: Any, num_classes: int) -> Any:
    """A row for each class number, 1 there and 0 elsewhere.

    >>> keras.backend.one_hot([1], 3).numpy()
    array([[0., 1., 0.]], dtype=float32)
    """
    return _one_hot(indices, num_classes)


def arange(start: Any, stop: Any = None, step: int = 1, dtype: Any = "int32") -> Any:
    """The numbers from `start` up to `stop`; with one number, from 0 up to it.

    >>> keras.backend.arange(3).numpy()
    array([0, 1, 2], dtype=int32)
    """
    if stop is None:
        start, stop = 0, max(start, 0) if isinstance(start, int) else start
    return ops.cast(array.range(start, stop, step), dtype)


def zeros_like(x: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Zeros of the shape of x.

    >>> keras.backend.zeros_like([1.0, 2.0]).numpy()
    array([0., 0.], dtype=float32)
    """
    return array.zeros_like(x, dtype)


def ones_like(x: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Ones of the shape of x.

    >>> keras.backend.ones_like([1.0, 2.0]).numpy()
    array([1., 1.], dtype=float32)
    """
    return array.ones_like(x, dtype)


def identity(x: Any, name: str | None = None) -> Any:
    """The tensor itself.

    >>> keras.backend.identity([1.0]).numpy()
    array([1.], dtype=float32)
    """
    return array.identity(x)


def stop_gradient(variables: Any) -> Any:
    """The same values, of which gradients know nothing; of each one in a list.

    >>> keras.backend.stop_gradient([2.0]).numpy()
    array([2.], dtype=float32)
    """
    if isinstance(variables, (list, tuple)) and any(hasattr(v, "dtype") for v in variables):
        return [array.stop_gradient(v) for v in variables]
    return array.stop_gradient(variables)


def temporal_padding(x: Any, padding: Sequence[int] = (1, 1)) -> Any:
    """Zeros before and after the middle axis of three.

    >>> keras.backend.temporal_padding(np.ones((2, 3, 4)), (1, 2)).shape
    TensorShape([2, 6, 4])
    """
    _check_padding(padding, 1)
    return array.pad(x, [[0, 0], list(padding), [0, 0]])


def spatial_2d_padding(
    x: Any, padding: Any = ((1, 1), (1, 1)), data_format: str | None = None
) -> Any:
    """Zeros around images.

    >>> keras.backend.spatial_2d_padding(np.ones((1, 3, 3, 2)), ((1, 1), (0, 2))).shape
    TensorShape([1, 5, 5, 2])
    """
    return _padded(x, padding, data_format, 2)


def spatial_3d_padding(
    x: Any, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None
) -> Any:
    """Zeros around volumes.

    >>> keras.backend.spatial_3d_padding(np.ones((1, 2, 2, 2, 1))).shape
    TensorShape([1, 4, 4, 4, 1])
    """
    return _padded(x, padding, data_format, 3)


def _padded(x: Any, padding: Any, data_format: str | None, count: int) -> Any:
    if len(padding) != count:
        raise ValueError(f"padding={padding} must hold {count} pairs, such as ((1, 1), ...)")
    for pair in padding:
        _check_padding(pair, count)
    pairs = [[0, 0], *[list(pair) for pair in padding]]
    channels_first = standardize_data_format(data_format) == "channels_first"
    return array.pad(x, [[0, 0], *pairs] if channels_first else [*pairs, [0, 0]])


def _check_padding(pair: Any, count: int) -> None:
    if len(pair) != 2:
        example = "(1, 1)" if count == 1 else "((1, 1), (1, 1))"
        raise ValueError(f"padding must be pairs of what goes before and after: {example}")


def resize_images(
    x: Any,
    height_factor: int,
    width_factor: int,
    data_format: str | None,
    interpolation: str = "nearest",
) -> Any:
    """Images so many times higher and wider.

    >>> keras.backend.resize_images(np.ones((1, 2, 2, 1)), 2, 3, "channels_last").shape
    TensorShape([1, 4, 6, 1])
    """
    first = 2 if standardize_data_format(data_format) == "channels_first" else 1
    if interpolation == "nearest":
        return array.repeat(array.repeat(x, height_factor, first), width_factor, first + 1)
    size = (x.shape[first] * height_factor, x.shape[first + 1] * width_factor)
    image: Any = ops.image
    return image.resize(x, size, interpolation, data_format=data_format)


def resize_volumes(
    x: Any, depth_factor: int, height_factor: int, width_factor: int, data_format: str | None
) -> Any:
    """Volumes so many times deeper, higher and wider: each element is repeated.

    >>> keras.backend.resize_volumes(np.ones((1, 2, 2, 2, 1)), 2, 1, 3, "channels_last").shape
    TensorShape([1, 4, 2, 6, 1])
    """
    first = 2 if standardize_data_format(data_format) == "channels_first" else 1
    for axis, factor in enumerate((depth_factor, height_factor, width_factor), first):
        x = array.repeat(x, factor, axis)
    return x
