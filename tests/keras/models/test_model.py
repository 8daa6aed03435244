import time

import numpy as np
import pytest

import keratin as tf
from keratin import keras

layers = keras.layers
ops = keras.ops
X = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
Y = np.random.default_rng(1).normal(size=(4, 2)).astype("float32")


def value(tensor):
    return np.asarray(tensor)


# Structures of inputs and outputs


def test_lists_of_inputs_and_outputs():
    a, b = keras.Input((3,), name="a"), keras.Input((2,), name="b")
    model = keras.Model([a, b], [layers.Concatenate()([a, b]), a * 2.0])
    joined, twice = model([X, Y])
    np.testing.assert_array_equal(joined, np.concatenate([X, Y], 1))
    np.testing.assert_array_equal(twice, X * 2)
    assert model.input_names == ["a", "b"] and model.output_shape == [(None, 5), (None, 3)]
    by_name = model({"b": Y, "a": X})
    np.testing.assert_array_equal(by_name[0], joined)
    assert [p.shape for p in model.predict([X, Y], verbose=0)] == [(4, 5), (4, 3)]


def test_dictionaries_and_nested_structures():
    inputs = {"x": keras.Input((3,)), "rest": [keras.Input((2,)), keras.Input((2,))]}
    total = inputs["rest"][0] + inputs["rest"][1]
    model = keras.Model(inputs, {"sum": total, "pair": (inputs["x"], total)})
    found = model({"x": X, "rest": [Y, Y]})
    np.testing.assert_array_equal(found["sum"], 2 * Y)
    np.testing.assert_array_equal(found["pair"][0], X)
    assert set(model.output_shape) == {"sum", "pair"}


def test_one_input_of_a_list():
    x = keras.Input((3,))
    model = keras.Model([x], x * 2.0)
    np.testing.assert_array_equal(model(X), 2 * X)
    np.testing.assert_array_equal(model([X]), 2 * X)


def test_keywords_of_keras_1_and_2():
    x = keras.Input((3,))
    model = keras.Model(input=x, output=layers.Dense(2)(x))
    assert model.output_shape == (None, 2)


# Graphs


def test_a_shared_layer_has_one_set_of_weights():
    a, b = keras.Input((3,)), keras.Input((3,))
    shared = layers.Dense(2)
    model = keras.Model([a, b], shared(a) - shared(b))
    assert len(model.weights) == 2 and model.layers.count(shared) == 1
    np.testing.assert_allclose(model([X, X]), np.zeros((4, 2)))
    assert shared.output is shared.get_output_at(0) is not shared.get_output_at(1)
    with pytest.raises(AttributeError, match="has no output yet: it was not called on a keras"):
        _ = layers.Dense(2).output


def test_models_are_layers():
    inner_input = keras.Input((3,))
    inner = keras.Model(inner_input, layers.Dense(3, name="d")(inner_input), name="inner")
    x = keras.Input((3,))
    model = keras.Model(x, inner(inner(x)))
    assert len(model.weights) == 2 and model.layers[1] is inner
    np.testing.assert_allclose(model(X), inner(inner(X)), rtol=1e-6)
    around = keras.Sequential([keras.Input((3,)), inner, layers.Dense(1)])
    assert around.output_shape == (None, 1)


def test_a_model_between_tensors_of_another():
    x = keras.Input((3,))
    hidden = layers.Dense(4, name="hidden")(x)
    outputs = layers.Dense(2, name="out")(hidden)
    whole = keras.Model(x, outputs)
    first, second = keras.Model(x, hidden), keras.Model(hidden, outputs)
    np.testing.assert_allclose(second(first(X)), whole(X), rtol=1e-6)
    assert {id(w) for w in second.weights} <= {id(w) for w in whole.weights}
    features = keras.Model(whole.inputs, [layer.output for layer in whole.layers[1:]])
    assert [f.shape for f in features(X)] == [(4, 4), (4, 2)]


def test_residual_graphs():
    x = keras.Input((3,))
    h = x
    for _ in range(3):
        h = layers.Add()([h, layers.Dense(3, activation="relu")(h)])
    model = keras.Model(x, h)
    expected = X
    for layer in model.layers:
        if isinstance(layer, layers.Dense):
            kernel, bias = layer.get_weights()
            expected = expected + np.maximum(expected @ kernel + bias, 0)
    np.testing.assert_allclose(model(X), expected, rtol=1e-5, atol=1e-6)


def test_ops_and_numpy_like_operators_are_part_of_the_graph():
    x = keras.Input((3,))
    y = ops.mean(tf.square(x) + 1.0, axis=1, keepdims=True)
    model = keras.Model(x, (x - y)[:, :2])
    expected = (X - np.mean(X**2 + 1, 1, keepdims=True))[:, :2]
    np.testing.assert_allclose(model(X), expected, rtol=1e-5, atol=1e-6)


def test_a_disconnected_graph_is_named():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    with pytest.raises(
        ValueError, match=r"The graph is disconnected: .* made by 'b' and used by 'm"
    ):
        keras.Model(a, layers.Add(name="merged")([a, b]))


# Names and parts


def test_names_count_up_and_start_anew():
    keras.utils.clear_session()
    x = keras.Input((3,))
    hidden = layers.Dense(2)(x)
    model = keras.Model(x, layers.Dense(2)(hidden))
    assert [layer.name for layer in model.layers] == ["input_layer", "dense", "dense_1"]
    assert [w.path for w in model.weights[:2]] == ["dense/kernel", "dense/bias"]
    assert model.name == "functional" and keras.Sequential().name == "sequential"
    keras.utils.clear_session()
    assert layers.Dense(2).name == "dense"


def test_a_name_is_used_once():
    x = keras.Input((3,))
    with pytest.raises(ValueError, match="The name 'twice' is used twice: by a Dense and a Dense"):
        keras.Model(x, layers.Dense(2, name="twice")(layers.Dense(2, name="twice")(x)))


def test_get_layer():
    x = keras.Input((3,), name="in")
    model = keras.Model(x, layers.Dense(2, name="out")(x))
    assert model.get_layer("out") is model.get_layer(index=1) is model.layers[-1]
    with pytest.raises(ValueError, match=r"no layer 'otu'.*out"):
        model.get_layer("otu")
    with pytest.raises(ValueError, match="there are 2 layers; given index 5"):
        model.get_layer(index=5)
    with pytest.raises(ValueError, match="a name or an index, one of the two"):
        model.get_layer()


def test_count_params_and_shapes():
    x = keras.Input((3,))
    model = keras.Model(x, layers.BatchNormalization()(layers.Dense(2)(x)))
    assert model.count_params() == 8 + 8 and len(model.trainable_weights) == 4
    assert model.input_shape == (None, 3)
    assert model.compute_output_shape((7, 3)) == (7, 2)


# What training changes


def test_freezing():
    x = keras.Input((3,))
    dense, norm = layers.Dense(2), layers.BatchNormalization()
    model = keras.Model(x, norm(dense(x)))
    norm.trainable = False
    assert [w.name for w in model.trainable_weights] == ["kernel", "bias"]
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(X, Y, verbose=0)
    changed = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert changed == [True, True, False, False, False, False]
    model.trainable = False
    assert model.trainable_weights == [] and dense.trainable is False
    model.trainable = True
    assert len(model.trainable_weights) == 4


def test_batch_normalization_normalises_by_the_batch_while_training():
    x = keras.Input((3,))
    model = keras.Model(x, layers.BatchNormalization(epsilon=0.0)(x))
    np.testing.assert_allclose(model(X, training=True), (X - X.mean(0)) / X.std(0), atol=1e-4)
    inner = keras.Sequential([keras.Input((3,)), layers.BatchNormalization()])
    frozen = keras.Model(x, inner(x))
    inner.trainable = False
    frozen.compile("sgd", "mse")
    before = frozen.get_weights()
    frozen.fit(X, X, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, frozen.get_weights(), strict=True))


def test_losses_of_layers_and_models():
    x = keras.Input((3,))
    h = layers.Dense(2, kernel_regularizer=keras.regularizers.L2(0.5), name="d")(x)
    model = keras.Model(x, layers.ActivityRegularization(l2=1.0)(h))
    outputs = value(model(X))
    kernel = model.get_layer("d").get_weights()[0]
    found = sorted(float(loss) for loss in model.losses)
    # Penalties of activity are those of one example, on average.
    expected = sorted([0.5 * np.sum(kernel**2), np.sum(outputs**2) / 4])
    assert found == pytest.approx(expected, rel=1e-5)


def test_losses_of_the_graph():
    x = keras.Input((3,))
    h = layers.Dense(2, name="d")(x)
    model = keras.Model(x, h)
    model.add_loss(ops.mean(h) * 3.0)
    outputs = value(model(X))
    assert float(model.losses[0]) == pytest.approx(3 * outputs.mean(), rel=1e-5)
    model.compile(keras.optimizers.SGD(0.0))
    history = model.fit(X, verbose=0)
    assert history.history["loss"][0] == pytest.approx(3 * outputs.mean(), rel=1e-5)


def test_losses_and_metrics_added_while_called():
    class Shrinking(layers.Layer):
        def call(self, inputs):
            self.add_loss(tf.reduce_sum(inputs))
            self.add_metric(tf.reduce_max(inputs), name="largest")
            return inputs

    x = keras.Input((3,))
    model = keras.Model(x, Shrinking()(x))
    model.compile("sgd", "mse")
    logs = model.evaluate(X, X, return_dict=True, verbose=0)
    assert logs["loss"] == pytest.approx(X.sum(), rel=1e-4)
    assert logs["largest"] == pytest.approx(X.max(), rel=1e-5)


# Models of a class


class Nested(keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [layers.Dense(3, name="b0"), [layers.Dense(3, name="b1")]]
        self.heads = {"out": layers.Dense(2, name="h")}

    def call(self, inputs, training=None):
        x = self.blocks[1][0](self.blocks[0](inputs))
        return {"out": self.heads["out"](x)}


def test_layers_in_lists_and_dictionaries_are_found():
    model = Nested()
    assert model(X)["out"].shape == (4, 2)
    assert [layer.name for layer in model.layers] == ["b0", "b1", "h"]
    assert len(model.trainable_weights) == 6
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(X, {"out": Y}, verbose=0)
    assert all(not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_the_graph_of_a_class_is_known_once_it_was_called():
    model = Nested()
    with pytest.raises(AttributeError, match="has no input yet: call it on data"):
        _ = model.input
    model(X)
    assert model.inputs[0].shape == (None, 3) and model.outputs[0].shape == (None, 2)


def test_building_a_model_of_a_class():
    model = Nested()
    model.build((None, 3))
    assert model.built and len(model.weights) == 6
    with pytest.raises(ValueError, match="needs the shape of its input, batch included"):
        Nested().build()


class Words(keras.Model):
    def __init__(self, gather=False):
        super().__init__()
        self.table = keras.layers.Embedding(7, 2)
        self.score = keras.layers.Dense(1)
        self.gather = gather

    def call(self, inputs):
        words, numbers = inputs
        if self.gather:
            words = keras.ops.take(np.arange(7), words)
        return self.score(keras.ops.concatenate([self.table(words)[:, 0], numbers], -1))


def test_building_knows_inputs_that_are_whole_numbers():
    model = Words()
    model.build([(None, 5), (None, 3)])
    assert [tensor.dtype for tensor in model.inputs] == ["int32", "float32"]
    assert [tuple(v.shape) for v in model.weights] == [(7, 2), (5, 1), (1,)]
    # What floats cannot go through is tried with whole numbers.
    model = Words(gather=True)
    model.build([(None, 5), (None, 3)])
    assert model.built
    assert model([np.ones((2, 5), "int32"), np.ones((2, 3), "float32")]).shape == (2, 1)
    with pytest.raises(ValueError, match=r"input of shape \[\(None,\), \(None, 3\)\]: .*"):
        Words().build([(None,), (None, 3)])


def test_subclasses_of_functional_models():
    class Own(keras.Model):
        def train_step(self, data):
            logs = super().train_step(data)
            return {**logs, "own": tf.constant(1.0)}

    x = keras.Input((3,))
    model = Own(x, layers.Dense(2)(x))
    model.compile("sgd", "mse")
    assert model.fit(X, Y, verbose=0).history["own"] == [1.0]
    assert type(Own.from_config(model.get_config())) is Own


def test_a_model_without_call_says_so():
    class Empty(keras.Model):
        pass

    with pytest.raises(NotImplementedError, match="Empty has no call"):
        Empty()(X)
    with pytest.raises(RuntimeError, match=r"super\(\).__init__\(\) is not called"):

        class Careless(keras.Model):
            def __init__(self):
                self.dense = layers.Dense(2)

        Careless()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda m: m(X[:, :2]), r"the input 'x' has shape \(None, 3\)"),
        (lambda m: m([X, X]), "has 1 inputs .* and 2 were given"),
        (lambda m: m({"y": X}), "needs an input 'x', which is not among 'y'"),
        (lambda m: m(X[0]), "One example alone needs an axis for the batch"),
    ],
)
def test_wrong_inputs_are_named(given, said):
    x = keras.Input((3,), name="x")
    model = keras.Model(x, layers.Dense(2)(x))
    with pytest.raises(ValueError, match=said):
        given(model)


def test_outputs_are_symbolic():
    with pytest.raises(ValueError, match="The outputs of a model must be symbolic tensors"):
        keras.Model(keras.Input((3,)), X)
    with pytest.raises(ValueError, match="give inputs and outputs, both"):
        keras.Model(keras.Input((3,)))


def _residual(depth):
    x = keras.Input((8,))
    h = x
    for _ in range(depth):
        h = layers.Add()([h, layers.Dense(8)(layers.BatchNormalization()(h))])
    return keras.Model(x, h)


@pytest.mark.slow
def test_building_grows_with_the_number_of_layers():
    _residual(5)

    def seconds(depth):
        best = float("inf")
        for _ in range(2):
            start = time.process_time()
            _residual(depth)
            best = min(best, time.process_time() - start)
        return best

    short, long = seconds(50), seconds(200)
    assert long < 3.0 and long < 8 * short


def test_metrics_of_the_graph():
    inputs = keras.Input((2,))
    hidden = keras.layers.Dense(3, kernel_initializer="ones")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
    model.add_metric(tf.reduce_mean(hidden), name="activity", aggregation="mean")
    model.add_loss(tf.reduce_sum(hidden) * 0)
    model.compile(keras.optimizers.SGD(0.0), "mse")
    copy = keras.models.clone_model(model)
    copy.compile(keras.optimizers.SGD(0.0), "mse")
    copy.set_weights(model.get_weights())
    x, y = np.ones((8, 2), "float32"), np.ones((8, 1), "float32")
    for each in (model, copy):
        history = each.fit(x, y, validation_data=(2 * x, y), verbose=0).history
        assert history["activity"] == [2.0] and history["val_activity"] == [4.0]
    with pytest.raises(ValueError, match="add_metric: give the metric a name of its own"):
        model.add_metric(tf.reduce_mean(hidden), name="activity")
    with pytest.raises(ValueError, match="aggregation is 'mean'; given 'sum'"):
        model.add_metric(tf.reduce_mean(hidden), name="other", aggregation="sum")
