"""Ops in the graphs of functional models, as files of Keras have them."""

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras._core import serialization
from keratin.keras.models import operation_config
from tests.harness.real_keras import real

X = np.random.default_rng(0).normal(size=(2, 3)).astype("float32")

# What a graph may do with x and y of shape (None, 3), alike in Keratin and Keras.
CASES = {
    "operators": lambda k, x, y: (x + y) * 2 - x / 3 + (-x) ** 2 - abs(y) + 3 // (x * x + 1),
    "comparison": lambda k, x, y: k.ops.where((x > 0) & (y != 0), x, 1.0 - y),
    "slices": lambda k, x, y: x[:, 1:] + y[..., :2] + x[:, None, 0],
    "reduction": lambda k, x, y: k.ops.mean(x, axis=-1, keepdims=True) + k.ops.max(y, 1)[:, None],
    "concatenate": lambda k, x, y: k.ops.concatenate([x, y], axis=-1),
    "stack": lambda k, x, y: k.ops.stack([x, y], axis=1),
    "einsum": lambda k, x, y: k.ops.einsum("ij,ij->i", x, y),
    "reshape": lambda k, x, y: k.ops.transpose(k.ops.reshape(x, (-1, 3, 1)), (0, 2, 1)),
    "cast": lambda k, x, y: k.ops.cast(k.ops.round(x), "int32"),
    "softmax": lambda k, x, y: k.ops.softmax(x, axis=-1) + k.ops.relu(y),
    "clip": lambda k, x, y: k.ops.clip(x, -0.5, 0.5),
    "normalize": lambda k, x, y: k.ops.normalize(x, axis=-1, order=2),
    "matmul": lambda k, x, y: x @ k.ops.transpose(k.ops.expand_dims(y, 1), (0, 2, 1))[0],
    "top k": lambda k, x, y: k.ops.top_k(x, 2)[0],
    "trace": lambda k, x, y: k.ops.trace(x[:, :, None] * y[:, None, :], offset=1, axis1=1, axis2=2),
    "segments": lambda k, x, y: k.ops.logsumexp(x, axis=1),
    "split": lambda k, x, y: k.ops.split(x, 3, axis=1)[1],
    "keywords": lambda k, x, y: k.ops.add(x1=x, x2=y),
    "mask": lambda k, x, y: k.layers.GlobalAveragePooling1D()(k.layers.Masking()(x[:, :, None])),
}


def model_of(keras, case):
    keras.utils.clear_session()
    x, y = keras.Input((3,), name="x"), keras.Input((3,), name="y")
    return keras.Model([x, y], CASES[case](keras, x, y))


def value(model):
    return np.asarray(model([X, X[::-1].copy()]))


@pytest.mark.parametrize("case", CASES)
def test_graphs_of_ops_are_read_both_ways(case):
    ours, theirs = model_of(keras, case), model_of(real, case)
    np.testing.assert_allclose(value(ours), value(theirs), rtol=1e-5, atol=1e-6)
    there = real.models.model_from_json(ours.to_json())
    back = keras.models.model_from_json(theirs.to_json())
    again = keras.models.model_from_json(back.to_json())
    for model in (there, back, again):
        np.testing.assert_allclose(value(model), value(ours), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "make",
    [
        lambda x: tf.reduce_mean(x, axis=1, keepdims=True) + tf.concat([x, x], 1),
        lambda x: tf.matmul(x, tf.reshape(x, (3, -1))),
        lambda x: tf.cast(tf.exp(tf.nn.relu(x)), "float16"),
        lambda x: tf.logical_not(tf.greater(x, 0.0)),
    ],
)
def test_ops_of_tensorflow_are_read_by_keras(make):
    inputs = keras.Input((3,))
    model = keras.Model(inputs, make(inputs))
    there = real.models.model_from_json(model.to_json())
    np.testing.assert_allclose(np.asarray(there(X)), np.asarray(model(X)), rtol=1e-5)


def test_ops_that_keras_lacks_are_read_here():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, tf.matmul(inputs, inputs, transpose_b=True))
    again = keras.models.model_from_json(model.to_json())
    np.testing.assert_allclose(again(X).numpy(), X @ X.T, rtol=1e-5)


def test_each_class_has_the_module_of_keras():
    wrong = []
    for name, (_, module) in operation_config._functions().items():
        home = getattr(real.src.ops, module)
        if not isinstance(getattr(home, name, None), type):
            wrong.append(f"{module}.{name}")
    assert wrong == []


HOSTILE = [
    ({"module": "keras.src.ops.numpy", "class_name": "System", "config": {}}, "does not exist"),
    ({"module": "keras.src.ops.numpy", "class_name": "Add", "config": {"f": 1}}, "has 'f'"),
    *[
        (
            {
                "module": "keras.ops",
                "class_name": "OpCall",
                "config": {"name": "x", "function": path},
            },
            "does not exist",
        )
        for path in ("os.system", "keratin.math.os.system", "keratin.keras.utils.get_file", "eval")
    ],
]


@pytest.mark.parametrize(("config", "message"), HOSTILE)
def test_other_functions_are_not_found(config, message):
    with pytest.raises(ValueError, match=message):
        operation_config.read(config)
    if config["class_name"] == "OpCall":
        with pytest.raises(ValueError, match=message):
            serialization.deserialize_keras_object(config)
