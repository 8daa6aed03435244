"""Images in archives of records, as CIFAR has them, and in the IDX files of Fashion-MNIST."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path
from typing import Any

import numpy as np

from keratin.keras._core.settings import settings

Array = np.ndarray[Any, Any]

_PIXELS = 3 * 32 * 32


def read_cifar(path: Path, members: list[str], num_labels: int) -> list[tuple[Array, Array]]:
    """Labels (n, num_labels) and images of some files of an archive of CIFAR.

    A file is records of the labels, a byte each, and the red, green and blue plane of the image.
    """
    found: dict[str, Array] = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                name = member.name.rpartition("/")[2]
                file = archive.extractfile(member) if name in members else None
                if file is not None:
                    found[name] = np.frombuffer(file.read(), np.uint8)
    except (tarfile.TarError, EOFError) as error:
        raise _damaged(path, str(error)) from None
    return [_records(path, name, found.get(name), num_labels) for name in members]


def _records(path: Path, name: str, content: Array | None, num_labels: int) -> tuple[Array, Array]:
    if content is None:
        raise _damaged(path, f"there is no {name} in it")
    if content.size % (num_labels + _PIXELS):
        raise _damaged(path, f"{name} ends in the middle of an image")
    records = content.reshape(-1, num_labels + _PIXELS)
    images = records[:, num_labels:].reshape(-1, 3, 32, 32)
    if settings.image_data_format == "channels_last":
        images = images.transpose(0, 2, 3, 1)
    return records[:, :num_labels], np.ascontiguousarray(images)


def read_idx(path: Path) -> Array:
    """The array of bytes in a gzipped IDX file: its rank and shape, big-endian, then its values."""
    try:
        content = gzip.decompress(path.read_bytes())
    except (EOFError, OSError) as error:
        raise _damaged(path, str(error)) from None
    if content[:3] != b"\0\0\x08" or len(content) < 4:
        raise _damaged(path, "it is not an IDX file of bytes")
    rank = content[3]
    if len(content) < 4 + 4 * rank:
        raise _damaged(path, "its head is cut off")
    shape = np.frombuffer(content, ">u4", count=rank, offset=4).tolist()
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * rank)
    if values.size != np.prod(shape):
        raise _damaged(path, f"it has {values.size} bytes for an array of the shape {shape}")
    return values.reshape(shape).copy()


def _damaged(path: Path, what: str) -> ValueError:
    return ValueError(
        f"{path} cannot be read: {what}. Delete the file, and it will be downloaded anew."
    )
