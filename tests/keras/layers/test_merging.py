import numpy as np
import pytest

from keratin import keras
from tests.harness.layers import case, check

PAIR = [(2, 3), (2, 3)]
CASES = [
    case("Add", PAIR),
    case("Add", [(2, 3), (2, 4, 3)], _mixed=False),
    case("Add", [(2, 3), (2, 3), (2, 1)]),
    case("Subtract", PAIR),
    case("Multiply", PAIR),
    case("Average", PAIR),
    case("Maximum", PAIR),
    case("Minimum", PAIR),
    case("Concatenate", [(2, 3), (2, 2)]),
    case("Concatenate", [(2, 3, 2), (2, 1, 2)], axis=1),
    case("Dot", PAIR, axes=1),
    case("Dot", [(2, 3, 4), (2, 5, 4)], axes=-1),
    case("Dot", [(2, 3, 4), (2, 3)], axes=(1, 1)),
    case("Dot", [(2, 3, 4), (2, 5, 4)], axes=2, normalize=True),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


@pytest.mark.parametrize(
    ("layer", "shapes", "said"),
    [
        (keras.layers.Add(), [(2, 3), (2, 4)], "sizes 3 and 4 on axis 1"),
        (keras.layers.Subtract(), [(2, 3)] * 3, "takes two tensors; given 3"),
        (keras.layers.Concatenate(), [(2, 3), (4, 3, 1)], "equally many axes"),
        (keras.layers.Concatenate(axis=1), [(2, 3, 4), (2, 3, 5)], "need the same size"),
        (keras.layers.Dot(axes=1), [(2, 3), (2, 4)], "sizes 3 and 4 on the axes 1"),
    ],
)
def test_inputs_that_do_not_go_together(layer, shapes, said):
    with pytest.raises(ValueError, match=said):
        layer([np.ones(shape) for shape in shapes])


def test_one_tensor_alone_is_refused():
    with pytest.raises(ValueError, match="takes a list of tensors"):
        keras.layers.Add()(np.ones((2, 3)))


def test_masks_are_joined():
    masked = keras.layers.Masking()
    a, b = np.ones((1, 3, 2)), np.ones((1, 3, 2))
    a[0, 0], b[0, 2] = 0, 0
    added = keras.layers.Add()([masked(a), masked(b)])
    assert added._keras_mask.numpy().tolist() == [[False, True, False]]
    joined = keras.layers.Concatenate(axis=1)([masked(a), masked(b)])
    assert joined._keras_mask.numpy().tolist() == [[False, True, True, True, True, False]]


@pytest.mark.parametrize(
    "name", ["add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot"]
)
def test_functions_are_the_layers(name):
    pair = [np.array([[1.0, 2.0]]), np.array([[3.0, 5.0]])]
    options = {"axes": 1} if name == "dot" else {}
    function, layer = getattr(keras.layers, name), getattr(keras.layers, name.capitalize())
    np.testing.assert_array_equal(function(pair, **options), layer(**options)(pair))
