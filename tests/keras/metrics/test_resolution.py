import pytest

from keratin import keras
from keratin.keras import metrics
from keratin.keras.metrics._resolution import object_name, resolve

SHAPES = [
    ((None, 1), (None, 1), "Binary"),
    ((None,), (None, 1), "Binary"),
    ((None,), (None, 3), "SparseCategorical"),
    ((None, 1), (None, 3), "SparseCategorical"),
    ((None, 5), (None, 5, 3), "SparseCategorical"),
    ((None, 5, 1), (None, 5, 3), "SparseCategorical"),
    ((None, 3), (None, 3), "Categorical"),
    ((None, 5, 3), (None, 5, 3), "Categorical"),
    ((None, 1), (None, None), "Categorical"),
]
KINDS = {
    "accuracy": "Accuracy",
    "acc": "Accuracy",
    "ce": "Crossentropy",
    "crossentropy": "Crossentropy",
}


@pytest.mark.parametrize("identifier", KINDS)
@pytest.mark.parametrize(("y_true", "y_pred", "kind"), SHAPES)
def test_names_go_by_the_shapes(identifier, y_true, y_pred, kind):
    metric = resolve(identifier, y_true, y_pred)
    assert type(metric).__name__ == kind + KINDS[identifier]
    assert metric.name == identifier


@pytest.mark.parametrize(("y_true", "y_pred", "kind"), SHAPES)
def test_shapes_are_read_as_keras_reads_them(y_true, y_pred, kind):
    from keras.src.trainers.compile_utils import get_metric

    tensors = [type("Shaped", (), {"shape": shape}) for shape in (y_true, y_pred)]
    if None not in y_pred[-1:]:  # Keras compares the number of classes with 1
        assert type(get_metric("accuracy", *tensors)).__name__ == kind + "Accuracy"


def test_a_name_that_was_written_is_kept():
    assert resolve("ACC", (None, 1), (None, 1)).name == "ACC"
    assert resolve("mse", (None, 1), (None, 1)).name == "mse"
    assert resolve("AUC", (None, 1), (None, 1)).name == "AUC"
    assert resolve(metrics.MeanSquaredError(name="error"), (None, 1), (None, 1)).name == "error"


def test_functions_are_wrapped_under_their_name():
    def meanOf(y_true, y_pred):
        return y_pred

    metric = resolve(meanOf, (None, 1), (None, 1))
    assert type(metric) is metrics.MeanMetricWrapper and metric.name == "mean_of"
    assert metric([0.0], [3.0]).numpy() == 3.0
    assert resolve("huber", (None, 1), (None, 1)).name == "huber"
    loss = resolve(keras.losses.MeanSquaredError(name="squares"), (None, 1), (None, 1))
    assert (loss.name, loss._direction) == ("squares", "down")


def test_objects_have_the_name_of_their_class_if_no_other():
    class ThisThing:
        pass

    assert object_name(ThisThing()) == "this_thing"


def test_none_is_no_metric():
    with pytest.raises(ValueError, match="a metric is None; expected a name"):
        resolve(None, (None, 1), (None, 1))
