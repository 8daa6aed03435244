"""Labels and predictions whose shapes or dtypes differ."""

import numpy as np
import pytest

from keratin.keras import losses
from tests.keras.losses.agreement import CLASSES, NUMBERS, ONE_HOT, SHARES

ELEMENTWISE = [
    "mean_squared_error",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "huber",
    "log_cosh",
    "cosine_similarity",
    "hinge",
    "squared_hinge",
    "categorical_hinge",
    "kl_divergence",
    "poisson",
    "dice",
    "tversky",
]
SAME_SHAPE = [
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
]


@pytest.mark.parametrize("name", ELEMENTWISE + SAME_SHAPE)
def test_shapes_that_do_not_fit(name):
    with pytest.raises(ValueError) as caught:
        getattr(losses, name)(np.zeros((4, 5)), SHARES)
    text = str(caught.value)
    assert text.startswith(f"keras.losses.{name}: y_true has shape (4, 5) and y_pred (4, 3); ")
    assert "Give the last layer 5 units, or other labels" in text and "line" in text


def test_the_remedy_is_that_of_the_axis_that_differs():
    with pytest.raises(ValueError, match=r"Give as many labels as there are predictions"):
        losses.mean_squared_error(np.zeros((5, 3)), SHARES)
    with pytest.raises(ValueError, match=r"Reshape y_true to \(4, 3\), or change the last layer"):
        losses.mean_squared_error(np.zeros((4, 2, 2)), SHARES)


def test_errors_of_objects_name_the_loss_and_the_line():
    with pytest.raises(ValueError, match=r"mean_squared_error: y_true.*test_alignment.py, line"):
        losses.MeanSquaredError()(np.zeros((4, 7)), SHARES)


@pytest.mark.parametrize("name", ["mean_squared_error", "hinge", "binary_crossentropy", "poisson"])
def test_a_vector_and_a_column_are_paired(name):
    function = getattr(losses, name)
    expected = function(ONE_HOT[:, :1], SHARES[:, :1])
    np.testing.assert_allclose(function(ONE_HOT[:, 0], SHARES[:, :1]), expected, rtol=1e-6)
    np.testing.assert_allclose(function(ONE_HOT[:, :1], SHARES[:, 0]), expected, rtol=1e-6)


def test_broadcasting_is_told():
    with pytest.warns(UserWarning, match=r"\(1, 3\).* \(4, 3\).*broadcast to \(4, 3\).*line"):
        found = losses.mean_squared_error(NUMBERS[:1], SHARES)
    np.testing.assert_allclose(found, ((NUMBERS[:1] - SHARES) ** 2).mean(-1), rtol=1e-6)


@pytest.mark.filterwarnings("error")
def test_one_number_for_all_is_meant():
    found = losses.mean_absolute_error(0.5, SHARES)
    np.testing.assert_allclose(found, np.abs(0.5 - SHARES).mean(-1), rtol=1e-6)


def test_a_single_prediction_needs_an_axis():
    with pytest.raises(ValueError, match=r"y_pred is a single number.*tf.reshape\(y_pred, \[1\]\)"):
        losses.mean_squared_error(1.0, 2.0)


@pytest.mark.parametrize("labels", [CLASSES, CLASSES[:, None]])
@pytest.mark.parametrize("name", ["categorical_crossentropy", "categorical_focal_crossentropy"])
def test_classes_where_one_hot_labels_belong(name, labels):
    with pytest.raises(ValueError) as caught:
        getattr(losses, name)(labels, SHARES)
    text = str(caught.value)
    assert (
        f"{name}: y_true has shape {labels.shape} and y_pred (4, 3): y_true holds classes" in text
    )
    assert "Use the loss 'sparse_categorical_crossentropy', or" in text
    assert "keras.utils.to_categorical(y_true, num_classes=3)" in text


@pytest.mark.parametrize(
    "loss",
    [
        losses.sparse_categorical_crossentropy,
        losses.SparseCategoricalCrossentropy(),
        losses.SparseCategoricalCrossentropy(ignore_class=0),
        losses.CategoricalGeneralizedCrossEntropy(),
    ],
    ids=["function", "class", "ignore_class", "generalized"],
)
def test_one_hot_labels_where_classes_belong(loss):
    expected = (
        r"y_true has shape \(4, 3\) and y_pred \(4, 3\): y_true holds one-hot labels.*Use the loss "
        r"'categorical_crossentropy', or np.argmax\(y_true, axis=-1\)"
    )
    with pytest.raises(ValueError, match=expected):
        loss(ONE_HOT, SHARES)


def test_classes_of_another_number_of_samples():
    with pytest.raises(ValueError, match=r"y_true has shape \(3,\).*so y_true of shape \(4,\)"):
        losses.sparse_categorical_crossentropy(CLASSES[:3], SHARES)


def test_text_is_no_label():
    with pytest.raises(ValueError, match=r"mean_squared_error: this op does not take strings"):
        losses.mean_squared_error(np.array(["a"]), SHARES)


def test_unknown_arguments():
    with pytest.raises(TypeError, match=r"huber\(\) has no argument 'dleta'. Did you mean 'delta'"):
        losses.huber(NUMBERS, SHARES, dleta=2.0)
    with pytest.raises(TypeError, match=r"missing a required argument: 'y_pred'"):
        losses.mean_squared_error(NUMBERS)
    with pytest.raises(TypeError, match=r"'from_logit'. Did you mean 'from_logits'"):
        losses.BinaryCrossentropy(from_logit=True)


def test_lists_of_numbers_are_tensors_of_floatx(monkeypatch):
    from keratin.keras._core.settings import settings

    assert losses.mean_squared_error([[1, 2]], [[3, 4]]).dtype == "float32"
    monkeypatch.setattr(settings, "floatx", "float64")
    found = losses.mean_squared_error([[0.1, 0.2]], [[0.3, 0.4]])
    assert found.dtype == "float64"
    assert losses.mean_squared_error([[1, 2]], [[3, 4]]).dtype == "float64"
    np.testing.assert_allclose(found, [0.04], rtol=1e-14)


def test_symbolic_predictions_give_symbolic_losses():
    from keratin.keras._core.symbolic import KerasTensor

    labels, predictions = KerasTensor((None, 3)), KerasTensor((None, 3))
    for name in ELEMENTWISE[:12] + SAME_SHAPE:
        found = getattr(losses, name)(labels, predictions)
        assert isinstance(found, KerasTensor) and tuple(found.shape) == (None,), name
    found = losses.sparse_categorical_crossentropy(KerasTensor((None,), "int32"), predictions)
    assert isinstance(found, KerasTensor) and tuple(found.shape) == (None,)
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    found = loss(KerasTensor((None, 1), "int32"), predictions)
    assert isinstance(found, KerasTensor) and tuple(found.shape) == ()
    found = losses.Circle()(KerasTensor((None,), "int32"), predictions)
    assert isinstance(found, KerasTensor) and tuple(found.shape) == ()
    found = losses.CTC()(KerasTensor((None, 2), "int32"), KerasTensor((None, 5, 3)))
    assert isinstance(found, KerasTensor) and tuple(found.shape) == ()
    found = losses.MeanSquaredError()(labels, predictions)
    assert isinstance(found, KerasTensor) and tuple(found.shape) == ()
