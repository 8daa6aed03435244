import numpy as np
import pytest

from keratin import keras

layers = keras.layers
X = np.random.default_rng(0).normal(size=(2, 3)).astype("float32")


def branched():
    inputs = keras.Input((3,), name="in")
    shared = layers.Dense(3, name="shared")
    hidden = shared(shared(inputs))
    outputs = layers.Dense(2, name="out")(keras.ops.relu(hidden) + inputs)
    return keras.Model(inputs, outputs, name="branched")


def row():
    return keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, name="a"), layers.BatchNormalization(name="b")]
    )


def deferred():
    return keras.Sequential([layers.Dense(4), layers.Dense(2)])


@pytest.mark.parametrize("make", [branched, row])
def test_a_copy_computes_the_same_with_the_same_weights(make):
    model = make()
    copy = keras.models.clone_model(model)
    assert copy.name == model.name and type(copy) is type(model)
    assert [layer.name for layer in copy.layers] == [layer.name for layer in model.layers]
    own = {id(w) for w in model.weights}
    assert not own & {id(w) for w in copy.weights}
    assert not np.allclose(copy(X), model(X))  # drawn anew
    copy.set_weights(model.get_weights())
    np.testing.assert_array_equal(copy(X), model(X))


def test_a_deferred_row_stays_deferred():
    copy = keras.models.clone_model(deferred())
    assert not copy.built and copy(X).shape == (2, 2)


def test_layers_may_be_replaced_or_kept():
    model = branched()

    def wider(layer):
        if layer.name == "out":
            return layers.Dense(5, name="wide")
        return type(layer).from_config(layer.get_config())

    assert keras.models.clone_model(model, clone_function=wider).output_shape == (None, 5)
    kept = keras.models.clone_model(model, clone_function=lambda layer: layer)
    np.testing.assert_array_equal(kept(X), model(X))


def test_calls_may_be_changed():
    def call(layer, *args, **kwargs):
        outputs = layer(*args, **kwargs)
        return layers.Dropout(0.5)(outputs) if isinstance(layer, layers.Dense) else outputs

    copy = keras.models.clone_model(branched(), call_function=call)
    assert sum(isinstance(layer, layers.Dropout) for layer in copy.layers) == 3
    with pytest.raises(ValueError, match="is a Sequential, whose layers are called in a row"):
        keras.models.clone_model(row(), call_function=call)


def test_other_inputs():
    wide = keras.Input((3,), batch_size=2)
    assert keras.models.clone_model(branched(), input_tensors=wide).output_shape == (2, 2)
    assert keras.models.clone_model(branched(), input_tensors=[wide]).output_shape == (2, 2)
    assert keras.models.clone_model(row(), input_tensors=[wide]).output_shape == (2, 4)
    between = layers.Dense(3)(wide)
    assert keras.models.clone_model(row(), input_tensors=between).output_shape == (2, 4)
    assert keras.models.clone_model(branched(), input_tensors=between).output_shape == (2, 2)
    with pytest.raises(ValueError, match="one for each of the 1 inputs of 'branched'"):
        keras.models.clone_model(branched(), input_tensors=[wide, wide])
    with pytest.raises(ValueError, match=r"Make them with keras\.Input"):
        keras.models.clone_model(branched(), input_tensors=X)


def test_dictionaries_of_inputs():
    inputs = {"b": keras.Input((3,), name="b"), "a": keras.Input((3,), name="a")}
    model = keras.Model(inputs, {"sum": inputs["a"] + inputs["b"]})
    copy = keras.models.clone_model(model)
    np.testing.assert_array_equal(copy({"a": X, "b": X})["sum"], 2 * X)


def test_models_within_are_copied_as_one_or_layer_by_layer():
    inner = row()
    inputs = keras.Input((3,))
    model = keras.Model(inputs, layers.Dense(1)(inner(inputs)))
    seen = []

    def clone(layer):
        seen.append(layer.name)
        return type(layer).from_config(layer.get_config())

    keras.models.clone_model(model, clone_function=clone)
    assert inner.name in seen and "a" not in seen
    seen.clear()
    copy = keras.models.clone_model(model, clone_function=clone, recursive=True)
    assert "a" in seen and inner.name not in seen
    assert len(copy.weights) == len(model.weights)
    around = keras.Sequential([keras.Input((3,)), branched()])
    assert keras.models.clone_model(around, recursive=True).output_shape == (None, 2)


def test_a_compiled_model_has_a_compiled_copy():
    for model in (branched(), row()):
        model.compile(keras.optimizers.SGD(0.125), loss="mse", metrics=["mae"])
        copy = keras.models.clone_model(model)
        assert copy.compiled and float(copy.optimizer.learning_rate) == 0.125
        copy.fit(X, np.ones((2, *model.output_shape[1:])), verbose=0)


def test_losses_of_the_graph_are_copied():
    model = branched()
    model.add_loss(keras.ops.mean(model.output))
    copy = keras.models.clone_model(model)
    outputs = copy(X)
    np.testing.assert_allclose(copy.losses[0], np.mean(outputs), rtol=1e-6)


class Own(keras.Model):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = layers.Dense(units)

    def call(self, inputs):
        return self.dense(inputs)


def test_models_of_a_class():
    model = Own(4)
    model(X)
    copy = keras.models.clone_model(model)
    assert type(copy) is Own and copy.units == 4 and copy.dense is not model.dense
    with pytest.raises(ValueError, match=r"given by the call\(\) of Own"):
        keras.models.clone_model(model, clone_function=lambda layer: layer)


def test_mistakes_are_named():
    with pytest.raises(TypeError, match="clone_model has no argument 'recursiv'"):
        keras.models.clone_model(row(), recursiv=True)
    with pytest.raises(ValueError, match="clone_model takes a model; given"):
        keras.models.clone_model(layers.Dense(2))
