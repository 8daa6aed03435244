"""Graphs of functional models of Keras 1 and 2."""

import pytest

from keratin.keras.models import operation_config
from keratin.keras.saving import _former_graph as former


def graph(*layers, outputs=(("d", 0, 0),)):
    inputs = {"class_name": "InputLayer", "name": "x", "config": {"name": "x"}}
    return {
        "layers": [inputs, *layers],
        "input_layers": [["x", 0, 0]],
        "output_layers": [list(place) for place in outputs],
    }


def layer(kind, *nodes, name="d", **config):
    config = {"name": name, **config}
    return {"class_name": kind, "name": name, "config": config, "inbound_nodes": list(nodes)}


def tensor(name, call=0, index=0):
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, call, index]}}


def calls(*layers):
    return former.converted(graph(*layers))["layers"][-1]["inbound_nodes"]


def test_tensors_stand_among_arguments():
    assert calls(layer("Dense", [["x", 0, 0, {}]])) == [{"args": [tensor("x")], "kwargs": {}}]
    both = [["x", 0, 0, {}], ["x", 0, 0, {}]]
    assert calls(layer("Add", both)) == [{"args": [[tensor("x"), tensor("x")]], "kwargs": {}}]


def test_tensors_stand_among_keywords():
    node = [["x", 0, 0, {"value": ["x", 0, 0], "axis": [1, 2], "mode": ["z", 0, 0]}]]
    assert calls(layer("Attention", node)) == [
        {
            "args": [tensor("x")],
            "kwargs": {"value": tensor("x"), "axis": [1, 2], "mode": ["z", 0, 0]},
        }
    ]


def test_states_came_after_the_input():
    node = [["x", 0, 0, {}], ["x", 0, 0, {}], ["x", 0, 0, {}]]
    assert calls(layer("LSTM", node)) == [
        {"args": [tensor("x")], "kwargs": {"initial_state": [tensor("x"), tensor("x")]}}
    ]


def test_calls_of_models_are_counted_from_zero():
    inner = layer("Sequential", [["x", 0, 0, {}]], [["m", 1, 0, {}]], name="m", layers=[])
    found = former.converted(graph(inner, outputs=[("m", 2, 0)]))
    assert found["output_layers"] == ["m", 1, 0]
    assert found["layers"][1]["inbound_nodes"][1]["args"] == [tensor("m", 0)]


def test_functions_of_tensorflow_are_ops():
    add = layer("TFOpLambda", ["x", 0, 0, {"y": 2.0, "name": None}], function="__operators__.add")
    found = former.converted(graph(add))["layers"][1]
    assert found["class_name"] == "OpCall"
    assert found["config"]["function"].startswith("keratin.")
    assert found["inbound_nodes"] == [{"args": [tensor("x")], "kwargs": {"y": 2.0}}]
    constant = layer("TFOpLambda", ["_CONSTANT_VALUE", -1, 1.0, {"y": ["x", 0, 0]}])
    assert calls(constant | {"config": add["config"]})[0] == {
        "args": [1.0],
        "kwargs": {"y": tensor("x")},
    }
    slices = {"slice_spec": [{"start": None, "stop": 2, "step": None}, 1]}
    assert calls(layer("SlicingOpLambda", ["x", 0, 0, slices]))[0]["args"][1] == [
        {"class_name": "__slice__", "config": {"start": None, "stop": 2, "step": None}},
        1,
    ]


NAMES = ["math.reduce_mean", "concat", "cast", "__operators__.eq", "nn.softmax"]


@pytest.mark.parametrize("name", [*NAMES, "compat.v1.transpose", "linalg.matmul"])
def test_functions_are_found_by_their_names(name):
    found = operation_config.read(former._op(layer("TFOpLambda", function=name)))
    assert callable(found.function)


@pytest.mark.parametrize("name", ["io.read_file", "_lazy.attach", "no.such", "py_function", ""])
def test_functions_that_do_more_than_compute_are_not_called(name):
    with pytest.raises(ValueError, match=r"not known here|does not exist"):
        operation_config.read(former._op(layer("TFOpLambda", function=name)))


def test_merges_are_layers_of_their_own():
    assert former.merge({"name": "m", "mode": "concat", "concat_axis": 1}) == {
        "class_name": "Concatenate",
        "config": {"name": "m", "axis": 1},
    }
    assert former.merge({"name": "m", "mode": "cos", "dot_axes": 1})["config"]["normalize"]
    with pytest.raises(ValueError, match="nothing of today does"):
        former.merge({"name": "m", "mode": "mine"})


@pytest.mark.parametrize(
    "layers",
    [
        None,
        [1],
        [{}],
        [{"class_name": "Dense", "config": {}, "inbound_nodes": 3}],
        [{"config": []}],
    ],
)
def test_what_is_no_graph_is_refused(layers):
    with pytest.raises(ValueError, match=r"not a list|not that of a layer"):
        former.converted({"layers": layers, "input_layers": [], "output_layers": []})
