import numpy as np
import pytest

from keratin import keras
from tests.harness.layers import case, check

IDS = np.array([[1, 2, 0], [3, 4, 0]], "int32")
CASES = [
    case("Embedding", IDS, input_dim=5, output_dim=3),
    case("Embedding", IDS, input_dim=5, output_dim=3, mask_zero=True),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


def test_zero_is_masked():
    assert keras.layers.Embedding(5, 3, mask_zero=True)(IDS)._keras_mask.numpy().tolist() == [
        [True, True, False],
        [True, True, False],
    ]
