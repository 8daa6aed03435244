import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras.training.compiled import CompiledLoss, CompiledMetrics
from tests.harness.real_keras import real

RNG = np.random.default_rng(0)
A, B = RNG.random((6, 1)).astype("float32"), RNG.random((6, 3)).astype("float32")
TRUE_A, CLASSES = RNG.random((6, 1)).astype("float32"), np.arange(6) % 3
NAMES = ["size", "kind"]
SPARSE = "sparse_categorical_crossentropy"


def tensors(structure):
    return tf.nest.map_structure(tf.constant, structure)


def of_keras(loss, loss_weights, y_true, y_pred, names, weights=None):
    compiled = real.src.trainers.compile_utils.CompileLoss(loss, loss_weights, output_names=names)
    total = compiled(y_true, y_pred, weights)
    return float(total), {m.name: float(m.result()) for m in compiled.metrics}


LOSSES = {
    "one": ("mse", None, TRUE_A, A, ["size"]),
    "weighed": ("mse", 0.5, TRUE_A, A, ["size"]),
    "lists": (["mse", SPARSE], [0.5, 2.0], [TRUE_A, CLASSES], [A, B], NAMES),
    "names": (
        {"kind": SPARSE, "size": "mae"},
        {"size": 0.5, "kind": 2.0},
        {"size": TRUE_A, "kind": CLASSES},
        {"size": A, "kind": B},
        NAMES,
    ),
    "crossentropy": ("crossentropy", None, CLASSES, B, ["kind"]),
}


@pytest.mark.parametrize("name", LOSSES)
def test_totals_agree_with_keras(name):
    loss, weights, y_true, y_pred, names = LOSSES[name]
    expected, parts = of_keras(loss, weights, y_true, y_pred, names)
    compiled = CompiledLoss(loss, weights, names)
    total = compiled(tensors(y_true), tensors(y_pred))
    assert float(total) == pytest.approx(expected, rel=1e-5)
    found = {metric.name: float(metric.result()) for metric in compiled.metrics}
    assert found == pytest.approx(parts, rel=1e-5)


def test_sample_weights_are_for_one_output_or_all():
    compiled = CompiledLoss("mse", None, NAMES)
    both = tensors([A, A]), tensors([TRUE_A, TRUE_A])
    weights = tf.constant(np.array([2, 0, 0, 0, 0, 0], "float32"))
    one = float(CompiledLoss("mse", None, ["size"])(tf.constant(A), tf.constant(TRUE_A), weights))
    plain = float(CompiledLoss("mse", None, ["size"])(tf.constant(A), tf.constant(TRUE_A)))
    assert float(compiled(*both, weights)) == pytest.approx(2 * one, rel=1e-5)
    assert float(compiled(*both, [weights, None])) == pytest.approx(one + plain, rel=1e-5)


def test_an_output_without_loss():
    compiled = CompiledLoss([None, SPARSE], None, NAMES)
    total = compiled(tensors([TRUE_A, CLASSES]), tensors([A, B]))
    alone = CompiledLoss(SPARSE, None, ["kind"])(tf.constant(CLASSES), tf.constant(B))
    assert float(total) == float(alone)
    partial = CompiledLoss([None, SPARSE], None, NAMES)
    assert float(partial(tf.constant(CLASSES), tensors([A, B]))) == float(alone)


def test_functions_and_several_losses_of_one_output():
    def distance(y_true, y_pred):
        return tf.reduce_mean(tf.abs(y_true - y_pred), axis=-1)

    compiled = CompiledLoss([distance, "mse"], [1.0, 3.0], ["size"])
    total = float(compiled(tf.constant(TRUE_A), tf.constant(A)))
    expected = np.mean(np.abs(TRUE_A - A)) + 3 * np.mean((TRUE_A - A) ** 2)
    assert total == pytest.approx(expected, rel=1e-5)
    assert [m.name for m in compiled.metrics] == ["distance_loss", "mse_loss"]


@pytest.mark.parametrize(
    ("loss", "weights", "message"),
    [
        (["mse"] * 3, None, "a list of 3 for a model of 2 outputs"),
        ({"kinds": "mse"}, None, "Did you mean 'kind'"),
        ("mse", [1.0, 2.0, 3.0], "loss_weights: a list of 3"),
        ("mse", {"sizes": 1.0}, "Did you mean 'size'"),
        ("mse", ["a", "b"], "loss_weights: a number for each loss"),
        ([None, None], None, "it is None for all outputs"),
        ("meen_squared_error", None, "Did you mean 'mean_squared_error'"),
    ],
)
def test_errors_of_losses(loss, weights, message):
    with pytest.raises(ValueError, match=message):
        CompiledLoss(loss, weights, NAMES).build([TRUE_A, TRUE_A], [A, A])


def metrics_of_keras(metrics, weighted, y_true, y_pred, names, weights):
    compiled = real.src.trainers.compile_utils.CompileMetrics(metrics, weighted, output_names=names)
    compiled.update_state(y_true, y_pred, weights)
    return {name: float(value) for name, value in compiled.result().items()}


WEIGHTS = RNG.random(6).astype("float32")

METRICS = {
    "one": (["mae", "mse"], None, TRUE_A, A, ["size"]),
    "accuracy": (["accuracy", "acc"], None, CLASSES, B, ["kind"]),
    "weighted": (["mae"], ["mae"], TRUE_A, A, ["size"]),
    "twice": (["mae", "mae"], None, TRUE_A, A, ["size"]),
    "lists": ([["mae"], ["accuracy"]], [[], ["accuracy"]], [TRUE_A, CLASSES], [A, B], NAMES),
    "names": (
        {"kind": ["accuracy", SPARSE]},
        {"size": "mse"},
        {"size": TRUE_A, "kind": CLASSES},
        {"size": A, "kind": B},
        NAMES,
    ),
}


@pytest.mark.parametrize("name", METRICS)
def test_metrics_agree_with_keras(name):
    metrics, weighted, y_true, y_pred, names = METRICS[name]
    expected = metrics_of_keras(metrics, weighted, y_true, y_pred, names, WEIGHTS)
    compiled = CompiledMetrics(metrics, weighted, names)
    compiled.update_state(tensors(y_true), tensors(y_pred), tf.constant(WEIGHTS))
    found = {key: float(value) for key, value in compiled.result().items()}
    assert found == pytest.approx(expected, rel=1e-5)
    compiled.reset_state()
    assert all(float(value) == 0 for value in compiled.result().values())
    assert len(compiled.variables) >= 2


def test_a_metric_of_ones_own_and_one_for_all_outputs():
    class Largest(keras.metrics.Metric):
        def __init__(self, name="largest"):
            super().__init__(name=name)
            self.top = self.add_weight(name="top", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.top.assign(tf.maximum(self.top, tf.reduce_max(y_pred)))

        def result(self):
            return self.top

    compiled = CompiledMetrics([Largest()], None, ["size"])
    compiled.update_state(tf.constant(TRUE_A), tf.constant(A))
    assert float(compiled.result()["largest"]) == A.max()
    both = CompiledMetrics(["mae"], None, NAMES)
    both.update_state(tensors([TRUE_A, TRUE_A]), tensors([A, A]))
    assert set(both.result()) == {"size_mae", "kind_mae"}


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        ({"kinds": ["mae"]}, "Did you mean 'kind'"),
        ([["mae"]] * 3, "metrics: a list of 3 for a model of 2 outputs"),
        (["mean_absolute_eror"], "Did you mean 'mean_absolute_error'"),
        (3, "metrics: a list of metrics"),
    ],
)
def test_errors_of_metrics(metrics, message):
    with pytest.raises(ValueError, match=message):
        CompiledMetrics(metrics, None, NAMES).build([TRUE_A, TRUE_A], [A, A])


def test_accuracy_without_labels_has_no_meaning():
    with pytest.raises(ValueError, match="stand for what fits the labels"):
        CompiledMetrics(["accuracy"], None, ["kind"]).build(None, B)


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ([A, B], ["size_loss", "kind_loss"]),  # as the model lists them
        ({"size": A, "kind": B}, ["kind_loss", "size_loss"]),  # as the losses are listed
    ],
)
def test_losses_are_in_the_order_of_keras(outputs, expected):
    compiled = CompiledLoss({"kind": SPARSE, "size": "mse"}, None, NAMES)
    labels = {"size": TRUE_A, "kind": CLASSES}
    compiled(tensors(labels), tensors(outputs))
    assert [metric.name for metric in compiled.metrics] == expected
