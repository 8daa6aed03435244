"""Writing the objects of a program as a checkpoint."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine.shape import TensorShape
from keratin.train._bundle import Piece, write_bundle
from keratin.train._object_graph import GRAPH_KEY, describe, search
from keratin.train._options import ShardableTensor, ShardingCallback, read_slice_spec


def pieces_of(root: Any) -> list[Piece]:
    """All values that lead on from an object, and the graph that says whose they are."""
    graph, by_key = describe(search(root))
    pieces = [Piece(key, value.read, value.dtype) for key, value in by_key.items()]
    text = np.empty((), object)
    text[()] = graph
    return [*pieces, Piece(GRAPH_KEY, lambda: text, dtypes.string)]


def held(pieces: list[Piece]) -> list[Piece]:
    """The same values as they are now, whatever becomes of the variables."""
    found = []
    for piece in pieces:
        value = np.array(piece.read())
        found.append(dataclasses.replace(piece, read=functools.partial(np.asarray, value)))
    return found


def write(prefix: str, pieces: list[Piece], sharding: ShardingCallback | None) -> None:
    """Write values, spread over files as asked."""
    shards = [pieces] if sharding is None else _spread(pieces, sharding)
    write_bundle(prefix, shards)


def _spread(pieces: list[Piece], sharding: ShardingCallback) -> list[list[Piece]]:
    by_key = {piece.key: piece for piece in pieces if piece.key != GRAPH_KEY}
    shards = sharding([_shardable(piece) for piece in by_key.values()])
    found = [
        [
            _part(by_key, key, spec, tensor)
            for key, parts in shard.items()
            for spec, tensor in parts.items()
        ]
        for shard in shards
    ]
    missing = by_key.keys() - {piece.key for shard in found for piece in shard}
    if missing:
        raise ValueError(
            f"{type(sharding).__name__} leaves out {sorted(missing)[:5]}: give each tensor a place "
            "in a file"
        )
    return [*found, [piece for piece in pieces if piece.key == GRAPH_KEY]]


def _shardable(piece: Piece) -> ShardableTensor:
    value = piece.read()
    shape = TensorShape(value.shape)
    return ShardableTensor(None, value, piece.dtype, "", piece.key, shape, "", piece.key, None)


def _part(by_key: dict[str, Piece], key: str, spec: str, tensor: Any) -> Piece:
    if key not in by_key:
        raise ValueError(f"A sharding callback gave {key!r}, which it was not given")
    value = np.asarray(tensor)
    if not spec:
        return Piece(key, lambda: value, by_key[key].dtype)
    whole, offsets = read_slice_spec(spec)
    return Piece(key, lambda: value, by_key[key].dtype, whole, offsets)
