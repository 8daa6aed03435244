"""Convolutions, pooling, normalization, losses and random numbers under the names of `K`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin import array, linalg, math, nn, random
from keratin._engine.dtype import as_dtype
from keratin._engine.tensor import convert_to_tensor
from keratin.keras import ops
from keratin.keras._core.settings import settings, standardize_data_format
from keratin.keras.backend._variables import to_dense
from keratin.keras.ops._nn_losses import sparse_categorical_crossentropy as _sparse_loss
from keratin.math._casting import cast
from keratin.sparse import SparseTensor

Sizes = Any  # an integer, or one for each spatial axis


# ------------------------------------------------------------------------ convolution


def conv1d(
    x: Any,
    kernel: Any,
    strides: int = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int = 1,
) -> Any:
    """A convolution along one axis; `padding` may be "causal" too.

    >>> keras.backend.conv1d(np.ones((1, 5, 2)), np.ones((3, 2, 4)), padding="causal").shape
    TensorShape([1, 5, 4])
    """
    if padding == "causal":
        before = [dilation_rate * (kernel.shape[0] - 1), 0]
        last = standardize_data_format(data_format) == "channels_last"
        x = array.pad(x, [[0, 0], before, [0, 0]] if last else [[0, 0], [0, 0], before])
        padding = "valid"
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d(
    x: Any,
    kernel: Any,
    strides: Sizes = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = (1, 1),
) -> Any:
    """A convolution of images.

    >>> keras.backend.conv2d(np.ones((1, 5, 5, 2)), np.ones((3, 3, 2, 4))).shape
    TensorShape([1, 3, 3, 4])
    """
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv3d(
    x: Any,
    kernel: Any,
    strides: Sizes = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = (1, 1, 1),
) -> Any:
    """A convolution of volumes.

    >>> keras.backend.conv3d(np.ones((1, 3, 3, 3, 2)), np.ones((2, 2, 2, 2, 4))).shape
    TensorShape([1, 2, 2, 2, 4])
    """
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Any,
    strides: Sizes = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = (1, 1),
) -> Any:
    """The transpose of a convolution of images; `output_shape` includes the batch and channels.

    >>> x, kernel = np.ones((1, 2, 2, 4), "float32"), np.ones((3, 3, 2, 4), "float32")
    >>> keras.backend.conv2d_transpose(x, kernel, (1, 4, 4, 2)).shape
    TensorShape([1, 4, 4, 2])
    """
    first = standardize_data_format(data_format) == "channels_first"
    shape = [array.shape(x)[0] if size is None else size for size in output_shape]
    layout = "NCHW" if first else "NHWC"
    return nn.conv2d_transpose(x, kernel, shape, strides, padding.upper(), layout, dilation_rate)


def depthwise_conv2d(
    x: Any,
    depthwise_kernel: Any,
    strides: Sizes = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = (1, 1),
) -> Any:
    """A convolution of each channel of images by itself.

    >>> keras.backend.depthwise_conv2d(np.ones((1, 5, 5, 2)), np.ones((3, 3, 2, 4))).shape
    TensorShape([1, 3, 3, 8])
    """
    return ops.depthwise_conv(x, depthwise_kernel, strides, padding, data_format, dilation_rate)


def separable_conv1d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Sizes = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = 1,
) -> Any:
    """A convolution of each channel by itself along one axis, then one across channels.

    >>> kernels = np.ones((3, 2, 1)), np.ones((1, 2, 4))
    >>> keras.backend.separable_conv1d(np.ones((1, 5, 2)), *kernels).shape
    TensorShape([1, 3, 4])
    """
    how = strides, padding, data_format, dilation_rate
    return ops.separable_conv(x, depthwise_kernel, pointwise_kernel, *how)


def separable_conv2d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Sizes = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Sizes = (1, 1),
) -> Any:
    """A convolution of each channel of images by itself, then one across channels.

    >>> kernels = np.ones((3, 3, 2, 1)), np.ones((1, 1, 2, 4))
    >>> keras.backend.separable_conv2d(np.ones((1, 5, 5, 2)), *kernels).shape
    TensorShape([1, 3, 3, 4])
    """
    how = strides, padding, data_format, dilation_rate
    return ops.separable_conv(x, depthwise_kernel, pointwise_kernel, *how)


def pool2d(
    x: Any,
    pool_size: Sizes,
    strides: Sizes = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    """The greatest or ("avg") mean element of windows of images.

    >>> keras.backend.pool2d(np.ones((1, 4, 4, 2)), (2, 2), (2, 2)).shape
    TensorShape([1, 2, 2, 2])
    """
    return _pooling(pool_mode)(x, pool_size, strides, padding, data_format)


def pool3d(
    x: Any,
    pool_size: Sizes,
    strides: Sizes = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    """The greatest or ("avg") mean element of windows of volumes.

    >>> keras.backend.pool3d(np.ones((1, 4, 4, 4, 2)), (2, 2, 2), (2, 2, 2)).shape
    TensorShape([1, 2, 2, 2, 2])
    """
    return _pooling(pool_mode)(x, pool_size, strides, padding, data_format)


def _pooling(mode: str) -> Any:
    if mode not in ("max", "avg"):
        raise ValueError(f"pool_mode must be 'max' or 'avg'; given {mode!r}")
    return ops.max_pool if mode == "max" else ops.average_pool


def local_conv1d(
    inputs: Any,
    kernel: Any,
    kernel_size: Any,
    strides: Any,
    data_format: str | None = None,
) -> Any:
    """A convolution with weights of its own at each place: kernel [places, window, filters].

    >>> keras.backend.local_conv1d(np.ones((1, 5, 2)), np.ones((3, 6, 4)), (3,), (1,)).shape
    TensorShape([1, 3, 4])
    """
    first = standardize_data_format(data_format) == "channels_first"
    x = array.transpose(inputs, [0, 2, 1]) if first else inputs
    windows = array.gather(x, _starts(kernel.shape[0], strides[0], kernel_size[0]), axis=1)
    flat = array.reshape(windows, [-1, kernel.shape[0], kernel.shape[1]])
    result = linalg.einsum("nps,psf->npf", flat, kernel)
    return array.transpose(result, [0, 2, 1]) if first else result


def local_conv2d(
    inputs: Any,
    kernel: Any,
    kernel_size: Any,
    strides: Any,
    output_shape: Any,
    data_format: str | None = None,
) -> Any:
    """A convolution of images with weights of its own at each place.

    >>> x, kernel = np.ones((1, 3, 3, 2)), np.ones((4, 8, 5))
    >>> keras.backend.local_conv2d(x, kernel, (2, 2), (1, 1), (2, 2)).shape
    TensorShape([1, 2, 2, 5])
    """
    first = standardize_data_format(data_format) == "channels_first"
    x = inputs if first else array.transpose(inputs, [0, 3, 1, 2])
    for axis, (count, stride, size) in enumerate(
        zip(output_shape, strides, kernel_size, strict=True)
    ):
        x = array.gather(x, _starts(count, stride, size), axis=2 + 2 * axis)
    # [batch, channels, rows, window rows, columns, window columns]; a window's order is that of
    # the weights: channels first, or last.
    order = [0, 2, 4, 1, 3, 5] if first else [0, 2, 4, 3, 5, 1]
    flat = array.reshape(array.transpose(x, order), [-1, kernel.shape[0], kernel.shape[1]])
    result = linalg.einsum("nps,psf->npf", flat, kernel)
    images = array.reshape(result, [-1, *output_shape, kernel.shape[2]])
    return array.transpose(images, [0, 3, 1, 2]) if first else images


def _starts(count: int, stride: int, size: int) -> np.ndarray[Any, Any]:
    """The positions of each window."""
    return (np.arange(count)[:, None] * stride + np.arange(size)).astype(np.int32)


# ------------------------------------------------------------------------ layers


def bias_add(x: Any, bias: Any, data_format: str | None = None) -> Any:
    """A vector added along the channels, or a bias for each place.

    >>> keras.backend.bias_add(np.zeros((1, 2)), np.array([1.0, 2.0])).numpy()
    array([[1., 2.]])
    """
    rank, own = len(x.shape), tuple(bias.shape)
    if len(own) not in (1, rank - 1):
        raise ValueError(
            f"bias_add: the bias has shape {own}, x {tuple(x.shape)}. Give a vector, or a bias of "
            f"{rank - 1} dimensions"
        )
    if standardize_data_format(data_format) == "channels_first" and rank > 2:
        shape = (own[-1], *own[:-1]) if len(own) > 1 else (own[0], *[1] * (rank - 2))
        return math.add(x, array.reshape(bias, [1, *shape]))
    return math.add(x, bias)


def batch_normalization(
    x: Any, mean: Any, var: Any, beta: Any, gamma: Any, axis: int = -1, epsilon: float = 1e-3
) -> Any:
    """x, less a mean and divided by a deviation, times gamma and plus beta.

    >>> keras.backend.batch_normalization(np.ones(2), 1.0, 1.0, 0.5, 2.0).numpy()
    array([0.5, 0.5])
    """
    rank = len(x.shape)
    shape = [-1 if i == axis % max(rank, 1) else 1 for i in range(rank)]

    def along(value: Any) -> Any:
        is_vector = value is not None and len(np.shape(value)) == 1
        return array.reshape(value, shape) if is_vector and rank > 1 else value

    return nn.batch_normalization(x, along(mean), along(var), along(beta), along(gamma), epsilon)


def normalize_batch_in_training(
    x: Any, gamma: Any, beta: Any, reduction_axes: Sequence[int], epsilon: float = 1e-3
) -> tuple[Any, Any, Any]:
    """x normalized by its own mean and variance, which are returned as well.

    >>> y, mean, var = keras.backend.normalize_batch_in_training(
    ...     np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1), [0])
    >>> mean.numpy(), var.numpy()
    (array([2.]), array([1.]))
    """
    mean, var = nn.moments(x, list(reduction_axes))
    shape = [1 if i in reduction_axes else x.shape[i] for i in range(len(x.shape))]
    center, spread, offset, scale = (
        None if v is None else array.reshape(v, shape) for v in (mean, var, beta, gamma)
    )
    return nn.batch_normalization(x, center, spread, offset, scale, epsilon), mean, var


def dropout(x: Any, level: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """A fraction `level` of the elements set to 0, the others scaled up.

    >>> np.unique(keras.backend.dropout(tf.ones((1000,)), 0.5).numpy())
    array([0., 2.], dtype=float32)
    """
    return nn.dropout(x, level, noise_shape, seed)


def softmax(x: Any, axis: Any = -1) -> Any:
    """exp(x) divided by its sum along an axis, of a tensor of two axes or more.

    >>> keras.backend.softmax([[0.0, 0.0]]).numpy()
    array([[0.5, 0.5]], dtype=float32)
    """
    if len(np.shape(x) if not hasattr(x, "shape") else x.shape) < 2:
        raise ValueError(f"softmax: a tensor of one axis is given: {x}. Use tf.nn.softmax")
    return ops.softmax(x, axis)


def in_top_k(predictions: Any, targets: Any, k: int) -> Any:
    """Whether each target is one of the k greatest predictions.

    >>> keras.backend.in_top_k([[0.1, 0.9]], [1], 1).numpy()
    array([ True])
    """
    return math.in_top_k(targets, predictions, k)


# ------------------------------------------------------------------------ losses


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """The cross-entropy of probabilities, elementwise.

    >>> keras.backend.binary_crossentropy([1.0], [0.5]).numpy().round(3)
    array([0.693], dtype=float32)
    """
    return ops.binary_crossentropy(target, output, from_logits)


def binary_focal_crossentropy(
    target: Any,
    output: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
) -> Any:
    """The cross-entropy of probabilities, elementwise, less where the prediction is good.

    >>> keras.backend.binary_focal_crossentropy([1.0], [0.5]).numpy().round(3)
    array([0.173], dtype=float32)
    """
    target, output = convert_to_tensor(target), convert_to_tensor(output)
    chance = math.sigmoid(output) if from_logits else output
    loss = ops.binary_crossentropy(target, output, from_logits)
    wrong = 1 - (target * chance + (1 - target) * (1 - chance))
    loss = math.pow(wrong, gamma) * loss
    return loss * (target * alpha + (1 - target) * (1 - alpha)) if apply_class_balancing else loss


def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """The cross-entropy of probabilities along an axis.

    >>> keras.backend.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).numpy().round(3)
    array([0.693], dtype=float32)
    """
    return ops.categorical_crossentropy(target, output, from_logits, axis)


def categorical_focal_crossentropy(
    target: Any,
    output: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    axis: int = -1,
) -> Any:
    """The cross-entropy of probabilities along an axis, less where the prediction is good.

    >>> keras.backend.categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).numpy().round(4)
    array([0.0433], dtype=float32)
    """
    target, output = convert_to_tensor(target), convert_to_tensor(output)
    chance = math.softmax(output, axis) if from_logits else output
    chance = chance / math.reduce_sum(chance, axis, keepdims=True)
    chance = ops.clip(chance, settings.epsilon, 1 - settings.epsilon)
    weight = alpha * math.pow(1 - chance, gamma)
    return math.reduce_sum(weight * -target * math.log(chance), axis)


def sparse_categorical_crossentropy(
    target: Any,
    output: Any,
    from_logits: bool = False,
    axis: int = -1,
    ignore_class: int | None = None,
) -> Any:
    """The cross-entropy of class numbers along an axis; that of `ignore_class` is 0.

    >>> keras.backend.sparse_categorical_crossentropy([1], [[0.5, 0.5]]).numpy().round(3)
    array([0.693], dtype=float32)
    """
    if ignore_class is None:
        return _sparse_loss(target, output, from_logits, axis)
    target = cast(target, "int64")
    counted = math.not_equal(target, ignore_class)
    loss = _sparse_loss(array.where(counted, target, 0), output, from_logits, axis)
    return array.where(array.reshape(counted, array.shape(loss)), loss, array.zeros_like(loss))


def ctc_batch_cost(y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Any:
    """The CTC loss of each example, [batch, 1], for probabilities [batch, frames, classes].

    The blank is the last class; lengths are [batch, 1].

    >>> chances = np.full((1, 4, 3), 1 / 3, "float32")
    >>> keras.backend.ctc_batch_cost([[0, 1]], chances, [[4]], [[2]]).shape
    TensorShape([1, 1])
    """
    labels, frames = (array.reshape(cast(n, "int32"), [-1]) for n in (label_length, input_length))
    scores = math.log(array.transpose(y_pred, [1, 0, 2]) + settings.epsilon)
    loss = nn.ctc_loss(cast(y_true, "int32"), scores, labels, frames, blank_index=-1)
    return array.expand_dims(loss, 1)


def ctc_label_dense_to_sparse(labels: Any, label_lengths: Any) -> SparseTensor:
    """The labels of sequences without what follows their ends.

    >>> keras.backend.ctc_label_dense_to_sparse([[1, 2], [3, 0]], [2, 1]).values.numpy()
    array([1, 2, 3], dtype=int32)
    """
    values = convert_to_tensor(labels).numpy()
    kept = np.arange(values.shape[1]) < np.asarray(label_lengths).reshape(-1, 1)
    return SparseTensor(np.argwhere(kept), values[kept], values.shape)


def ctc_decode(
    y_pred: Any, input_length: Any, greedy: bool = True, beam_width: int = 100, top_paths: int = 1
) -> tuple[list[Any], Any]:
    """The likeliest labels for probabilities [batch, frames, classes], and log-probabilities.

    Rows of labels end with -1 where they are shorter than the frames.

    >>> chances = np.eye(3, dtype="float32")[[[0, 0, 2, 1]]]
    >>> labels, _ = keras.backend.ctc_decode(chances, [4])
    >>> labels[0].numpy()
    array([[ 0,  1, -1, -1]])
    """
    count, frames = y_pred.shape[0], y_pred.shape[1]
    scores = math.log(array.transpose(y_pred, [1, 0, 2]) + settings.epsilon)
    lengths = cast(input_length, "int32")
    if greedy:
        found, chances = nn.ctc_greedy_decoder(scores, lengths)
    else:
        found, chances = nn.ctc_beam_search_decoder(scores, lengths, beam_width, top_paths)
    # What is not there is 0 when it is made dense: labels are moved up by one before.
    shape = [count, frames]
    moved = [SparseTensor(each.indices, each.values + 1, shape) for each in found]
    return [to_dense(each) - 1 for each in moved], chances


# ------------------------------------------------------------------------ random numbers


def random_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Normal numbers.

    >>> keras.backend.random_normal((2, 3)).shape
    TensorShape([2, 3])
    """
    return random.normal(shape, mean, stddev, dtype or settings.floatx, seed)


def random_uniform(
    shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Uniform numbers, integers too.

    >>> keras.backend.random_uniform((2, 3)).shape
    TensorShape([2, 3])
    """
    found = as_dtype(dtype or settings.floatx)
    if not found.is_floating:
        minval, maxval = int(minval), int(maxval)
    return random.uniform(shape, minval, maxval, found, seed)


def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Normal numbers within two deviations of the mean.

    >>> keras.backend.truncated_normal((2, 3)).shape
    TensorShape([2, 3])
    """
    return random.truncated_normal(shape, mean, stddev, dtype or settings.floatx, seed)


def random_bernoulli(shape: Any, p: float = 0.0, dtype: Any = None, seed: Any = None) -> Any:
    """Ones with the probability p, else zeros.

    >>> keras.backend.random_bernoulli((3,), p=1.0).numpy()
    array([1., 1., 1.], dtype=float32)
    """
    drawn = random.uniform(shape, 0, 1, "float32", seed)
    return cast(drawn < p, dtype or settings.floatx)
