import inspect

import pytest

from keratin.keras import metrics
from tests.harness.real_keras import real

NAMES = {
    "mse": "MeanSquaredError",
    "MSE": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
    "bce": "BinaryCrossentropy",
    "binary_crossentropy": "BinaryCrossentropy",
    "categorical_accuracy": "CategoricalAccuracy",
    "sparse_categorical_accuracy": "SparseCategoricalAccuracy",
    "AUC": "AUC",
    "auc": "AUC",
    "Precision": "Precision",
    "recall": "Recall",
    "hinge": "Hinge",
    "poisson": "Poisson",
    "accuracy": "Accuracy",
    "cosine_similarity": "CosineSimilarity",
    "kl_divergence": "KLDivergence",
    "root_mean_squared_error": "RootMeanSquaredError",
    "r2_score": "R2Score",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_mean_what_they_mean_in_keras(name):
    assert type(metrics.get(name)).__name__ == NAMES[name]
    if name != "r2_score":  # Keras writes it r2_score as well, but of no use before a batch
        assert type(real.metrics.get(name)).__name__ == NAMES[name]


OLD_NAMES = {
    "acc": "Accuracy",
    "cosine_proximity": "CosineSimilarity",
    "kld": "KLDivergence",
    "kullback_leibler_divergence": "KLDivergence",
    "logcosh": "LogCoshError",
}


@pytest.mark.parametrize("name", OLD_NAMES)
def test_names_of_keras_1_and_2_are_known(name):
    assert type(metrics.get(name)).__name__ == OLD_NAMES[name]


def test_functions_are_found_where_there_is_no_class():
    assert metrics.get("huber") is metrics.huber


def test_objects_classes_and_configs_are_taken():
    metric = metrics.Mean()
    assert metrics.get(metric) is metric
    assert metrics.get(None) is None
    assert type(metrics.get(metrics.Mean)) is metrics.Mean
    found = metrics.get({"class_name": "Recall", "config": {"top_k": 2}})
    assert found.top_k == 2
    assert metrics.get(inspect.isclass) is inspect.isclass


def test_unknown_names_are_answered_with_the_nearest():
    with pytest.raises(ValueError, match=r"Unknown metric: 'acuracy'.* 'accuracy'"):
        metrics.get("acuracy")
    with pytest.raises(ValueError, match="This is no metric: 3"):
        metrics.get(3)


def test_functions_are_serialized_as_keras_does():
    ours = metrics.serialize(metrics.binary_accuracy)
    assert ours["class_name"] == "function" and ours["config"] == "binary_accuracy"
    assert metrics.deserialize(ours) is metrics.binary_accuracy


def test_custom_objects_are_found():
    class Share(metrics.Mean):
        pass

    config = {"class_name": "Share", "config": {"name": "share"}}
    read = metrics.deserialize(config, custom_objects={"Share": Share})
    assert type(read) is Share and read.name == "share"
