"""Files of Keras 1, 2 and early 3: they load, give the outputs of their time, and train on."""

import json

import h5py
import numpy as np
import pytest

from keratin import keras
from tests.keras.saving.fixtures.make import FIXTURES, FOLDER

# The optimizers of the files, with their steps and the mean size of what they keep for weights.
OPTIMIZERS = {
    "keras_1_convolutional.h5": ("Adam", 5),
    "keras_1_recurrent.h5": ("RMSprop", 0),
    "keras_2_0_theano.h5": ("SGD", 3),
    "keras_2_2_nested.h5": ("Adam", 9),
    "keras_2_2_cudnn.h5": (None, 0),
    "tensorflow_2_4.h5": ("Adam", 4),
    "tensorflow_2_12.h5": ("Adam", 6),
    "tensorflow_2_13.keras": ("SGD", 13),
    "keras_3_0.keras": ("SGD", 11),
}


@pytest.mark.parametrize("name", FIXTURES)
def test_a_file_gives_what_it_gave_and_trains_on(name, tmp_path):
    inputs, outputs = FIXTURES[name](tmp_path / name)
    model = keras.models.load_model(FOLDER / name)
    np.testing.assert_allclose(model(inputs).numpy(), outputs, rtol=1e-5, atol=1e-6)
    kind, steps = OPTIMIZERS[name]
    if kind is None:
        model.compile("sgd", "mse")
    else:
        assert type(model.optimizer).__name__ == kind
        assert int(model.optimizer.iterations) == steps
        for variable in model.optimizer.variables[1:]:  # the rate, and what is kept for weights
            assert steps == 0 or np.any(variable.numpy())
    before = model.get_weights()
    model.fit(inputs, np.ones_like(outputs), verbose=0)
    after = model.get_weights()
    assert any(np.any(one != other) for one, other in zip(before, after, strict=True))
    assert int(model.optimizer.iterations) == steps + 1


@pytest.mark.parametrize("name", [name for name in FIXTURES if name.endswith(".h5")])
def test_the_script_makes_what_is_kept(name, tmp_path):
    FIXTURES[name](tmp_path / name)
    assert contents(tmp_path / name) == contents(FOLDER / name)


def contents(path):
    found = {}

    def note(place, item):
        data = item[()].tobytes() if isinstance(item, h5py.Dataset) else b""
        found[place] = (
            data,
            {key: np.asarray(value).tolist() for key, value in item.attrs.items()},
        )

    with h5py.File(path) as file:
        file.visititems(note)
        note("", file)
    return found


def test_weights_alone_are_taken_from_a_former_file(tmp_path):
    inputs, outputs = FIXTURES["keras_2_2_cudnn.h5"](tmp_path / "m.h5")
    layers = [keras.layers.LSTM(2, return_sequences=True), keras.layers.GRU(1)]
    model = keras.Sequential([keras.Input((4, 3)), *layers])
    model.load_weights(tmp_path / "m.h5")
    np.testing.assert_allclose(model(inputs).numpy(), outputs, rtol=1e-5, atol=1e-6)


def test_a_former_model_is_written_again_as_it_computes(tmp_path):
    inputs, outputs = FIXTURES["keras_2_0_theano.h5"](tmp_path / "m.h5")
    keras.models.load_model(tmp_path / "m.h5").save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")  # with the hard_sigmoid of its time
    np.testing.assert_allclose(again(inputs).numpy(), outputs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "name", ["keras_1_recurrent.h5", "keras_2_2_nested.h5", "tensorflow_2_4.h5"]
)
def test_the_architecture_alone_is_read_from_former_json(name, tmp_path):
    inputs, outputs = FIXTURES[name](tmp_path / name)
    with h5py.File(tmp_path / name) as file:
        config = json.loads(file.attrs["model_config"].decode())
        version = file.attrs["keras_version"].decode()
    model = keras.models.model_from_json(json.dumps({**config, "keras_version": version}))
    model.load_weights(tmp_path / name)
    np.testing.assert_allclose(model(inputs).numpy(), outputs, rtol=1e-5, atol=1e-6)
