import numpy as np
import pytest

from keratin import keras
from tests.harness.layers import arrays, case, check, close
from tests.harness.real_keras import real

TWO = [(2, 3, 4), (2, 5, 4)]
THREE = [(2, 3, 4), (2, 5, 6), (2, 5, 4)]
MASKS = [np.array([[1, 1, 0], [1, 0, 0]], bool), np.array([[1, 1, 1, 0, 0], [1] * 5], bool)]

CASES = [
    case("Attention", TWO),
    case("Attention", THREE, call={"use_causal_mask": True}, use_scale=True),
    case("Attention", TWO, use_scale=True, score_mode="concat"),
    case("AdditiveAttention", THREE),
]


@pytest.mark.parametrize("given", CASES, ids=str)
def test_layers(given):
    check(given)


@pytest.mark.parametrize("name", ["Attention", "AdditiveAttention"])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_masks_and_scores(name, dtype):
    inputs = [x.astype(dtype) for x in arrays(TWO)]
    ours, theirs = [getattr(k.layers, name)(dtype=dtype, use_scale=False) for k in (keras, real)]
    for causal in (False, True):
        options = {"return_attention_scores": True, "use_causal_mask": causal}
        found = ours(inputs, mask=list(MASKS), **options)
        expected = theirs(inputs, mask=list(MASKS), **options)
        close(found, expected, 1e-5 if dtype == "float32" else 2e-3)


def test_masks_come_from_the_inputs():
    query, value = arrays(TWO)
    masked = [
        keras.layers.Masking(mask_value=0.0)(np.where(mask[..., None], x, 0.0))
        for x, mask in zip((query, value), MASKS, strict=True)
    ]
    layer = keras.layers.Attention()
    outputs, scores = layer(masked, return_attention_scores=True)
    np.testing.assert_array_equal(outputs._keras_mask, MASKS[0])
    assert np.all(scores.numpy()[0, :, 3:] == 0) and np.all(outputs.numpy()[1, 1:] == 0)


def test_dropout_drops_weights_while_training():
    layer = keras.layers.Attention(dropout=0.5, seed=1)
    inputs = arrays(TWO)
    _, scores = layer(inputs, training=True, return_attention_scores=True)
    assert np.any(scores.numpy() == 0) and not np.any(
        layer(inputs, return_attention_scores=True)[1].numpy() == 0
    )
    assert layer.get_config()["seed"] == 1


def test_scores_have_a_symbolic_shape():
    inputs = [keras.Input((3, 4)), keras.Input((5, 4))]
    outputs, scores = keras.layers.Attention()(inputs, return_attention_scores=True)
    assert outputs.shape == (None, 3, 4) and scores.shape == (None, 3, 5)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: keras.layers.Attention(score_mode="sum"), "score_mode is 'dot' or 'concat'"),
        (lambda: keras.layers.Attention(dropout=2.0), "rate must be a number from 0 to 1"),
        (lambda: keras.layers.Attention()(np.ones((2, 3, 4))), "is called on a list, "),
        (lambda: keras.layers.Attention()([np.ones((2, 3, 4))]), "given 1 of them"),
        (
            lambda: keras.layers.Attention()([np.ones((1, 3, 4))] * 2, mask=np.ones((1, 3))),
            "mask is a list",
        ),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises(ValueError, match=said):
        make()
