import numpy as np
import pytest

import keratin as tf
from keratin.keras.layers._call import CallSpec, Inputs, get_mask, masks_of, set_masks


def test_parameters_are_read():
    def call(inputs, query=None, mask=None, query_mask=None, training=True):
        return inputs

    spec = CallSpec(call)
    assert spec.has_training
    assert spec.mask_for == {"inputs": "mask", "query": "query_mask"}
    assert spec.missing({}) == "inputs" and spec.missing({"inputs": 1}) is None


def test_unknown_arguments_are_answered():
    spec = CallSpec(lambda inputs, mask=None: inputs)
    assert spec.without_unknown({"training": True, "mask": 1}) == {"mask": 1}
    with pytest.raises(TypeError, match=r"Layer 'd': call\(\) has no argument 'msak'"):
        spec.bind((1,), {"msak": 2}, "d")


@pytest.mark.parametrize(
    ("given", "dtype"),
    [
        (np.ones(2), "bfloat16"),
        (np.ones(2, "float32"), "bfloat16"),
        (np.ones(2, "int32"), "int32"),
        (tf.constant([1.0]), "bfloat16"),
        (tf.Variable([1.0]), "bfloat16"),
    ],
)
def test_floating_inputs_are_cast(given, dtype):
    assert Inputs(tf.bfloat16, True).convert(given).dtype == dtype
    kept = Inputs(tf.bfloat16, False).convert(given)
    assert kept.dtype == given.dtype


def test_lists_of_numbers_are_tensors_and_structures_stay():
    inputs = Inputs(tf.float32, True)
    assert inputs.convert_first([[1, 2]]).shape == (1, 2)
    found = inputs.convert({"a": [np.ones(2)], "b": None, "c": "text"})
    assert found["a"][0].shape == (2,) and found["b"] is None and found["c"] == "text"


def test_masks_follow_the_structure():
    a, b = tf.constant([1.0]), tf.constant([2.0])
    set_masks([a, b], [tf.constant([True]), None])
    assert get_mask(a).numpy().tolist() == [True] and get_mask(b) is None
    assert [mask is None for mask in masks_of([a, b])] == [False, True]
    cast = Inputs(tf.float64, True).convert(a)
    assert get_mask(cast) is get_mask(a)
