"""Models whose classes are not at hand: loaded for inference, by the graph in the file."""

import json
import warnings
import zipfile

import h5py
import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras.saving import _traced
from tests.harness.real_keras import real

X = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")


class Twist(keras.layers.Layer):
    """Weights, layers within, ops, constants and a branch."""

    def __init__(self, units=4, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.inner = keras.layers.Dense(units, name="inner", dtype=self.dtype_policy)
        self.table = np.arange(100.0, dtype="float32").reshape(4, 25)[:, : units + 18]

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(input_shape[-1], self.units), name="factor")
        self.inner.build((None, self.units))

    def call(self, inputs, training=None):
        if training:
            return inputs * 0
        turned = tf.matmul(inputs, self.factor) @ tf.transpose(self.factor)
        hidden = self.inner(keras.ops.relu(turned)[:, : self.units])
        return hidden + tf.reduce_mean(inputs @ self.table, -1, keepdims=True)


def twice(x):
    return keras.ops.tanh(x) * 2


class Mine(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first, self.second = Twist(), Twist()
        self.dense = keras.layers.Dense(3, activation=twice)
        self.normal = keras.layers.BatchNormalization()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, inputs):
        hidden = self.drop(self.normal(self.first(inputs)))
        return {"a": self.dense(hidden), "b": self.second(inputs)}


class Pair(keras.Model):
    """Takes two arguments; its scores are of the embedding itself."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.embed = keras.layers.Embedding(30, 4)

    def call(self, inputs, extra=None):
        hidden = tf.reduce_mean(self.embed(inputs), 1) + extra
        return tf.matmul(hidden, self.embed.embeddings, transpose_b=True)


def subclassed():
    return Mine(name="mine")


def functional():
    inputs = keras.Input((4,))
    hidden = Twist(name="t")(inputs)
    return keras.Model(inputs, [keras.layers.Dense(2)(hidden), hidden])


def sequential():
    return keras.Sequential([keras.Input((4,)), Twist(), keras.layers.Dense(2, activation=twice)])


def nested():
    inputs = keras.Input((4,))
    inner = keras.Sequential([keras.Input((4,)), Twist(), keras.layers.LayerNormalization()])
    return keras.Model(inputs, Mine()(inner(inner(inputs))))


def mixed():
    return keras.Sequential([keras.Input((4,)), Twist(dtype="mixed_bfloat16")])


MODELS = [subclassed, functional, sequential, nested, mixed]
FORMATS = ["m.keras", "m.h5", "m"]


def leaves(outputs):
    if isinstance(outputs, dict):
        outputs = [outputs[key] for key in sorted(outputs)]
    return outputs if isinstance(outputs, list) else [outputs]


def save(model, path):
    model.save(path, **({} if path.suffix else {"zipped": False}))


def load(path):
    with pytest.warns(UserWarning, match="loaded as a model for inference") as caught:
        model = keras.models.load_model(path)
    assert len(caught) == 1
    return model


@pytest.mark.parametrize("make", MODELS)
@pytest.mark.parametrize("name", FORMATS)
def test_files_load_without_their_classes(make, name, tmp_path):
    model = make()
    expected = leaves(model(X))
    save(model, tmp_path / name)
    found = load(tmp_path / name)
    for one, other in zip(leaves(found(X)), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6)
    assert [tuple(o.shape) for o in found.outputs] == [(None, *e.shape[1:]) for e in expected]


def test_a_model_of_two_arguments_shares_its_embedding(tmp_path):
    model, words = Pair(), np.ones((2, 5), "int32")
    expected = model(words, extra=np.ones((2, 4), "float32"))
    model.save(tmp_path / "p.keras")
    found = load(tmp_path / "p.keras")
    assert [tuple(weight.shape) for weight in found.weights] == [(30, 4), (30, 4)]
    np.testing.assert_allclose(found(words, extra=np.ones((2, 4), "float32")), expected, 1e-6)
    with pytest.raises(TypeError, match="argument 'extra' is missing"):
        found(words)


def test_it_is_evaluated_shown_and_saved_but_not_trained(tmp_path, capsys):
    model = sequential()
    model.compile("adam", "mse", metrics=["mae"])
    y = np.ones((3, 2), "float32")
    model.fit(X, y, verbose=0)
    model.save(tmp_path / "m.keras")
    found = load(tmp_path / "m.keras")
    assert found.evaluate(X, y, verbose=0) == pytest.approx(model.evaluate(X, y, verbose=0))
    found.summary()
    assert "inner (Dense)" in capsys.readouterr().out
    for train in (lambda: found.fit(X, y), lambda: found.train_on_batch(X, y)):
        with pytest.raises(RuntimeError, match="made of the graph of a Sequential"):
            train()
    found.save(tmp_path / "again.keras")
    again = keras.models.load_model(tmp_path / "again.keras")
    assert np.array_equal(again.predict(X, verbose=0), found.predict(X, verbose=0))


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_with_the_class_the_model_is_itself(name, tmp_path):
    model = subclassed()
    expected = model.predict(X, verbose=0)
    model.save(tmp_path / name)
    known = {"Mine": Mine, "Twist": Twist, "twice": twice}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = keras.models.load_model(tmp_path / name, custom_objects=known)
    assert type(found) is Mine
    assert np.array_equal(found.predict(X, verbose=0)["a"], expected["a"])


def twist_of(library):
    """A layer that both libraries know under one name."""

    @library.saving.register_keras_serializable("traced")
    class Both(library.layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_weight(shape=(4, 2), name="factor")

        def call(self, inputs):
            return library.ops.matmul(inputs, self.factor)

    return Both


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_keras_reads_the_file_and_passes_over_the_graph(name, tmp_path):
    twist_of(real)
    model = keras.Sequential([keras.Input((4,)), twist_of(keras)()])
    model.save(tmp_path / name)
    found = real.saving.load_model(tmp_path / name)
    np.testing.assert_allclose(found.predict(X, verbose=0), model.predict(X, verbose=0), 1e-5)


class Choosy(keras.layers.Layer):
    def call(self, inputs):
        return inputs if float(tf.reduce_sum(inputs)) > 0 else -inputs


class Counting(keras.layers.Layer):
    def build(self, input_shape):
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False)

    def call(self, inputs):
        self.calls.assign_add(1.0)
        return inputs + self.calls


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
@pytest.mark.parametrize("cls", [Choosy, Counting])
def test_what_cannot_be_traced_is_saved_and_needs_its_class(cls, name, tmp_path):
    class Whole(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.part = cls()

        def call(self, inputs):
            return self.part(inputs)

    model = Whole()
    model(X)
    before = [weight.numpy() for weight in model.weights]
    model.save(tmp_path / name)
    assert [weight.numpy() for weight in model.weights] == before
    with pytest.raises(ValueError, match=r"'Whole' is not known(.|\n)*holds no graph of the model"):
        keras.models.load_model(tmp_path / name)
    known = {"Whole": Whole, cls.__name__: cls}
    assert isinstance(keras.models.load_model(tmp_path / name, known), Whole)


def test_saving_leaves_the_model_as_it_was(tmp_path):
    class Adding(keras.layers.Layer):
        def call(self, inputs):
            self.add_loss(tf.reduce_sum(inputs))
            return inputs

    inner = keras.layers.Dense(4)
    inputs = keras.Input((4,))
    model = keras.Model(inputs, Adding()(inner(inputs)))
    model(X)
    losses, nodes = [float(x) for x in model.losses], list(inner._inbound_nodes)
    model.save(tmp_path / "m.keras")
    assert [float(x) for x in model.losses] == losses and len(losses) == 1
    assert inner._inbound_nodes == nodes
    load(tmp_path / "m.keras")


def test_a_loss_alone_that_is_not_known_is_an_error(tmp_path):
    def mine(y_true, y_pred):
        return tf.reduce_mean(y_pred)

    model = keras.Sequential([keras.Input((4,)), Twist()])
    model.compile("sgd", mine)
    model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="The function 'mine' is not known"):
        keras.models.load_model(tmp_path / "m.keras", custom_objects={"Twist": Twist})


def test_models_of_known_classes_have_no_graph():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="relu")])
    model.compile("sgd", twice)
    assert _traced.traced(model) is None


@pytest.fixture
def saved(tmp_path):
    functional().save(tmp_path / "m.keras")
    return tmp_path / "m.keras"


def change(path, edit):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    graph = json.loads(members["keratin_graph.json"])
    members["keratin_graph.json"] = json.dumps(edit(graph) or graph)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def op_of(graph):
    return next(
        e
        for e in graph["graph"]["layers"]
        if e["module"].startswith("keras") and "ops" in e["module"]
    )


def own_op(graph, path):
    config = {"name": "o", "function": path}
    op_of(graph).update(module="keras.ops", class_name="OpCall", config=config)


HOSTILE = [
    (lambda g: [1], "no description of one"),
    (lambda g: g.update(places=[["x"]]), "no description of one"),
    (lambda g: g.update(format=99), "format 99 of a graph is not known"),
    (lambda g: g["places"].__delitem__(0), "do not fit together"),
    (lambda g: g["places"].append("layers/dense/vars/0"), "do not fit together"),
    (lambda g: g["places"].__setitem__(0, "../../etc"), "is not a path to a group"),
    (lambda g: g["places"].__setitem__(0, "nothing/vars/0"), "do not fit together"),
    (lambda g: own_op(g, "os.system"), "names an op that does not exist: 'os.system'"),
    (lambda g: op_of(g).update(class_name="Popen"), "an op that does not exist: 'Popen'"),
    (lambda g: g["graph"]["layers"][0].update(class_name="Popen"), "'Popen' is not known"),
    (lambda g: g.update(arguments=7), "inputs of a graph are a list"),
    (
        lambda g: g["graph"]["layers"][-1]["config"].update(units=10**12),
        r"\(4, 1000000000000\) float32",
    ),
]


@pytest.mark.parametrize(("edit", "message"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_graphs_are_refused(edit, message, saved):
    change(saved, edit)
    with warnings.catch_warnings(), pytest.raises(ValueError, match=message):
        warnings.simplefilter("ignore")
        keras.models.load_model(saved)


def test_a_graph_of_an_h5_file_names_data_of_that_file(tmp_path):
    functional().save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        graph = json.loads(file.attrs["keratin_graph_config"])
        graph["places"][0] = "link"
        file["link"] = h5py.ExternalLink("/etc/hostname", "x")
        file.attrs["keratin_graph_config"] = json.dumps(graph)
    with warnings.catch_warnings(), pytest.raises(ValueError, match="Links are not followed"):
        warnings.simplefilter("ignore")
        keras.models.load_model(tmp_path / "m.h5")
