"""`class_weight` as weights of rows."""

import numpy as np
import pytest

from keratin.keras.training.feed import make_feed
from keratin.keras.training.feed_weights import labels_of, row_weights
from tests.harness.real_keras import real
from tests.keras.training.feed_models import described

WEIGHTS = {0: 1.0, 1: 5.0, 2: 0.5}
LABELS = np.array([0, 1, 2, 1, 7])


def folded(y, class_weight, sample_weight=None, model=None):
    return make_feed(np.ones(5), y, sample_weight, class_weight=class_weight, model=model).data[2]


@pytest.mark.parametrize(
    "y",
    [
        LABELS,
        LABELS[:, None],
        LABELS.astype("float32"),
        np.eye(8)[LABELS],
        np.eye(8, dtype="int64")[LABELS] * 1,
        LABELS.tolist(),
        np.array([0.1, 0.9, 2.2, 1.0, 7.0]),
    ],
    ids=["classes", "column", "floats", "one-hot", "integers one-hot", "list", "rounded"],
)
def test_weights_of_rows_are_those_of_keras(y):
    from keras.src.trainers.data_adapters import data_adapter_utils

    expected = data_adapter_utils.class_weight_to_sample_weights(np.array(y), WEIGHTS)
    found = folded(y, WEIGHTS)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.float32 and real.__version__


def test_a_weight_of_a_row_is_multiplied():
    found = folded(LABELS, WEIGHTS, np.array([1, 2, 3, 4, 5]))
    assert found.tolist() == [1, 10, 1.5, 20, 5]
    by_position = folded(LABELS, WEIGHTS, np.ones((5, 2)) * [1, 2])
    assert by_position.tolist() == [[1, 2], [5, 10], [0.5, 1], [5, 10], [1, 2]]


def test_labels_of_several_positions():
    one_hot = np.eye(3)[np.array([[0, 1], [2, 2]])]
    assert row_weights(one_hot, WEIGHTS, None).tolist() == [[1, 5], [0.5, 0.5]]
    assert row_weights(np.array([[0, 1], [2, 2]]), WEIGHTS, None).tolist() == [[1, 5], [0.5, 0.5]]
    assert row_weights(np.array([[[0], [1]]]), WEIGHTS, None).tolist() == [[1, 5]]
    # [0, 1] is a one-hot row, unless the model's outputs have another axis.
    assert row_weights(np.array([[0, 1]]), WEIGHTS, None).tolist() == [5]
    assert row_weights(np.array([[0, 1]]), WEIGHTS, 3).tolist() == [[1, 5]]
    assert labels_of(np.array([[3, 9, 4]]), output_rank=2).tolist() == [1]


def test_numpy_classes_and_no_classes():
    assert folded(LABELS, {np.int64(1): 2, 0.0: 3}).tolist() == [3, 2, 1, 2, 1]
    assert folded(LABELS, {}).tolist() == [1] * 5


def test_weights_by_output():
    model = described(outputs=["kind", "size"], ranks=[2, 2])
    y = {"kind": LABELS, "size": np.ones(5)}
    found = folded(y, {"kind": WEIGHTS}, model=model)
    assert found["kind"].tolist() == [1, 5, 0.5, 5, 1] and found["size"] is None
    for given in ({"kind": WEIGHTS}, [WEIGHTS, None]):
        listed = folded(list(y.values()), given, model=model)
        assert listed[0].tolist() == [1, 5, 0.5, 5, 1] and listed[1] is None
    assert folded([LABELS], WEIGHTS)[0].tolist() == [1, 5, 0.5, 5, 1]
    assert folded(LABELS, {"kind": WEIGHTS}).tolist() == [1, 5, 0.5, 5, 1]
    weighted = folded(y, {"kind": WEIGHTS}, np.full(5, 2.0))
    assert weighted["kind"].tolist() == [2, 10, 1, 10, 2] and weighted["size"].tolist() == [2] * 5


BOTH = {"kind": LABELS, "size": LABELS}
ERRORS = [
    (LABELS, {"cat": 1.0}, TypeError, "key 'cat' of type str; the keys are the numbers of classes"),
    (LABELS, {0.5: 1.0}, TypeError, "key 0.5 of type float"),
    (
        LABELS,
        {0: -1.0},
        ValueError,
        r"class_weight\[0\] is -1.0; a weight is a number that is not neg",
    ),
    (LABELS, {0: "much"}, ValueError, r"class_weight\[0\] is 'much'"),
    (LABELS, 3, TypeError, r"fit\(\): class_weight is a dict from class to weight.*given 3"),
    (LABELS, "balanced", TypeError, "given 'balanced'"),
    (None, WEIGHTS, ValueError, "class_weight needs the classes of the rows, and y is None"),
    (
        BOTH,
        WEIGHTS,
        ValueError,
        r"does not say which output it is for.*\{'kind': \{0: 1.0, 1: 5.0\}\}",
    ),
    (BOTH, {"knid": WEIGHTS}, ValueError, "names the output 'knid'.*Did you mean 'kind'"),
    ([LABELS, LABELS], [WEIGHTS], ValueError, "class_weight is a list of 1, and y has 2 parts"),
    (["a", "b", "c", "d", "e"], WEIGHTS, TypeError, "needs classes as numbers, and y holds text"),
]


@pytest.mark.parametrize(("y", "class_weight", "kind", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(y, class_weight, kind, message):
    with pytest.raises(kind, match=message):
        folded(y, class_weight)


def test_an_unknown_output_of_a_model_with_one():
    model = described(outputs=["kind"])
    with pytest.raises(ValueError, match="names the output 'kimd', and the outputs are 'kind'"):
        folded(LABELS, {"kimd": WEIGHTS}, model=model)
