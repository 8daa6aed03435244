"""The CTC loss and what prepares labels for it."""

import numpy as np
import pytest

from tests.harness.parity import case, f16, f32, parity

LABELS = np.array([[1, 2, 2], [3, 0, 0], [1, 3, 1]])
LENGTHS = np.array([3, 1, 2])
FRAMES = np.array([6, 4, 5])
LOGITS = f32(6, 3, 4)


def loss(tf, labels, logits, lengths, frames, **options):
    return tf.nn.ctc_loss(labels, logits, lengths, frames, **options)


CASES = [
    case("loss", loss, LABELS, LOGITS, LENGTHS, FRAMES),
    case(
        "loss_blank_last",
        lambda tf, y, x, n, t: loss(tf, y, x, n, t, blank_index=-1),
        np.array([[0, 1, 1], [2, 0, 0], [0, 2, 0]]),
        LOGITS,
        LENGTHS,
        FRAMES,
    ),
    case(
        "loss_blank_middle",
        lambda tf, y, x, n, t: loss(tf, y, x, n, t, blank_index=2),
        np.array([[0, 1, 1], [3, 0, 0], [0, 3, 0]]),
        LOGITS,
        LENGTHS,
        FRAMES,
    ),
    case(
        "loss_batch_major",
        lambda tf, y, x, n, t: loss(tf, y, x, n, t, logits_time_major=False),
        LABELS,
        f32(3, 6, 4),
        LENGTHS,
        FRAMES,
    ),
    case("loss_no_labels", loss, LABELS, LOGITS, np.array([0, 0, 3]), FRAMES),
    case("loss_no_frames", loss, LABELS, LOGITS, np.array([0, 1, 1]), np.array([0, 1, 2])),
    case("loss_does_not_fit", loss, LABELS, LOGITS, LENGTHS, np.array([3, 1, 1]), grad=[]),
    case("loss_half", loss, LABELS, f16(6, 3, 4), LENGTHS, FRAMES),
    case(
        "loss_large_logits",
        lambda tf, y, x, n, t: loss(tf, y, x * 50.0, n, t),
        LABELS,
        LOGITS,
        LENGTHS,
        FRAMES,
        atol=1e-4,
    ),
    case(
        "loss_unique",
        lambda tf, y, x, n, t: loss(tf, y, x, n, t, unique=tf.nn.ctc_unique_labels(y)),
        LABELS,
        LOGITS,
        LENGTHS,
        FRAMES,
        vectorize=False,
    ),
    case(
        "loss_sparse",
        lambda tf, x, t: tf.nn.ctc_loss(
            tf.SparseTensor(
                [[0, 0], [0, 1], [0, 2], [1, 0], [2, 0], [2, 1]],
                tf.constant([1, 2, 2, 3, 1, 3]),
                [3, 3],
            ),
            x,
            None,
            t,
            blank_index=0,
        ),
        LOGITS,
        FRAMES.astype(np.int32),
    ),
    case(
        "unique", lambda tf, y: tf.nn.ctc_unique_labels(y), np.array([[3, 4, 4, 3], [1, 0, 2, 1]])
    ),
    case(
        "collapse",
        lambda tf, y, n: tf.nn.collapse_repeated(y, n),
        np.array([[1, 1, 2, 2, 1], [1, 2, 3, 4, 5], [7, 7, 7, 7, 7]]),
        np.array([5, 3, 4]),
        traced=False,
    ),
    case(
        "collapse_empty",
        lambda tf, y, n: tf.nn.collapse_repeated(y, n),
        np.array([[1, 1]]),
        np.array([0]),
        traced=False,
    ),
]
test_parity = parity("nn_ctc", CASES)


def test_against_all_alignments(tf):
    """The loss by its definition, on a case small enough to list every alignment."""
    frames, classes = 4, 3
    logits = np.random.default_rng(0).normal(size=(frames, 1, classes)).astype(np.float32)
    chances = np.exp(logits[:, 0]) / np.exp(logits[:, 0]).sum(1, keepdims=True)

    def collapsed(alignment):
        kept = [a for i, a in enumerate(alignment) if i == 0 or a != alignment[i - 1]]
        return [a for a in kept if a]

    for label in ([1], [1, 2], [2, 2]):
        total = sum(
            np.prod([chances[t, a] for t, a in enumerate(alignment)])
            for alignment in np.ndindex(*[classes] * frames)
            if collapsed(alignment) == label
        )
        found = loss(tf, [label], logits, [len(label)], [frames]).numpy()
        np.testing.assert_allclose(found, [-np.log(total)], rtol=1e-5)


def test_gradient_of_gradient_is_finite(tf):
    x = tf.constant(np.asarray(LOGITS))
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            value = loss(tf, LABELS, x, LENGTHS, FRAMES)
        slope = inner.gradient(value, x)
    assert np.isfinite(outer.gradient(slope, x).numpy()).all()


def test_mistakes_are_named(tf):
    x = np.zeros((6, 3, 4), np.float32)
    with pytest.raises(ValueError, match=r"label_length has the shape \[2\].*batch of 3"):
        loss(tf, LABELS, x, [1, 1], FRAMES)
    with pytest.raises(ValueError, match="blank_index=4 is none of the 4 classes"):
        loss(tf, LABELS, x, LENGTHS, FRAMES, blank_index=4)
    with pytest.raises(ValueError, match="blank_index must be given"):
        loss(tf, tf.SparseTensor([[0, 0]], [1], [3, 1]), x, None, FRAMES)
    with pytest.raises(ValueError, match=r"expected \[frames, batch, classes\]"):
        loss(tf, LABELS, x[0], LENGTHS, FRAMES)
    with pytest.raises(ValueError, match=r"expected \[batch, most labels\] and \[batch\]"):
        tf.nn.collapse_repeated([1, 2], [2])
