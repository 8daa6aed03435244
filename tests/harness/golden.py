"""The format of a golden file: what TensorFlow gave for each row of a test module.

An .npz of two byte arrays, read without pickle: `index`, JSON that describes the rows, and `data`,
the bytes of all arrays end to end (one array costs no more than its bytes, which keeps thousands of
small ones small). bfloat16 and strings, which .npz has no types for, are in there as well.
"""

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "golden"


@dataclass(frozen=True, eq=False)
class Leaf:
    """One tensor: TensorFlow's name of its dtype, and its values."""

    dtype: str
    array: np.ndarray


@dataclass(frozen=True, eq=False)
class Row:
    """What one row gave: its structure as text, its tensors, gradients by input position."""

    structure: str
    outputs: Sequence[Leaf]
    gradients: Mapping[int, Leaf | None]
    digest: str


def digest(inputs: Sequence[np.ndarray]) -> str:
    """A short name of the inputs' dtypes, shapes and values."""
    hasher = hashlib.sha256()
    for array in inputs:
        content = repr(array.tolist()).encode() if array.dtype == object else array.tobytes()
        hasher.update(f"{array.dtype.name}{array.shape}".encode() + content)
    return hasher.hexdigest()[:16]


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.npz"


def save(name: str, rows: Mapping[str, Row], made_with: str) -> Path:
    data = bytearray()

    def encode(leaf: Leaf | None) -> Any:
        if leaf is None:
            return None
        if leaf.dtype == "string":
            values = [v.encode() if isinstance(v, str) else bytes(v) for v in leaf.array.ravel()]
            content = json.dumps([v.decode("latin-1") for v in values]).encode()
        else:
            content = np.ascontiguousarray(leaf.array).tobytes()
        start = len(data)
        data.extend(content)
        return [leaf.dtype, list(leaf.array.shape), start, len(content)]

    index = {
        "made with": made_with,
        "rows": {
            row_name: {
                "structure": row.structure,
                "outputs": [encode(leaf) for leaf in row.outputs],
                "gradients": {str(i): encode(leaf) for i, leaf in row.gradients.items()},
                "digest": row.digest,
            }
            for row_name, row in rows.items()
        },
    }
    text = json.dumps(index, separators=(",", ":")).encode()
    target = path_of(name)
    np.savez_compressed(
        target, index=np.frombuffer(text, np.uint8), data=np.frombuffer(bytes(data), np.uint8)
    )
    return target


@functools.cache
def load(name: str) -> dict[str, Row] | None:
    """The rows of a golden file by name; None where there is no such file."""
    target = path_of(name)
    if not target.exists():
        return None
    with np.load(target, allow_pickle=False) as file:
        index, data = json.loads(file["index"].tobytes()), file["data"].tobytes()

    def decode(entry: Any) -> Leaf | None:
        if entry is None:
            return None
        dtype, shape, start, length = entry
        content = data[start : start + length]
        if dtype == "string":
            values = [v.encode("latin-1") for v in json.loads(content)]
            return Leaf(dtype, np.array(values, dtype=object).reshape(shape))
        return Leaf(dtype, np.frombuffer(content, numpy_dtype(dtype)).reshape(shape))

    def outputs(entries: Sequence[Any]) -> list[Leaf]:
        return [leaf for leaf in map(decode, entries) if leaf is not None]

    return {
        row_name: Row(
            row["structure"],
            outputs(row["outputs"]),
            {int(i): decode(entry) for i, entry in row["gradients"].items()},
            row["digest"],
        )
        for row_name, row in index["rows"].items()
    }


def numpy_dtype(name: str) -> np.dtype:
    """bfloat16 and the float8 family come from ml_dtypes, all others are NumPy's own."""
    return np.dtype(getattr(ml_dtypes, name)) if hasattr(ml_dtypes, name) else np.dtype(name)
