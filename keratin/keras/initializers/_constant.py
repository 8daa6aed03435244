"""Initializers that leave nothing to chance."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.keras.initializers._initializer import Initializer, checked_dtype, checked_sizes

_NUMBERS = "bool int uint float complex"


class Zeros(Initializer):
    """Zeros.

    >>> keras.initializers.Zeros()((2,)).numpy()
    array([0., 0.], dtype=float32)
    """

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Tensor:
        """A tensor of zeros."""
        found = checked_dtype(self, dtype, _NUMBERS)
        return convert_to_tensor(np.zeros(checked_sizes(self, shape), found.numpy_dtype))


class Ones(Initializer):
    """Ones.

    >>> keras.initializers.Ones()((2,), dtype="int32").numpy()
    array([1, 1], dtype=int32)
    """

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Tensor:
        """A tensor of ones."""
        found = checked_dtype(self, dtype, _NUMBERS)
        return convert_to_tensor(np.ones(checked_sizes(self, shape), found.numpy_dtype))


class Constant(Initializer):
    """One value everywhere, or an array of values that fits the shape.

    >>> keras.initializers.Constant(0.5)((2,)).numpy()
    array([0.5, 0.5], dtype=float32)
    """

    _fills = True  # whether a smaller value is repeated

    def __init__(self, value: Any = 0.0):
        self.value = value

    @classmethod
    def of_values(cls, values: np.ndarray[Any, Any]) -> Self:
        """An initializer of exactly these values, for a weight of exactly their shape."""
        made = cls(values)
        made._fills = False
        return made

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Tensor:
        """A tensor of the value."""
        found = checked_dtype(self, dtype, _NUMBERS)
        sizes = checked_sizes(self, shape)
        value = np.asarray(self.value).astype(found.numpy_dtype)
        if not self._fills and value.shape != sizes:
            raise ValueError(
                f"The array given as an initializer has shape {value.shape}, but the weight has "
                f"shape {sizes}. Give values.reshape({sizes}), or an initializer by name"
            )
        try:
            return convert_to_tensor(np.broadcast_to(value, sizes))
        except ValueError:
            raise ValueError(
                f"Constant: a value of shape {value.shape} does not fill a weight of shape "
                f"{sizes}. Give one number, or values of that shape"
            ) from None


class Identity(Initializer):
    """The identity matrix times `gain`; rows or columns beyond the square are zeros.

    >>> keras.initializers.Identity(gain=2.0)((2, 2)).numpy()
    array([[2., 0.],
           [0., 2.]], dtype=float32)
    """

    def __init__(self, gain: Any = 1.0):
        self.gain = gain

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Tensor:
        """An identity matrix."""
        found = checked_dtype(self, dtype, _NUMBERS)
        sizes = checked_sizes(self, shape)
        if len(sizes) != 2:
            raise ValueError(
                f"Identity makes matrices; the weight has shape {sizes}, of {len(sizes)} "
                "dimensions. Use another initializer for it, such as 'orthogonal'"
            )
        return convert_to_tensor(np.multiply(self.gain, np.eye(*sizes)).astype(found.numpy_dtype))


class STFT(Initializer):
    """Kernels of a convolution that computes a short-time Fourier transform, by real side and
    imaginary side: shape (frame_length, 1, fft_length // 2 + 1).

    `window` is the name of a window of `scipy.signal`, an array of `frame_length` numbers or None;
    `scaling` divides by the window's L2 norm ("density") or L1 norm ("spectrum").

    >>> keras.initializers.STFT("imag", window=None)((4, 1, 3)).numpy()[1].round(3)
    array([[-0., -1., -0.]], dtype=float32)
    """

    def __init__(
        self,
        side: str = "real",
        window: Any = "hann",
        scaling: str | None = "density",
        periodic: bool = False,
    ):
        if side not in ("real", "imag"):
            raise ValueError(f"STFT: side must be 'real' or 'imag'; given {side!r}")
        if scaling not in (None, "density", "spectrum"):
            raise ValueError(
                f"STFT: scaling must be 'density', 'spectrum' or None; given {scaling!r}"
            )
        if isinstance(window, str):
            _window_named(window, 1, periodic)  # fails for unknown names
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Tensor:
        """A tensor of kernels."""
        found = checked_dtype(self, dtype, "float")
        sizes = checked_sizes(self, shape)
        if len(sizes) != 3 or sizes[2] < 2:
            raise ValueError(
                "STFT: shape must be (frame_length, 1, fft_length // 2 + 1), with an fft_length "
                f"of 2 or more; given {sizes}"
            )
        length, _, bands = sizes
        turns = np.arange(length)[:, None, None] * np.arange(bands) / (2 * (bands - 1))
        angle = -2 * np.pi * turns
        kernel = np.cos(angle) if self.side == "real" else np.sin(angle)
        return convert_to_tensor((kernel * self._weights(length)).astype(found.numpy_dtype))

    def _weights(self, length: int) -> Any:
        """The window, scaled, along the first axis."""
        if self.window is None:
            return 1.0
        window = self.window
        if isinstance(window, str):
            window = _window_named(window, length, self.periodic)
        window = np.asarray(window, np.float64)
        if window.shape != (length,):
            raise ValueError(
                f"STFT: the window has shape {window.shape}, but the frames have {length} samples"
            )
        norm = {"density": np.sqrt(np.sum(window**2)), "spectrum": np.sum(np.abs(window))}
        return (window / norm.get(self.scaling or "", 1.0))[:, None, None]


def _window_named(name: str, length: int, periodic: bool) -> Any:
    from scipy.signal import get_window  # heavy, and rarely needed

    try:
        return get_window(name, length, periodic)
    except ValueError as error:
        raise ValueError(f"STFT: there is no window {name!r}: {error}") from None
