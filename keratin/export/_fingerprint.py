"""Fingerprints: numbers by which two saved models are known to be the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from keratin.export._folder import MANIFEST, VARIABLES, VERSION, Reader
from keratin.export._structure import FolderError

_FIELDS = (
    "saved_model_checksum",
    "graph_def_program_hash",
    "signature_def_hash",
    "saved_object_graph_hash",
    "checkpoint_hash",
)


class Fingerprint:
    """Numbers that stand for a saved model, its programs, signatures, objects and variables.

    >>> print(tf.saved_model.experimental.Fingerprint(1, 2, 3, 4, 5, 1).singleprint())
    2/3/4/5
    """

    def __init__(
        self,
        saved_model_checksum: int | None = None,
        graph_def_program_hash: int | None = None,
        signature_def_hash: int | None = None,
        saved_object_graph_hash: int | None = None,
        checkpoint_hash: int | None = None,
        version: int | None = None,
    ):
        self.saved_model_checksum = saved_model_checksum
        self.graph_def_program_hash = graph_def_program_hash
        self.signature_def_hash = signature_def_hash
        self.saved_object_graph_hash = saved_object_graph_hash
        self.checkpoint_hash = checkpoint_hash
        self.version = version

    @classmethod
    def from_proto(cls, proto: Any) -> Fingerprint:
        """The fingerprint of a message of TensorFlow, or of its bytes."""
        if isinstance(proto, (bytes, bytearray)):
            try:
                fields = dict(_fields(bytes(proto)))
            except (IndexError, ValueError) as error:
                raise ValueError(f"The bytes are no fingerprint: {error}") from None
            return cls(**{n: fields.get(number, 0) for number, n in enumerate(_FIELDS, 1)})
        try:
            return cls(**{name: getattr(proto, name) for name in (*_FIELDS, "version")})
        except AttributeError as error:
            raise ValueError(f"{proto!r} is no fingerprint: {error}") from None

    def singleprint(self) -> str:
        """The numbers that stay the same when the same thing is saved again, as one text."""
        parts = [getattr(self, name) for name in _FIELDS[1:]]
        if any(not isinstance(part, int) for part in parts):
            raise ValueError(f"A singleprint needs all of {', '.join(_FIELDS[1:])}; here {parts}")
        return "/".join(map(str, parts))

    def __eq__(self, other: object) -> bool:
        return all(hasattr(other, n) and getattr(self, n) == getattr(other, n) for n in _FIELDS)

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, name) for name in _FIELDS))

    def __str__(self) -> str:
        lines = [f"  {name}: {getattr(self, name)}" for name in _FIELDS]
        return "\n".join(["SavedModel Fingerprint", *lines])

    def __repr__(self) -> str:
        return f"Fingerprint({', '.join(str(getattr(self, name)) for name in _FIELDS)})"


def _fields(data: bytes) -> Iterator[tuple[int, int]]:
    """The numbers of a message by their field; those of inner messages are left out."""
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
            if shift > 63:
                raise ValueError("a number of more than 64 bits")

    while at < len(data):
        key = number()
        if key & 7 == 0:
            yield key >> 3, number()
        elif key & 7 == 1:
            yield key >> 3, int.from_bytes(data[at : at + 8], "little")
            at += 8
        elif key & 7 == 2:
            at += number()
        else:
            raise ValueError(f"a field of kind {key & 7}")


def read_fingerprint(export_dir: Any) -> Fingerprint:
    """The fingerprint of a saved model.

    >>> module = tf.Module()
    >>> module.rate = tf.Variable(0.5)
    >>> tf.saved_model.save(module, "first")
    >>> tf.saved_model.save(module, "second")
    >>> read = tf.saved_model.experimental.read_fingerprint
    >>> read("first").singleprint() == read("second").singleprint()
    True
    """
    reader = Reader(export_dir)
    manifest = reader.manifest
    texts = [
        [_shas(manifest.get("signatures")), _shas(manifest.get("functions"))],
        {name: _without_files(entry) for name, entry in _items(manifest.get("signatures"))},
        [manifest.get("nodes"), manifest.get("variables")],
    ]
    numbers = [_number(json.dumps(text, sort_keys=True).encode()) for text in texts]
    whole = _number(json.dumps(manifest, sort_keys=True).encode())
    try:
        weights = _weights_digest(reader, manifest["weights"])
    except (KeyError, TypeError):
        raise FolderError(f"{reader.given}: {MANIFEST} names no weights") from None
    values = dict(zip(_FIELDS, [whole, *numbers, weights], strict=True))
    return Fingerprint(**values, version=VERSION)


def _items(data: Any) -> list[tuple[Any, Any]]:
    return list(data.items()) if isinstance(data, dict) else []


def _shas(data: Any) -> list[Any]:
    """The digests of programs anywhere in a part of the manifest."""
    if isinstance(data, list):
        return [digest for inner in data for digest in _shas(inner)]
    if not isinstance(data, dict):
        return []
    own = [data["sha256"]] if "sha256" in data else []
    return own + [digest for inner in data.values() for digest in _shas(inner)]


def _without_files(entry: Any) -> Any:
    keys = ("inputs", "results", "arguments", "outputs", "dims")
    return {key: entry.get(key) for key in keys} if isinstance(entry, dict) else None


def _weights_digest(reader: Reader, entry: Any) -> int:
    """A number for the file of the variables."""
    digest = hashlib.sha256()
    for block in reader.blocks(entry, VARIABLES):
        digest.update(block)
    return int.from_bytes(digest.digest()[:8], "big")


def _number(data: bytes) -> int:
    return int.from_bytes(hashlib.sha256(data).digest()[:8], "big")
