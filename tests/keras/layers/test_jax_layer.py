import sys
import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.harness.layers import close
from tests.harness.real_keras import real

X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


@keras.saving.register_keras_serializable()
def dense(params, inputs):
    return jnp.tanh(inputs @ params["w"] + params["b"])


@keras.saving.register_keras_serializable()
def dense_init(rng, inputs):
    return {"w": jax.random.normal(rng, (inputs.shape[-1], 2)), "b": jnp.zeros(2)}


def counting(params, state, rng, inputs, training):
    if training:
        inputs = inputs + jax.random.normal(rng, inputs.shape)
    return inputs * params, {"count": state["count"] + 1}


def test_a_function_with_parameters():
    params = {"w": np.arange(6.0).reshape(3, 2) / 10, "b": np.ones(2)}
    ours = keras.layers.JaxLayer(dense, params=params)
    theirs = real.layers.JaxLayer(dense, params=jax.tree.map(jnp.asarray, params))
    close(ours(X), theirs(X))
    assert [tuple(w.shape) for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    assert ours.built and len(ours.trainable_weights) == 2
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(ours(X))
    gradients = tape.gradient(loss, ours.trainable_weights)
    expected = jax.grad(lambda p: jnp.sum(dense(p, X)))(
        {k: v.astype("float32") for k, v in params.items()}
    )
    close(gradients, [expected["b"], expected["w"]])


def test_the_first_values_are_made_when_the_shape_is_known():
    layer = keras.layers.JaxLayer(dense, dense_init)
    assert not layer.built
    inputs = keras.Input((3,))
    model = keras.Model(inputs, layer(inputs))
    assert model.output_shape == (None, 2)
    model.compile("sgd", "mse")
    before = model.get_weights()
    history = model.fit(X, np.ones((4, 2)), epochs=2, verbose=0)
    assert history.history["loss"][1] < history.history["loss"][0]
    assert not np.allclose(before[1], model.get_weights()[1])
    again = keras.layers.JaxLayer.from_config(layer.get_config())
    assert again.call_fn is dense and again.init_fn is dense_init


def test_a_deferred_sequential_is_built_while_it_trains():
    model = keras.Sequential([keras.layers.JaxLayer(dense, dense_init)])
    model.compile("sgd", "mse")
    model.fit(X, np.ones((4, 2)), verbose=0)
    assert len(model.weights) == 2


def test_state_and_random_numbers():
    layer = keras.layers.JaxLayer(counting, params=2.0, state={"count": np.int32(0)}, seed=1)
    close(layer(X), 2 * X)
    first, second = layer(X, training=True), layer(X, training=True)
    assert not np.allclose(first, second)
    assert layer.state["count"].numpy() == 3
    assert [w.trainable for w in layer.weights] == [True, False]
    traced = tf.function(lambda x: layer(x))
    traced(X), traced(X)
    assert layer.state["count"].numpy() == 5


def test_structures_of_inputs():
    layer = keras.layers.JaxLayer(lambda inputs: {"sum": inputs["a"] + inputs["b"]})
    inputs = {"a": keras.Input((3,)), "b": keras.Input((3,))}
    model = keras.Model(inputs, layer(inputs))
    close(model({"a": X, "b": X})["sum"], 2 * X)


def test_mixed_precision_reads_parameters_in_half():
    layer = keras.layers.JaxLayer(dense, dense_init, dtype="mixed_bfloat16")
    assert layer(X).dtype == "bfloat16" and layer.weights[0].dtype == "float32"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: keras.layers.JaxLayer(lambda x: x), "call_fn has a parameter .x"),
        (lambda: keras.layers.JaxLayer(lambda params: 1, params=1), "needs a parameter 'inputs'"),
        (lambda: keras.layers.JaxLayer(dense), "give their first values"),
        (
            lambda: keras.layers.JaxLayer(
                lambda state, inputs: (inputs, [state]), state=np.zeros(1)
            )(X),
            "a state of another structure",
        ),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises(ValueError, match=said):
        make()


class Module:
    """What a layer uses of a module of Flax."""

    def __call__(self, inputs, training=False):
        return inputs

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls()

    def init(self, rng, inputs, method=None, training=False):
        assert set(rng) == {"params", "dropout"}
        return {"params": {"w": jnp.ones((3, 2))}, "stats": {"calls": jnp.zeros(())}}

    def apply(self, variables, inputs, rngs=None, method=None, mutable=None, training=False):
        assert mutable.denied == ["params"] and set(rngs) == ({"dropout"} if training else set())
        state = {"stats": {"calls": variables["stats"]["calls"] + 1}}
        return inputs @ variables["params"]["w"], state


def test_a_module_of_flax(monkeypatch):
    with pytest.raises(ImportError, match="needs Flax, which is not installed"):
        keras.layers.FlaxLayer(Module())
    linen = types.ModuleType("flax.linen")
    linen.DenyList = lambda names: types.SimpleNamespace(denied=names)
    monkeypatch.setitem(sys.modules, "flax", types.ModuleType("flax"))
    monkeypatch.setitem(sys.modules, "flax.linen", linen)
    layer = keras.layers.FlaxLayer(Module())
    close(layer(X), X @ np.ones((3, 2), "float32"))
    layer(X, training=True)
    assert layer.state["stats"]["calls"].numpy() == 2
    assert [tuple(w.shape) for w in layer.trainable_weights] == [(3, 2)]
    assert layer.get_config()["module"]["class_name"] == "Module"
    given = {"params": {"w": np.zeros((3, 2))}, "stats": {"calls": np.zeros(())}}
    close(keras.layers.FlaxLayer(Module(), variables=given)(X), np.zeros((4, 2)))


def test_modules_of_torch_are_refused():
    with pytest.raises(tf.errors.UnimplementedError, match=r"Write the module with keras\.layers"):
        keras.layers.TorchModuleWrapper(object())
