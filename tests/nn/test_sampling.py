"""Losses over sampled classes."""

import numpy as np
import pytest

from tests.harness.parity import case, f32, i64, parity

LABELS = i64(3, 2, low=0, high=9)
SAMPLED = np.array([7, 1, 3, 8], np.int64)


def values(tf, true_count, sampled_count):
    return tf.constant(SAMPLED), true_count, sampled_count


def loss(name, fn, **options):
    def run(tf, weights, biases, inputs, true_count, sampled_count):
        given = values(tf, true_count, sampled_count)
        return getattr(tf.nn, fn)(
            weights, biases, tf.constant(LABELS), inputs, 4, 9, 2, sampled_values=given, **options
        )

    counts = [f32(3, 2, low=0.1, high=0.9), f32(4, low=0.1, high=0.9)]
    return case(
        name, run, f32(9, 5), f32(9), f32(3, 5), *counts, grad=[0, 1, 2], vectorize=[0, 1, 2]
    )


CASES = [
    loss("nce", "nce_loss"),
    loss("nce_without_hits", "nce_loss", remove_accidental_hits=True),
    loss("softmax", "sampled_softmax_loss"),
    loss("softmax_with_hits", "sampled_softmax_loss", remove_accidental_hits=False),
    case(
        "nce_drawn",
        lambda tf, w, b, x: (
            tf.random.set_seed(3),
            tf.nn.sampled_softmax_loss(w, b, tf.constant([[1], [3]]), x, 4, 9, seed=5),
        )[1],
        f32(9, 5),
        f32(9),
        f32(2, 5),
        vectorize=False,
    ),
    case(
        "parts",
        lambda tf, v, w, b, x: (
            tf.random.set_seed(3),
            tf.nn.sampled_softmax_loss([v, w], b, tf.constant([[1], [3]]), x, 4, 9, seed=5),
        )[1],
        f32(5, 3),
        f32(4, 3),
        f32(9),
        f32(2, 3),
        vectorize=False,
    ),
    case(
        "hits",
        lambda tf, t, s: tuple(tf.nn.compute_accidental_hits(t, s, 2)),
        np.array([[1, 5], [7, 7], [0, 2]], np.int64),
        SAMPLED,
        traced=False,
    ),
    case(
        "no_hits",
        lambda tf, t, s: tuple(tf.nn.compute_accidental_hits(t, s, 1)),
        np.array([[0]], np.int64),
        SAMPLED,
        traced=False,
    ),
]
test_parity = parity("nn_sampling", CASES)


def test_training_with_a_sample_learns(tf):
    tf.random.set_seed(1)
    weights, biases = tf.Variable(tf.random.normal([50, 8], 0.0, 0.1)), tf.Variable(tf.zeros([50]))
    inputs = tf.random.normal([50, 8])
    labels = tf.reshape(tf.range(50, dtype=tf.int64), [50, 1])

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(
                tf.nn.sampled_softmax_loss(weights, biases, labels, inputs, 10, 50)
            )
        for variable, slope in zip(
            (weights, biases), tape.gradient(loss, (weights, biases)), strict=True
        ):
            variable.assign_sub(2.0 * slope)
        return loss

    losses = [float(step()) for _ in range(200)]
    assert np.mean(losses[-10:]) < 0.3 * np.mean(losses[:10])


def test_errors(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"labels .* num_true=2"):
        tf.nn.nce_loss(tf.ones([9, 2]), tf.zeros([9]), [[1]], tf.ones([1, 2]), 4, 9, num_true=2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="sampled_candidates is a vector"):
        tf.nn.compute_accidental_hits([[1]], [[1]], 1)
