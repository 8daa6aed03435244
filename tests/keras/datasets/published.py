"""Files in the formats of the data sets, small, and put where a data set looks for them."""

import dataclasses
import functools
import gzip
import hashlib
import importlib
import io
import struct
import tarfile

import numpy as np
import pytest

from tests.harness.real_keras import real


@pytest.fixture
def publish(tmp_path, monkeypatch):
    """A function that serves made files as those of a data set; the cache is a folder of the test.

    With `to_keras`, Keras itself reads them too.
    """
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    site = tmp_path / "site"
    site.mkdir()

    def serve(module, attribute, contents, to_keras=True):
        files = getattr(module, attribute)
        several = isinstance(files, list)
        served = []
        for file, content in zip(files if several else [files], contents, strict=True):
            (site / file.name).write_bytes(content)
            file_hash = hashlib.sha256(content).hexdigest()
            served.append(dataclasses.replace(file, site=site.as_uri(), file_hash=file_hash))
        monkeypatch.setattr(module, attribute, served if several else served[0])
        if to_keras:
            name = module.__name__.rpartition(".")[2]
            monkeypatch.setattr(
                theirs(name), "get_file", lambda fname=None, origin=None, **_: str(site / fname)
            )

    return serve


def theirs(name):
    """A module of `keras.datasets` as it is within Keras."""
    assert real.datasets
    return importlib.import_module(f"keras.src.datasets.{name}")


def same(ours, expected):
    """Two splits of the same values, types and shapes."""
    for our_pair, pair in zip(ours, expected, strict=True):
        for array, known in zip(our_pair, pair, strict=True):
            assert isinstance(array, np.ndarray)
            assert (array.dtype, array.shape) == (known.dtype, known.shape)
            np.testing.assert_array_equal(array, known)


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def idx(array):
    head = struct.pack(f">HBB{array.ndim}i", 0, 8, array.ndim, *array.shape)
    return gzip.compress(head + array.tobytes())


def tar_gz(**members):
    """An archive; `__` in a name stands for `/`, and `_bin` for `.bin`."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name.replace("__", "/").replace("_bin", ".bin"))
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


@functools.cache
def texts(count, seed=0):
    """An array of lists of numbers, as IMDB and Reuters have them."""
    random = np.random.default_rng(seed)
    rows = np.empty(count, dtype=object)
    for i in range(count):
        rows[i] = random.integers(1, 400, size=random.integers(1, 12)).tolist()
    return rows
