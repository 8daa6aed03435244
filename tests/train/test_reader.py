"""Values by key, from files of TensorFlow and of Keratin."""

import numpy as np
import pytest

import keratin as tf
from keratin import errors
from keratin.train._bundle import Piece, write_bundle
from keratin.train._messages import ObjectGraph, ObjectNode, ObjectReference, SlotVariable
from keratin.train._object_graph import GRAPH_KEY
from keratin.train._reader import open_bundle, read_graph
from tests.train.files import FIXTURES, VALUE, Box


def test_a_checkpoint_by_names():
    assert tf.train.list_variables(str(FIXTURES / "names")) == [("b", [3]), ("scope/a", [4, 3])]
    np.testing.assert_array_equal(tf.train.load_variable(FIXTURES / "names", "b"), [1, 2, 3])
    np.testing.assert_array_equal(tf.train.load_variable(FIXTURES / "names", "b:0"), [1, 2, 3])


def test_a_folder_means_its_last_checkpoint():
    reader = tf.train.load_checkpoint(FIXTURES)
    assert reader.has_tensor("int8" + VALUE)
    assert not reader.has_tensor("int9" + VALUE)
    assert reader.get_variable_to_dtype_map()["bfloat16" + VALUE] is tf.bfloat16
    assert reader.get_variable_to_shape_map()["part/empty" + VALUE] == [0, 3]
    assert reader.get_tensor("state/.ATTRIBUTES/py_state") == b"hello"
    assert reader.get_tensor("part/named/x.Sy..z" + VALUE) == 4.0
    assert b"part/v" + VALUE.encode() + b" (DT_FLOAT32) [2]" in reader.debug_string()
    with pytest.raises(errors.NotFoundError, match=r"Did you mean 'int8/.ATTRIBUTES"):
        reader.get_tensor("int 8" + VALUE)


def test_missing_checkpoints_name_those_there_are(tmp_path):
    path = tf.train.Checkpoint(v=tf.Variable(1.0)).write(tmp_path / "epoch-1")
    with pytest.raises(errors.NotFoundError, match=r"there are '.*epoch-1'"):
        open_bundle(tmp_path / "epoch-2")
    with pytest.raises(FileNotFoundError, match=r"without its ending: '.*epoch-1'"):
        open_bundle(f"{path}.index")
    with pytest.raises(errors.NotFoundError, match="It is a file"):
        open_bundle(f"{path}.data-00000-of-00001")
    with pytest.raises(errors.NotFoundError, match="no folder"):
        open_bundle(tmp_path / "absent" / "x")
    with pytest.raises(ValueError, match="no checkpoint in the folder"):
        tf.train.load_checkpoint(tmp_path)


def test_the_variables_of_a_saved_model_are_found(tmp_path):
    tf.train.Checkpoint(v=tf.Variable(7.0)).write(tmp_path / "model" / "variables" / "variables")
    assert tf.train.load_variable(tmp_path / "model", "v" + VALUE) == 7.0


def node(*children, slots=()):
    return ObjectNode(
        children=[ObjectReference(node_id=n, local_name=f"c{n}") for n in children],
        slot_variables=[SlotVariable(slot_variable_node_id=n) for n in slots],
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (ObjectGraph(), "has no objects"),
        (ObjectGraph(nodes=[node(1)]), "leads to number 1"),
        (ObjectGraph(nodes=[node(-1)]), "leads to number -1"),
        (ObjectGraph(nodes=[node(1 << 40)]), "leads to number"),
        (ObjectGraph(nodes=[node(slots=[5])]), "leads to number 5"),
        (b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "cut off"),
        (b"\xff" * 40, "cut off"),
        (b"\x0a\x06\x0a\x04\x12\x02\xff\xfe", "damaged"),
    ],
)
def test_hostile_graphs_are_refused(tmp_path, content, message):
    data = np.empty((), object)
    data[()] = content if isinstance(content, bytes) else content.SerializeToString()
    write_bundle(str(tmp_path / "c"), [[Piece(GRAPH_KEY, lambda: data, tf.string)]])
    with pytest.raises(errors.DataLossError, match=message) as caught:
        read_graph(open_bundle(tmp_path / "c"))
    assert str(tmp_path) in str(caught.value)
    with pytest.raises(errors.DataLossError):
        tf.train.Checkpoint(box=Box()).read(tmp_path / "c")


def test_a_graph_that_is_no_text_is_refused(tmp_path):
    data = np.arange(3.0)
    write_bundle(str(tmp_path / "c"), [[Piece(GRAPH_KEY, lambda: data, tf.float64)]])
    with pytest.raises(errors.DataLossError, match="graph of objects is damaged"):
        read_graph(open_bundle(tmp_path / "c"))
