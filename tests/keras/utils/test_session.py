"""What the process remembers, and where symbolic tensors come from."""

import numpy as np
import pytest

from keratin import keras
from keratin.keras import utils


def test_names_count_from_the_start_again():
    utils.clear_session()
    assert [keras.layers.Dense(1).name for _ in range(2)] == ["dense", "dense_1"]
    keras.config.set_dtype_policy("mixed_bfloat16")
    utils.clear_session(free_memory=False)
    assert keras.layers.Dense(1).name == "dense"
    assert keras.config.dtype_policy().name == "float32"


def test_symbolic_tensors():
    assert utils.is_keras_tensor(keras.Input((2,)) * 2)
    assert not any(map(utils.is_keras_tensor, [np.ones(2), 1, None, "x"]))


def test_inputs_are_found_once_and_in_order():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    c = a * 2
    assert [each.name for each in utils.get_source_inputs((b + c) * (c + a))] == ["b", "a"]
    assert utils.get_source_inputs(a)[0] is a
    with pytest.raises(ValueError, match="takes a symbolic tensor; given a ndarray"):
        utils.get_source_inputs(np.ones(2))
