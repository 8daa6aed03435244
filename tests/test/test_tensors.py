"""Assertions about tensors."""

import numpy as np
import pytest


@pytest.fixture
def case(tf):
    class Case(tf.test.TestCase):
        def runTest(self):
            """There is nothing to run."""

    return Case()


HOLDING = {
    "equal": lambda c, tf: c.assertAllEqual([1, 2], tf.constant([1, 2])),
    "equal nan": lambda c, tf: c.assertAllEqual([np.nan], tf.constant([np.nan])),
    "equal strings": lambda c, tf: c.assertAllEqual([b"a"], tf.constant(["a"])),
    "equal variable": lambda c, tf: c.assertAllEqual(tf.Variable([1]), [1]),
    "not equal": lambda c, tf: c.assertNotAllEqual([1], [2]),
    "not equal shape": lambda c, tf: c.assertNotAllEqual([1], [1, 1]),
    "close": lambda c, tf: c.assertAllClose(1.0, tf.constant(1.0 + 1e-7)),
    "close nested": lambda c, tf: c.assertAllClose(
        {"a": [tf.zeros(2), 1.0]}, {"a": [np.zeros(2), 1.0]}
    ),
    "close rows": lambda c, tf: c.assertAllClose([[1.0], [2.0]], tf.constant([[1.0], [2.0]])),
    "not close": lambda c, tf: c.assertNotAllClose(1.0, 1.1),
    "half": lambda c, tf: c.assertAllCloseAccordingToType(
        tf.constant(1.0, tf.float16), np.float32(1.0005)
    ),
    "bfloat16": lambda c, tf: c.assertAllCloseAccordingToType(
        tf.constant(1.0, tf.bfloat16), tf.constant(1.0078125, tf.bfloat16)
    ),
    "greater": lambda c, tf: c.assertAllGreater([1, 2], 0),
    "greater equal": lambda c, tf: c.assertAllGreaterEqual([1, 2], 1),
    "less": lambda c, tf: c.assertAllLess(tf.constant([1, 2]), 3),
    "less equal": lambda c, tf: c.assertAllLessEqual([1, 2], 2),
    "range": lambda c, tf: c.assertAllInRange([1, 2], 1, 2),
    "set": lambda c, tf: c.assertAllInSet([1, 2, 1], {1, 2}),
    "array near": lambda c, tf: c.assertArrayNear([1.0], [1.05], 0.1),
    "nd array near": lambda c, tf: c.assertNDArrayNear(np.zeros(2), np.full(2, 0.01), 0.1),
    "near": lambda c, tf: c.assertNear(1.0, 1.05, 0.1),
    "dtype": lambda c, tf: c.assertDTypeEqual(tf.zeros(1), "float32"),
    "shape": lambda c, tf: c.assertShapeEqual(np.zeros([1, 2]), tf.zeros([1, 2])),
    "device": lambda c, tf: c.assertDeviceEqual("/cpu:0", "/device:CPU:0"),
    "proto": lambda c, tf: c.assertProtoEquals("a: 1\nb: 2", "a: 1 b: 2"),
}

FAILING = {
    "equal": (lambda c, tf: c.assertAllEqual([1, 2], [1, 3]), r"1 of 2 .* at \[1\]: first .*2"),
    "equal shape": (lambda c, tf: c.assertAllEqual([1], [1, 2]), r"\(1,\) and \(2,\)"),
    "not equal": (lambda c, tf: c.assertNotAllEqual([1], [1]), "the same"),
    "close": (lambda c, tf: c.assertAllClose({"a": [1.0]}, {"a": [1.1]}), r"\['a'\].*rtol 1e-06"),
    "close keys": (lambda c, tf: c.assertAllClose({"a": 1}, {"b": 1}), "other keys"),
    "close length": (lambda c, tf: c.assertAllClose([tf.ones(1)], []), "1 items and 0"),
    "not close": (lambda c, tf: c.assertNotAllClose(1.0, 1.0), "the same"),
    "float": (lambda c, tf: c.assertAllCloseAccordingToType(1.0, np.float32(1.01)), "not close"),
    "greater": (lambda c, tf: c.assertAllGreater([1, 2], 1), r"at \[0\]: it .*1"),
    "greater equal": (lambda c, tf: c.assertAllGreaterEqual([1, 2], 2), "not >= 2"),
    "less": (lambda c, tf: c.assertAllLess([1, 2], 2), "not < 2"),
    "less equal": (lambda c, tf: c.assertAllLessEqual([1, 2], 1), "not <= 1"),
    "range": (lambda c, tf: c.assertAllInRange([1, 2], 1, 2, open_lower_bound=True), r"\(1, 2\]"),
    "set": (lambda c, tf: c.assertAllInSet([1, 3], {1, 2}), "not in"),
    "array near": (lambda c, tf: c.assertArrayNear([1.0], [2.0], 0.1), "difference: 1"),
    "nd array near": (lambda c, tf: c.assertNDArrayNear([0.0], [1.0], 0.1), "1.0 apart"),
    "dtype": (lambda c, tf: c.assertDTypeEqual(tf.zeros(1), tf.int32), "float32, not int32"),
    "shape": (lambda c, tf: c.assertShapeEqual(np.zeros(1), tf.zeros(2)), r"\(1,\)"),
    "device": (lambda c, tf: c.assertDeviceEqual("/cpu:0", "/cpu:1"), "different devices"),
    "proto": (lambda c, tf: c.assertProtoEquals("a: 1", "a: 2"), "a: 1"),
}


@pytest.mark.parametrize("name", HOLDING)
def test_what_holds(tf, case, name):
    assert HOLDING[name](case, tf) is None


@pytest.mark.parametrize("name", FAILING)
def test_what_fails_says_where(tf, case, name):
    call, message = FAILING[name]
    with pytest.raises(AssertionError, match=f"(?s){message}"):
        call(case, tf)


def test_evaluate_keeps_the_structure(tf, case):
    found = case.evaluate({"a": tf.constant(1), "b": [tf.Variable([2.0]), 3]})
    assert found == {"a": 1, "b": [np.array([2.0]), 3]}
    assert case.evaluate_if_both_tensors(tf.constant(1), 2)[1] == 2
    assert case.evaluate_if_both_tensors(tf.constant(1), tf.constant(2)) == (1, 2)


def test_errors(tf, case):
    with case.assertRaisesOpError("shape"):
        tf.ones([2, 3]) @ tf.ones([2, 3])
    with case.assertRaisesIncompatibleShapesError():
        tf.ones([2]) + tf.ones([3])
    with case.assertRaisesWithPredicateMatch(ValueError, lambda error: "xyz" in str(error)):
        raise ValueError("with xyz")
    with (
        pytest.raises(AssertionError, match="not as expected"),
        case.assertRaisesWithPredicateMatch(ValueError, "abc"),
    ):
        raise ValueError("xyz")
    with (
        pytest.raises(AssertionError, match="No error"),
        case.assertRaisesWithPredicateMatch(ValueError, "abc"),
    ):
        pass


def test_graphs(tf):
    assert tf.test.assert_equal_graph_def("a", "a") is None
    with pytest.raises(AssertionError, match="differ"):
        tf.test.assert_equal_graph_def("a", "b")
    with pytest.raises(TypeError, match="classes"):
        tf.test.assert_equal_graph_def("a", 1)
