"""The methods of models that save and load."""

import numpy as np
import pytest

from keratin import keras
from tests.harness.real_keras import real


def model_of(keras):
    model = keras.Sequential(
        [
            keras.Input((1,)),
            keras.layers.Dense(1, name="out"),
            keras.layers.BatchNormalization(name="norm"),
        ],
        name="row",
    )
    model.compile(keras.optimizers.Adam(name="adam"), "mse")
    model.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0)
    return model


def shape(tree):
    if isinstance(tree, dict):
        return {key: shape(tree[key]) for key in sorted(tree)}
    return tuple(tree.shape)


def test_the_tree_of_the_state_is_that_of_keras():
    ours, theirs = model_of(keras).get_state_tree(), model_of(real).get_state_tree()
    for kind in ("trainable_variables", "metrics_variables"):
        assert shape(ours[kind]) == shape(theirs[kind])
    # Optimizers are numbered over the process.
    (own,), (other,) = (t["optimizer_variables"].values() for t in (ours, theirs))
    assert len(own) == len(other)


def test_a_tree_is_set():
    first, second = model_of(keras), model_of(keras)
    tree = first.get_state_tree("numpy_array")
    assert isinstance(tree["trainable_variables"]["row"]["out"]["kernel"], np.ndarray)
    kept = {"row": {"out": tree["trainable_variables"]["row"]["out"]}}
    second.set_state_tree({"trainable_variables": kept})
    assert np.array_equal(second.layers[0].kernel, first.layers[0].kernel)


def test_wrong_trees_are_refused():
    model = model_of(keras)
    with pytest.raises(ValueError, match="'backend_tensor' or 'numpy_array'"):
        model.get_state_tree("list")
    with pytest.raises(TypeError, match="trainable_variable"):
        model.set_state_tree({"trainable_variable": {}})
    with pytest.raises(ValueError, match=r"no variable 'row/out/kernl'.*'row/out/kernel'"):
        model.set_state_tree({"trainable_variables": {"row": {"out": {"kernl": 1.0}}}})
