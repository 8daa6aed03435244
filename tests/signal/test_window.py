"""Windows."""

import numpy as np
import pytest

from tests.harness.parity import case, parity

NAMES = ["hann_window", "hamming_window", "vorbis_window"]


def lengths(name):
    for length in (0, 1, 2, 5, 8):
        yield case(f"{name}_{length}", lambda tf, n=length: getattr(tf.signal, name)(n))


CASES = [
    *[row for name in NAMES for row in lengths(name)],
    case("hann_symmetric", lambda tf: tf.signal.hann_window(6, periodic=False)),
    case("hann_float64", lambda tf: tf.signal.hann_window(6, dtype=tf.float64)),
    case("hann_float16", lambda tf: tf.signal.hann_window(6, dtype=tf.float16)),
    case("hann_tensor", lambda tf: tf.signal.hann_window(tf.constant(6))),
    case("hamming_symmetric", lambda tf: tf.signal.hamming_window(6, periodic=False)),
    case("hamming_float64", lambda tf: tf.signal.hamming_window(5, dtype=tf.float64)),
    case("vorbis_float64", lambda tf: tf.signal.vorbis_window(6, dtype=tf.float64)),
    case("kaiser", lambda tf: tf.signal.kaiser_window(7)),
    case("kaiser_even", lambda tf: tf.signal.kaiser_window(6, beta=3.7)),
    case("kaiser_float64", lambda tf: tf.signal.kaiser_window(6, 3.5, dtype=tf.float64)),
    case(
        "kaiser_beta",
        lambda tf, beta: tf.signal.kaiser_window(6, beta),
        np.array(3.5, "f"),
        vectorize=False,
    ),
    case("derived", lambda tf: tf.signal.kaiser_bessel_derived_window(8)),
    case("derived_odd", lambda tf: tf.signal.kaiser_bessel_derived_window(7, beta=4.0)),
    case(
        "derived_float64",
        lambda tf: tf.signal.kaiser_bessel_derived_window(6, 3.5, dtype=tf.float64),
    ),
    case(
        "derived_beta",
        lambda tf, beta: tf.signal.kaiser_bessel_derived_window(6, beta),
        np.array(3.5, "f"),
        vectorize=False,
    ),
]

test_parity = parity("signal_window", CASES)


def test_beta_keeps_its_digits(tf):
    window = tf.signal.kaiser_window(5, beta=3.7, dtype=tf.float64)
    np.testing.assert_allclose(window, np.kaiser(5, 3.7), rtol=1e-13)


def test_kaiser_window_of_one_value(tf):
    np.testing.assert_array_equal(tf.signal.kaiser_window(1), [1.0])


@pytest.mark.parametrize("name", [*NAMES, "kaiser_window", "kaiser_bessel_derived_window"])
def test_messages(tf, name):
    function = getattr(tf.signal, name)
    with pytest.raises(ValueError, match="must be of floats"):
        function(4, dtype=tf.int32)
    with pytest.raises(ValueError, match="window_length=-1 must be an integer"):
        function(-1)
