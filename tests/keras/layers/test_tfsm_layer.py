"""Saved programs as layers."""

import numpy as np
import pytest

from keratin import keras

layers = keras.layers


def floats(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported")
    inputs = keras.Input((4,))
    hidden = layers.BatchNormalization()(layers.Dense(3)(inputs))
    model = keras.Model(inputs, layers.Dropout(0.5)(hidden))
    spec = [keras.InputSpec(shape=(None, 4), dtype="float32")]
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serve", lambda x: model(x, training=False), spec)
    archive.add_endpoint("train", lambda x: model(x, training=True), spec)
    archive.write_out(folder, verbose=False)
    return folder, model


def test_a_layer_gives_what_the_model_gave(exported):
    folder, model = exported
    layer = layers.TFSMLayer(folder, call_training_endpoint="train")
    x = floats(5, 4)
    np.testing.assert_allclose(layer(x), model(x), atol=1e-6)
    assert len(layer.trainable_weights) == 4
    assert len(layer.non_trainable_weights) == len(model.non_trainable_variables)
    dropped = layer(x, training=True).numpy()
    assert (dropped == 0).any()
    signature = layers.TFSMLayer(folder, call_endpoint="serving_default", trainable=False)
    assert list(signature(x)) == ["output_0"]
    assert signature.trainable_weights == []


def test_a_layer_of_mixed_precision_runs_the_program_in_its_own(exported):
    folder, model = exported
    layer = layers.TFSMLayer(folder, dtype="mixed_bfloat16")
    x = np.round(floats(5, 4))  # no digits are lost
    result = layer(x)
    assert result.dtype.name == "float32"
    np.testing.assert_allclose(result, model(x), atol=1e-6)


def test_a_layer_is_trained_with_the_rest(exported):
    folder, _ = exported
    layer = layers.TFSMLayer(folder)
    ones = keras.initializers.Ones()
    model = keras.Sequential([keras.Input((4,)), layer, layers.Dense(1, kernel_initializer=ones)])
    assert model.output_shape == (None, 1)
    assert layer.output.shape == (None, 3)
    model.compile(keras.optimizers.SGD(0.02), "mse")
    before = [w.copy() for w in layer.get_weights()]
    x, y = floats(16, 4), floats(16, 1)
    losses = model.fit(x, y, epochs=5, batch_size=8, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    moved = [not np.array_equal(a, b) for a, b in zip(before, layer.get_weights(), strict=True)]
    assert all(moved[:4])
    # What the layer gives follows its weights.
    layer.set_weights([np.zeros_like(w) for w in layer.get_weights()])
    assert not layer(x).numpy().any()


def test_weights_are_saved_with_a_model(exported, tmp_path):
    folder, _ = exported

    def made():
        return keras.Sequential([keras.Input((4,)), layers.TFSMLayer(folder), layers.Dense(1)])

    first, second = made(), made()
    first.layers[0].set_weights([w + 1 for w in first.layers[0].get_weights()])
    first.save_weights(tmp_path / "x.weights.h5")
    second.load_weights(tmp_path / "x.weights.h5")
    np.testing.assert_array_equal(first(floats(2, 4)), second(floats(2, 4)))


def test_a_file_opens_no_folder_unless_it_may(exported, tmp_path):
    folder, _ = exported
    layer = layers.TFSMLayer(str(folder), name="inner")
    config = layer.get_config()
    assert config["filepath"] == str(folder)
    assert config["call_endpoint"] == "serve"
    assert config["call_training_endpoint"] is None
    with pytest.raises(ValueError, match=r"TFSMLayer, which opens the folder .*safe_mode=False"):
        layers.TFSMLayer.from_config(config)
    assert layers.TFSMLayer.from_config(config, safe_mode=False).name == "inner"
    model = keras.Sequential([keras.Input((4,)), layer])
    model.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="A file that is loaded opens no other"):
        keras.models.load_model(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", safe_mode=False)
    np.testing.assert_array_equal(again(floats(2, 4)), model(floats(2, 4)))
    with pytest.raises(ValueError, match="opens the folder"):
        keras.models.load_model(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="opens the folder"):
        keras.models.model_from_json(model.to_json())


def test_endpoints_that_are_not_there(exported, tmp_path):
    folder, _ = exported
    with pytest.raises(ValueError, match=r"no endpoint 'sirve'; it has serve, train.*serve"):
        layers.TFSMLayer(folder, "sirve")
    with pytest.raises(ValueError, match="no endpoint 'variables'"):
        layers.TFSMLayer(folder, call_training_endpoint="variables")
    with pytest.raises(OSError, match="There is no folder"):
        layers.TFSMLayer(tmp_path / "nothing")
