"""tf.signal: Fourier and cosine transforms, frames, windows, spectra and the mel scale."""

from keratin import _lazy
from keratin.signal._cosine import dct as dct
from keratin.signal._cosine import idct as idct
from keratin.signal._fourier import fft as fft
from keratin.signal._fourier import fft2d as fft2d
from keratin.signal._fourier import fft3d as fft3d
from keratin.signal._fourier import fftnd as fftnd
from keratin.signal._fourier import fftshift as fftshift
from keratin.signal._fourier import ifft as ifft
from keratin.signal._fourier import ifft2d as ifft2d
from keratin.signal._fourier import ifft3d as ifft3d
from keratin.signal._fourier import ifftnd as ifftnd
from keratin.signal._fourier import ifftshift as ifftshift
from keratin.signal._fourier import irfft as irfft
from keratin.signal._fourier import irfft2d as irfft2d
from keratin.signal._fourier import irfft3d as irfft3d
from keratin.signal._fourier import irfftnd as irfftnd
from keratin.signal._fourier import rfft as rfft
from keratin.signal._fourier import rfft2d as rfft2d
from keratin.signal._fourier import rfft3d as rfft3d
from keratin.signal._fourier import rfftnd as rfftnd
from keratin.signal._framing import frame as frame
from keratin.signal._framing import overlap_and_add as overlap_and_add
from keratin.signal._mel import linear_to_mel_weight_matrix as linear_to_mel_weight_matrix
from keratin.signal._mel import mfccs_from_log_mel_spectrograms as mfccs_from_log_mel_spectrograms
from keratin.signal._spectral import inverse_mdct as inverse_mdct
from keratin.signal._spectral import inverse_stft as inverse_stft
from keratin.signal._spectral import inverse_stft_window_fn as inverse_stft_window_fn
from keratin.signal._spectral import mdct as mdct
from keratin.signal._spectral import stft as stft
from keratin.signal._window import hamming_window as hamming_window
from keratin.signal._window import hann_window as hann_window
from keratin.signal._window import kaiser_bessel_derived_window as kaiser_bessel_derived_window
from keratin.signal._window import kaiser_window as kaiser_window
from keratin.signal._window import vorbis_window as vorbis_window

_lazy.advise(__name__)
