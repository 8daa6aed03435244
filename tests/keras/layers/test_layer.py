import json

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras import layers


class Scale(layers.Layer):
    def __init__(self, by=2.0, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.by = by
        self.activation = keras.activations.get(activation)

    def call(self, x):
        return self.activation(x * self.by)


def test_a_config_comes_from_the_constructor():
    layer = Scale(3.0, activation="relu", name="s", dtype="float64", trainable=False)
    config = layer.get_config()
    json.dumps(config)
    assert {k: config[k] for k in ("name", "trainable", "by", "activation")} == {
        "name": "s",
        "trainable": False,
        "by": 3.0,
        "activation": "relu",
    }
    again = Scale.from_config(config)
    assert again.dtype == "float64" and again.get_config() == config


def test_attributes_may_be_set_before_the_constructor_of_the_base():
    class Early(layers.Layer):
        def __init__(self):
            self.inner = layers.Dense(1)
            super().__init__()

        def call(self, x):
            return self.inner(x)

    layer = Early()
    layer(np.ones((1, 2)))
    assert len(layer.weights) == 2


def test_a_forgotten_super_is_named():
    class Forgetful(layers.Layer):
        def __init__(self):
            self.units = 3

    with pytest.raises(RuntimeError, match=r"In the __init__ of Forgetful, super\(\).__init__"):
        Forgetful()


def test_unknown_arguments_are_answered_with_the_nearest():
    with pytest.raises(TypeError, match=r"Scale\(\) has no argument 'actvation'.*'activation'"):
        Scale(actvation="relu")


def test_properties():
    layer = Scale(name="s", dtype="mixed_float16")
    assert (layer.name, layer.path, layer.dtype, layer.input_dtype) == (
        "s",
        "s",
        "float32",
        "float16",
    )
    assert layer.dtype_policy.name == "mixed_float16" and not layer.built
    layer.dtype_policy = "float32"
    assert layer.compute_dtype == "float32"
    x = keras.Input((3,))
    layer(x)
    assert layer.input is x and layer.input_shape == layer.output_shape == (None, 3)
    assert repr(layer) == "<Scale name=s, built=True>"
    assert isinstance(layer, tf.Module)


def test_quantization_is_refused_with_the_reason():
    with pytest.raises(tf.errors.UnimplementedError, match="not part of Keratin"):
        layers.Dense(2).quantize("int8")
    with pytest.raises(tf.errors.UnimplementedError, match="not part of Keratin"):
        layers.Dense(2, quantization_config={"mode": "int8"})
    policy = keras.dtype_policies.QuantizedDTypePolicy("int8", "float32")
    built = layers.Dense(2, name="scores")
    for attempt in (
        lambda: layers.Dense(2, name="scores", dtype=policy),
        lambda: layers.Dense(2, name="scores", dtype="int8_from_float32"),
        lambda: setattr(built, "dtype_policy", "int8_from_float32"),
        lambda: layers.Dense.from_config({**built.get_config(), "dtype": policy}),
    ):
        with pytest.raises(tf.errors.UnimplementedError) as error:
            attempt()
        assert "Layer 'scores': the dtype policy 'int8_from_float32'" in str(error.value)
    by_path = keras.dtype_policies.DTypePolicyMap(policy_map={"scores": policy})
    assert layers.Dense(2, name="others", dtype=by_path)(np.ones((1, 3))).shape == (1, 2)
    with pytest.raises(tf.errors.UnimplementedError, match="'int8_from_float32' keeps weights"):
        layers.Dense(2, name="scores", dtype=by_path)(np.ones((1, 3)))


def test_layers_are_modules_with_names_scopes():
    layer = Scale(name="s")
    with layer.name_scope:
        assert tf.Variable(1.0, name="w").name == "s/w:0"


def test_copies_of_layers_are_layers_of_their_own():
    import copy

    layer = layers.Dense(2)
    layer.build((None, 3))
    other = copy.deepcopy(layer)
    other.kernel.assign(tf.zeros((3, 2)))
    assert not np.allclose(layer.kernel, 0)
