"""`.h5` files, both ways between Keratin and Keras, and those of Keras 1 and 2."""

import json

import h5py
import numpy as np
import pytest

from keratin import keras
from tests.harness.real_keras import real
from tests.keras.saving.models import ZOO, outputs_of

DIRECTIONS = [pytest.param(keras, real, id="to Keras"), pytest.param(real, keras, id="from Keras")]
# Without `half`, since Keras writes no bfloat16 there; the larger ones take longer.
QUICK = ("sequential", "nested", "two_by_two")
SLOW = [pytest.param(n, marks=pytest.mark.slow) for n in ("convolutional", "embedded", "mixed")]
NAMES = [*QUICK, *SLOW]
X, Y = np.arange(12.0).reshape(4, 3) / 12, np.ones((4, 2))


def compiled(name, keras):
    keras.utils.set_random_seed(1)
    model = ZOO[name](keras)
    model.compile(keras.optimizers.Adam(0.01), "mse")
    return model


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("writer", "reader"), DIRECTIONS)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_each_reads_what_the_other_wrote(name, writer, reader, tmp_path):
    model = compiled(name, writer)
    model.save(tmp_path / "m.h5")
    found = reader.saving.load_model(tmp_path / "m.h5")
    for ours, theirs in zip(outputs_of(model), outputs_of(found), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    model.save_weights(tmp_path / "m.weights.h5")
    found.load_weights(tmp_path / "m.weights.h5")


def small(keras, optimizer):
    keras.utils.set_random_seed(2)
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, activation="tanh"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(2),
        ]
    )
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop"])
def test_training_goes_on_as_if_nothing_had_been(optimizer, tmp_path):
    model = small(keras, optimizer)
    model.fit(X, Y, shuffle=False, verbose=0, epochs=2)
    model.save(tmp_path / "m.h5")
    again = keras.models.load_model(tmp_path / "m.h5")
    histories = [m.fit(X, Y, shuffle=False, verbose=0, epochs=2).history for m in (model, again)]
    assert histories[0] == histories[1]
    for one, other in zip(model.variables, again.variables, strict=True):
        assert np.array_equal(one.numpy(), other.numpy())


def test_the_optimizer_of_keras_goes_on(tmp_path):
    model = small(real, real.optimizers.Adam(0.01))
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m.h5")
    again = keras.models.load_model(tmp_path / "m.h5")
    for one, other in zip(model.optimizer.variables, again.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    again.fit(X, Y, verbose=0)


def test_weights_are_loaded_by_name(tmp_path):
    def model(*units):
        layers = [keras.layers.Dense(u, name=f"layer{u}") for u in units]
        return keras.Sequential([keras.Input((3,)), *layers])

    first, second = model(3, 2), model(3, 3 + 1)
    first.save_weights(tmp_path / "w.h5")
    first.save(tmp_path / "m.h5")
    for file in ("w.h5", "m.h5"):
        second.load_weights(tmp_path / file, by_name=True)
        assert np.array_equal(second.layers[0].kernel, first.layers[0].kernel)
    with pytest.raises(ValueError, match=r"layer2/0 +kernel \(3, 4\) float32 +\(3, 2\) float32"):
        second.load_weights(tmp_path / "w.h5")
    with pytest.warns(UserWarning, match="2 variables were not loaded"):
        second.load_weights(tmp_path / "w.h5", skip_mismatch=True)
    with pytest.raises(ValueError, match="has 1 layers with weights, and the file 2"):
        model(3).load_weights(tmp_path / "w.h5")


def write_former(path, version, config, weights, training=None, optimizer=()):
    """A file in the layout of Keras 1 or 2."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = version.encode()
        file.attrs["model_config"] = json.dumps(config).encode()
        if training:
            file.attrs["training_config"] = json.dumps(training).encode()
        group = file.create_group("model_weights")
        group.attrs["keras_version"] = version.encode()
        group.attrs["layer_names"] = np.array([name.encode() for name in weights])
        for name, arrays in weights.items():
            inner = group.create_group(name)
            keys = [f"{name}/{index}:0".encode() for index in range(len(arrays))]
            inner.attrs["weight_names"] = np.array(keys)
            for key, array in zip(keys, arrays, strict=True):
                inner[key.decode()] = array
        if optimizer:
            inner = file.create_group("optimizer_weights")
            keys = [f"training/Adam/v{index}:0".encode() for index in range(len(optimizer))]
            inner.attrs["weight_names"] = np.array(keys)
            for key, array in zip(keys, optimizer, strict=True):
                inner[key.decode()] = array


def ramp(*shape):
    return (np.arange(np.prod(shape)).reshape(shape) / 10 - 0.5).astype("float32")


def test_a_sequential_of_keras_1(tmp_path):
    dense = {"name": "a", "batch_input_shape": [None, 3], "output_dim": 2, "init": "glorot_uniform"}
    config = {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": dense}]}
    write_former(tmp_path / "m.h5", "1.2.2", config, {"a": [ramp(3, 2), ramp(2)]})
    model = keras.models.load_model(tmp_path / "m.h5")
    np.testing.assert_allclose(model(X).numpy(), X @ ramp(3, 2) + ramp(2), rtol=1e-6)


def test_a_graph_of_keras_2_with_its_optimizer(tmp_path):
    uniform = {"class_name": "GlorotUniform", "config": {"seed": None, "dtype": "float32"}}
    layers = [
        {
            "class_name": "InputLayer",
            "name": "x",
            "config": {
                "batch_input_shape": [None, 3],
                "dtype": "float32",
                "sparse": False,
                "ragged": False,
                "name": "x",
            },
            "inbound_nodes": [],
        },
        {
            "class_name": "Dense",
            "name": "d",
            "config": {
                "name": "d",
                "trainable": True,
                "dtype": "float32",
                "units": 2,
                "activation": "linear",
                "use_bias": True,
                "kernel_initializer": uniform,
                "bias_initializer": {"class_name": "Zeros", "config": {"dtype": "float32"}},
                "activity_regularizer": None,
            },
            "inbound_nodes": [[["x", 0, 0, {}]]],
        },
    ]
    graph = {
        "name": "model",
        "layers": layers,
        "input_layers": [["x", 0, 0]],
        "output_layers": [["d", 0, 0]],
    }
    adam = {"lr": 0.01, "beta_1": 0.9, "beta_2": 0.999, "decay": 0.0, "name": "Adam"}
    training = {
        "loss": "mse",
        "metrics": [
            [{"class_name": "MeanMetricWrapper", "config": {"name": "mae", "fn": "mae"}}],
        ],
        "loss_weights": None,
        "sample_weight_mode": None,
        "optimizer_config": {"class_name": "Adam", "config": adam},
    }
    slots = [ramp(3, 2), ramp(2), ramp(3, 2) + 1, ramp(2) + 1]
    write_former(
        tmp_path / "m.h5",
        "2.3.1",
        {"class_name": "Model", "config": graph},
        {"x": [], "d": [ramp(3, 2), ramp(2)]},
        training,
        [np.array(7), *slots],
    )
    model = keras.models.load_model(tmp_path / "m.h5")
    np.testing.assert_allclose(model.predict(X, verbose=0), X @ ramp(3, 2) + ramp(2), rtol=1e-5)
    steps, rate, *kept = model.optimizer.variables
    assert (int(steps.numpy()), float(rate.numpy())) == (7, np.float32(0.01))
    for one, place in zip(kept, (0, 2, 1, 3), strict=True):
        np.testing.assert_array_equal(one.numpy(), slots[place])
    assert list(model.fit(X, Y, verbose=0).history) == ["loss", "mae"]


HOSTILE = {
    "no config": (lambda file: file.attrs.pop("model_config"), "holds weights alone"),
    "no json": (lambda file: file.attrs.update(model_config="{"), "cannot be read"),
    "no weights": (lambda file: file.pop("model_weights"), "no group model_weights"),
    "a link": (
        lambda file: (
            file.pop("model_weights"),
            file.update(model_weights=h5py.ExternalLink("/etc/passwd", "/")),
        ),
        "is a ExternalLink to somewhere else",
    ),
    "a class": (
        lambda file: file.attrs.update(
            model_config=json.dumps({"class_name": "os.system", "config": {"name": "ls"}})
        ),
        "'os.system' is not known",
    ),
}


def stepped(optimizer, path):
    model = small(keras, optimizer)
    model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    model.save(path)
    return model


def test_an_optimizer_around_another_goes_on(tmp_path):
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam())
    model = stepped(optimizer, tmp_path / "m.h5")
    found = keras.models.load_model(tmp_path / "m.h5")
    for one, two in zip(model.optimizer.variables, found.optimizer.variables, strict=True):
        assert np.array_equal(one.numpy(), two.numpy())


def test_the_state_of_another_optimizer_is_an_error(tmp_path):
    stepped("adam", tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "a") as file:
        config = json.loads(file.attrs["training_config"])
        config["optimizer_config"] = {"class_name": "SGD", "config": {"momentum": 0.9}}
        file.attrs["training_config"] = json.dumps(config)
    with pytest.raises(ValueError, match=r"bias_velocity\s+nothing\s+\(\d,\) float32"):
        keras.models.load_model(tmp_path / "m.h5")
    assert keras.models.load_model(tmp_path / "m.h5", compile=False).count_params() > 0


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused(case, tmp_path):
    small(keras, "sgd").save(tmp_path / "m.h5")
    change, message = HOSTILE[case]
    with h5py.File(tmp_path / "m.h5", "a") as file:
        change(file)
    with pytest.raises((ValueError, TypeError), match=message):
        keras.models.load_model(tmp_path / "m.h5")


def test_a_file_cut_short_is_one_error(tmp_path):
    path = tmp_path / "m.h5"
    small(keras, "sgd").save(path)
    whole = path.read_bytes()
    for place in np.linspace(0, len(whole) - 1, 50).astype(int):
        path.write_bytes(whole[:place])
        with pytest.raises(ValueError, match="damaged, cut short"):
            keras.models.load_model(path)
