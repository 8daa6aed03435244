import pytest

from keratin import keras
from tests.harness.real_keras import real


def test_layers_come_back_from_their_configs():
    layer = keras.layers.Conv2D(4, 3, name="edges", activation="relu")
    config = keras.layers.serialize(layer)
    assert (config["module"], config["class_name"]) == ("keras.layers", "Conv2D")
    again = keras.layers.deserialize(config)
    assert again.get_config() == layer.get_config()


def test_configs_of_keras_and_of_former_versions():
    theirs = real.layers.serialize(real.layers.LSTM(3, name="memory"))
    assert keras.layers.deserialize(theirs).units == 3
    old = {"class_name": "Dense", "config": {"units": 2, "name": "old"}}
    assert keras.layers.deserialize(old).name == "old"


def test_layers_of_users():
    class Mine(keras.layers.Layer):
        def __init__(self, size, **kwargs):
            super().__init__(**kwargs)
            self.size = size

    config = keras.layers.serialize(Mine(3))
    assert keras.layers.deserialize(config, custom_objects={"Mine": Mine}).size == 3
    with pytest.raises(TypeError, match=r"'Mine' is not known\. If it is yours, decorate it with"):
        keras.layers.deserialize(config)


@pytest.mark.parametrize("config", [{"units": 2}, "Dense", {"class_name": "Zeros", "config": {}}])
def test_what_is_no_layer_is_refused(config):
    with pytest.raises(ValueError, match="not the config of a layer"):
        keras.layers.deserialize(config)
