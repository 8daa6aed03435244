"""Classes, however they are given."""

import numpy as np
import pytest

from keratin.keras.utils._classes import Classes, check_lengths, count_of, names_of

NAMES = ["cat", "dog", "emu"]


def classes(values, name="y_true", names=None):
    return Classes(values, name, "f", names)


@pytest.mark.parametrize(
    ("values", "numbers", "count"),
    [
        ([2, 0], [2, 0], 3),
        (np.array([[2], [0]]), [2, 0], 3),
        (np.array([2.0, 0.0], "float32"), [2, 0], 3),
        ([True, False], [1, 0], 2),
        ([0.9, 0.2, 0.5], [1, 0, 0], 2),
        ([[0.9], [0.2]], [1, 0], 2),
        ([[0.1, 0.2, 0.7], [0.5, 0.4, 0.1]], [2, 0], 3),
        ([[0, 1, 0], [1, 0, 0]], [1, 0], 3),
        ([[-3.0, 5.0], [4.0, 1.0]], [1, 0], 2),
        ([], [], 0),
    ],
    ids=range(10),
)
def test_numbers(values, numbers, count):
    found = classes(values)
    assert found.numbers.tolist() == numbers and found.count == count


def test_names(tf):
    for values in (["dog", "cat"], np.array([b"dog", b"cat"]), np.array(["dog", "cat"], object)):
        assert classes(values, names=NAMES).numbers.tolist() == [1, 0]


def test_tensors(tf):
    assert classes(tf.cast([0.9, 0.2], "bfloat16")).numbers.tolist() == [1, 0]


def test_probabilities():
    np.testing.assert_allclose(classes([0.9, 0.2]).probabilities, [0.9, 0.8])
    np.testing.assert_allclose(classes([[0.1, 0.9], [0.7, 0.3]]).probabilities, [0.9, 0.7])
    assert classes([[-3.0, 5.0]]).probabilities is None and classes([1, 0]).probabilities is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((2, 3, 4)), r"y_true has the shape \(2, 3, 4\); expected a class for each samp"),
        ([-1, 2], "y_true holds -1; classes are numbered from 0"),
        ([-2.5, 3.1], r"values from -2.5 to 3.1; .*probability of class 1.*sigmoid\(scores\)"),
        (["cat"], "y_true holds names of classes: give class_names"),
    ],
    ids=range(4),
)
def test_errors(values, message):
    with pytest.raises(ValueError, match=f"^f: .*{message}"):
        classes(values)


def test_unknown_names():
    with pytest.raises(
        ValueError, match=r"y_true holds 'dogg', .* class_names. Did you mean 'dog'"
    ):
        classes(["cat", "dogg"], names=NAMES)


def test_names_of():
    assert names_of(np.array(NAMES), "f") == NAMES and names_of(None, "f") is None
    assert names_of((b"a", 7), "f") == ["a", "7"]
    with pytest.raises(TypeError, match=r"class_names is a list of names.*given 'cat'"):
        names_of("cat", "f")


def test_counts():
    assert count_of([classes([0, 1]), classes([4, 1])], None, "f") == 5
    assert count_of([classes([0, 1])], NAMES, "f") == 3
    assert count_of([classes([0, 1]), classes([[0.1, 0.2, 0.7]])], NAMES, "f") == 3


@pytest.mark.parametrize(
    ("given", "names", "message"),
    [
        ([[0, 3]], NAMES, "class_names has 3 names; y0 holds at least 4 classes"),
        ([[0], [[0.5, 0.5]]], NAMES, "class_names has 3 names; y1 is for 2 classes"),
        ([[0, 5], [[0.5, 0.5]]], None, "y0 holds class 5, and y1 is for 2 classes, 0 to 1"),
        ([[[1, 0, 0]], [[1, 0]]], None, "there are numbers in y0 for 3 and y1 for 2 classes"),
    ],
    ids=range(4),
)
def test_counts_that_differ(given, names, message):
    found = [classes(values, f"y{i}", names) for i, values in enumerate(given)]
    with pytest.raises(ValueError, match=f"^f: .*{message}"):
        count_of(found, names, "f")


def test_lengths():
    check_lengths("f", a=2, b=2)
    with pytest.raises(ValueError, match=r"f: there is one of each .*; given a 2, b 3"):
        check_lengths("f", a=2, b=3)
