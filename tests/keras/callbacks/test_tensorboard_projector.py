import numpy as np
import pytest
from google.protobuf import text_format
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from keratin import keras
from keratin.keras.callbacks._tensorboard_projector import Projector


@pytest.fixture
def model():
    words = keras.Input((2,), name="words")
    a = keras.layers.Embedding(5, 3, name="first")(words)
    b = keras.layers.Embedding(5, 2, name="second of them")(words)
    return keras.Model(words, [a, b])


def config(folder):
    text = (folder / "projector_config.pbtxt").read_text()
    return text_format.Parse(text, ProjectorConfig()).embeddings


def test_tables_and_config(model, tmp_path):
    projector = Projector(str(tmp_path), model, None, None)
    projector.write()
    first, second = config(tmp_path)
    assert (first.tensor_name, first.tensor_path, list(first.tensor_shape)) == (
        "first",
        "first.tsv",
        [5, 3],
    )
    assert second.tensor_path == "second_of_them.tsv"
    weights = np.asarray(model.get_layer("first").embeddings)
    np.testing.assert_allclose(np.loadtxt(tmp_path / "first.tsv"), weights, rtol=1e-5)
    model.get_layer("first").embeddings.assign(weights + 1)
    projector.write()
    np.testing.assert_allclose(np.loadtxt(tmp_path / "first.tsv"), weights + 1, rtol=1e-5)


def test_labels(model, tmp_path):
    folder = tmp_path / "train"
    folder.mkdir()
    (tmp_path / "labels.tsv").write_text("a\nb\nc\nd\ne\n")
    (folder / "near.tsv").write_text("a\nb\nc\nd\ne\n")
    given = {"first": tmp_path / "labels.tsv", "second of them": "near.tsv"}
    Projector(str(folder), model, given, None).write()
    assert [each.metadata_path for each in config(folder)] == ["labels.tsv", "near.tsv"]
    assert (folder / "labels.tsv").read_text().startswith("a\nb")
    assert len(given) == 2
    Projector(str(folder), model, "near.tsv", ["first"]).write()
    (only,) = config(folder)
    assert only.metadata_path == "near.tsv"


def test_labels_that_are_written_later(model, tmp_path):
    folder = tmp_path / "train"
    folder.mkdir()
    projector = Projector(str(folder), model, "later.tsv", ["first"])
    projector.write()
    assert config(folder)[0].metadata_path == "later.tsv"
    assert not (folder / "later.tsv").exists()
    (tmp_path / "later.tsv").write_text("a\nb\nc\nd\ne\n")
    projector.write()
    assert (folder / "later.tsv").exists()


def test_layers_that_are_not_there(model, tmp_path):
    message = r"embeddings_metadata: 'frst' is no Embedding layer of the model\. Did you mean"
    with pytest.raises(ValueError, match=message):
        Projector(str(tmp_path), model, {"frst": "labels.tsv"}, None)
    with pytest.raises(ValueError, match="embeddings_layer_names: 'x' is no Embedding layer"):
        Projector(str(tmp_path), model, None, ["x"])
