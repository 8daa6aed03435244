import numpy as np
import pytest

from keratin import keras
from tests.harness.layers import close
from tests.harness.real_keras import real

layers = keras.layers
X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


def test_a_row_is_built_as_soon_as_the_input_is_known():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4)])
    assert model.built and model.output_shape == (None, 4)
    model.add(layers.Dense(2))
    assert model.output_shape == (None, 2) and len(model.weights) == 4
    assert [type(layer).__name__ for layer in model.layers] == ["Dense", "Dense"]


def test_a_deferred_row_is_built_by_data_or_shape():
    for build in (lambda m: m(X), lambda m: m.build((None, 3)), lambda m: m.predict(X, verbose=0)):
        model = keras.Sequential([layers.Dense(4), layers.Dense(2)])
        assert not model.built and model.weights == [] and model.inputs is None
        build(model)
        assert model.built and len(model.weights) == 4
    model = keras.Sequential([layers.Dense(4)])
    model.compile("sgd", "mse")
    model.fit(X, np.ones((4, 4)), verbose=0)
    assert model.input_shape == (None, 3)
    with pytest.raises(ValueError, match="does not know the shape of its input"):
        keras.Sequential([layers.Dense(2)]).build()


@pytest.mark.parametrize(
    "first",
    [
        lambda: layers.Dense(4, input_shape=(3,)),
        lambda: layers.Dense(4, input_dim=3),
        lambda: layers.Dense(4, batch_input_shape=(None, 3)),
        lambda: layers.InputLayer(input_shape=(3,)),
        lambda: layers.InputLayer(shape=(3,)),
    ],
)
def test_ways_to_say_the_shape_of_the_input(first):
    model = keras.Sequential([first(), layers.Dense(2)])
    assert model.built and model.input_shape == (None, 3)
    assert model(X).shape == (4, 2)


def test_lengths_and_batch_sizes_of_the_input():
    assert keras.Sequential([layers.Embedding(9, 2, input_length=5)]).output_shape == (None, 5, 2)
    model = keras.Sequential([layers.Dense(4, input_shape=(3,), batch_size=2)])
    assert model.input_shape == (2, 3)
    with pytest.raises(ValueError, match=r"input_shape is a tuple; given 3. Write input_shape=\(3"):
        layers.Dense(4, input_shape=3)


def test_pop_and_add():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(2, name="last")])
    last = model.pop()
    assert last.name == "last" and model.output_shape == (None, 4) and len(model.weights) == 2
    model.add(layers.Dense(5))
    assert model(X).shape == (4, 5)
    model.pop(), model.pop()
    with pytest.raises(ValueError, match="has no layers to pop"):
        model.pop()


def test_models_within_a_row():
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(3)])
    model = keras.Sequential([inner, layers.Dense(1)])
    assert model.built and model.output_shape == (None, 1)
    x = keras.Input((3,))
    functional = keras.Model(x, layers.Dense(2)(x))
    assert keras.Sequential([functional, layers.Dense(1)])(X).shape == (4, 1)


def test_a_row_is_a_layer_of_a_functional_model():
    row = keras.Sequential([layers.Dense(4), layers.Dense(2)])
    x = keras.Input((3,))
    model = keras.Model(x, row(x))
    np.testing.assert_array_equal(model(X), row(X))
    assert len(model.weights) == 4


def test_training_and_masks_reach_the_layers():
    model = keras.Sequential([keras.Input((3,)), layers.Dropout(0.5, seed=1)])
    np.testing.assert_array_equal(model(X), X)
    assert np.any(np.asarray(model(X, training=True)) == 0)
    masked = keras.Sequential([layers.Masking(), layers.Dense(2)])(np.zeros((1, 2, 3)))
    assert not np.any(masked._keras_mask.numpy())


def test_configs_come_and_go():
    model = keras.Sequential(
        [keras.Input((3,), name="in"), layers.Dense(4, name="a"), layers.ReLU(name="b")], name="row"
    )
    config = model.get_config()
    again = keras.Sequential.from_config(config)
    assert again.get_config() == config and again.built
    theirs = real.Sequential.from_config(config)
    theirs.set_weights(model.get_weights())
    close(model(X), theirs(X))
    back = keras.Sequential.from_config(theirs.get_config())
    assert [layer.name for layer in back.layers] == ["a", "b"] and back.input_shape == (None, 3)
    deferred = keras.Sequential([layers.Dense(4)])
    assert not keras.Sequential.from_config(deferred.get_config()).built


def test_the_graph_of_a_row():
    model = keras.Sequential([keras.Input((3,), name="in"), layers.Dense(4), layers.Dense(2)])
    features = keras.Model(model.inputs, model.layers[0].output)
    assert features(X).shape == (4, 4)
    assert model.get_layer(index=0).units == 4 and model.input_names == ["in"]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: keras.Sequential([layers.Dense]), r"Write Dense\(...\), with parentheses"),
        (lambda: keras.Sequential([abs]), "Wrap a function in keras.layers.Lambda"),
        (
            lambda: keras.Sequential([layers.Dense(1, name="a"), layers.Dense(1, name="a")]),
            "has a layer named 'a' already",
        ),
        (
            lambda: keras.Sequential([layers.Dense(1), keras.Input((3,))]),
            "has layers already: an Input comes first",
        ),
        (lambda: keras.Sequential()(X), "has no layers: add some first"),
        (
            lambda: keras.Sequential([keras.Input((3,)), layers.Dense(1)])(X[:, :2]),
            "has shape .None, 3. .*an array of shape .4, 2.",
        ),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises(ValueError, match=said):
        make()
