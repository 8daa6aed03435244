import numpy as np
import pytest

from keratin import keras
from tests.harness.layers import arrays, case, check, close
from tests.harness.real_keras import real

X = arrays((2, 3, 6))
Y = arrays((2, 5, 4), 1)


def pair(shapes, layer="MultiHeadAttention", **arguments):
    """A layer of each package, with the same weights."""
    ours = getattr(keras.layers, layer)(**arguments)
    theirs = getattr(real.layers, layer)(**arguments)
    ours.build(*shapes)
    theirs.build(*shapes)
    assert [w.path.split("/", 1)[1] for w in ours.weights] == [
        w.path.split("/", 1)[1] for w in theirs.weights
    ]
    random = np.random.default_rng(0)
    values = [random.normal(0, 0.4, w.shape).astype("float32") for w in theirs.weights]
    ours.set_weights(values)
    theirs.set_weights(values)
    return ours, theirs


HEADS = {"num_heads": 2, "key_dim": 3}
MASK = np.array([[[1, 1, 0, 0, 1]] * 3, [[0, 1, 1, 1, 0]] * 3], bool)
CALLS = [
    ({}, {}),
    ({"value_dim": 4, "output_shape": 7, "use_bias": False}, {"return_attention_scores": True}),
    ({"output_shape": (2, 3)}, {"use_causal_mask": True}),
    ({"use_gate": True}, {"attention_mask": MASK}),
    ({}, {"attention_mask": MASK, "use_causal_mask": True, "return_attention_scores": True}),
    ({"sliding_window": 2}, {"value_mask": MASK[:, 0]}),
    ({"dropout": 0.5}, {"use_causal_mask": True, "key_mask": MASK[:, 0]}),
]


@pytest.mark.parametrize(("arguments", "call"), CALLS)
def test_parity(arguments, call):
    ours, theirs = pair([(2, 3, 6), (2, 5, 4)], **HEADS, **arguments)
    close(ours(X, Y, **call), theirs(X, Y, **call))


def _self_attention(namespace):
    """Attention of a sequence to itself, of either package: a layer of one input."""

    class SelfAttention(namespace.layers.MultiHeadAttention):
        def build(self, input_shape):
            super().build(input_shape, input_shape)

        def call(self, inputs, training=None):
            return super().call(inputs, inputs, training=training)

        def compute_output_spec(self, inputs, training=None):
            return namespace.KerasTensor(inputs.shape, dtype=self.compute_dtype)

    return SelfAttention


def test_the_contract(monkeypatch):
    monkeypatch.setattr(keras.layers, "SelfAttention", _self_attention(keras), raising=False)
    monkeypatch.setattr(real.layers, "SelfAttention", _self_attention(real), raising=False)
    check(case("SelfAttention", (2, 3, 4), num_heads=2, key_dim=3))


def test_values_of_other_sizes_than_keys():
    layer = keras.layers.MultiHeadAttention(**HEADS, value_dim=4)
    outputs, _ = layer(X, Y, return_attention_scores=True)
    close(layer(X, Y), outputs)


def test_a_mask_of_queries_says_whose_outputs_count():
    layer = keras.layers.MultiHeadAttention(**HEADS)
    _, scores = layer(
        X, Y, query_mask=np.array([[1, 1, 0]] * 2, bool), return_attention_scores=True
    )
    assert np.all(scores.numpy()[:, :, 2] == 0) and np.all(scores.numpy()[:, :, :2] > 0)


def test_attention_along_two_axes():
    query, value = arrays((2, 3, 4, 5)), arrays((2, 2, 4, 5), 1)
    for axes in ((1, 2), -2):
        ours, theirs = pair([query.shape, query.shape], **HEADS, attention_axes=axes)
        close(
            ours(query, query, return_attention_scores=True),
            theirs(query, query, return_attention_scores=True),
        )
        assert ours.attention_axes == theirs.attention_axes
    ours = keras.layers.MultiHeadAttention(**HEADS, attention_axes=1)
    symbolic = [keras.Input(x.shape[1:]) for x in (query, value)]
    outputs, scores = ours(*symbolic, return_attention_scores=True)
    found = ours(query, value, return_attention_scores=True)
    assert [outputs.shape[1:], scores.shape[1:]] == [tuple(f.shape)[1:] for f in found]


def test_masks_come_from_the_inputs_and_go_on():
    embedded = keras.layers.Embedding(9, 6, mask_zero=True)(np.array([[1, 2, 0], [3, 0, 0]]))
    layer = keras.layers.MultiHeadAttention(**HEADS)
    outputs, scores = layer(embedded, embedded, return_attention_scores=True)
    np.testing.assert_array_equal(outputs._keras_mask, embedded._keras_mask)
    assert np.all(scores.numpy()[0, :, :2, 2] == 0) and np.all(scores.numpy()[1, :, 0, 1:] == 0)


def test_one_op_attends_where_no_scores_are_asked_for(monkeypatch):
    calls = []
    attend = keras.ops.dot_product_attention
    monkeypatch.setattr(
        "keratin.keras.ops.dot_product_attention",
        lambda *args, **kwargs: calls.append(kwargs) or attend(*args, **kwargs),
    )
    layer = keras.layers.MultiHeadAttention(**HEADS)
    layer(X, X, use_causal_mask=True)
    assert len(calls) == 1 and calls[0]["is_causal"] and calls[0]["mask"] is None
    layer(X, X, return_attention_scores=True)
    assert len(calls) == 1


def test_subclasses_may_attend_in_their_own_way():
    class Own(keras.layers.MultiHeadAttention):
        def _compute_attention(self, query, key, value, attention_mask=None, training=None, s=None):
            assert attention_mask is not None
            return query, None

    assert Own(**HEADS)(X, X, use_causal_mask=True).shape == (2, 3, 6)


def test_config_and_build_config():
    ours, theirs = pair([(None, 3, 6), (None, 5, 4)], **HEADS, name="it", kernel_regularizer="l2")
    assert ours.get_config() == theirs.get_config()
    saved = real.saving.serialize_keras_object(theirs)
    again = keras.saving.deserialize_keras_object(saved)
    assert [w.shape for w in again.weights] == [tuple(w.shape) for w in theirs.weights]
    assert ours.get_build_config() == theirs.get_build_config()
    assert len(again.losses) == 4


def test_dropout_drops_weights_while_training():
    layer = keras.layers.MultiHeadAttention(**HEADS, dropout=0.5, seed=1)
    a = layer(X, X, training=True)
    assert not np.allclose(a, layer(X, X))
    np.testing.assert_allclose(layer(X, X), layer(X, X, training=False))


def test_fit_trains_every_weight():
    inputs = keras.Input((3, 6))
    outputs = keras.layers.MultiHeadAttention(**HEADS)(inputs, inputs)
    model = keras.Model(inputs, outputs)
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(X, X * 2.0, epochs=1, verbose=0)
    changed = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    # A bias of keys changes no weights: softmax takes it out.
    assert [w.path.split("/", 1)[1] for w, c in zip(model.weights, changed, strict=True) if c] == [
        f"{name}/{kind}"
        for name in ("query", "key", "value", "attention_output")
        for kind in ("kernel", "bias")
        if changed[3] or (name, kind) != ("key", "bias")
    ]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: keras.layers.MultiHeadAttention(0, 3), "num_heads must be a whole number above"),
        (lambda: keras.layers.MultiHeadAttention(2, 1.5), "key_dim must be a whole number above"),
        (lambda: keras.layers.MultiHeadAttention(2, 3, sliding_window=0), "sliding_window must"),
        (
            lambda: keras.layers.MultiHeadAttention(2, 3, flash_attention=True, dropout=0.1),
            "flash_attention=True does not go with dropout=0.1",
        ),
        (
            lambda: keras.layers.MultiHeadAttention(2, 3, flash_attention=True)(
                X, X, return_attention_scores=True
            ),
            "does not go with return_attention_scores=True",
        ),
        (lambda: keras.layers.MultiHeadAttention(2, 3)(X, Y, X), "value and key differ in their"),
        (lambda: keras.layers.MultiHeadAttention(2, 3)(X), "missing the argument 'value'"),
        (lambda: keras.layers.MultiHeadAttention(2, 3, output_shape=2.5), "output_shape is a num"),
        (lambda: keras.layers.MultiHeadAttention(2, 3, attention_axes="x"), "attention_axes is a"),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises((ValueError, TypeError), match=said):
        make()
