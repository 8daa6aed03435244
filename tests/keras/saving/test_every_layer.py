"""Every layer goes through files: those that its tests are about, in both formats."""

import functools
import importlib
import json
from pathlib import Path

import jax
import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.harness.layers import Case, _made, arrays, case

FOLDER = Path(__file__).parents[1] / "layers"
# Layers without cases here, each with the reason.
ELSEWHERE = {
    **dict.fromkeys(("GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells"), "within RNN"),
    **dict.fromkeys(("Layer", "Wrapper"), "bases, which compute nothing"),
    **dict.fromkeys(("FlaxLayer", "JaxLayer", "TorchModuleWrapper"), "their code is the user's"),
    "InputLayer": "in each model",
    "Lambda": "in the zoo: its function is the user's",
    "TFSMLayer": "opens a folder: tests/keras/layers/test_tfsm_layer.py",
}


@functools.cache
def cases():
    """All cases of the layers' tests, by the layer."""
    found: dict[str, list[Case]] = {}
    for path in sorted(FOLDER.glob("test_*.py")):
        module = importlib.import_module(f"tests.keras.layers.{path.stem}")
        for value in vars(module).values():
            for marked in value if isinstance(value, list) else []:
                given = marked.values[0] if hasattr(marked, "marks") else marked
                if isinstance(given, Case) and given.layer not in ELSEWHERE:
                    found.setdefault(given.layer, []).append(given)
    for given in (
        case("MultiHeadAttention", (2, 3, 4), num_heads=2, key_dim=3, value_dim=2),
        case(
            "GroupQueryAttention", (2, 3, 8), head_dim=2, num_query_heads=4, num_key_value_heads=2
        ),
    ):
        found[given.layer] = [given]
    return found


def model_of(given):
    """A model of the layer, called on symbolic tensors as the case says."""

    def symbolic(array):
        return keras.Input(array.shape[1:], dtype=array.dtype.name)

    inputs = jax.tree.map(symbolic, arrays(given.inputs))
    layer = _made(keras, given, name="the_layer")
    is_attention = given.layer in ("GroupQueryAttention", "MultiHeadAttention")
    outputs = layer(inputs, *([inputs] if is_attention else []), **given.call)
    return keras.Model(inputs, outputs)


def check(given, endings, folder, compute):
    model = model_of(given)
    random = np.random.default_rng(0)
    model.set_weights(
        [
            np.abs(random.normal(0.3, 0.3, w.shape)) if w.dtype.kind == "f" else w
            for w in model.get_weights()
        ]
    )
    inputs = arrays(given.inputs)
    compute &= not given.call.get("training")  # which would change statistics
    expected = tf.nest.flatten(model(inputs)) if compute else []
    for ending in endings:
        path = folder / f"layer.{ending}"
        model.save(path)
        found = keras.models.load_model(path)
        one, other = model.get_layer("the_layer"), found.get_layer("the_layer")
        assert type(one) is type(other)
        assert json.dumps(one.get_config()) == json.dumps(other.get_config())
        assert [v.name for v in one.weights] == [v.name for v in other.weights]
        for a, b in zip(model.get_weights(), found.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)
        if compute:
            for a, b in zip(expected, tf.nest.flatten(found(inputs)), strict=True):
                np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


def problems(given_cases, endings, folder, compute):
    """What went wrong, by case: all of them are tried."""
    found = {}
    for given in given_cases:
        try:
            check(given, endings, folder, compute)
        except Exception as error:
            found[str(given)] = f"{type(error).__name__}: {str(error)[:500]}"
    return found


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_one_case_of_each_layer(ending, tmp_path):
    first = [given[0] for given in cases().values()]
    assert len(first) > 80
    assert problems(first, [ending], tmp_path, compute=False) == {}


@pytest.mark.slow
def test_every_case_of_each_layer(tmp_path):
    every = [given for found in cases().values() for given in found]
    assert problems(every, ["keras", "h5"], tmp_path, compute=True) == {}


def test_every_layer_is_tried():
    exported = {
        name: getattr(keras.layers, name) for name in dir(keras.layers) if name[0].isupper()
    }
    kinds = {
        name: value
        for name, value in exported.items()
        if isinstance(value, type) and issubclass(value, keras.layers.Layer)
    }
    tried = {kinds[name] for name in (*cases(), *ELSEWHERE)}  # by all their names
    assert {name for name, value in kinds.items() if value not in tried} == set()
