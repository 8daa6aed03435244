"""Transforms of short frames, and their inverses."""

import functools

import numpy as np
import pytest

from tests.harness.parity import c64, c128, case, f32, f64, parity


def inverse(tf, stfts, length, step, **options):
    window_fn = tf.signal.inverse_stft_window_fn(step)
    return tf.signal.inverse_stft(stfts, length, step, window_fn=window_fn, **options)


def sharp(tf):
    return functools.partial(tf.signal.kaiser_window, beta=4.0)


CASES = [
    case("stft", lambda tf, x: tf.signal.stft(x, 4, 2), f32(12)),
    case("stft_float64_batch", lambda tf, x: tf.signal.stft(x, 5, 3), f64(2, 12)),
    case("stft_no_window", lambda tf, x: tf.signal.stft(x, 4, 2, window_fn=None), f64(12)),
    case(
        "stft_padded",
        lambda tf, x: tf.signal.stft(x, frame_length=3, frame_step=2, fft_length=8, pad_end=True),
        f64(10),
        grad=[],
    ),
    case("stft_other_window", lambda tf, x: tf.signal.stft(x, 4, 2, window_fn=sharp(tf)), f64(12)),
    case("stft_shorter_fft", lambda tf, x: tf.signal.stft(x, 4, 2, fft_length=2), f64(9), grad=[]),
    case("inverse_stft", lambda tf, x: tf.signal.inverse_stft(x, 4, 2), c64(5, 3)),
    case("inverse_stft_batch", lambda tf, x: tf.signal.inverse_stft(x, 4, 3), c128(2, 5, 3)),
    case("inverse_stft_shorter", lambda tf, x: tf.signal.inverse_stft(x, 3, 2), c128(5, 3)),
    case(
        "inverse_stft_longer",
        lambda tf, x: tf.signal.inverse_stft(x, 6, 2, fft_length=4, window_fn=None),
        c128(5, 3),
    ),
    case("inverse_stft_wide", lambda tf, x: tf.signal.inverse_stft(x, 6, 2), c128(4, 3), grad=[]),
    case("inverse_stft_exact", lambda tf, x: inverse(tf, x, 4, 1), c128(5, 3)),
    case("inverse_window", lambda tf: tf.signal.inverse_stft_window_fn(2)(5, tf.float32)),
    case(
        "inverse_window_float64",
        lambda tf: tf.signal.inverse_stft_window_fn(3, sharp(tf))(8, tf.float64),
    ),
    case("mdct", lambda tf, x: tf.signal.mdct(x, 8), f32(20)),
    case("mdct_batch", lambda tf, x: tf.signal.mdct(x, 4), f64(2, 10)),
    case(
        "mdct_orthonormal",
        lambda tf, x: tf.signal.mdct(x, 4, window_fn=None, pad_end=True, norm="ortho"),
        f64(9),
    ),
    case(
        "mdct_derived_window",
        lambda tf, x: tf.signal.mdct(x, 8, tf.signal.kaiser_bessel_derived_window),
        f64(20),
    ),
    case("inverse_mdct", lambda tf, x: tf.signal.inverse_mdct(x), f32(4, 2)),
    case(
        "inverse_mdct_orthonormal",
        lambda tf, x: tf.signal.inverse_mdct(x, window_fn=None, norm="ortho"),
        f64(2, 3, 4),
    ),
]

test_parity = parity("signal_spectral", CASES)


def test_inverse_window_is_float32_unless_told(tf):
    assert tf.signal.inverse_stft_window_fn(2)(5).dtype == tf.float32


@pytest.mark.parametrize("norm", [None, "ortho"])
def test_mdct_there_and_back(tf, norm):
    x = np.asarray(f64(40))
    back = tf.signal.inverse_mdct(tf.signal.mdct(x, 8, norm=norm), norm=norm).numpy()
    np.testing.assert_allclose(back[4:-4], x[4:-4], atol=1e-13)


def test_stft_there_and_back(tf):
    x = np.asarray(f64(40))
    back = inverse(tf, tf.signal.stft(x, 8, 2), 8, 2).numpy()
    np.testing.assert_allclose(back[6:-6], x[6:-6], atol=1e-13)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda tf: tf.signal.stft(tf.constant([1, 2, 3]), 2, 1), "tf.cast(signals, tf.float32)"),
        (lambda tf: tf.signal.stft([1.0], 0, 1), "frame_length=0"),
        (lambda tf: tf.signal.stft([1.0], 1, 0), "frame_step=0"),
        (lambda tf: tf.signal.stft([1.0], 1, 1, fft_length=0), "fft_length=0"),
        (lambda tf: tf.signal.stft(1.0, 1, 1), "is a scalar"),
        (lambda tf: tf.signal.inverse_stft([[1.0]], 1, 1), "must be complex"),
        (lambda tf: tf.signal.inverse_stft([1j], 1, 1), "rank 2 or more"),
        (lambda tf: tf.signal.mdct([1.0], 6), "must be a multiple of 4"),
        (lambda tf: tf.signal.inverse_mdct([1.0, 2.0]), "rank 2 or more"),
    ],
)
def test_messages(tf, call, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf)
    assert message in str(caught.value)


def test_window_must_be_a_function(tf):
    with pytest.raises(TypeError, match=r"tf.signal.hann_window, or None"):
        tf.signal.stft([1.0, 2.0], 2, 1, window_fn="hann")
