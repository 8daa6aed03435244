"""Assertions about collections, text and commands."""

import dataclasses
import sys

import pytest


@dataclasses.dataclass
class Point:
    x: int
    y: int


@pytest.fixture
def case(tf):
    class Case(tf.test.TestCase):
        def runTest(self):
            """There is nothing to run."""

    return Case()


# Each assertion with arguments that hold, and with arguments that fail.
TABLE = {
    "assertEmpty": (([],), ([1],)),
    "assertNotEmpty": (([1],), ([],)),
    "assertLen": (([1], 1), ([1], 2)),
    "assertBetween": ((1, 0, 1), (2, 0, 1)),
    "assertStartsWith": (("abc", "ab"), ("abc", "b")),
    "assertNotStartsWith": (("abc", "b"), ("abc", "a")),
    "assertEndsWith": (("abc", "bc"), ("abc", "b")),
    "assertNotEndsWith": (("abc", "b"), ("abc", "c")),
    "assertSequenceStartsWith": (([1], [1, 2]), ([2], [1, 2])),
    "assertContainsSubset": (([1], [1, 2]), ([3], [1, 2])),
    "assertNoCommonElements": (([1], [2]), ([1], [1, 2])),
    "assertSameElements": (([1, 1, 2], [2, 1]), ([1], [1, 2])),
    "assertItemsEqual": (([1, 2], [2, 1]), ([1, 1], [1])),
    "assertContainsExactSubsequence": (([1, 2, 3], [2, 3]), ([1, 2, 3], [1, 3])),
    "assertContainsSubsequence": (([1, 2, 3], [1, 3]), ([1, 2, 3], [3, 1])),
    "assertContainsInOrder": ((["a", "c"], "abc"), (["c", "a"], "abc")),
    "assertRegexMatch": (("abc", ["x", "b"]), ("abc", ["x"])),
    "assertTotallyOrdered": (([1, 1], [2]), ([2], [1])),
    "assertSequenceAlmostEqual": (([1.0], [1.00000001]), ([1.0], [1.1])),
    "assertDictAlmostEqual": (({"a": 1.0}, {"a": 1.00000001}), ({"a": 1.0}, {"a": 2.0})),
    "assertDictContainsSubset": (({"a": 1}, {"a": 1, "b": 2}), ({"a": 2}, {"a": 1})),
    "assertMappingEqual": (({"a": 1}, {"a": 1}), ({"a": 1}, {"a": 2})),
    "assertDataclassEqual": ((Point(1, 2), Point(1, 2)), (Point(1, 2), Point(1, 3))),
    "assertSameStructure": (({"a": [1]}, {"a": [1]}), ({"a": [1]}, {"a": [2], "b": 3})),
    "assertJsonEqual": (('{"a": [1, 2]}', '{"a":[1,2]}'), ("[1]", "[2]")),
    "assertUrlEqual": (("http://a/?x=1&y=2", "http://a/?y=2&x=1"), ("http://a", "http://b")),
    "assertIsSubclass": ((bool, int), (int, bool)),
    "assertNotIsSubclass": ((int, bool), (bool, int)),
    "assertCommandSucceeds": (([sys.executable, "-c", "print(1)"], ["1"]), (["false"],)),
    "assertCommandFails": ((["false"], [""]), ([sys.executable, "-c", "0"], [""])),
    "failUnless": ((1,), (0,)),
    "failIfEqual": ((1, 2), (1, 1)),
    "assertEquals": ((1, 1), (1, 2)),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", TABLE)
def test_what_holds_and_what_fails(case, name):
    holding, failing = TABLE[name]
    assert getattr(case, name)(*holding) is None
    with pytest.raises(case.failureException):
        getattr(case, name)(*failing)


def test_differences_of_structures_are_named(case):
    with pytest.raises(AssertionError, match=r"a\['x'\]\[1\] is 2, b\['x'\]\[1\] is 3"):
        case.assertSameStructure({"x": [1, 2]}, {"x": [1, 3]})


def test_the_text_of_an_error_to_the_letter(case):
    with case.assertRaisesWithLiteralMatch(ValueError, "a.c"):
        raise ValueError("a.c")
    with pytest.raises(AssertionError):
        case.assertRaisesWithLiteralMatch(ValueError, "a.c", int, "abc")


def test_one_pattern_is_refused_where_a_list_is_asked_for(case):
    with pytest.raises(AssertionError, match="list of patterns"):
        case.assertRegexMatch("abc", "b")
