import numpy as np
import pytest

from keratin import keras
from tests.harness.layers import arrays, case, check, close
from tests.harness.real_keras import real

IDS = np.array([[1, 2, 0], [3, 4, 0]], "int32")
CASES = [
    case("Embedding", IDS, input_dim=5, output_dim=3),
    case("Embedding", IDS, input_dim=5, output_dim=3, mask_zero=True),
    case("ReversibleEmbedding", IDS, input_dim=5, output_dim=3),
    case("ReversibleEmbedding", IDS, input_dim=5, output_dim=3, tie_weights=False),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


def test_zero_is_masked():
    assert keras.layers.Embedding(5, 3, mask_zero=True)(IDS)._keras_mask.numpy().tolist() == [
        [True, True, False],
        [True, True, False],
    ]


@pytest.mark.parametrize("options", [{}, {"tie_weights": False}, {"logit_soft_cap": 0.5}])
def test_the_way_back_of_a_reversible_embedding(options):
    ours = keras.layers.ReversibleEmbedding(5, 3, **options)
    theirs = real.layers.ReversibleEmbedding(5, 3, **options)
    vectors = arrays((2, 4, 3))
    ours.build((2, 4))
    theirs.build((2, 4))
    ours.set_weights([np.asarray(w) for w in theirs.get_weights()])
    close(ours(vectors, reverse=True), theirs(vectors, reverse=True))
    assert ours(keras.Input((4, 3)), reverse=True).shape == (None, 4, 5)
    assert ours.compute_output_shape((2, 4, 3), reverse=True) == (2, 4, 5)


def test_the_way_back_in_another_dtype():
    layer = keras.layers.ReversibleEmbedding(5, 3, reverse_dtype="float64", mask_zero=True)
    vectors = layer(IDS)
    np.testing.assert_array_equal(vectors._keras_mask, IDS != 0)
    scores = layer(vectors, reverse=True)
    assert scores.dtype == "float64" and not hasattr(scores, "_keras_mask")
    assert layer(keras.Input((4, 3)), reverse=True).dtype == "float64"
