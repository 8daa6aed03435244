import collections
import dataclasses
import typing

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest

from tests.harness.parity import case, parity

Point = collections.namedtuple("Point", "x y")
Ordered = collections.OrderedDict


class Pair(typing.NamedTuple):
    left: int
    right: int


class Words(list):
    """A subclass of list."""


@dataclasses.dataclass
class Plain:
    """A dataclass, which is a leaf."""

    a: int


@dataclasses.dataclass
class Labelled:
    """A class that says how it is flattened."""

    label: str
    value: typing.Any

    def __tf_flatten__(self):
        return (self.label,), (self.value,)

    @classmethod
    def __tf_unflatten__(cls, metadata, leaves):
        return cls(*metadata, *leaves)


STRUCTURES = [
    5,
    "abc",
    b"abc",
    None,
    [],
    {},
    (),
    [1, (2, [3])],
    {"b": 1, "a": [2, (3,)]},
    Ordered([("b", 1), ("a", 2)]),
    Point(1, [2, 3]),
    Pair(1, 2),
    range(3),
    collections.deque([1, 2]),
    collections.UserList([1, 2]),
    Words([1, 2]),
    Labelled("x", [1, 2]),
    Plain(1),
    {1: 2, 0: 3},
    (Point(1, 2), {"a": Point(3, 4)}),
]
VIEWS = [{"b": 1, "a": 2}.keys(), {"b": 1, "a": 2}.values(), {"b": 1, "a": 2}.items()]


def flat(tf):
    return [repr(tf.nest.flatten(s)) for s in [*STRUCTURES, *VIEWS]]


def nested(tf):
    others = [{1, 2}, iter([]), np.zeros(2), tf.zeros(2), tf.TensorShape([1]), len]
    return [tf.nest.is_nested(s) for s in [*STRUCTURES, *VIEWS, *others]]


def mapped(tf):
    return [repr(tf.nest.map_structure(lambda x: [x], s)) for s in STRUCTURES]


def packed(tf):
    return [
        repr(tf.nest.pack_sequence_as(s, [f"{i}" for i, _ in enumerate(tf.nest.flatten(s))]))
        for s in STRUCTURES
    ]


def same(tf, check_types):
    """For each pair of structures, the class of the error or "" where they are the same."""
    candidates = [
        1, [1], (1,), [[1]], [1, 2], {"a": 1}, {"b": 1}, Ordered(a=1), {"a": [1]}, Point(1, 2),
        collections.namedtuple("Point", "x y")(1, 2), collections.namedtuple("Other", "x y")(1, 2),
        (1, 2), collections.defaultdict(int, a=1), Words([1]),
    ]  # fmt: skip
    found = []
    for first in candidates:
        for second in candidates:
            try:
                tf.nest.assert_same_structure(first, second, check_types=check_types)
                found.append("")
            except (ValueError, TypeError) as error:
                found.append(type(error).__name__)
    return found


def two(tf):
    add = lambda x, y: x + y  # noqa: E731
    return [
        repr(tf.nest.map_structure(add, {"b": 1, "a": 2}, Ordered(b=10, a=20))),
        repr(tf.nest.map_structure(add, Ordered(b=10, a=20), {"a": 1, "b": 2})),
        repr(tf.nest.map_structure(add, [1, (2,)], [3, (4,)])),
        repr(tf.nest.map_structure(add, [1, 2], (3, 4), check_types=False)),
        repr(tf.nest.map_structure(add, [], [])),
        repr(tf.nest.map_structure(add, 1, 2)),
    ]


test_parity = parity(
    "engine_nest",
    [
        case("flatten", flat),
        case("is_nested", nested),
        case("map_structure", mapped),
        case("map_two", two),
        case("pack_sequence_as", packed),
        case("same_structure", lambda tf: same(tf, True)),
        case("same_structure_of_any_type", lambda tf: same(tf, False)),
    ],
)


def test_dicts_keep_the_order_of_their_keys(tf):
    given = {"z": 1, "a": [2, {"y": 3, "b": 4}]}
    for result in (
        tf.nest.map_structure(lambda x: x, given),
        tf.nest.map_structure(lambda x, y: x, given, {"a": [0, {"b": 0, "y": 0}], "z": 0}),
        tf.nest.pack_sequence_as(given, tf.nest.flatten(given)),
    ):
        assert list(result) == ["z", "a"]
        assert list(result["a"][1]) == ["y", "b"]
    assert tf.nest.flatten(given) == [2, 4, 3, 1]


def test_defaultdicts_keep_their_factory(tf):
    given = collections.defaultdict(list, b=1, a=2)
    result = tf.nest.map_structure(lambda x: x + 1, given)
    assert result == {"b": 2, "a": 3}
    assert list(result) == ["b", "a"]
    assert result["new"] == []


def test_classes_made_with_attrs(tf):
    class Field(typing.NamedTuple):
        name: str

    class Record:  # what the attrs library makes, without needing it here
        __attrs_attrs__ = (Field("first"), Field("_second"))

        def __init__(self, first, second):
            self.first, self._second = first, second

    record = tf.nest.map_structure(lambda x: x * 10, Record(1, [2, 3]))
    assert isinstance(record, Record)
    assert tf.nest.flatten(record) == [10, 20, 30]


@pytest.mark.parametrize(
    ("first", "second", "error", "message"),
    [
        ([1, [2]], [1, 2], ValueError, "at [1] the first has a list of 1; the second has a leaf"),
        ({"a": {"b": 1}}, {"a": {"c": 1}}, ValueError, "at ['a'] only the first has the key 'b'"),
        ([1], [1, 2], ValueError, "differ: the first has 1 elements, the second 2."),
        ([Point(1, [2])], [Point(1, (2,))], TypeError, "at [0].y the first has a list of 1; "),
        ([1], (1,), TypeError, "check_types=False lets them pass"),
        ([1, {"a": 2}], [1], ValueError, "First structure:  [., {'a': .}]"),
        ([1, {"a": 2}], [1], ValueError, "Second structure: [.]"),
    ],
)
def test_a_difference_is_shown_with_its_path(tf, first, second, error, message):
    with pytest.raises(error) as caught:
        tf.nest.assert_same_structure(first, second)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda n: n.map_structure(len), ValueError, "at least one structure"),
        (lambda n: n.map_structure(3, [1]), TypeError, "func must be callable, but it is 3"),
        (lambda n: n.map_structure(len, [], chek_types=1), TypeError, "mean 'check_types'"),
        (lambda n: n.pack_sequence_as([1, 2], [1]), ValueError, "is 2, but flat_sequence has 1"),
        (lambda n: n.pack_sequence_as([1], 4), TypeError, "is of type int: 4. Use tf.nest.flat"),
        (lambda n: n.flatten({1: 1, "a": 2}), TypeError, "of types int, str. Make all keys"),
    ],
)
def test_messages(tf, call, error, message):
    with pytest.raises(error) as caught:
        call(tf.nest)
    assert message in str(caught.value)


NESTS = st.recursive(
    st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
        | st.tuples(inner, inner).map(lambda pair: Point(*pair))
    ),
    max_leaves=8,
)


@hypothesis.given(NESTS)
def test_packing_undoes_flattening(tf, structure):
    leaves = tf.nest.flatten(structure)
    again = tf.nest.pack_sequence_as(structure, leaves)
    assert repr(again) == repr(structure)
    tf.nest.assert_same_structure(structure, again)
    assert tf.nest.flatten(tf.nest.map_structure(str, structure)) == [str(x) for x in leaves]
