import numpy as np

from keratin import keras


class Twice(keras.layers.Wrapper):
    def call(self, inputs):
        return self.layer(self.layer(inputs))


def test_a_wrapper_builds_and_saves_its_layer():
    wrapped = Twice(keras.layers.Dense(3, name="inner"), name="outer")
    assert wrapped(np.ones((1, 3))).shape == (1, 3)
    assert [w.path for w in wrapped.weights] == ["outer/inner/kernel", "outer/inner/bias"]
    config = wrapped.get_config()
    assert config["layer"]["class_name"] == "Dense"
    again = Twice.from_config(config)
    assert (again.name, again.layer.name, again.layer.units) == ("outer", "inner", 3)
    wrapped.trainable = False
    assert wrapped.layer.trainable_weights == []
