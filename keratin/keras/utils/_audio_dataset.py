"""Sounds in folders as batches."""

from __future__ import annotations

import functools
import math
import wave
from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin.keras.utils._directories import Options, dataset_of


def audio_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    sampling_rate: int | None = None,
    output_sequence_length: int | None = None,
    ragged: bool = False,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    verbose: bool = True,
) -> Any:
    """A data set of batches (sounds, labels) of the .wav files in a folder, one folder a class.

    Sounds are float32 from -1 to 1, [batch, length, channels]: cut or filled with zeros to
    `output_sequence_length`, or else as long as the longest of the batch. `sampling_rate`
    resamples them (with SciPy). Labels as in `image_dataset_from_directory`.

    >>> import pathlib, tempfile, wave
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> (folder / "beep").mkdir()
    >>> with wave.open(str(folder / "beep" / "1.wav"), "wb") as file:
    ...     file.setparams((1, 2, 8000, 0, "NONE", ""))
    ...     file.writeframes(np.array([0, 16384], np.int16).tobytes())
    >>> data = keras.utils.audio_dataset_from_directory(folder, label_mode=None, verbose=False)
    >>> [sounds.numpy().ravel().tolist() for sounds in data]
    [[0.0, 0.5]]
    """
    if ragged:
        reason = " and is not to be given with output_sequence_length"
        raise errors.UnimplementedError(
            "ragged=True gives ragged batches, which this data set cannot make"
            f"{reason if output_sequence_length else ''}. Leave it out: sounds are filled with "
            "zeros to the longest of their batch."
        )
    for name, value in (
        ("sampling_rate", sampling_rate),
        ("output_sequence_length", output_sequence_length),
    ):
        if value is not None and (not isinstance(value, int) or value < 1):
            raise ValueError(f"{name} is an integer from 1 on; given {value!r}.")
    options = Options(
        directory,
        labels,
        label_mode,
        class_names,
        batch_size,
        shuffle,
        seed,
        validation_split,
        subset,
        follow_links,
        verbose,
        (".wav",),
        "sounds",
    )
    read = functools.partial(_read_all, rate=sampling_rate, length=output_sequence_length)
    return dataset_of(options, read, workers=1)


def _read_all(paths: list[str], rate: int | None, length: int | None) -> np.ndarray:
    sounds = [_read(path, rate) for path in paths]
    channels = {sound.shape[1]: path for sound, path in zip(sounds, paths, strict=True)}
    if len(channels) > 1:
        listed = ", ".join(f"{path!r} has {count}" for count, path in channels.items())
        raise ValueError(
            f"Sounds of several numbers of channels cannot be one batch: {listed}. Bring the files "
            "to one number of channels, or read each kind by itself."
        )
    longest = length or max(len(sound) for sound in sounds)
    found = np.zeros((len(sounds), longest, sounds[0].shape[1]), np.float32)
    for row, sound in zip(found, sounds, strict=True):
        row[: len(sound)] = sound[:longest]
    return found


def _read(path: str, rate: int | None) -> np.ndarray:
    """The sound of a file, [length, channels] from -1 to 1."""
    try:
        with wave.open(path, "rb") as file:
            width, channels, own_rate = (
                file.getsampwidth(),
                file.getnchannels(),
                file.getframerate(),
            )
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(
            f"The sound {path!r} cannot be read: {error or 'it is cut off'}. WAV files of whole "
            "numbers (PCM) are read; convert it, or delete it."
        ) from error
    sound = _from_bytes(data, width).reshape(-1, channels)
    return sound if rate in (None, own_rate) else _resampled(sound, own_rate, int(rate or 0))


def _from_bytes(data: bytes, width: int) -> np.ndarray:
    """Samples of 1 to 4 bytes as fractions of the greatest; those of one byte have no sign."""
    if width == 1:
        return (np.frombuffer(data, np.uint8).astype(np.float32) - 128) / 128
    count = len(data) // width
    words = np.zeros((count, 4), np.uint8)
    # The bytes stand at the upper end of 32 bits, so that all widths have one scale.
    words[:, 4 - width :] = np.frombuffer(data, np.uint8, count * width).reshape(count, width)
    return (words.view("<i4")[:, 0] / 2.0**31).astype(np.float32)


def _resampled(sound: np.ndarray, own_rate: int, rate: int) -> np.ndarray:
    try:
        from scipy.signal import resample_poly
    except ImportError:
        raise ImportError(
            "sampling_rate=... resamples with SciPy, which is not installed: pip install scipy"
        ) from None
    common = math.gcd(own_rate, rate)
    found = resample_poly(sound, rate // common, own_rate // common, axis=0)
    return found.astype(np.float32)
