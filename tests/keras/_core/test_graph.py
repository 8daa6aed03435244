import numpy as np
import pytest

from keratin import keras
from keratin.keras import layers
from keratin.keras._core.graph import Function


def test_a_function_of_structures():
    a, b = keras.Input((2,), name="a"), keras.Input((2,), name="b")
    function = Function({"a": a, "b": b}, [a + b, {"difference": a - b}])
    total, rest = function({"a": np.ones((1, 2)), "b": np.ones((1, 2))})
    np.testing.assert_array_equal(total, [[2, 2]])
    np.testing.assert_array_equal(rest["difference"], [[0, 0]])


def test_layers_stand_in_the_order_of_keras():
    x = keras.Input((4,))
    left = layers.Dense(2, name="left")(x)
    right = layers.Dense(2, name="right")(layers.Dense(3, name="deep")(x))
    model = keras.Model(x, layers.Concatenate(name="both")([left, right]))
    assert [layer.name for layer in model.layers[1:]] == ["deep", "left", "right", "both"]


def test_a_deep_graph_needs_no_recursion():
    x = y = keras.Input((1,))
    for _ in range(1500):
        y = y + 1
    assert len(Function(x, y).nodes) == 1501


def test_a_tensor_from_nowhere_is_named():
    with pytest.raises(ValueError, match="was made by no layer or input"):
        Function(keras.Input((2,)), keras.KerasTensor((None, 2), name="stray"))


def test_a_disconnected_graph_names_tensor_and_layer():
    x, other = keras.Input((2,), name="x"), keras.Input((2,), name="other")
    y = layers.Dense(1, name="out")(layers.Dense(2, name="hidden")(x))
    said = "disconnected: the tensor 'x' .* used by 'hidden', cannot be computed from the inputs"
    with pytest.raises(ValueError, match=said):
        keras.Model(other, y)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (np.ones((1, 3)), r"the input 'x' has shape \(None, 2\)"),
        ([np.ones((1, 2))] * 2, r"has 1 inputs \(x\), and 2 were given"),
        ({"z": np.ones((1, 2))}, "needs an input 'x', which is not among 'z'"),
        (np.ones(2), r"One example alone needs an axis for the batch"),
    ],
)
def test_inputs_that_do_not_fit(inputs, said):
    x = keras.Input((2,), name="x")
    with pytest.raises(ValueError, match=said):
        keras.Model(x, x * 2)(inputs)


def test_values_are_let_go_after_their_last_use():
    x = keras.Input((2,))
    function = Function(x, ((x + 1) * 2) - 3)
    freed = {key for keys in function._last_uses for key in keys}
    assert len(freed) == 3


def test_other_sizes():
    x = keras.Input((None, 2))
    function = Function(x, layers.Conv1D(3, 2)(x))
    assert function.compute_output_shape((4, 7, 2)) == (4, 6, 3)
