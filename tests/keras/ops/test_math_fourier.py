"""Fourier transforms of pairs, whole and in windows."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, floats, refused, table

row = table()
PAIR = (floats(2, 4, 8), floats(2, 4, 8, seed=1))
SIGNAL = floats(2, 40)
SPECTRA = (floats(2, 9, 6), floats(2, 9, 6, seed=1))
WINDOW = np.hanning(10)[1:-1].astype("float32")

ROWS = [
    row("fft", PAIR),
    row("fft2", PAIR, gradient=False),
    row("ifft2", PAIR, gradient=False),
    row("rfft", SIGNAL),
    row("rfft", SIGNAL, fft_length=11, gradient=False),
    row("irfft", PAIR),
    row("irfft", PAIR, 9, gradient=False),
    row("stft", SIGNAL, 8, 3, 10, tolerance=1e-4),
    row("stft", SIGNAL, 8, 4, 8, window="hamming", center=False, gradient=False),
    row("stft", SIGNAL, 8, 4, 11, window=WINDOW, gradient=False, symbolic=False),
    row("stft", SIGNAL, 8, 4, 8, window=None, gradient=False),
    row("istft", SPECTRA, 8, 3, 10, gradient=False, tolerance=1e-4),
    row("istft", SPECTRA, 8, 3, 10, length=20, center=False, gradient=False, tolerance=1e-4),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


@pytest.mark.parametrize("window", ["hann", "hamming", None])
def test_a_signal_comes_back(window):
    spectra = keras.ops.stft(SIGNAL, 8, 2, 8, window=window)
    found = keras.ops.istft(spectra, 8, 2, 8, window=window, length=40)
    np.testing.assert_allclose(found, SIGNAL, atol=1e-5)


def test_errors_say_what_is_expected():
    ops = keras.ops
    assert "a pair of tensors" in refused(ops.fft, SIGNAL)
    assert "must be the same" in refused(ops.fft, (SIGNAL, SIGNAL[0]))
    assert "both must be floating" in refused(ops.irfft, (np.arange(3), np.arange(3)))
    assert "2 axes or more" in refused(ops.fft2, (SIGNAL[0], SIGNAL[0]))
    assert "positive integer" in refused(ops.stft, SIGNAL, 8, 0, 8)
    assert "fft_length=4 must be" in refused(ops.stft, SIGNAL, 8, 2, 4)
    assert "'hann', 'hamming'" in refused(ops.stft, SIGNAL, 8, 2, 8, window="blackman")
    assert "expected [8]" in refused(ops.stft, SIGNAL, 8, 2, 8, window=WINDOW[:3])
    assert "float32 or float64" in refused(ops.stft, np.arange(40), 8, 2, 8)
