"""What a checkpoint finds in objects."""

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.train._trackable import brief, child, children, is_trackable, name_of, values
from tests.train.files import Box


class Words(tf.train.experimental.PythonState):
    def __init__(self, text):
        self.text = text

    def serialize(self):
        return self.text

    def deserialize(self, string_value):
        self.text = string_value


class Pair:
    """State by TensorFlow's protocol."""

    def __init__(self, a, b):
        self.a, self.b = a, b

    def _serialize_to_tensors(self):
        return {"a": tf.constant(self.a), "b": [self.b, self.b]}

    def _restore_from_tensors(self, tensors):
        self.a, self.b = float(tensors["a"]), int(tensors["b"][0])


def test_what_is_trackable():
    for value in (tf.Variable(1.0), Box(), tf.random.Generator.from_seed(1), Words(""),
                  Pair(1.0, 2), tf.function(lambda: 1), tf.train.Checkpoint(),
                  keras.layers.Dense(1), keras.optimizers.SGD(), keras.metrics.Mean(),
                  keras.random.SeedGenerator(1)):  # fmt: skip
        assert is_trackable(value), value
    for value in (1, "a", None, tf.constant(1.0), object(), np.ones(2), len, [1]):
        assert not is_trackable(value), value


def test_children_are_objects_and_containers_of_some():
    v = tf.Variable(1.0)
    box = Box(v=v, number=3, empty=[], numbers=[1, 2], mixed=[1, v], deep=[{"a": (v,)}], text="t")
    assert list(children(box)) == ["v", "mixed", "deep"]
    assert list(children(box.mixed)) == ["1"]
    assert child(box, "empty") == []  # it may be filled later
    assert child(box, "number") is None
    assert child(box, "absent") is None
    assert child(box.mixed, "1") is v


def test_containers_that_hold_themselves_end():
    items = [tf.Variable(1.0)]
    items.append(items)
    assert list(children(Box(items=items))) == ["items"]
    endless = []
    endless.append(endless)
    assert list(children(Box(items=endless))) == []


@pytest.mark.parametrize("keys", [(1, "1"), ((1, 2),), (None,)])
def test_keys_that_cannot_be_names_are_refused(keys):
    v = tf.Variable(1.0)
    with pytest.raises(ValueError, match="cannot hold a dictionary with"):
        children(Box(d=dict.fromkeys(keys, v)))
    assert children(Box(d=dict.fromkeys(keys, 1))) == {}
    assert list(children({5: v})) == ["5"]


def test_values_of_variables():
    (value,) = values(tf.Variable([[1.0]], name="w", shape=[None, 1]))
    assert value[:4] == ("VARIABLE_VALUE", "w", tf.float32, (None, 1))
    value.assign(np.array([[2.0], [3.0]], "float32"))
    np.testing.assert_array_equal(value.read(), [[2.0], [3.0]])


def test_values_of_text():
    v = tf.Variable(["a", "b"])
    (value,) = values(v)
    new = np.empty(2, object)
    new[:] = [b"xx", b""]
    value.assign(new)
    assert v.numpy().tolist() == [b"xx", b""]


def test_values_of_python():
    words = Words("grün")
    (value,) = values(words)
    assert value.read().item() == "grün".encode()
    value.assign(value.read())
    assert words.text == "grün".encode()


def test_values_by_the_protocol_are_set_together(tmp_path):
    path = tf.train.Checkpoint(p=Pair(1.5, 2)).write(tmp_path / "c")
    other = Pair(0.0, 0)
    tf.train.Checkpoint(p=other).read(path).assert_consumed()
    assert (other.a, other.b) == (1.5, 2)


def test_words():
    assert name_of(keras.Variable([1.0], name="w")) == "w"
    assert brief(tf.Variable(1.0, name="w")) == "w () float32"
    assert brief(keras.layers.Dense(1, name="d")) == "Dense d"
    assert brief(3) == "int"
