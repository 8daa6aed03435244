import numpy as np
import pytest

import keratin as tf
from keratin.keras import metrics
from tests.harness.real_keras import real
from tests.keras.metrics.agreement import DATA, check_agreement

ROWS = [
    ("Accuracy", "equal", {}),
    ("Accuracy", "classes", {}),
    ("BinaryAccuracy", "binary", {}),
    ("BinaryAccuracy", "column", {"threshold": 0.3}),
    ("CategoricalAccuracy", "onehot", {}),
    ("CategoricalAccuracy", "onehot_sequence", {}),
    ("SparseCategoricalAccuracy", "sparse", {}),
    ("SparseCategoricalAccuracy", "sparse_column", {}),
    ("SparseCategoricalAccuracy", "sequence", {}),
    ("TopKCategoricalAccuracy", "onehot", {"k": 2}),
    ("TopKCategoricalAccuracy", "onehot_sequence", {"k": 2}),
    ("SparseTopKCategoricalAccuracy", "sparse_column", {"k": 2}),
    ("SparseTopKCategoricalAccuracy", "sequence", {"k": 1}),
    ("SparseTopKCategoricalAccuracy", "ids", {"k": 2, "from_sorted_ids": True}),
]


@pytest.mark.parametrize(("name", "kind", "arguments"), ROWS)
def test_agrees_with_keras(name, kind, arguments):
    check_agreement(name, kind, arguments)


FUNCTIONS = [
    ("binary_accuracy", "binary", {}),
    ("binary_accuracy", "multi", {"threshold": 0.2}),
    ("categorical_accuracy", "onehot", {}),
    ("categorical_accuracy", "onehot_sequence", {}),
    ("sparse_categorical_accuracy", "sparse", {}),
    ("sparse_categorical_accuracy", "sparse_column", {}),
    ("sparse_categorical_accuracy", "sequence", {}),
    ("top_k_categorical_accuracy", "onehot", {"k": 2}),
    ("top_k_categorical_accuracy", "onehot_sequence", {"k": 2}),
    ("sparse_top_k_categorical_accuracy", "sparse_column", {"k": 2}),
    ("sparse_top_k_categorical_accuracy", "ids", {"k": 1, "from_sorted_ids": True}),
]


@pytest.mark.parametrize(("name", "kind", "arguments"), FUNCTIONS)
def test_functions_agree_with_keras(name, kind, arguments):
    for y_true, y_pred in DATA[kind]:
        ours = getattr(metrics, name)(y_true, y_pred, **arguments)
        theirs = np.asarray(getattr(real.metrics, name)(y_true, y_pred, **arguments))
        assert ours.dtype == theirs.dtype.name
        np.testing.assert_array_equal(ours.numpy(), theirs)


def test_logits_that_rule_classes_out_count_as_any_other():
    logits = [[2.0, -np.inf, 1.0], [np.nan, 1.0, 2.0]]
    matches = metrics.sparse_top_k_categorical_accuracy([2, 0], logits, k=2)
    np.testing.assert_array_equal(matches.numpy(), [1.0, 0.0])


def test_labels_that_are_no_class_do_not_match():
    matches = metrics.sparse_top_k_categorical_accuracy([-1, 3], [[0.1, 0.9], [0.1, 0.9]], k=2)
    np.testing.assert_array_equal(matches.numpy(), [0.0, 0.0])


def test_labels_of_few_bits_are_compared_with_all_classes():
    y_pred = np.zeros((1, 300), "f4")
    y_pred[0, 256] = 1.0
    assert metrics.sparse_categorical_accuracy(np.array([0], "u1"), y_pred).numpy() == [0.0]


def test_floatx_is_the_dtype_of_the_matches():
    from keratin.keras._core.settings import settings

    settings.floatx = "float16"
    try:
        assert metrics.binary_accuracy([1], [0.7]).dtype == "float16"
    finally:
        settings.floatx = "float32"
    assert metrics.binary_accuracy([1], [0.7]).dtype == "float32"


@pytest.mark.parametrize(
    ("call", "parts"),
    [
        (
            lambda: metrics.BinaryAccuracy()(np.ones(3), np.ones(4)),
            ["binary", "y_true has the shape (3,)", "y_pred (4,)", "expected the same shape"],
        ),
        (
            lambda: metrics.sparse_categorical_accuracy([1, 2, 0], np.ones((4, 3))),
            ["(3,)", "(4,)", "one label for each prediction"],
        ),
        (
            lambda: metrics.top_k_categorical_accuracy(np.eye(3), np.ones((4, 3))),
            ["4 rows", "3 labels", "Give one label for each row"],
        ),
        (lambda: metrics.categorical_accuracy(1.0, [0.5, 0.5]), ["y_true is a scalar"]),
    ],
)
def test_errors_say_what_does_not_fit(call, parts):
    with pytest.raises(ValueError) as caught:
        call()
    for part in parts:
        assert part in str(caught.value)
    assert isinstance(caught.value, tf.errors.InvalidArgumentError)
