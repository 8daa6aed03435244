"""Configs of Keras 1 and 2."""

import pytest

from keratin import keras
from keratin.keras.saving import _former_config as former


def test_a_list_of_layers_is_a_sequential():
    dense = {"class_name": "Dense", "config": {"units": 1, "ragged": False}}
    found = former.architecture({"class_name": "Sequential", "config": [dense]}, "2.1.0")
    assert found["config"]["layers"] == [{"class_name": "Dense", "config": {"units": 1}}]


def test_names_and_policies_are_those_of_today():
    layer = {
        "class_name": "Convolution2D",
        "config": {
            "dtype": {"class_name": "Policy", "config": {"name": "mixed_float16"}},
            "kernel_initializer": {
                "class_name": "VarianceScaling",
                "config": {"distribution": "normal", "dtype": "float32"},
            },
        },
    }
    found = former.architecture(layer, "2.4.0")
    assert found["class_name"] == "Conv2D"
    assert found["config"]["dtype"] == "mixed_float16"
    assert found["config"]["kernel_initializer"]["config"] == {"distribution": "truncated_normal"}


@pytest.mark.parametrize("config", [None, [], {"class_name": 1}, {"class_name": "Dense"}])
def test_what_is_no_config_is_refused(config):
    with pytest.raises(ValueError, match=r"not the config of a model|is not a dictionary"):
        former.architecture(config, "2.0.0")


def test_deep_nesting_is_refused():
    config = {"class_name": "Dense", "config": {}}
    for _ in range(200):
        config = {"class_name": "Wrapper", "config": {"layer": config}}
    with pytest.raises(ValueError, match="nested deeper than 100"):
        former.architecture(config, "3.0.0")


def test_options_of_compile():
    loss = {"class_name": "MeanSquaredError", "config": {"reduction": "auto", "name": "m"}}
    metric = {"class_name": "MeanMetricWrapper", "config": {"name": "acc", "fn": "mae"}}
    found = former.compile_options(
        {
            "optimizer_config": {"class_name": "SGD", "config": {"lr": 0.5, "jit_compile": True}},
            "loss": loss,
            "metrics": [[metric, "accuracy"]],
            "loss_weights": None,
        }
    )
    assert isinstance(found["loss"], keras.losses.MeanSquaredError)
    assert found["metrics"][0].name == "acc"
    assert found["metrics"][1] == "accuracy"
    assert float(found["optimizer"].learning_rate.numpy()) == 0.5
