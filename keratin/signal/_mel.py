"""The mel scale, and the features of speech made with it."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.op import DTypeArg, T, op
from keratin.signal._cosine import cosine_transform


@op
def linear_to_mel_weight_matrix(
    num_mel_bins: int = 20,
    num_spectrogram_bins: int = 129,
    sample_rate: float = 8000,
    lower_edge_hertz: float = 125.0,
    upper_edge_hertz: float = 3800.0,
    dtype: DTypeArg = "float32",
):
    """The matrix, [num_spectrogram_bins, num_mel_bins], that takes spectra to the mel scale.

    Each column is a triangle over the frequencies of a spectrum; on the mel scale, which is close
    to how pitch is heard, all triangles are equally wide. Multiply magnitudes by it from the right.

    >>> tf.signal.linear_to_mel_weight_matrix(2, 5).numpy().round(2)
    array([[0.  , 0.  ],
           [0.72, 0.28],
           [0.  , 0.9 ],
           [0.  , 0.35],
           [0.  , 0.  ]], dtype=float32)
    """
    _check(num_mel_bins, sample_rate, lower_edge_hertz, upper_edge_hertz, dtype)
    frequencies = _mel(np.linspace(0, sample_rate / 2, num_spectrogram_bins)[1:, None])
    edges = np.linspace(_mel(lower_edge_hertz), _mel(upper_edge_hertz), num_mel_bins + 2)
    lower, center, upper = edges[:-2], edges[1:-1], edges[2:]
    rising = (frequencies - lower) / (center - lower)
    falling = (upper - frequencies) / (upper - center)
    weights = np.maximum(0, np.minimum(rising, falling))
    return jnp.asarray(np.pad(weights, [(1, 0), (0, 0)]), dtype)  # nothing of frequency zero


def _mel(hertz: Any) -> Any:
    return 1127 * np.log1p(np.asarray(hertz) / 700)


def _check(bins: int, rate: float, lower: float, upper: float, dtype: np.dtype) -> None:
    if bins <= 0:
        raise errors.InvalidArgumentError(f"num_mel_bins={bins} must be 1 or more")
    if rate <= 0:
        raise errors.InvalidArgumentError(f"sample_rate={rate} must be above 0")
    if not 0 <= lower < upper:
        raise errors.InvalidArgumentError(
            f"lower_edge_hertz={lower} must be 0 or more, and below upper_edge_hertz={upper}"
        )
    if upper > rate / 2:
        raise errors.InvalidArgumentError(
            f"upper_edge_hertz={upper} lies above the highest frequency that signals of "
            f"sample_rate={rate} have, which is half of that, {rate / 2:g}"
        )
    if not jnp.issubdtype(dtype, np.floating):
        raise errors.InvalidArgumentError(f"dtype={dtype} must be of floats, such as tf.float32")


@op(T="float")
def mfccs_from_log_mel_spectrograms(log_mel_spectrograms: T):
    """Mel-frequency cepstral coefficients: the cosine transform of log-mel spectrograms.

    >>> tf.signal.mfccs_from_log_mel_spectrograms([[1.0, 1.0]]).numpy()
    array([[2., 0.]], dtype=float32)
    """
    x = log_mel_spectrograms
    if x.ndim < 1 or x.shape[-1] == 0:
        raise errors.InvalidArgumentError(
            f"log_mel_spectrograms has shape {list(x.shape)}; its last axis, the mel bins, must "
            "have one value or more"
        )
    return cosine_transform(x, 2) * np.asarray(np.sqrt(0.5 / x.shape[-1]), x.dtype)
