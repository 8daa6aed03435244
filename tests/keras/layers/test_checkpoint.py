"""The parts of layers in checkpoints are named as Keras on TensorFlow names them."""

import numpy as np
import pytest

import keratin as tf
from keratin import keras

L = keras.layers
ROW, SERIES = np.ones((1, 4), "float32"), np.ones((1, 3, 2), "float32")
IMAGE = np.ones((1, 6, 6, 2), "float32")
CELL = ["cell/bias", "cell/kernel", "cell/recurrent_kernel"]
ATTENTION = [
    f"_{part}_dense/{name}" for part in ("key", "output", "query", "value")
    for name in ("_kernel", "bias")
]  # fmt: skip

CASES = [
    ("dense", lambda: L.Dense(2), ROW, ["_kernel", "bias"]),
    (
        "einsum",
        lambda: L.EinsumDense("ab,bc->ac", output_shape=3, bias_axes="c"),
        ROW,
        ["_kernel", "bias"],
    ),
    ("embedding", lambda: L.Embedding(3, 2), np.zeros((1, 2)), ["_embeddings"]),
    ("conv", lambda: L.Conv2D(3, 2), IMAGE, ["_kernel", "bias"]),
    ("transpose", lambda: L.Conv2DTranspose(3, 2), IMAGE, ["bias", "kernel"]),
    (
        "separable",
        lambda: L.SeparableConv2D(3, 2),
        IMAGE,
        ["bias", "depthwise_kernel", "pointwise_kernel"],
    ),
    ("depthwise", lambda: L.DepthwiseConv2D(2), IMAGE, ["bias", "kernel"]),
    ("lstm", lambda: L.LSTM(2), SERIES, CELL),
    ("gru", lambda: L.GRU(2), SERIES, CELL),
    (
        "bidirectional",
        lambda: L.Bidirectional(L.SimpleRNN(2)),
        SERIES,
        [f"{side}_layer/{name}" for side in ("backward", "forward") for name in CELL],
    ),
    (
        "batch_normalization",
        lambda: L.BatchNormalization(),
        ROW,
        ["beta", "gamma", "moving_mean", "moving_variance"],
    ),
    ("rms_normalization", lambda: L.RMSNormalization(), ROW, ["scale"]),
    (
        "spectral",
        lambda: L.SpectralNormalization(L.Dense(2)),
        ROW,
        ["kernel", "layer/bias", "vector_u"],
    ),
    ("time_distributed", lambda: L.TimeDistributed(L.Dense(2)), SERIES,
     ["layer/_kernel", "layer/bias"]),
    ("multi_head_attention", lambda: L.MultiHeadAttention(2, 2), (SERIES, SERIES), ATTENTION),
    ("dropout", lambda: L.Dropout(0.5), ROW, ["seed_generator/state"]),
    ("relu", lambda: L.ReLU(), ROW, []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "inputs", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_names(make, inputs, expected, tmp_path):
    layer = make()
    layer(*inputs) if isinstance(inputs, tuple) else layer(inputs)
    path = tf.train.Checkpoint(l=layer).write(tmp_path / "c")
    names = [name for name, _ in tf.train.list_variables(path) if "/" in name]
    found = [n.removeprefix("l/").removesuffix("/.ATTRIBUTES/VARIABLE_VALUE") for n in names]
    if not isinstance(layer, L.Dropout):  # files of Keras do not hold random generators
        found = [name for name in found if "seed_generator" not in name]
    assert found == expected


def test_names_of_keras_2():
    dense = L.Dense(2)
    dense.build((None, 3))
    assert dense._checkpoint_child("kernel") is dense._kernel
    assert dense._checkpoint_child("name") is None
    depthwise = L.DepthwiseConv2D(2)
    depthwise(IMAGE)
    assert depthwise._checkpoint_child("depthwise_kernel") is depthwise.depthwise_kernel
    embedding = L.Embedding(3, 2)
    embedding.build()
    assert embedding._checkpoint_child("embeddings") is embedding._embeddings


def test_low_rank_factors(tmp_path):
    layer = L.Dense(2)
    layer.build((None, 3))
    layer.enable_lora(1)
    parts = tf.train.TrackableView.children(layer)
    assert sorted(parts) == ["_kernel", "bias", "lora_kernel_a", "lora_kernel_b"]
    assert parts["lora_kernel_b"].shape == (1, 2)


def test_metrics_and_generators(tmp_path):
    metric, generator = keras.metrics.Mean(), keras.random.SeedGenerator(5)
    metric.update_state([1.0, 3.0])
    keras.random.normal((2,), seed=generator)
    path = tf.train.Checkpoint(m=metric, g=generator).write(tmp_path / "c")
    other, another = keras.metrics.Mean(), keras.random.SeedGenerator(6)
    tf.train.Checkpoint(m=other, g=another).read(path).assert_consumed()
    assert other.result() == 2.0
    np.testing.assert_array_equal(another.state, generator.state)
