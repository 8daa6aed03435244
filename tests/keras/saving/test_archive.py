"""`.keras` files, both ways between Keratin and Keras."""

import io
import json
import zipfile
import zlib

import h5py
import numpy as np
import pytest

from keratin import keras
from tests.harness.real_keras import real
from tests.keras.saving.models import ZOO, inputs_of, outputs_of

DIRECTIONS = [pytest.param(keras, real, id="to Keras"), pytest.param(real, keras, id="from Keras")]


def compiled(name, keras):
    keras.utils.set_random_seed(1)
    model = ZOO[name](keras)
    model.compile(keras.optimizers.Adam(0.01), "mse")
    return model


@pytest.mark.parametrize("name", ZOO)
@pytest.mark.parametrize(("writer", "reader"), DIRECTIONS)
def test_each_reads_what_the_other_wrote(name, writer, reader, tmp_path):
    model = compiled(name, writer)
    model.optimizer.build(model.trainable_variables)
    for index, variable in enumerate(model.optimizer.variables):
        variable.assign(variable + index)
    model.save(tmp_path / "m.keras")
    found = reader.saving.load_model(tmp_path / "m.keras")
    for ours, theirs in zip(outputs_of(model), outputs_of(found), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    for one, other in zip(model.optimizer.variables, found.optimizer.variables, strict=True):
        assert np.array_equal(np.asarray(one.numpy()), np.asarray(other.numpy()))


@pytest.mark.parametrize("name", ZOO)
def test_groups_are_those_of_keras(name, tmp_path):
    assert layout(compiled(name, keras), tmp_path) == layout(compiled(name, real), tmp_path)


def layout(model, folder):
    """The paths and shapes in a file, without what Keras does not keep."""
    model.save_weights(folder / "l.weights.h5")
    found = {}
    with h5py.File(folder / "l.weights.h5") as file:
        file.visititems(lambda path, item: found.update({path: getattr(item, "shape", None)}))
    return {path: shape for path, shape in found.items() if "seed_generator" not in path}


def test_members_are_those_of_keras(tmp_path):
    compiled("sequential", keras).save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        assert json.loads(archive.read("metadata.json"))["keras_version"] == "3.15.1"


def test_a_stream_and_a_folder_hold_a_model(tmp_path):
    model = compiled("sequential", keras)
    stream = io.BytesIO()
    keras.saving.save_model(model, stream)
    model.save(tmp_path / "folder", zipped=False)
    stream.seek(0)
    for place in (stream, tmp_path / "folder"):
        found = keras.saving.load_model(place)
        assert np.array_equal(outputs_of(found)[0], outputs_of(model)[0])
    assert np.array_equal(
        outputs_of(real.saving.load_model(tmp_path / "folder"))[0].round(5),
        outputs_of(model)[0].round(5),
    )


class Pipe(io.RawIOBase):
    """A stream that can only be written to."""

    def __init__(self):
        self.kept = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.kept += data
        return len(data)


def test_a_stream_that_cannot_seek_is_written_to():
    model, pipe = compiled("sequential", keras), Pipe()
    keras.saving.save_model(model, pipe)
    found = keras.saving.load_model(io.BytesIO(pipe.kept))
    assert np.array_equal(outputs_of(found)[0], outputs_of(model)[0])


def test_a_file_opened_to_write_is_written_to(tmp_path):
    model = compiled("sequential", keras)
    with open(tmp_path / "m.keras", "wb") as file:
        keras.saving.save_model(model, file)
    found = keras.saving.load_model(tmp_path / "m.keras")
    assert np.array_equal(outputs_of(found)[0], outputs_of(model)[0])


def test_archives_are_sound(saved):
    with zipfile.ZipFile(saved) as archive:
        assert archive.testzip() is None
        weights = archive.read("model.weights.h5")
    with h5py.File(io.BytesIO(weights)) as file:
        assert file["layers/dense/vars/0"].shape == (4, 2)


def test_compressed_weights_of_zeros_are_read(tmp_path):
    model = keras.Sequential([keras.Input((1000,)), keras.layers.Dense(1000)])
    model.layers[0].kernel.assign(np.zeros((1000, 1000)))
    model.save(tmp_path / "m.keras")
    repack(tmp_path / "m.keras", {})
    assert keras.saving.load_model(tmp_path / "m.keras").count_params() == 1001000


def repack(path, changes, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in {**members, **changes}.items():
            if data is not None:
                archive.writestr(name, data)


@pytest.fixture
def saved(tmp_path):
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(tmp_path / "m.keras")
    return tmp_path / "m.keras"


HOSTILE = {
    "no config": ({"config.json": None}, "has no config.json"),
    "no weights": ({"model.weights.h5": None}, "has no model.weights.h5"),
    "no json": ({"config.json": b"{"}, "cannot be read"),
    "no model": ({"config.json": b"[1]"}, "not the config of a model"),
    "no HDF5": ({"model.weights.h5": b"nothing"}, "cannot be read"),
    "outside": ({"../outside": b"x"}, "outside of it"),
    "absolute": ({"/outside": b"x"}, "outside of it"),
    "bomb": ({"model.weights.h5": bytes(50_000_000)}, "unpacks to 50000000 bytes"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_archives_are_refused(case, saved):
    changes, message = HOSTILE[case]
    repack(saved, changes)
    with pytest.raises(ValueError, match=message):
        keras.saving.load_model(saved)


def test_two_members_of_one_name_are_refused(saved):
    with zipfile.ZipFile(saved, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("config.json", b"{}")
    with pytest.raises(ValueError, match=r"two members 'config\.json'"):
        keras.saving.load_model(saved)


def test_an_archive_cut_short_is_one_error(saved):
    whole = saved.read_bytes()
    for place in np.linspace(0, len(whole) - 1, 50).astype(int):
        saved.write_bytes(whole[:place])
        with pytest.raises(ValueError, match="damaged, cut short"):
            keras.saving.load_model(saved)


def test_assets_pass_through_an_archive(tmp_path):
    @keras.saving.register_keras_serializable("assets")
    class Words(keras.layers.Layer):
        words = ()

        def save_assets(self, folder):
            (tmp_path / folder / "words.txt").write_text(" ".join(self.words))

        def load_assets(self, folder):
            self.words = (tmp_path / folder / "words.txt").read_text().split()

        def call(self, inputs):
            return inputs

    layer = Words()
    model = keras.Sequential([keras.Input((4,)), layer])
    layer.words = ["a", "b"]
    model.save(tmp_path / "m.keras")
    assert keras.saving.load_model(tmp_path / "m.keras").layers[0].words == ["a", "b"]


def test_the_config_is_read_by_keras(saved):
    assert zlib.crc32(saved.read_bytes()) != 0
    model = ZOO["two_by_two"](keras)
    assert sorted(real.models.model_from_json(model.to_json()).output) == ["a", "b"]
    assert inputs_of(model).keys() == {"first", "second"}


def function(name, module="builtins"):
    return {"activation": {"class_name": "function", "module": module, "config": name}}


def kind(module, name, **config):
    return {"module": module, "class_name": name, "config": config}


# What stands in place of the config of a layer, or changes it, and what is said of it.
HOSTILE_CONFIGS = [
    (function("system", "os"), "'system' is not known"),
    (function("load_model"), "'load_model' is not known"),
    (function("deserialize"), "'deserialize' is not known"),
    ({"activation": {"class_name": "__lambda__", "config": {"code": "x"}}}, "is never run"),
    ({"units": 10**12}, "do not fit together"),
    ({"units": -1}, "units must be a whole number"),
    ({"units": 1e400}, "units must be a whole number"),
    (kind("subprocess", "Popen", args="ls"), "'Popen' is not known"),
    (kind("keras.saving", "load_model", filepath="/x"), "'load_model' is not known"),
    (kind("keras.utils", "get_file", origin="http://x"), "'get_file' is not known"),
    (kind("keras.callbacks", "CSVLogger", filename="written"), "'CSVLogger' is not known"),
]


@pytest.mark.parametrize(("change", "message"), HOSTILE_CONFIGS)
def test_hostile_configs_are_refused(change, message, saved, monkeypatch):
    monkeypatch.chdir(saved.parent)
    with zipfile.ZipFile(saved) as archive:
        config = json.loads(archive.read("config.json"))
    layers = config["config"]["layers"]
    if "class_name" in change:
        layers[1] = change
    else:
        layers[1]["config"].update(change)
    repack(saved, {"config.json": json.dumps(config)}, zipfile.ZIP_STORED)
    with pytest.raises(ValueError, match=message) as caught:
        keras.saving.load_model(saved)
    assert str(saved) in str(caught.value)
    assert [path.name for path in saved.parent.iterdir()] == ["m.keras"]


@pytest.mark.parametrize("optimizer", ["adam", None])
def test_weights_that_the_file_lacks_are_not_made(optimizer, saved):
    """10**12 units would take 16 TB, those of Adam twice as much."""
    with zipfile.ZipFile(saved) as archive:
        config = json.loads(archive.read("config.json"))
    config["config"]["layers"][1]["config"].update(units=10**12, kernel_initializer="ones")
    if optimizer:
        config["compile_config"] = {"optimizer": optimizer, "loss": "mse"}
    repack(saved, {"config.json": json.dumps(config)}, zipfile.ZIP_STORED)
    with pytest.raises(ValueError, match=r"kernel \(4, 1000000000000\) float32\s+\(4, 2\) float32"):
        keras.saving.load_model(saved)


def test_an_archive_of_keras_2_is_read(tmp_path):
    """TensorFlow's Keras 2.12 to 2.15: other groups, nodes as lists, functions of TensorFlow."""
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="d")])
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.keras")
    with h5py.File(tmp_path / "w.h5", "w") as file, zipfile.ZipFile(tmp_path / "m.keras") as old:
        whole = h5py.File(io.BytesIO(old.read("model.weights.h5")))
        whole.copy("layers", file, "_layer_checkpoint_dependencies")
        whole.copy("optimizer", file)
        file["metrics/mean/vars/0"] = 1.0
    config = {"name": "d", "trainable": True, "dtype": "float32", "units": 2}
    sparse = {"ragged": False, "sparse": False, "dtype": "float32", "batch_input_shape": [None, 4]}
    double = {"name": "tf.math.multiply", "function": "math.multiply", "dtype": "float32"}
    layers = [
        ("InputLayer", sparse | {"name": "i"}, []),
        ("Dense", config, [[["i", 0, 0, {}]]]),
        ("TFOpLambda", double, [["d", 0, 0, {"y": 2.0, "name": None}]]),
    ]
    entries = [
        {"class_name": c, "config": f, "name": f["name"], "module": "keras.layers"}
        | {"inbound_nodes": n, "registered_name": None}
        for c, f, n in layers
    ]
    graph = {"name": "m", "trainable": True, "layers": entries}
    graph |= {"input_layers": [["i", 0, 0]], "output_layers": [["tf.math.multiply", 0, 0]]}
    rate = {"name": "SGD", "learning_rate": 0.5, "jit_compile": True, "is_legacy_optimizer": False}
    optimizer = {"module": "keras.optimizers", "class_name": "SGD", "config": rate}
    whole = {"module": "keras.src.engine.functional", "class_name": "Functional", "config": graph}
    whole |= {"compile_config": {"optimizer": optimizer, "loss": "mse", "metrics": ["mae"]}}
    changes = {
        "config.json": json.dumps(whole),
        "metadata.json": json.dumps({"keras_version": "2.13.1"}),
        "model.weights.h5": (tmp_path / "w.h5").read_bytes(),
    }
    repack(tmp_path / "m.keras", changes)
    found, x = keras.models.load_model(tmp_path / "m.keras"), np.ones((3, 4), "float32")
    np.testing.assert_allclose(found(x), 2 * model(x), 1e-6)
    found.fit(x, x[:, :2], verbose=0)


def test_calls_on_nothing_are_refused(saved):
    """They would compute, and so allocate, while the model is made."""
    config = keras.saving.serialize_keras_object(ZOO["two_by_two"](keras))
    call = kind("keras.src.ops.numpy", "Repeat", repeats=10**12)
    call |= {"name": "r", "inbound_nodes": [{"args": [[1.0]], "kwargs": {}}]}
    config["config"]["layers"].append(call)
    repack(saved, {"config.json": json.dumps(config)}, zipfile.ZIP_STORED)
    with pytest.raises(ValueError, match=r"calls 'repeat(_\d+)?' on none of the model's"):
        keras.saving.load_model(saved)


def test_a_config_nested_without_end_is_refused(saved):
    repack(saved, {"config.json": b"[" * 100_000}, zipfile.ZIP_STORED)
    with pytest.raises(ValueError, match="recursion depth"):
        keras.saving.load_model(saved)
