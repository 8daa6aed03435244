"""Weights in the files of tf.train.Checkpoint, as Keras 2 saved and loaded them."""

import os

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.train.files import EXPECTED, FIXTURES, data, model_of_fixtures

X = np.ones((2, 3), "float32")


def model(*units):
    layers = [keras.layers.Dense(unit) for unit in units or (4, 1)]
    return keras.Sequential([keras.Input((3,)), *layers])


def test_weights_of_keras_2_are_loaded():
    target = model_of_fixtures(keras.optimizers.Adam(0.5))
    status = target.load_weights(FIXTURES / "keras2_weights")
    np.testing.assert_allclose(target(data()[0]), EXPECTED["keras2_weights/predicted"], atol=1e-6)
    target.train_on_batch(*data())
    target.train_on_batch(*data())
    for number, weight in enumerate(target.get_weights()):
        np.testing.assert_allclose(weight, EXPECTED[f"keras2_weights/later/{number}"], atol=2e-6)
    status.assert_consumed()


def test_a_model_without_an_optimizer_leaves_that_of_the_file():
    target = keras.Sequential(model_of_fixtures("sgd").layers)
    target.build((None, 2))
    target.load_weights(FIXTURES / "keras2_weights").expect_partial()
    np.testing.assert_allclose(target(data()[0]), EXPECTED["keras2_weights/predicted"], atol=1e-6)


def test_a_model_that_is_built_later():
    target = model_of_fixtures("sgd", build=False)
    target.load_weights(FIXTURES / "keras2_weights")
    np.testing.assert_allclose(target(data()[0]), EXPECTED["keras2_weights/predicted"], atol=1e-6)


@pytest.mark.parametrize(
    ("name", "options"),
    [("weights", {}), ("cp-0001.ckpt", {}), ("any.name", {"save_format": "tf"})],
)
def test_names_of_checkpoints(tmp_path, name, options):
    source, target = model(), model()
    source.save_weights(tmp_path / "folder" / name, **options)
    assert sorted(os.listdir(tmp_path / "folder")) == sorted(
        [f"{name}.data-00000-of-00001", f"{name}.index", "checkpoint"]
    )
    path = tf.train.latest_checkpoint(tmp_path / "folder")
    assert path == str(tmp_path / "folder" / name)
    target.load_weights(path).assert_consumed()
    np.testing.assert_array_equal(target(X), source(X))
    with pytest.raises(FileExistsError, match="overwrite=False"):
        source.save_weights(path, overwrite=False, **options)


def test_all_differences_are_told_and_nothing_is_loaded(tmp_path):
    path = str(tmp_path / "weights")
    model(4, 1, 2).save_weights(path)
    target = model(4, 2)
    before = target.get_weights()
    with pytest.raises(ValueError, match="Nothing was loaded") as caught:
        target.load_weights(path)
    text = str(caught.value)
    assert path in text
    assert "(4, 2) float32  (4, 1) float32" in text
    assert "_operations/3/_kernel/.ATTRIBUTES/VARIABLE_VALUE" in text
    for one, two in zip(before, target.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    with pytest.raises(ValueError, match=r"dense_?\d*/kernel +\(2, 5\) float32 +nothing"):
        model(4, 1, 2, 5).load_weights(path)


def test_what_fits_is_loaded_if_it_is_asked_for(tmp_path):
    source, target = model(4, 1), model(4, 2)
    source.save_weights(tmp_path / "weights")
    with pytest.warns(UserWarning, match="2 variables were not loaded"):
        target.load_weights(tmp_path / "weights", skip_mismatch=True)
    np.testing.assert_array_equal(target.layers[0].kernel, source.layers[0].kernel)


def test_other_endings_are_no_checkpoints(tmp_path):
    with pytest.raises(ValueError, match="the format is told by the end"):
        model().save_weights(tmp_path / "weights.txt")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        model().load_weights(tmp_path / "weights")
    with pytest.raises(ValueError, match="by name alone"):
        model().load_weights(FIXTURES / "names")


@pytest.mark.parametrize("name", ["cp-{epoch:04d}.ckpt", "cp-{epoch}"])
def test_the_callback_saves_checkpoints(tmp_path, name):
    source, target = model(), model()
    for each in (source, target):
        each.compile("adam", "mse")
    save = keras.callbacks.ModelCheckpoint(tmp_path / name, save_weights_only=True)
    source.fit(X, X[:, :1], epochs=2, callbacks=[save], verbose=0)
    path = tf.train.latest_checkpoint(tmp_path)
    assert path == str(tmp_path / name.format(epoch=2))
    target.load_weights(path).expect_partial()
    assert target.evaluate(X, X[:, :1], verbose=0) == source.evaluate(X, X[:, :1], verbose=0)
    assert target.optimizer.iterations.numpy() == 2
