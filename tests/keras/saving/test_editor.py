"""Files of weights that are looked at, changed and written anew."""

import h5py
import numpy as np
import pytest

from keratin import keras
from tests.harness.real_keras import real


def small(keras, units=3, name="wide"):
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(units, name=name), keras.layers.Dense(1)]
    )


@pytest.fixture
def saved(tmp_path):
    model = small(keras)
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.keras")
    model.save_weights(tmp_path / "m.weights.h5")
    return tmp_path


def shapes(part):
    return {k: shapes(v) if isinstance(v, dict) else tuple(v.shape) for k, v in part.items()}


@pytest.mark.parametrize("name", ["m.keras", "m.weights.h5"])
def test_the_tree_is_that_of_keras(name, saved, capsys):
    ours, theirs = [k.saving.KerasFileEditor(str(saved / name)) for k in (keras, real)]
    assert shapes(ours.weights_dict) == shapes(theirs.weights_dict)
    assert ours.object_metadata["/layers/dense"] == {"name": "wide"}
    weight = ours.weights_dict["layers"]["dense"]["0"]
    assert np.array_equal(weight, theirs.weights_dict["layers"]["dense"]["0"])
    assert weight.dtype == np.float32
    assert ours.config == theirs.config and ours.metadata == theirs.metadata


def test_layers_within_layers_are_kept(tmp_path):
    """Keras's editor forgets them if the outer layer has weights of its own."""

    class Outer(keras.layers.Layer):
        def build(self, shape):
            self.inner = keras.layers.Dense(2)
            self.inner.build(shape)
            self.factor = self.add_weight(shape=(), name="factor")

        def call(self, inputs):
            return self.inner(inputs) * self.factor

    model = keras.Sequential([keras.Input((3,)), Outer()])
    model.save_weights(tmp_path / "a.weights.h5")
    editor = keras.saving.KerasFileEditor(tmp_path / "a.weights.h5")
    assert shapes(editor.weights_dict) == {
        "layers": {"outer": {"0": (), "inner": {"0": (3, 2), "1": (2,)}}}
    }
    editor.save(tmp_path / "b.weights.h5")
    model.load_weights(tmp_path / "b.weights.h5")


def test_an_edited_file_is_read_by_both(saved):
    editor = keras.saving.KerasFileEditor(saved / "m.weights.h5")
    editor.delete_object("optimizer")
    editor.rename_object("layers/dense", "other")
    editor.add_object("layers/dense", {"0": np.full((4, 5), 2.0, "float32")})
    editor.add_weights("layers/dense", {"1": np.zeros(5, "float32")})
    editor.delete_object("other")
    editor.delete_weight("dense_1", "0")
    editor.add_weights("dense_1", {"0": np.ones((5, 1), "float32")})
    editor.resave_weights(saved / "new.weights.h5")
    for library in (keras, real):
        model = small(library, 5)
        model.load_weights(saved / "new.weights.h5")
        assert np.asarray(model(np.ones((1, 4), "float32"))).item() == 40.0


def test_a_file_is_compared_with_a_model(saved, capsys):
    editor = keras.saving.KerasFileEditor(saved / "m.keras")
    model = small(keras)
    model.compile("sgd", "mse")
    assert editor.compare(model) == {"status": "success", "error_count": 0, "match_count": 6}
    editor.delete_weight("dense_1", "1")
    found = editor.compare(small(keras, 7))
    assert found == {"status": "error", "error_count": 5, "match_count": 0}
    lines = capsys.readouterr().out.splitlines()
    assert "Weight /layers/dense/0 has shape (4, 7) in the model, and (4, 3) in the file" in lines
    assert "Weight /layers/dense_1/1 is in the model, not in the file" in lines
    assert "Object /optimizer is in the file, not in the model; it has 0, 1" in lines
    assert lines[-1] == "Found 5 errors: the file does not fit the model"


def test_summary_tells_the_file_and_when_it_was_saved(saved, capsys):
    editor = keras.saving.KerasFileEditor(saved / "m.keras")
    assert capsys.readouterr().out == ""
    editor.summary()
    assert "Saved with Keras 3.15.1 - date: " in capsys.readouterr().out


def test_weights_of_16_bits_keep_their_kind(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, dtype="bfloat16")])
    model.save_weights(tmp_path / "a.weights.h5")
    editor = keras.saving.KerasFileEditor(tmp_path / "a.weights.h5")
    assert editor.weights_dict["layers"]["dense"]["0"].dtype.name == "bfloat16"
    editor.add_object("layers/new", {"0": model.layers[0].kernel.numpy()})
    editor.save(tmp_path / "b.weights.h5")
    again = keras.saving.KerasFileEditor(tmp_path / "b.weights.h5").weights_dict["layers"]
    for part in (again["dense"], again["new"]):
        assert np.array_equal(part["0"], model.layers[0].kernel.numpy())


MISTAKES = [
    (lambda e: e.rename_object("wide", "x"), "There is no part 'wide'"),
    (lambda e: e.rename_object("dense", "a/b"), "without a slash; given 'a/b'"),
    (lambda e: e.rename_object("dense", "dense_1"), "'dense_1' beside 'layers/dense' already"),
    (lambda e: e.delete_object("layers/dens"), "Did you mean 'layers/dense'"),
    (lambda e: e.delete_weight("dense", "7"), "has no weight '7'. It has: 0, 1"),
    (lambda e: e.add_object("layer/x", {}), "no 'layer' to put 'layer/x' into"),
    (lambda e: e.add_object("layers/dense", {}), "is there already"),
    (lambda e: e.add_object("layers/x", [1.0]), "given a list"),
    (lambda e: e.add_weights("dense", {"2": "text"}), "given '2' of <U4"),
    (lambda e: e.save("m.h5"), "ends in '.weights.h5'; given 'm.h5'"),
]


@pytest.mark.parametrize(("change", "message"), MISTAKES, ids=range(len(MISTAKES)))
def test_mistakes_are_told(change, message, saved):
    editor = keras.saving.KerasFileEditor(saved / "m.keras")
    with pytest.raises(ValueError) as caught:
        change(editor)
    assert message in str(caught.value)


def test_a_name_that_stands_twice_needs_a_path(saved):
    editor = keras.saving.KerasFileEditor(saved / "m.weights.h5")
    editor.add_object("dense", {"0": np.ones(1)})
    with pytest.raises(ValueError, match="several parts: layers/dense, dense"):
        editor.delete_object("dense")


def test_hostile_files_are_refused_and_huge_ones_not_read(tmp_path):
    path = tmp_path / "h.weights.h5"
    with h5py.File(path, "w") as file:
        file["layers/dense/vars/0"] = h5py.ExternalLink("/etc/hostname", "x")
    with pytest.raises(ValueError, match="Links are not followed"):
        keras.saving.KerasFileEditor(path)
    with h5py.File(path, "w") as file:
        file.create_dataset("layers/dense/vars/0", (10**6, 10**6), "f4", chunks=(64, 64))
    editor = keras.saving.KerasFileEditor(path)
    editor.save(tmp_path / "again.weights.h5")
    assert (tmp_path / "again.weights.h5").stat().st_size < 100_000
    with pytest.raises(ValueError, match="declares 4000000000000 bytes"):
        np.asarray(editor.weights_dict["layers"]["dense"]["0"])
    cyclic = tmp_path / "c.weights.h5"
    with h5py.File(cyclic, "w") as file:
        group = file.create_group("layers")
        group["again"] = group["and_again"] = group
    with pytest.raises(ValueError, match="'/layers/again' stands at another place as well"):
        keras.saving.KerasFileEditor(cyclic)
    with pytest.raises(ValueError, match=r"name ends in \.keras or \.weights\.h5"):
        keras.saving.KerasFileEditor(tmp_path / "m.h5")
    (tmp_path / "n.weights.h5").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="damaged, cut short"):
        keras.saving.KerasFileEditor(tmp_path / "n.weights.h5")
