"""Structures as JSON."""

import collections
import json

import numpy as np
import pytest

from keratin.export import _structure
from keratin.export._structure import FolderError, Slot, decode, encode, filled, slots_of, spec_of

Pair = collections.namedtuple("Pair", "left right")


def test_structures_come_back(tf):
    slot = Slot(0, tf.TensorSpec([None, 2], tf.bfloat16, "x"))
    structure = (
        [slot, {"b": (1, 2.5, None), "a": "text", 3: True}],
        Pair(float("inf"), tf.int32),
        tf.TensorShape([2, None]),
    )
    again = decode(json.loads(json.dumps(encode(structure, "here"))), "here")
    assert again == structure
    assert list(again[0][1]) == ["b", "a", 3]
    assert slots_of(again) == [slot]
    assert filled(again, spec_of)[0][0] == slot.spec
    assert np.isnan(decode(encode(float("nan"), "here"), "here"))


@pytest.mark.parametrize("value", [object(), {1.5: 2}, b"bytes", {1, 2}, 1j])
def test_other_values_are_refused(value):
    with pytest.raises(ValueError, match=r"^here"):
        encode([value], "here")


def nested(depth):
    data = {"value": 1}
    for _ in range(depth):
        data = {"list": [data]}
    return data


@pytest.mark.parametrize(
    "data",
    [
        *(None, 3, [], {}, {"no": 1}, {"value": [1]}, {"value": {}}, {"float": "1"}),
        *({"list": 3}, {"list": [3]}, {"dict": [["a"]]}, {"dict": [[[], {"value": 1}]]}),
        {"dict": [["a", {"value": 1}], ["a", {"value": 2}]]},
        *({"dtype": "string"}, {"dtype": "nothing"}, {"dtype": 3}, {"dtype": "resource"}),
        *({"shape": [-1]}, {"shape": [1.5]}, {"shape": [True]}, {"shape": [0] * 100}),
        {"shape": [1 << 70]},
        {"tensor": 0},
        {"tensor": -1, "shape": [], "dtype": "float32", "name": None},
        {"tensor": 1 << 40, "shape": [], "dtype": "float32", "name": None},
        {"tensor": 0, "shape": [], "dtype": "float32", "name": 3},
        {"namedtuple": [{"value": 1}], "class": "X", "fields": ["__class__"]},
        {"namedtuple": [{"value": 1}], "class": "X", "fields": ["a", "b"]},
        {"namedtuple": [{"value": 1}], "class": "X(1)\nimport os", "fields": ["a"]},
        {"namedtuple": [], "class": 3, "fields": []},
        nested(150),
    ],
    ids=range(31),
)
def test_hostile_structures_are_errors_that_say_where(data):
    with pytest.raises(FolderError, match=r"^there"):
        decode(data, "there")


def test_parts_are_checked():
    assert _structure.index_of(2, 3, "x") == 2
    for bad in (3, -1, True, "1", 1.0, None):
        with pytest.raises(FolderError, match=r"x: "):
            _structure.index_of(bad, 3, "x")
    with pytest.raises(FolderError, match=r"x lacks 'b'"):
        _structure.record({"a": 1}, "x", ("a", "b"))
    with pytest.raises(FolderError, match=r"no list"):
        _structure.items_of({}, "x")
    with pytest.raises(FolderError, match=r"no text"):
        _structure.text_of(3, "x")
