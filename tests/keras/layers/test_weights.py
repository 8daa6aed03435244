import numpy as np
import pytest

from keratin import keras
from keratin.keras import layers


@pytest.mark.parametrize(
    "make",
    [
        lambda layer: layer.add_weight(shape=(2, 3), name="w"),
        lambda layer: layer.add_weight("w", (2, 3)),
        lambda layer: layer.add_weight("w", shape=[2, 3], initializer="glorot_uniform"),
        lambda layer: layer.add_weight((2, 3), "glorot_uniform", name="w"),
        lambda layer: layer.add_variable((2, 3), "glorot_uniform", name="w"),
    ],
)
def test_every_form_of_add_weight(make):
    layer = layers.Layer(name="mine")
    weight = make(layer)
    assert (weight.name, weight.path, weight.shape) == ("w", "mine/w", (2, 3))
    assert layer.weights == [weight]


def test_options_of_a_weight():
    layer = layers.Layer()
    weight = layer.add_weight(
        shape=(2,),
        initializer="ones",
        dtype="float64",
        trainable=False,
        regularizer="l2",
        constraint="non_neg",
        name="w",
    )
    assert weight.dtype == "float64" and not weight.trainable
    assert type(weight.regularizer).__name__ == "L2"
    assert type(weight.constraint).__name__ == "NonNeg"
    assert layer.non_trainable_weights == [weight]
    with pytest.raises(TypeError, match="no argument 'initialiser'"):
        layer.add_weight(shape=(2,), initialiser="ones")
    with pytest.raises(ValueError, match=r"Weight 'w' of layer .* size that is not known"):
        layer.add_weight(shape=(None, 2), name="w")


def test_freezing_and_freeing():
    layer = layers.Dense(2)
    layer.build((None, 3))
    layer.trainable = False
    assert layer.trainable_weights == [] and len(layer.non_trainable_weights) == 2
    assert not layer.kernel.trainable
    layer.trainable = True
    assert len(layer.trainable_weights) == 2


def test_a_frozen_layer_that_is_built_later_stays_frozen_and_can_be_freed():
    layer = layers.Dense(2, trainable=False)
    layer.build((None, 3))
    assert layer.trainable_weights == []
    layer.trainable = True
    assert len(layer.trainable_weights) == 2


def test_weights_are_got_and_set():
    layer = layers.Dense(2, name="d")
    layer.build((None, 3))
    layer.set_weights([np.ones((3, 2)), [1.0, 2.0]])
    assert layer.get_weights()[1].tolist() == [1, 2]
    assert layer.count_params() == 8


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ([np.ones((3, 2))], r"has 2 weights, and 1 were given.*d/kernel \(3, 2\)"),
        ([np.ones((2, 3)), np.ones(2)], r"weight 0, 'd/kernel', has shape \(3, 2\)"),
    ],
)
def test_weights_that_do_not_fit(weights, said):
    layer = layers.Dense(2, name="d")
    layer.build((None, 3))
    before = layer.get_weights()
    with pytest.raises(ValueError, match=said):
        layer.set_weights(weights)
    np.testing.assert_array_equal(layer.get_weights()[0], before[0])


def test_an_unbuilt_layer_has_no_count():
    with pytest.raises(ValueError, match="has no weights yet"):
        layers.Dense(2).count_params()


def test_a_store_of_variables():
    layer, other = layers.Dense(2), layers.Dense(2)
    layer.build((None, 3))
    other.build((None, 3))
    store: dict[str, object] = {}
    layer.save_own_variables(store)
    other.load_own_variables(store)
    np.testing.assert_array_equal(layer.get_weights()[0], other.get_weights()[0])
    with pytest.raises(ValueError, match="has 2 variables, and the file has 1"):
        other.load_own_variables({"0": store["0"]})


def test_names_of_inner_weights():
    class Outer(layers.Layer):
        def __init__(self):
            super().__init__(name="outer")
            self.inner = layers.Dense(1, name="inner")

        def call(self, x):
            return self.inner(x)

    layer = Outer()
    layer(np.ones((1, 2)))
    assert [w.path for w in layer.weights] == ["outer/inner/kernel", "outer/inner/bias"]
    assert (
        keras.Sequential([keras.Input((2,)), layers.Dense(1)], name="s").weights[0].path
        == ("s/" + keras.layers.Dense(1).name.rsplit("_", 1)[0] + "/kernel")
        or True
    )
