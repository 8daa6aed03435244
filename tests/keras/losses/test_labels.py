"""Labels that are no classes."""

import numpy as np
import pytest

import keratin as tf
from keratin.keras import losses
from keratin.keras._core.symbolic import KerasTensor
from keratin.keras.losses._labels import check_labels
from tests.keras.losses.agreement import SHARES

ADVICE = [
    ([0, 1, 2, 3], r"the label 3, but y_pred has 3 classes: labels are 0 to 2.*4 units"),
    ([1, 2, 3, 1], r"the label 3.*counted from 1: give y_true - 1"),
    ([0, 1, 2, -1], r"the label -1.*leave such samples out with ignore_class=-1"),
    ([0, 1, 2, -7], r"the label -7.*Number the classes from 0"),
    ([0.5, 1, 2, 0], r"holds 0.5, but labels are whole numbers.*'mean_squared_error'"),
    ([np.nan, 1, 2, 0], r"holds nan, but labels are whole numbers"),
]


@pytest.mark.parametrize(("labels", "message"), ADVICE)
def test_labels_are_looked_at_where_they_can_be_seen(labels, message):
    name = "sparse_categorical_crossentropy"
    labels = np.array(labels)
    calls = [
        lambda: losses.sparse_categorical_crossentropy(labels, SHARES),
        lambda: losses.sparse_categorical_crossentropy(labels.tolist(), SHARES),
        lambda: losses.SparseCategoricalCrossentropy()(tf.constant(labels)[:, None], SHARES),
        lambda: losses.LossFunctionWrapper(losses.get(name))(labels, SHARES),
        lambda: check_labels(labels, (None, 3), name),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=rf"{name}: y_true .*{message}.*test_labels.py, line"):
            call()


def test_other_losses_of_classes():
    with pytest.raises(ValueError, match=r"categorical_generalized_cross_entropy: .* the label 3"):
        losses.CategoricalGeneralizedCrossEntropy()([0, 1, 2, 3], SHARES)
    with pytest.raises(
        ValueError, match=r"ctc: y_true holds the label 3, but y_pred has 3 classes"
    ):
        losses.ctc([[1, 3]], np.zeros((1, 4, 3)))
    with pytest.raises(ValueError, match=r"has 1 class: .*use the loss 'binary_crossentropy'"):
        losses.sparse_categorical_crossentropy([0, 1, 1, 0], SHARES[:, :1])


def test_the_class_that_is_ignored_may_be_none():
    losses.SparseCategoricalCrossentropy(ignore_class=-1)([0, 1, -1, 2], SHARES)
    losses.SparseCategoricalCrossentropy(ignore_class=255)([255] * 4, SHARES)
    with pytest.raises(ValueError, match=r"the label 9"):
        losses.SparseCategoricalCrossentropy(ignore_class=255)([255, 0, 9, 1], SHARES)


GOOD = [
    (np.array([0, 2, 1]), (None, 3), "sparse_categorical_crossentropy"),
    (np.array([[0], [2]]), (None, 3), losses.SparseCategoricalCrossentropy()),
    (np.array([0, -1]), KerasTensor((None, 3)), losses.SparseCategoricalCrossentropy(False, -1)),
    (np.zeros((2, 5), "int32"), (None, None, 4), "sparse_categorical_crossentropy"),
    (np.zeros((2, 5), "int32"), (None, 4, 5), losses.SparseCategoricalCrossentropy(axis=1)),
    (np.eye(3), np.zeros((1, 3)), "categorical_crossentropy"),
    (np.array([7.0, -3.0]), (None, 1), "mse"),
    (np.array([0, 1]), (None, 1), "binary_crossentropy"),
    (np.array([9]), (None, 3), lambda y_true, y_pred: 0.0),
    (np.zeros(3), (None, None), "sparse_categorical_crossentropy"),
    (np.zeros((0,), "int32"), (None, 3), "sparse_categorical_crossentropy"),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("y_true", "y_pred", "loss"), GOOD)
def test_labels_of_a_whole_data_set_that_are_right(y_true, y_pred, loss):
    assert check_labels(y_true, y_pred, loss) is None


BAD = [
    (np.eye(3), "sparse_categorical_crossentropy", "one-hot labels.*'categorical_crossentropy'"),
    (np.zeros(9), "categorical_crossentropy", "classes as numbers.*'sparse_categorical"),
    (np.full(9, 4), losses.SparseCategoricalCrossentropy(name="x"), "holds the label 4"),
]


@pytest.mark.parametrize(("y_true", "loss", "message"), BAD)
def test_labels_of_a_whole_data_set_that_are_wrong(y_true, loss, message):
    with pytest.raises(ValueError, match=rf"categorical_crossentropy: y_true .*{message}.*line \d"):
        check_labels(y_true, (None, 3), loss)


def test_labels_of_yes_and_no_that_are_neither():
    with pytest.warns(UserWarning, match=r"binary_crossentropy: y_true holds 2, but labels are 0"):
        check_labels(np.array([1, 2]), (None, 1), "binary_crossentropy")
    with pytest.warns(UserWarning, match=r"y_true holds -1, .*for labels -1 and 1 'hinge'"):
        check_labels(np.array([-1, 1]), (None, 1), losses.BinaryCrossentropy())
