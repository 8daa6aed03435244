"""A part of a file as a file of its own."""

import io
import zlib

import h5py
import numpy as np

from keratin.keras.saving._window import Window


def test_a_window_reads_a_part_of_a_file():
    window = Window(io.BytesIO(b"0123456789"), 2, 5)
    assert (window.read(2), window.tell(), window.seek(-1, 2), window.read()) == (b"23", 2, 4, b"6")
    assert not window.writable()


class Slow(io.BytesIO):
    """A file that reads and writes a little at a time, as systems do with gigabytes."""

    def readinto(self, buffer):
        return super().readinto(memoryview(buffer)[:100])

    def write(self, data):
        return super().write(memoryview(data)[:100])


def test_an_hdf5_file_lies_within_another(tmp_path):
    whole, values = Slow(), np.arange(1000.0)
    io.BytesIO.write(whole, b"x" * 37)
    window = Window(whole, 37)
    with h5py.File(window, "w") as file:
        file["values"] = values
    assert whole.getvalue()[:37] == b"x" * 37
    assert window.checksum() == zlib.crc32(whole.getvalue()[37 : 37 + window.size])
    with h5py.File(Window(whole, 37, window.size), "r") as file:
        assert np.array_equal(file["values"][()], values)
    (tmp_path / "alone.h5").write_bytes(whole.getvalue()[37 : 37 + window.size])
    with h5py.File(tmp_path / "alone.h5", "r") as file:
        assert np.array_equal(file["values"][()], values)
