"""Fixtures, and objects to save, for the tests of tf.train."""

from pathlib import Path

import numpy as np

import keratin as tf
from keratin import keras
from keratin._engine.proto import Dim, TensorShapeProto
from keratin.train._bundle import data_file
from keratin.train._crc32c import crc32c, masked
from keratin.train._messages import BundleEntry, BundleHeader, VersionDef
from keratin.train._table import write_table

FIXTURES = Path(__file__).parent / "fixtures"
EXPECTED = np.load(FIXTURES / "expected.npz")
VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"


class Box(tf.Module):
    """A module without parts; tests give it some."""

    def __init__(self, **parts):
        super().__init__(name="box")
        for name, part in parts.items():
            setattr(self, name, part)


def data():
    """The rows that the models of the fixtures were trained on."""
    x = np.linspace(-1, 1, 16, dtype="float32").reshape(8, 2)
    return x, x.sum(axis=1, keepdims=True) ** 2


def model_of_fixtures(optimizer, build=True):
    """The model of the fixtures, not trained."""
    start = [keras.Input((2,))] if build else []
    model = keras.Sequential(
        [
            *start,
            keras.layers.Dense(3, activation="tanh"),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer, "mse")
    return model


def hostile(prefix, entries, header=None, data=b""):
    """Write an index whose checksums are right, whatever it says."""
    header = header or BundleHeader(num_shards=1, version=VersionDef(producer=1))
    content = {b"": header.SerializeToString()}
    content |= {k: v if isinstance(v, bytes) else v.SerializeToString() for k, v in entries.items()}
    with open(f"{prefix}.index", "wb") as file:
        write_table(file, content)
    if data:
        with open(data_file(prefix, 0, 1), "wb") as file:
            file.write(data)


def shape(*sizes):
    """A shape as a message."""
    return TensorShapeProto(dim=[Dim(size=size) for size in sizes])


def entry(dtype=1, sizes=(2,), size=8, offset=0, shard_id=0, data=bytes(8), **more):
    """An entry of an index."""
    return BundleEntry(
        dtype=dtype,
        shape=shape(*sizes),
        size=size,
        offset=offset,
        shard_id=shard_id,
        crc32c=masked(crc32c(data)),
        **more,
    )
