"""Arithmetic under the names of `K`: what `tf.math` has, for integers and booleans too."""

from __future__ import annotations

from typing import Any

from keratin import linalg, math
from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.array import expand_dims
from keratin.keras._core.settings import settings
from keratin.keras.activations._functions import floating
from keratin.keras.activations._functions import relu as activation_relu
from keratin.keras.backend._variables import to_dense
from keratin.math._casting import cast

Axes = Any  # an axis, several of them, or None for all


def _number(x: Any) -> Any:
    """A tensor, in the default dtype where it holds booleans."""
    x = x if hasattr(x, "dtype") else convert_to_tensor(x)
    return cast(x, settings.floatx) if as_dtype(x.dtype).kind == "bool" else x


def sqrt(x: Any) -> Tensor:
    """The square root; that of negative numbers is 0.

    >>> keras.backend.sqrt([-1.0, 4.0]).numpy()
    array([0., 2.], dtype=float32)
    """
    return math.sqrt(math.maximum(floating(x), 0.0))


def pow(x: Any, a: Any) -> Tensor:
    """x to the power of a.

    >>> keras.backend.pow([2.0, 3.0], 2).numpy()
    array([4., 9.], dtype=float32)
    """
    return math.pow(x, a)


def clip(x: Any, min_value: Any, max_value: Any) -> Tensor:
    """x between two bounds; None is no bound, and a maximum below the minimum gives way.

    >>> keras.backend.clip([-1.0, 0.5, 2.0], 0, 1).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    if isinstance(min_value, (int, float)) and isinstance(max_value, (int, float)):
        max_value = max_value if max_value > min_value else min_value
    if max_value is not None:
        x = math.minimum(x, max_value)
    return convert_to_tensor(x) if min_value is None else math.maximum(x, min_value)


def sum(x: Any, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The sum along axes.

    >>> keras.backend.sum([[1.0, 2.0], [3.0, 4.0]], axis=1).numpy()
    array([3., 7.], dtype=float32)
    """
    return math.reduce_sum(_number(x), axis, keepdims)


def prod(x: Any, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The product along axes.

    >>> keras.backend.prod([[1.0, 2.0], [3.0, 4.0]], axis=1).numpy()
    array([ 2., 12.], dtype=float32)
    """
    return math.reduce_prod(_number(x), axis, keepdims)


def max(x: Any, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The greatest element along axes.

    >>> keras.backend.max([[1.0, 2.0], [3.0, 4.0]], axis=1).numpy()
    array([2., 4.], dtype=float32)
    """
    return math.reduce_max(x, axis, keepdims)


def min(x: Any, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The least element along axes.

    >>> keras.backend.min([[1.0, 2.0], [3.0, 4.0]], axis=1).numpy()
    array([1., 3.], dtype=float32)
    """
    return math.reduce_min(x, axis, keepdims)


def mean(x: Any, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The mean along axes; booleans count as 0 and 1.

    >>> keras.backend.mean([True, False]).numpy()
    np.float32(0.5)
    """
    return math.reduce_mean(_number(x), axis, keepdims)


def var(x: Any, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The variance along axes.

    >>> keras.backend.var([1.0, 3.0]).numpy()
    np.float32(1.0)
    """
    return math.reduce_variance(_number(x), axis, keepdims)


def std(x: Any, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The standard deviation along axes.

    >>> keras.backend.std([1.0, 3.0]).numpy()
    np.float32(1.0)
    """
    return math.reduce_std(_number(x), axis, keepdims)


def logsumexp(x: Any, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """log(sum(exp(x))) along axes, without overflow.

    >>> keras.backend.logsumexp([100.0, 100.0]).numpy().round(3)
    np.float32(100.693)
    """
    return math.reduce_logsumexp(x, axis, keepdims)


def any(x: Any, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """Whether any element along axes is true.

    >>> keras.backend.any([0, 1]).numpy()
    np.True_
    """
    return math.reduce_any(cast(x, "bool"), axis, keepdims)


def all(x: Any, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """Whether all elements along axes are true.

    >>> keras.backend.all([0, 1]).numpy()
    np.False_
    """
    return math.reduce_all(cast(x, "bool"), axis, keepdims)


def argmax(x: Any, axis: int = -1) -> Tensor:
    """Where the greatest element is along an axis.

    >>> keras.backend.argmax([[1.0, 2.0], [4.0, 3.0]]).numpy()
    array([1, 0])
    """
    return math.argmax(x, axis)


def argmin(x: Any, axis: int = -1) -> Tensor:
    """Where the least element is along an axis.

    >>> keras.backend.argmin([[1.0, 2.0], [4.0, 3.0]]).numpy()
    array([0, 1])
    """
    return math.argmin(x, axis)


def cumsum(x: Any, axis: int = 0) -> Tensor:
    """The sums of the elements up to each one.

    >>> keras.backend.cumsum([1.0, 2.0, 3.0]).numpy()
    array([1., 3., 6.], dtype=float32)
    """
    return math.cumsum(x, axis)


def cumprod(x: Any, axis: int = 0) -> Tensor:
    """The products of the elements up to each one.

    >>> keras.backend.cumprod([1.0, 2.0, 3.0]).numpy()
    array([1., 2., 6.], dtype=float32)
    """
    return math.cumprod(x, axis)


def l2_normalize(x: Any, axis: Axes = None) -> Tensor:
    """x divided by its Euclidean norm along axes.

    >>> keras.backend.l2_normalize([3.0, 4.0]).numpy()
    array([0.6, 0.8], dtype=float32)
    """
    return math.l2_normalize(x, axis)


def relu(
    x: Any, alpha: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Tensor:
    """x where greater than the threshold, elsewhere 0 or `alpha * (x - threshold)`.

    >>> keras.backend.relu([-2.0, 3.0], alpha=0.1).numpy()
    array([-0.2,  3. ], dtype=float32)
    """
    return activation_relu(x, alpha, max_value, threshold)


def hard_sigmoid(x: Any) -> Tensor:
    """0.2 x + 0.5 between 0 and 1, as Keras 1 and 2 had it.

    >>> keras.backend.hard_sigmoid([-3.0, 0.0, 1.0]).numpy()
    array([0. , 0.5, 0.7], dtype=float32)
    """
    return clip(floating(x) * 0.2 + 0.5, 0.0, 1.0)


def dot(x: Any, y: Any) -> Tensor:
    """The product along the last axis of x and the last but one of y.

    >>> keras.backend.dot(np.ones((2, 3)), np.ones((4, 3, 5))).shape
    TensorShape([2, 4, 5])
    """
    x = to_dense(x)
    x, y = (v if hasattr(v, "shape") else convert_to_tensor(v) for v in (x, y))
    if len(x.shape) == 2 and len(y.shape) == 2:
        return linalg.matmul(x, y)
    return linalg.tensordot(x, y, [[len(x.shape) - 1], [len(y.shape) - (len(y.shape) > 1) - 1]])


_LETTERS = "cdefghijklmnopqrstuvwxyz"


def batch_dot(x: Any, y: Any, axes: Any = None) -> Tensor:
    """For each element of a batch the product along an axis of x and one of y.

    `axes` is that axis, or those of x and y; by default the last one of x and the last but one of
    y. What is left of vectors is [batch, 1].

    >>> keras.backend.batch_dot(np.ones((8, 2, 3)), np.ones((8, 3, 4))).shape
    TensorShape([8, 2, 4])
    >>> keras.backend.batch_dot(np.ones((8, 3)), np.ones((8, 3)), axes=1).shape
    TensorShape([8, 1])
    """
    x, y = (v if hasattr(v, "shape") else convert_to_tensor(v) for v in (x, y))
    ranks = len(x.shape), len(y.shape)
    if ranks[0] < 2 or ranks[1] < 2:
        raise errors.InvalidArgumentError(
            f"batch_dot takes tensors of two axes or more, the first one of which is the batch; "
            f"given shapes {tuple(x.shape)} and {tuple(y.shape)}"
        )
    if axes is None:
        axes = (ranks[0] - 1, 1 if ranks[1] == 2 else ranks[1] - 2)
    pair = (axes, axes) if isinstance(axes, int) else tuple(axes)
    first, second = (axis % rank for axis, rank in zip(pair, ranks, strict=True))
    if 0 in (first, second):
        raise errors.InvalidArgumentError(
            f"batch_dot: axes={axes} names axis 0, which is the batch. Use dot, or expand_dims(x, "
            "0) where there is none"
        )
    x_labels = ["a", *_LETTERS[: ranks[0] - 1]]
    y_labels = ["a", *_LETTERS[ranks[0] - 1 : ranks[0] + ranks[1] - 2]]
    x_labels[first] = y_labels[second] = "b"
    kept = [label for label in (*x_labels, *y_labels[1:]) if label != "b"]
    equation = f"{''.join(x_labels)},{''.join(y_labels)}->{''.join(kept)}"
    product: Any = linalg.einsum(equation, x, y)
    found: Any = expand_dims(product, -1) if ranks == (2, 2) else product
    return found
