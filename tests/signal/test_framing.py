"""Signals cut into frames, and put together again."""

import numpy as np
import pytest

from tests.harness.parity import c64, case, f32, f64, i32, parity, text


def frame(*args, **kwargs):
    return lambda tf, x: tf.signal.frame(x, *args, **kwargs)


CASES = [
    case("frame", frame(4, 3), f32(10)),
    case("frame_no_overlap", frame(3, 3), f32(2, 10)),
    case("frame_gaps", frame(2, 5), i32(13)),
    case("frame_every_value", frame(4, 1), f64(9)),
    case("frame_whole", frame(10, 3), f32(10)),
    case("frame_short_signal", frame(4, 5), i32(3)),
    case("frame_padded", frame(4, 3, pad_end=True, pad_value=7), f32(10)),
    case("frame_padded_exactly", frame(4, 2, pad_end=True), f32(2, 10)),
    case("frame_padded_short", frame(4, 5, pad_end=True), i32(3)),
    case("frame_padded_gaps", frame(2, 5, pad_end=True), i32(12)),
    case("frame_padded_empty", frame(4, 5, pad_end=True), i32(0), vectorize=False),
    case("frame_axis", frame(3, 2, axis=0), f32(7, 2)),
    case("frame_middle_axis", frame(3, 2, axis=-2), f32(2, 6, 3)),
    case("frame_complex", frame(3, 2), c64(7)),
    case("frame_strings", frame(4, 2), text(["a", "b", "c", "d", "e", "f"]), traced=False),
    case(
        "frame_strings_padded",
        frame(4, 3, pad_end=True, pad_value="-"),
        text(["a", "b", "c", "d", "e"]),
        traced=False,
    ),
    case("frame_no_length", frame(0, 1), f32(3), grad=[], vectorize=False),
    case("add", lambda tf, x: tf.signal.overlap_and_add(x, 2), f32(3, 4)),
    case("add_uneven", lambda tf, x: tf.signal.overlap_and_add(x, 3), f64(2, 3, 7)),
    case("add_gaps", lambda tf, x: tf.signal.overlap_and_add(x, 5), i32(3, 2)),
    case("add_every_value", lambda tf, x: tf.signal.overlap_and_add(x, 1), f32(4, 3)),
    case("add_complex", lambda tf, x: tf.signal.overlap_and_add(x, 2), c64(3, 4)),
    case("add_one", lambda tf, x: tf.signal.overlap_and_add(x, 2), f32(1, 5)),
]

test_parity = parity("signal_framing", CASES)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda tf: tf.signal.frame([1, 2], -1, 1),
            "frame_length=-1 must be an integer, 0 or more",
        ),
        (lambda tf: tf.signal.frame([1, 2], 1, 0), "frame_step=0 must be an integer, 1 or more"),
        (lambda tf: tf.signal.frame([1, 2], 1, 1, axis=1), "axis=1 is out of range"),
        (lambda tf: tf.signal.frame(1, 1, 1), "is a scalar"),
        (lambda tf: tf.signal.overlap_and_add([1, 2], 1), "rank 2 or more"),
        (lambda tf: tf.signal.overlap_and_add([[1, 2]], 1.5), "frame_step=1.5 must be an integer"),
    ],
)
def test_messages(tf, call, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf)
    assert message in str(caught.value)


@pytest.mark.parametrize("step", [1, 2, 3, 4, 6])
def test_each_is_the_transpose_of_the_other(tf, step):
    signal = np.asarray(f64(13))
    frames = tf.signal.frame(signal, 4, step).numpy()
    weights = np.asarray(f64(*frames.shape, seed=1))
    back = tf.signal.overlap_and_add(weights, step).numpy()
    assert np.isclose(np.sum(frames * weights), np.sum(signal[: back.size] * back))
