"""`keras.tree`, compared with Keras."""

import warnings
from collections import OrderedDict, defaultdict, deque, namedtuple

import numpy as np
import pytest

from keratin.keras import tree
from tests.harness.real_keras import real

Point = namedtuple("Point", ["x", "y"])
STRUCTURES = {
    "leaf": 1,
    "none": None,
    "text": "abc",
    "list": [1, 2, 3],
    "one": [1],
    "empty": [],
    "empty within": [(), {}, 1],
    "nested": [(1, [2]), {"b": 3, "a": (4, None)}],
    "named": Point(1, [2, 3]),
    "deque": deque([1, (2,)], maxlen=5),
    "ordered": OrderedDict([("b", 1), ("a", [2])]),
    "default": defaultdict(list, {"b": 1, "a": 2}),
    "mixed keys": {"b": 1, 3: 2},
}


@pytest.fixture(params=STRUCTURES.values(), ids=STRUCTURES)
def structure(request):
    return request.param


def test_flatten_and_pack(structure):
    leaves = tree.flatten(structure)
    assert leaves == real.tree.flatten(structure)
    assert tree.flatten_with_path(structure) == real.tree.flatten_with_path(structure)
    assert tree.is_nested(structure) == real.tree.is_nested(structure)
    numbered = list(range(len(leaves)))
    packed = tree.pack_sequence_as(structure, numbered)
    expected = real.tree.pack_sequence_as(structure, numbered)
    assert packed == expected and type(packed) is type(expected)
    assert tree.flatten(packed) == numbered


def test_an_array_is_a_leaf():
    array = np.arange(3)
    assert tree.flatten([array])[0] is array


def test_traverse(structure):
    for top_down in (True, False):
        seen, expected = [], []
        result = tree.traverse(seen.append, structure, top_down=top_down)
        assert result == real.tree.traverse(expected.append, structure, top_down=top_down)
        assert seen == expected and type(result) is type(structure)


def test_traverse_replaces():
    def even_to_none(x):
        return tree.MAP_TO_NONE if isinstance(x, int) and x % 2 == 0 else None

    assert tree.traverse(even_to_none, {"a": [1, 2], "b": 4}) == {"a": [1, None], "b": None}
    assert tree.lists_to_tuples([1, {"a": [2, [3]]}]) == (1, {"a": (2, (3,))})


def test_map_structure(structure):
    def pair(*leaves):
        return ("leaf", *leaves)

    for structures in ((structure,), (structure, structure)):
        assert tree.map_structure(pair, *structures) == real.tree.map_structure(pair, *structures)
        found = tree.map_structure(pair, *structures, none_is_leaf=False)
        assert found == real.tree.map_structure(pair, *structures, none_is_leaf=False)


def test_dictionaries_are_of_one_kind():
    ordered = OrderedDict([("b", 1), ("a", 2)])
    assert tree.map_structure(lambda x, y: x - y, {"a": 1, "b": 2}, ordered) == {"a": -1, "b": 1}
    tree.assert_same_structure({"a": 1, "b": 2}, ordered)


DIFFERENT = {
    "length": ([1, 2], [1, 2, 3]),
    "kind": ([1, 2], (1, 2)),
    "leaf": ([1, [2]], [1, 2]),
    "deeper": ([1, 2], [1, [2]]),
    "keys": ({"a": 1}, {"b": 1}),
    "named": (Point(1, 2), (1, 2)),
    "other name": (Point(1, 2), namedtuple("Point", ["x", "y"])(1, 2)),
}


@pytest.mark.parametrize("a,b", DIFFERENT.values(), ids=DIFFERENT)
def test_structures_that_differ(a, b):
    for check in (
        lambda space: space.tree.map_structure(lambda x, y: x, a, b),
        lambda space: space.tree.assert_same_structure(a, b),
    ):
        with pytest.raises(ValueError):
            check(real)
        with pytest.raises(ValueError, match=r"The structures differ.*must have the same kinds"):
            check(type("Ours", (), {"tree": tree}))


def test_the_place_of_a_difference_is_named():
    with pytest.raises(ValueError, match=r"differ at \['a'\]\[1\]: one has a leaf of type int, an"):
        tree.map_structure(lambda x, y: x, {"a": [1, 2]}, {"a": [1, (2,)]})
    with pytest.raises(ValueError, match="one has a leaf of type int, another None"):
        tree.map_structure(lambda x, y: x, [1], [None], none_is_leaf=False)


def test_map_structure_up_to():
    cases = [
        ([0, 0], len, [[1, 1], [2]]),
        ([0, [0, 0]], str, [[1, 1], [2, 2]]),
        ({"a": 0}, str, {"a": [1, {"b": 2}]}),
    ]
    for shallow, func, structure in cases:
        found = tree.map_structure_up_to(shallow, func, structure)
        assert found == real.tree.map_structure_up_to(shallow, func, structure)
    added = tree.map_structure_up_to([0, 0], lambda x, y: x + y, [[1], [2]], [[3], [4]])
    assert added == [[1, 3], [2, 4]]
    with pytest.raises(ValueError, match="differ"):
        tree.map_structure_up_to([1, [2]], str, [1, 2])


def test_map_shape_structure():
    shapes = {"a": (None, 3), "b": [(2,), [4, 5]], "c": ()}
    assert tree.map_shape_structure(len, shapes) == real.tree.map_shape_structure(len, shapes)


def test_assert_same_paths():
    tree.assert_same_paths([0, (1,)], (2, [3]))
    tree.assert_same_paths(Point(0, 1), [2, 3])
    with pytest.raises(ValueError, match=r"Only in the first one: \[\(1,\)\]; only in the sec"):
        tree.assert_same_paths([1, 2], [1, [2]])


def test_errors():
    with pytest.raises(ValueError, match="has 2 leaves, but flat_sequence has 1"):
        tree.pack_sequence_as([1, 2], [1])
    with pytest.raises(TypeError, match="not iterable"):
        tree.pack_sequence_as([1, 2], 3)
    with pytest.raises(TypeError, match="func must be callable; given 3"):
        tree.map_structure(3, [1])
    with pytest.raises(ValueError, match="needs a structure"):
        tree.map_structure(len)
    with pytest.raises(ValueError, match="needs a structure"):
        tree.map_structure_up_to([1], len)


def test_check_types_is_said_to_have_no_effect():
    with pytest.warns(DeprecationWarning, match="check_types has no effect"):
        tree.assert_same_structure([1], [2], check_types=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tree.assert_same_structure([1], [2])
