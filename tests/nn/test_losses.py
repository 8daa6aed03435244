"""Losses per example."""

import numpy as np
import pytest

from tests.harness.parity import bf16, case, f16, f32, f64, i32, i64, parity

PROBABILITIES = np.array([[0.1, 0.2, 0.7], [0, 0, 1]], np.float32)
UNNORMALIZED = np.array([[1, 2, 0.5], [0, 0, 0]], np.float32)
LARGE = np.array([[1000, -1000, 0], [1e4, 1e4, 1e4]], np.float32)
UNIT = {"low": 0.0, "high": 1.0}


def softmax(tf, y, x, axis=-1):
    return tf.nn.softmax_cross_entropy_with_logits(y, x, axis)


def sparse(tf, y, x):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(y, x)


def sigmoid(tf, y, x):
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x)


def second_order(tf, loss, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = loss(x)
    return tape.gradient(value, x)


CASES = [
    case("softmax", softmax, PROBABILITIES, f32(2, 3)),
    case("softmax_unnormalized", softmax, UNNORMALIZED, f32(2, 3)),
    case("softmax_axis", lambda tf, y, x: softmax(tf, y, x, 0), f32(3, 2, **UNIT), f32(3, 2)),
    case("softmax_rank_3", softmax, f32(2, 2, 3, **UNIT), f32(2, 2, 3)),
    case("softmax_vector", softmax, np.array([0, 1], np.float32), f32(2)),
    case("softmax_large", softmax, PROBABILITIES, LARGE),
    case("softmax_int_labels", softmax, np.array([[0, 1, 0]], np.int32), f32(1, 3)),
    case("softmax_half", softmax, PROBABILITIES.astype(np.float16), f16(2, 3)),
    case("softmax_bf16", softmax, PROBABILITIES, bf16(2, 3)),
    case("softmax_f64", softmax, f64(2, 3, **UNIT), f64(2, 3)),
    case("softmax_empty", softmax, f32(0, 3), f32(0, 3)),
    case(
        "softmax_second_order",
        lambda tf, y, x: second_order(tf, lambda x: softmax(tf, y, x), x),
        PROBABILITIES,
        f32(2, 3),
        grad=[1],
    ),
    case(
        "softmax_second_order_unnormalized",
        lambda tf, y, x: second_order(tf, lambda x: softmax(tf, y, x) * [2.0, 3.0], x),
        UNNORMALIZED,
        f32(2, 3),
        grad=[1],
    ),
    case("sparse", sparse, np.array([2, 0]), f32(2, 3)),
    case("sparse_int32", sparse, np.array([2, 0], np.int32), f32(2, 3)),
    case("sparse_rank_3", sparse, i64(2, 2, low=0, high=3), f32(2, 2, 3)),
    case("sparse_scalar", sparse, np.array(1), f32(3)),
    case("sparse_large", sparse, np.array([1, 2]), LARGE),
    case("sparse_half", sparse, np.array([2, 0]), f16(2, 3)),
    case("sparse_f64", sparse, np.array([2, 0]), f64(2, 3)),
    case("sparse_empty", sparse, np.zeros(0, np.int64), f32(0, 3)),
    case(
        "sparse_second_order",
        lambda tf, y, x: second_order(tf, lambda x: sparse(tf, y, x), x),
        np.array([2, 0]),
        f32(2, 3),
    ),
    case("sigmoid", sigmoid, f32(2, 3, **UNIT), f32(2, 3)),
    case(
        "sigmoid_large",
        sigmoid,
        np.array([0, 1, 0, 1], np.float32),
        np.array([1000, 1000, -1000, -1000], np.float32),
    ),
    case("sigmoid_at_zero", sigmoid, np.array([0, 1, 0.3], np.float32), np.zeros(3, np.float32)),
    case("sigmoid_half", sigmoid, f16(4, **UNIT), f16(4)),
    case(
        "sigmoid_second_order",
        lambda tf, y, x: second_order(tf, lambda x: sigmoid(tf, y, x), x),
        np.array([0, 1, 0.3], np.float32),
        np.array([0, 1, -2], np.float32),
        grad=[1],
    ),
    case(
        "weighted",
        lambda tf, y, x, w: tf.nn.weighted_cross_entropy_with_logits(y, x, w),
        f32(2, 3, **UNIT),
        f32(2, 3),
        f32(low=0.5, high=3.0),
    ),
    case(
        "weighted_per_class",
        lambda tf, y, x, w: tf.nn.weighted_cross_entropy_with_logits(y, x, w),
        f32(2, 3, **UNIT),
        f32(2, 3),
        f32(3, low=0.5, high=3.0),
    ),
    case(
        "weighted_number",
        lambda tf, y, x: tf.nn.weighted_cross_entropy_with_logits(y, x, 2),
        f32(2, 3, **UNIT),
        np.array([[0.5, 500, -500], [1, 2, 3]], np.float32),
    ),
    case("l2", lambda tf, x: tf.nn.l2_loss(x), f32(2, 3)),
    case("l2_half", lambda tf, x: tf.nn.l2_loss(x), f16(5)),
    case("l2_empty", lambda tf, x: tf.nn.l2_loss(x), f32(0)),
    case(
        "poisson", lambda tf, y, x: tf.nn.log_poisson_loss(y, x), f32(4, low=0.0, high=5.0), f32(4)
    ),
    case(
        "poisson_full",
        lambda tf, y, x: tf.nn.log_poisson_loss(y, x, compute_full_loss=True),
        np.array([0.5, 1.5, 2, 5], np.float32),
        f32(4),
    ),
    case("average", lambda tf, x: tf.nn.compute_average_loss(x), f32(4)),
    case("average_weights", lambda tf, x, w: tf.nn.compute_average_loss(x, w, 10), f32(4), f32(4)),
    case(
        "average_weights_column",
        lambda tf, x, w: tf.nn.compute_average_loss(x, w),
        f32(4),
        f32(4, 1),
    ),
    case(
        "average_weights_row", lambda tf, x, w: tf.nn.compute_average_loss(x, w), f32(4, 2), f32(4)
    ),
    case("average_weight", lambda tf, x: tf.nn.compute_average_loss(x, sample_weight=0.5), f32(4)),
    case("average_int_weights", lambda tf, x, w: tf.nn.compute_average_loss(x, w), f32(4), i32(4)),
    case("average_empty", lambda tf, x: tf.nn.compute_average_loss(x), f32(0)),
    case("average_half", lambda tf, x: tf.nn.compute_average_loss(x), f16(4)),
    case("regularization", lambda tf, x: tf.nn.scale_regularization_loss(x), f32(3)),
    case("regularization_scalar", lambda tf, x: tf.nn.scale_regularization_loss(x), f32()),
]
test_parity = parity("nn_losses", CASES)


def ones(*shape):
    return np.ones(shape, np.float32)


def test_one_hot_labels_given_to_the_sparse_loss(tf):
    with pytest.raises(ValueError, match=r"one-hot.*softmax_cross_entropy_with_logits"):
        sparse(tf, np.eye(3, dtype=np.int32), ones(3, 3))
    with pytest.raises(ValueError, match=r"tf.squeeze\(labels, -1\)"):
        sparse(tf, np.zeros((4, 1), np.int32), ones(4, 3))


def test_class_indices_given_to_the_dense_loss(tf):
    with pytest.raises(ValueError, match=r"class indices.*sparse_softmax"):
        softmax(tf, np.array([1, 0]), ones(2, 3))
    with pytest.raises(ValueError, match=r"\[2, 4\] and logits \[2, 3\]"):
        softmax(tf, ones(2, 4), ones(2, 3))


@pytest.mark.parametrize("label", [-1, 3])
def test_a_label_out_of_range(tf, label):
    """An error where it can be seen, NaN of loss and gradient where not, and only of that row."""
    labels, logits = tf.constant([1, label]), tf.constant(ones(2, 3))
    with pytest.raises(ValueError, match=f"label {label} is none of the 3 classes"):
        sparse(tf, labels, logits)

    @tf.function
    def compiled(labels, logits):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            loss = sparse(tf, labels, logits)
        return loss, tape.gradient(loss, logits)

    loss, gradient = compiled(labels, logits)
    assert np.isnan(loss.numpy()).tolist() == [False, True]
    assert np.isnan(gradient.numpy()).all(axis=1).tolist() == [False, True]


def test_other_mistakes_are_named(tf):
    with pytest.raises(ValueError, match=r"\[2\] and logits \[3\]"):
        sigmoid(tf, ones(2), ones(3))
    with pytest.raises(ValueError, match="scalar, expected one loss for each example"):
        tf.nn.compute_average_loss(1.0)
    with pytest.raises(ValueError, match="global_batch_size=-1"):
        tf.nn.compute_average_loss(ones(2), global_batch_size=-1)


def test_where_tensorflow_gives_nan_or_half_a_gradient(tf):
    """A certain class of logit -inf, a count of 0, a weighted logit of 0: the limits."""
    impossible = tf.constant([[-np.inf, 1.0, 2.0]])
    loss = softmax(tf, [[0.0, 1.0, 0.0]], impossible)
    np.testing.assert_allclose(loss.numpy(), [np.log(1 + np.e)], rtol=1e-6)
    counts, logits, label = tf.constant([0.0]), tf.constant([0.0]), tf.constant([0.25])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([counts, logits])
        poisson = tf.nn.log_poisson_loss(counts, [0.3], compute_full_loss=True)
        weighted = tf.nn.weighted_cross_entropy_with_logits(label, logits, 1.0)
    np.testing.assert_allclose(tape.gradient(poisson, counts).numpy(), [-0.3], rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(weighted, logits).numpy(), [0.5 - 0.25], rtol=1e-6)


def test_labels_of_any_integer_type(tf):
    for dtype in (np.uint8, np.int8, np.uint64):
        loss = sparse(tf, np.array([1], dtype), ones(1, 3))
        np.testing.assert_allclose(loss.numpy(), [np.log(3)], rtol=1e-6)


def test_classes_that_are_not_integers_are_refused(tf):
    logits = tf.constant([[1.0, 2.0]])
    with pytest.raises(tf.errors.InvalidArgumentError, match="the index of a class"):
        tf.nn.sparse_softmax_cross_entropy_with_logits([1.0], logits)
    with pytest.raises(tf.errors.InvalidArgumentError, match="the index of a class"):
        tf.math.in_top_k([1.0], logits, 1)
