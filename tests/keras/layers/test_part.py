import numpy as np

from keratin import keras
from keratin.keras.layers._part import (
    default,
    expected,
    has_tensors,
    map_tensors_to_shapes,
    mask_leaves,
    overrides,
)


def test_defaults_are_told_from_methods_of_ones_own():
    class Base:
        @default
        def build(self):
            pass

    class Own(Base):
        def build(self):
            pass

    assert not overrides(Base(), "build") and overrides(Own(), "build")
    assert not overrides(keras.layers.Layer(), "compute_mask")
    assert overrides(keras.layers.Masking(), "compute_mask")


def test_structures():
    x = np.ones((2, 3))
    assert has_tensors([None, {"a": x}]) and not has_tensors([1, "a"])
    assert map_tensors_to_shapes({"a": [x, None]}) == {"a": [(2, 3), None]}
    assert mask_leaves(None) == [None]


def test_variables_in_messages():
    layer = keras.layers.Dense(1, name="d")
    layer.build((None, 2))
    assert expected(layer.weights) == "Expected: d/kernel (2, 1), d/bias (1,)."
    assert expected([]) == "Expected: none."
