"""Views of graphs."""

import pytest

import keratin as tf
from tests.train.files import FIXTURES, Box


def test_a_view_of_a_program():
    box = Box(v=tf.Variable(1.0), items=[tf.Variable(2.0)], number=3)
    view = tf.train.TrackableView(box)
    assert view.root is box
    assert tf.train.TrackableView.children(box) == {"v": box.v, "items": box.items}
    assert [type(part) for part in view.descendants()] == [Box, tf.Variable, list, tf.Variable]
    items = [tf.Variable(1.0)]
    assert tf.train.TrackableView(items).root is items
    with pytest.raises(ValueError, match="save_type is 'checkpoint'"):
        view.children(box, save_type="savedmodel")


def test_a_view_of_a_file_of_tensorflow():
    view = tf.train.CheckpointView(str(FIXTURES / "keras3_functional"))
    assert view.children(0)["root"] == 0
    layers = view.children(view.children(0)["_operations"])
    assert {"1", "3"} <= layers.keys()
    numbers = view.descendants()
    assert sorted(numbers) == list(range(len(numbers)))


def test_match_and_diff(tmp_path):
    path = tf.train.Checkpoint(box=Box(a=tf.Variable(1.0), b=tf.Variable(2.0))).write(
        tmp_path / "c"
    )
    box = Box(a=tf.Variable(0.0), c=tf.Variable(0.0))
    checkpoint = tf.train.Checkpoint(box=box)
    view = tf.train.CheckpointView(path)
    numbers = view.children(view.children(0)["box"])
    matched, only_in_file, only_here = view.diff(checkpoint)
    assert matched == view.match(checkpoint)
    assert matched[numbers["a"]] is box.a
    assert only_in_file == [numbers["b"]]
    assert len(only_here) == 1
    assert only_here[0] is box.c


def test_names_alone_have_no_graph():
    with pytest.raises(ValueError, match=r"Use tf.train.list_variables"):
        tf.train.CheckpointView(FIXTURES / "names")
