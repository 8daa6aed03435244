"""The graph is TensorFlow's: the same nodes, names and keys."""

import keratin as tf
from keratin.train._messages import ObjectGraph
from keratin.train._object_graph import describe, key_of, search
from tests.train.files import Box


def test_cycles_and_shared_objects_are_found_once():
    v = tf.Variable(1.0)
    box = Box(a=v, b=v, n=Box())
    box.n.up = box
    box.me = box
    found = search(box)
    assert [each.path for each in found] == [(), ("a",), ("n",)]
    assert found[0].children == [("a", 1), ("b", 1), ("n", 2), ("me", 0)]
    assert found[0].place == "(root)"
    assert found[2].children == [("up", 0)]


def test_the_nearest_way_names_a_value():
    v = tf.Variable(1.0)
    _, by_key = describe(search(Box(deep=Box(deeper=Box(v=v)), near=v)))
    assert list(by_key) == ["near/.ATTRIBUTES/VARIABLE_VALUE"]


def test_nodes_say_whether_they_lead_to_values():
    graph, _ = describe(search(Box(f=tf.function(lambda: 1), m=Box(v=tf.Variable(1.0)), n=Box())))
    nodes = ObjectGraph.FromString(graph).nodes
    assert [bool(node.has_checkpoint_values.value) for node in nodes] == [
        True, False, True, False, True,
    ]  # fmt: skip


def test_a_variable_in_the_midst_of_cycles():
    first, second = Box(), Box()
    first.other, second.other = second, first
    second.v = tf.Variable(1.0)
    graph, _ = describe(search(first))
    assert all(n.has_checkpoint_values.value for n in ObjectGraph.FromString(graph).nodes)


def test_names_are_escaped():
    assert key_of((), "V") == ".ATTRIBUTES/V"
    assert key_of(("a.b", "c/d"), "V") == "a..b/c.Sd/.ATTRIBUTES/V"
