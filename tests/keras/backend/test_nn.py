"""Layers, losses and random numbers of `keras.backend`, against the old functions of Keras."""

import numpy as np
import pytest

from tests.harness.parity import f32, parity
from tests.keras.backend.legacy import own, row

M, X3, X4, X5 = f32(3, 4), f32(2, 7, 3), f32(2, 5, 6, 3), f32(1, 3, 4, 4, 2)
ONE_HOT = np.eye(4, dtype=np.float32)[[1, 0, 2]]
CLASSES = np.array([1, 0, 2])


def chances(*shape):
    values = np.random.RandomState(0).uniform(0.1, 1, shape)
    return np.round(values / values.sum(-1, keepdims=True), 4).astype(np.float32)


P = chances(3, 4)
FRAMES = chances(2, 6, 3)
LABELS, FEW = np.array([[0, 1, 1], [1, 0, 0]], np.int32), np.array([[3], [1]], np.int32)
LENGTHS = np.array([[6], [5]], np.int32)

CASES = [
    row("causal", lambda K, x, k: K.conv1d(x, k, padding="causal"), X3, f32(3, 3, 2)),
    row("conv1d", lambda K, x, k: K.conv1d(x, k, strides=2, padding="same"), X3, f32(3, 3, 2)),
    row("conv2d", lambda K, x, k: K.conv2d(x, k, (2, 2), "same"), X4, f32(3, 3, 3, 4)),
    row("conv3d", lambda K, x, k: K.conv3d(x, k), X5, f32(2, 2, 2, 2, 3)),
    row("transpose", lambda K, x, k: K.conv2d_transpose(x, k, (2, 7, 8, 4)), X4, f32(3, 3, 4, 3)),
    row("depthwise", lambda K, x, k: K.depthwise_conv2d(x, k), X4, f32(3, 3, 3, 2)),
    row("separable", lambda K, *x: K.separable_conv2d(*x), X4, f32(3, 3, 3, 2), f32(1, 1, 6, 4)),
    row("pool2d", lambda K, x: K.pool2d(x, (2, 2), (2, 2), "same"), X4),
    row("pool2d mean", lambda K, x: K.pool2d(x, (2, 2), (2, 2), "same", pool_mode="avg"), X4),
    row("pool3d", lambda K, x: K.pool3d(x, (2, 2, 2), pool_mode="avg"), X5),
    row("bias_add", lambda K, x, b: K.bias_add(x, b), X4, f32(3)),
    row("bias_add places", lambda K, x, b: K.bias_add(x, b), X4, f32(5, 6, 3)),
    row("bias_add first", lambda K, x, b: K.bias_add(x, b, "channels_first"), X4, f32(5)),
    row(
        "bias_add first places",
        lambda K, x, b: K.bias_add(x, b, "channels_first"),
        X4,
        f32(6, 3, 5),
    ),
    row(
        "batch_normalization",
        lambda K, x, m, v, b, g: K.batch_normalization(x, m, v, b, g),
        *(X4, f32(3), f32(3, low=0.5, high=2), f32(3), f32(3)),
    ),
    row("softmax", lambda K, x: K.softmax(x, 0), M),
    row("in_top_k", lambda K, x, t: K.in_top_k(x, t, 2), M, np.array([1, 2, 3])),
    row("binary", lambda K, t, o: K.binary_crossentropy(t, o), ONE_HOT, P, grad=(1,)),
    row(
        "binary of logits", lambda K, t, o: K.binary_crossentropy(t, o, True), ONE_HOT, M, grad=(1,)
    ),
    row(
        "binary focal",
        lambda K, t, o: K.binary_focal_crossentropy(t, o, True),
        ONE_HOT,
        P,
        grad=(1,),
    ),
    row("categorical", lambda K, t, o: K.categorical_crossentropy(t, o), ONE_HOT, P, grad=(1,)),
    row(
        "categorical 0",
        lambda K, t, o: K.categorical_crossentropy(t, o, axis=0),
        ONE_HOT,
        P,
        grad=(1,),
    ),
    row("focal", lambda K, t, o: K.categorical_focal_crossentropy(t, o), ONE_HOT, P, grad=(1,)),
    row("sparse", lambda K, t, o: K.sparse_categorical_crossentropy(t, o), CLASSES, P, grad=(1,)),
    row("sparse logits", lambda K, t, o: K.sparse_categorical_crossentropy(t, o, True), CLASSES, M),
    row(
        "sparse ignoring",
        lambda K, t, o: K.sparse_categorical_crossentropy(t, o, ignore_class=0),
        *(CLASSES, P),
        grad=(1,),
    ),
    row("ctc_batch_cost", lambda K, *x: K.ctc_batch_cost(*x), LABELS, FRAMES, LENGTHS, FEW),
    row("greedy", lambda K, p: K.ctc_decode(p, [6, 5]), FRAMES, grad=(), traced=False),
    row("beams", lambda K, p: K.ctc_decode(p, [6, 5], False, 5, 2), FRAMES, grad=(), traced=False),
]
test_parity = parity("keras_backend_nn", CASES)


def test_local_convolutions_with_equal_weights_are_convolutions():
    x, kernel = np.array(X4), np.array(f32(2, 3, 3, 4))
    places = np.broadcast_to(kernel.reshape(1, 18, 4), (4 * 4, 18, 4))
    local = own().local_conv2d(x, places, (2, 3), (1, 1), (4, 4))
    assert np.allclose(local, own().conv2d(x, kernel), atol=1e-5)
    first = own().local_conv2d(
        x.transpose(0, 3, 1, 2),
        places.reshape(16, 6, 3, 4).transpose(0, 2, 1, 3).reshape(16, 18, 4),
        *((2, 3), (1, 1), (4, 4), "channels_first"),
    )
    assert np.allclose(first.numpy().transpose(0, 2, 3, 1), local, atol=1e-5)
    line, kernel = np.array(X3), np.array(f32(3, 3, 4))
    places = np.broadcast_to(kernel.reshape(1, 9, 4), (3, 9, 4))
    local = own().local_conv1d(line, places, (3,), (2,))
    assert np.allclose(local, own().conv1d(line, kernel, strides=2), atol=1e-5)


def test_normalize_batch_in_training():
    x = np.array(f32(4, 3))
    y, mean, var = own().normalize_batch_in_training(
        x, np.float32([2] * 3), np.float32([1] * 3), [0]
    )
    assert np.allclose(mean, x.mean(0), atol=1e-6) and np.allclose(var, x.var(0), atol=1e-6)
    assert np.allclose(y, (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-3) * 2 + 1, atol=1e-5)


def test_random_numbers(tf):
    tf.random.set_seed(1)
    normal = own().random_normal((1000,), 3.0, 0.5).numpy()
    assert abs(normal.mean() - 3) < 0.1 and abs(normal.std() - 0.5) < 0.05
    assert 0.2 < own().random_bernoulli((1000,), 0.3).numpy().mean() < 0.4
    whole = own().random_uniform((100,), 0, 3, "int32").numpy()
    assert whole.dtype == np.int32 and set(whole) == {0, 1, 2}
    assert np.abs(own().truncated_normal((1000,))).max() <= 2
    assert set(own().dropout(own().ones((100,)), 0.5).numpy()) == {0.0, 2.0}


def test_ctc_labels_without_what_follows(tf):
    sparse = own().ctc_label_dense_to_sparse(LABELS, FEW)
    assert sparse.values.numpy().tolist() == [0, 1, 1, 1]
    assert sparse.indices.numpy().tolist() == [[0, 0], [0, 1], [0, 2], [1, 0]]


def test_errors():
    with pytest.raises(ValueError, match="pool_mode must be 'max' or 'avg'; given 'sum'"):
        own().pool2d(np.ones((1, 2, 2, 1)), (1, 1), pool_mode="sum")
    with pytest.raises(ValueError, match="softmax: a tensor of one axis"):
        own().softmax([1.0, 2.0])
    with pytest.raises(ValueError, match="a bias of 2 dimensions"):
        own().bias_add(np.ones((1, 2, 3)), np.ones((1, 1, 3)))
