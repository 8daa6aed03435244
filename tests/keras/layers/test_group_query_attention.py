import numpy as np
import pytest

from keratin import keras
from tests.harness.layers import arrays, close
from tests.keras.layers.test_multi_head_attention import pair

X = arrays((2, 3, 4))
Y = arrays((2, 5, 4), 1)
HEADS = {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}
MASK = np.array([[[1, 1, 0, 0, 1]] * 3, [[0, 1, 1, 1, 0]] * 3], bool)


@pytest.mark.parametrize(
    ("arguments", "call"),
    [
        ({}, {}),
        ({"use_gate": True, "use_bias": False}, {"use_causal_mask": True}),
        ({"sliding_window": 2}, {"attention_mask": MASK}),
        ({}, {"attention_mask": MASK, "return_attention_scores": True, "use_causal_mask": True}),
        ({"dropout": 0.3, "num_key_value_heads": 1}, {"use_causal_mask": True}),
    ],
)
def test_parity(arguments, call):
    arguments = {**HEADS, **arguments}
    ours, theirs = pair([(2, 3, 4), (2, 5, 4)], "GroupQueryAttention", **arguments)
    close(ours(X, Y, **call), theirs(X, Y, **call))
    assert ours.name.startswith("grouped_query_attention")


def test_config_and_build_config():
    ours, theirs = pair([(2, 3, 4), (2, 5, 4)], "GroupQueryAttention", **HEADS, name="it")
    assert ours.get_config() == theirs.get_config()
    assert ours.get_build_config() == theirs.get_build_config()
    assert keras.saving.serialize_keras_object(ours)["class_name"] == "GroupQueryAttention"
    again = keras.layers.GroupQueryAttention.from_config(ours.get_config())
    assert again.get_config() == ours.get_config()


def test_symbolic_shapes():
    symbolic = [keras.Input((3, 4)), keras.Input((5, 4))]
    layer = keras.layers.GroupQueryAttention(**HEADS)
    outputs, scores = layer(*symbolic, return_attention_scores=True)
    assert outputs.shape == (None, 3, 4) and scores.shape == (None, 4, 3, 5)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: keras.layers.GroupQueryAttention(3, 4, 3), "is a multiple of num_key_value_heads"),
        (lambda: keras.layers.GroupQueryAttention(0, 4, 2), "head_dim must be a whole number"),
        (lambda: keras.layers.GroupQueryAttention(3, 4, 2)(X[0], X[0]), "query has three axes"),
        (lambda: keras.layers.GroupQueryAttention(3, 4, 2)(X, Y[..., :3]), "have as many features"),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises(ValueError, match=said):
        make()
