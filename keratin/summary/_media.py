"""Pictures, sounds and text."""

from __future__ import annotations

import functools
import io
import wave
from collections.abc import Callable
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.variable import Variable
from keratin.summary._protos import plugin_metadata
from keratin.summary._state import current
from keratin.summary._write import as_array, emit, known, tag_of

Array = np.ndarray[Any, Any]


def image(
    name: str, data: Any, step: Any = None, max_outputs: Any = 3, description: str | None = None
) -> Tensor:
    """Write pictures.

    Args:
        name: Their name in TensorBoard, after the name scopes in force.
        data: Pictures of shape (number, height, width, channels), with 1 channel (grey), 2 (grey
            and opacity), 3 (red, green, blue) or 4 (and opacity). Floating numbers from 0 to 1, or
            uint8; others are scaled as `tf.image.convert_image_dtype` does.
        step: The number of the step; without it the default one.
        max_outputs: How many of the pictures to write at most, the first ones.
        description: Text in Markdown that TensorBoard shows beside the pictures.

    Returns True if they were written.

    >>> with tf.summary.create_file_writer("logs").as_default():
    ...     bool(tf.summary.image("noise", tf.random.uniform([2, 8, 8, 3]), step=0))
    True
    """
    tag = tag_of(name, "image_summary")
    if current.writer is None:
        return known(False)
    pictures = _as_tensor("image", tag, data)
    _check_rank("image", tag, pictures, 4, "(number, height, width, channels)")
    if pictures.shape[-1] not in (1, 2, 3, 4):
        raise errors.InvalidArgumentError(
            f"tf.summary.image: the pictures of {tag!r} have {pictures.shape[-1]} channels, in "
            f"shape {tuple(pictures.shape)}; 1, 2, 3 or 4 can be shown, in the last axis. At "
            f"{errors.user_location()}."
        )
    prepare = functools.partial(_prepared_images, tag)
    metadata = plugin_metadata("images", description)
    return emit(tag, lambda: [pictures, _limit("image", tag, max_outputs)], prepare, step, metadata)


def _prepared_images(tag: str, pictures: Array, max_outputs: Any) -> Callable[[], Array]:
    chosen = pictures[: _checked_limit("image", tag, max_outputs)]

    def encoded() -> Array:
        height, width = pictures.shape[1:3]
        return as_array_of_bytes([str(width), str(height), *map(png, as_uint8(chosen))])

    return encoded


def as_array_of_bytes(items: list[Any]) -> Array:
    """A vector of texts and bytes."""
    array = np.empty(len(items), object)
    array[:] = items
    return array


def as_uint8(pictures: Array) -> Array:
    """Pictures in bytes, as `tf.image.convert_image_dtype` makes them.

    >>> from keratin.summary._media import as_uint8
    >>> as_uint8(np.array([-1.0, 0.5, 1.0, 2.0]))
    array([  0, 127, 255, 255], dtype=uint8)
    """
    if pictures.dtype == np.uint8:
        return pictures
    if pictures.dtype == np.bool_:
        return pictures.astype(np.uint8) * np.uint8(255)
    if pictures.dtype.kind not in "iu":
        scaled = np.nan_to_num(pictures.astype(np.float64)) * 255.5
        return np.clip(scaled, 0, 255).astype(np.uint8)
    largest = int(np.iinfo(pictures.dtype).max) + 1
    if largest > 256:
        return np.clip(pictures // (largest // 256), 0, 255).astype(np.uint8)
    return np.clip(pictures, 0, None).astype(np.uint8) * np.uint8(256 // largest)


def png(picture: Array) -> bytes:
    """A picture of shape (height, width, channels) in bytes, as a PNG file."""
    from PIL import Image

    if not picture.size:
        return b""
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[picture.shape[-1]]
    pixels = picture[:, :, 0] if mode == "L" else picture
    target = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels), mode).save(target, "PNG")
    return target.getvalue()


def audio(
    name: str,
    data: Any,
    sample_rate: Any,
    step: Any = None,
    max_outputs: Any = 3,
    encoding: str | None = None,
    description: str | None = None,
) -> Tensor:
    """Write sounds.

    Args:
        name: Their name in TensorBoard, after the name scopes in force.
        data: Sounds of shape (number, time, channels), from -1 to 1.
        sample_rate: Samples a second.
        step: The number of the step; without it the default one.
        max_outputs: How many of the sounds to write at most, the first ones.
        encoding: "wav", of 16 bits a sample; no other is known.
        description: Text in Markdown that TensorBoard shows beside the sounds.

    Returns True if they were written.

    >>> tone = tf.sin(tf.linspace(0.0, 2000.0, 8000))[None, :, None]
    >>> with tf.summary.create_file_writer("logs").as_default():
    ...     bool(tf.summary.audio("tone", tone, sample_rate=8000, step=0))
    True
    """
    if encoding not in (None, "wav"):
        raise ValueError(
            f"tf.summary.audio: the encoding {encoding!r} is not known. Leave it out, or write "
            f"'wav'. At {errors.user_location()}."
        )
    tag = tag_of(name, "audio_summary")
    if current.writer is None:
        return known(False)
    sounds = _as_tensor("audio", tag, data)
    _check_rank("audio", tag, sounds, 3, "(number, time, channels)")
    if not sounds.dtype.is_floating:
        raise TypeError(
            f"tf.summary.audio: the sounds of {tag!r} are floating numbers from -1 to 1; given "
            f"{sounds.dtype.name}. Divide 16-bit samples by 32768. At {errors.user_location()}."
        )
    prepare = functools.partial(_prepared_sounds, tag)
    metadata = plugin_metadata("audio", description)

    def values() -> list[Any]:
        return [sounds, sample_rate, _limit("audio", tag, max_outputs)]

    return emit(tag, values, prepare, step, metadata)


def _prepared_sounds(
    tag: str, sounds: Array, sample_rate: Any, max_outputs: Any
) -> Callable[[], Array]:
    chosen = sounds[: _checked_limit("audio", tag, max_outputs)]
    rate = np.asarray(sample_rate)
    if rate.ndim or rate.dtype.kind not in "iu" or rate < 1:
        raise errors.InvalidArgumentError(
            f"tf.summary.audio: {tag!r}: sample_rate is a whole number of samples a second, 1 or "
            f"more; given {sample_rate!r}."
        )

    def encoded() -> Array:
        rows = np.empty((len(chosen), 2), object)
        for row, sound in zip(rows, chosen, strict=True):
            row[:] = [wav(sound, int(rate)), ""]
        return rows

    return encoded


def wav(sound: Array, sample_rate: int) -> bytes:
    """A sound of shape (time, channels), from -1 to 1, as a WAV file of 16 bits a sample."""
    scaled = np.nan_to_num(sound.astype(np.float32)) * np.float32(32768)
    # Halves go away from zero, as C rounds them.
    rounded = np.copysign(np.floor(np.abs(scaled) + 0.5), scaled)
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(max(sound.shape[1], 1))
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(np.clip(rounded, -32768, 32767).astype("<i2").tobytes())
    return target.getvalue()


def text(name: str, data: Any, step: Any = None, description: str | None = None) -> Tensor:
    """Write text, which TensorBoard shows as Markdown.

    Args:
        name: Its name in TensorBoard, after the name scopes in force.
        data: A string, or a vector or matrix of strings, which is shown as a table.
        step: The number of the step; without it the default one.
        description: Text in Markdown that TensorBoard shows beside it.

    Returns True if it was written.

    >>> with tf.summary.create_file_writer("logs").as_default():
    ...     bool(tf.summary.text("note", "**first** try", step=0))
    True
    """
    tag = tag_of(name, "text_summary")
    if current.writer is None:
        return known(False)
    value = data if isinstance(data, (Tensor, Variable)) else convert_to_tensor(data)
    if value.dtype.name != "string":
        raise TypeError(
            f"tf.summary.text: {tag!r} is made of strings; given {value.dtype.name}. Write "
            f"str(x), or use tf.summary.scalar or tf.summary.write. At {errors.user_location()}."
        )
    strings = as_array(value.numpy())
    return emit(tag, list, lambda: lambda: strings, step, plugin_metadata("text", description))


def _as_tensor(kind: str, tag: str, data: Any) -> Any:
    value = data if isinstance(data, (Tensor, Variable)) else convert_to_tensor(data)
    if value.dtype.name == "string" or value.dtype.is_complex:
        raise TypeError(
            f"tf.summary.{kind}: {tag!r} is made of real numbers; given {value.dtype.name}. At "
            f"{errors.user_location()}."
        )
    return value


def _check_rank(kind: str, tag: str, value: Any, rank: int, what: str) -> None:
    if len(value.shape) != rank:
        raise errors.InvalidArgumentError(
            f"tf.summary.{kind}: {tag!r} has shape {tuple(value.shape)}; {what} is needed. For a "
            "single one write x[tf.newaxis], for a channel axis x[..., tf.newaxis]. At "
            f"{errors.user_location()}."
        )


def _limit(kind: str, tag: str, max_outputs: Any) -> Any:
    if not isinstance(max_outputs, (Tensor, Variable)):
        _checked_limit(kind, tag, max_outputs)
    return max_outputs


def _checked_limit(kind: str, tag: str, max_outputs: Any) -> int:
    number = np.asarray(max_outputs)
    if number.ndim or number.dtype.kind not in "iu" or number < 0:
        raise errors.InvalidArgumentError(
            f"tf.summary.{kind}: {tag!r}: max_outputs is a whole number, 0 or more; given "
            f"{max_outputs!r}."
        )
    return int(number)
