"""The digits that come with Keratin."""

import hashlib
import socket
import subprocess
import sys

import numpy as np

from keratin.keras.datasets import digits


def test_split_and_values():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert (x_train.shape, x_test.shape) == ((1500, 8, 8), (297, 8, 8))
    assert (y_train.shape, y_test.shape) == ((1500,), (297,))
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
    assert (x_train.min(), x_train.max()) == (0, 16)
    assert x_train[0, 0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]  # as UCI has it
    # The number of each digit in the whole set, as its description gives them.
    counts = np.bincount(np.concatenate([y_train, y_test]))
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_the_values_never_change():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    content = b"".join(array.tobytes() for array in (x_train, x_test, y_train, y_test))
    assert hashlib.sha256(content).hexdigest() == (
        "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"
    )


def test_each_call_gives_arrays_of_its_own():
    (x_train, _), _ = digits.load_data()
    x_train[:] = 0
    assert digits.load_data()[0][0].max() == 16


def test_no_network_and_no_cache_are_needed(monkeypatch, tmp_path):
    monkeypatch.setattr(socket, "socket", None)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    assert len(digits.load_data()[0][0]) == 1500
    assert not (tmp_path / "home").exists()


def test_the_data_sets_do_without_jax():
    script = (
        "import sys; from keratin.keras.datasets import digits; digits.load_data();"
        "print('jax' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
