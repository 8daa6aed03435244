"""The mel scale."""

import numpy as np
import pytest

from tests.harness.parity import case, f32, f64, parity


def weights(**options):
    return lambda tf: tf.signal.linear_to_mel_weight_matrix(**options)


CASES = [
    case("default", weights()),
    case("small", weights(num_mel_bins=3, num_spectrogram_bins=9)),
    case("float64", lambda tf: tf.signal.linear_to_mel_weight_matrix(4, 17, dtype=tf.float64)),
    case(
        "edges",
        weights(
            num_mel_bins=8,
            num_spectrogram_bins=33,
            sample_rate=16000.0,
            lower_edge_hertz=0.0,
            upper_edge_hertz=8000.0,
        ),
    ),
    case("mfcc", lambda tf, x: tf.signal.mfccs_from_log_mel_spectrograms(x), f32(2, 5)),
    case("mfcc_float64", lambda tf, x: tf.signal.mfccs_from_log_mel_spectrograms(x), f64(2, 3, 4)),
]

test_parity = parity("signal_mel", CASES)


def test_sample_rate_may_be_a_tensor(tf):
    given = tf.signal.linear_to_mel_weight_matrix(3, 9, sample_rate=tf.constant(8000))
    np.testing.assert_array_equal(given, tf.signal.linear_to_mel_weight_matrix(3, 9))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_mel_bins": 0}, "num_mel_bins=0 must be 1 or more"),
        ({"sample_rate": 0}, "sample_rate=0 must be above 0"),
        ({"lower_edge_hertz": -1.0}, "must be 0 or more"),
        ({"lower_edge_hertz": 4000.0}, "below upper_edge_hertz=3800.0"),
        ({"upper_edge_hertz": 5000.0}, "half of that, 4000"),
        ({"dtype": "int32"}, "must be of floats"),
    ],
)
def test_messages(tf, options, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.signal.linear_to_mel_weight_matrix(**options)
    assert message in str(caught.value)


def test_spectrograms_need_bins(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="one value or more"):
        tf.signal.mfccs_from_log_mel_spectrograms(np.ones((2, 0), "f"))
