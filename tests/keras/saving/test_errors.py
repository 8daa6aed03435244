"""What is wrong with a file, in words."""

import zipfile

import pytest

from keratin import keras
from keratin.keras._core.variable import Awaited
from keratin.keras.saving._errors import FileError, making, reading


def read(error):
    with reading("f.h5", "the model"):
        raise error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyError("x/y"), "x/y"),
        (OSError("odd"), "odd"),
        (zipfile.BadZipFile("no zip."), "no zip"),
        (MemoryError(), "MemoryError"),
    ],
)
def test_what_goes_wrong_in_reading_names_the_file(error, words):
    with pytest.raises(FileError, match=rf"^f\.h5: the model cannot be read: {words}\. The file"):
        read(error)


def test_what_says_enough_is_left_as_it_is():
    with pytest.raises(FileNotFoundError), reading("f.h5", "the model"):
        raise FileNotFoundError
    with pytest.raises(FileError, match=r"^as it is$"), reading("f", "it"), making("f"):
        raise FileError("as it is")
    with pytest.raises(KeyboardInterrupt), reading("f", "it"):
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (MemoryError(), "f: the model needs more memory than there is"),
        (RecursionError(), "f: the config is nested too deep, or holds itself"),
        (TypeError("no such class"), "f: the model cannot be made of its config: no such class"),
    ],
)
def test_what_is_wrong_with_a_config_names_the_file(error, message):
    with pytest.raises(FileError, match=f"^{message}$"), making("f"):
        raise error


def test_a_model_that_is_made_for_a_file_draws_no_first_values():
    with making("f"):
        layer = keras.layers.Dense(2)
        layer.build((None, 3))
    assert type(layer.kernel) is Awaited
    other = keras.layers.Dense(2)
    other.build((None, 3))
    assert type(other.kernel) is not Awaited
    # Who reads what no file has set sees what the layer would have begun with.
    assert layer.kernel.numpy().any()


def test_layers_that_load_themselves_draw_their_first_values():
    class Own(keras.layers.Dense):
        def load_own_variables(self, store):
            pass

    with making("f"):
        layer = Own(2)
        layer.build((None, 3))
    assert layer.kernel.numpy().any()
