import pytest

from keratin import keras
from tests.harness.layers import case, check

CASES = [
    case("EinsumDense", (2, 3), equation="ab,bc->ac", output_shape=4, bias_axes="c"),
    case("EinsumDense", (2, 3, 4), equation="abc,cd->abd", output_shape=(None, 5), bias_axes="d"),
    case("EinsumDense", (2, 3, 4), equation="...x,xy->...y", output_shape=5, bias_axes="y"),
    case("EinsumDense", (2, 3, 4), equation="abc,cde->abde", output_shape=(None, 2, 5)),
    case(
        "EinsumDense", (2, 3, 4), equation="ab...,bcd->adc...", output_shape=(5, 6), bias_axes="c"
    ),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


def test_an_equation_that_is_none():
    with pytest.raises(ValueError, match="has not the form"):
        keras.layers.EinsumDense("ab->c", output_shape=4)
