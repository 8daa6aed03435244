import copy

import jax
import numpy as np
import pytest

import keratin as tf
from keratin.keras import metrics
from keratin.keras._core import names
from tests.harness.real_keras import real


class Largest(metrics.Metric):
    def __init__(self, name="largest", **kwargs):
        super().__init__(name=name, **kwargs)
        self.value = tf.Variable(0.0, trainable=False)
        self.seen = self.add_weight(name="seen", initializer="zeros", dtype="int32")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.value.assign(tf.maximum(self.value, tf.reduce_max(y_pred)))
        self.seen.assign_add(tf.shape(y_pred)[0])

    def result(self):
        return {"largest": self.value, "seen": self.seen}


def test_a_subclass_keeps_variables_of_either_kind():
    metric = Largest()
    metric.update_state([0, 0], [0.25, 0.5])
    result = metric([0], [0.75])
    assert float(result["largest"]) == 0.75
    assert int(result["seen"]) == 3
    assert metric.variables == [metric.seen, metric.value]
    assert metric.variables == metric.weights == metric.non_trainable_variables
    assert metric.trainable_variables == []
    metric.reset_state()
    assert [variable.numpy() for variable in metric.variables] == [0, 0.0]
    assert metric.get_config() == {"name": "largest", "dtype": "float32"}
    assert Largest.from_config(metric.get_config()).name == "largest"


def test_a_traced_update_is_the_same():
    eager, traced = Largest(), Largest()
    step = tf.function(traced.update_state)
    for batch in (tf.constant([0.25, 0.5]), tf.constant([0.125, 0.75])):
        eager.update_state(batch, batch)
        step(batch, batch)
    assert [v.numpy() for v in eager.variables] == [v.numpy() for v in traced.variables]
    tf.function(traced.reset_state)()
    assert [v.numpy() for v in traced.variables] == [0, 0.0]


def test_metrics_within_a_metric_belong_to_it():
    class Both(metrics.Metric):
        def __init__(self):
            super().__init__(name="both")
            self.parts = [metrics.Mean(), metrics.Sum()]
            self.by_name = {"a": metrics.Mean(name="a")}
            self.own = self.add_variable((2,), "ones", name="own")
            self.more = {"more": [tf.Variable(1.0)]}

    metric = Both()
    assert [v.name for v in metric.variables] == [
        "own",
        "Variable:0",
        "total",
        "count",
        "total",
        "total",
        "count",
    ]
    assert metric.own.path == "both/own"
    metric.reset_state()
    assert all((v.numpy() == 0).all() for v in metric.variables)


def test_names_are_those_of_keras():
    names.reset()
    real.backend.clear_session()
    for space in (metrics, real.metrics):
        first, second = space.AUC(), space.AUC()
        made = [space.Recall(), space.MeanIoU(2), space.BinaryIoU(), space.F1Score(), space.Mean()]
        assert [first.name, second.name] == ["auc", "auc_1"]
        assert second.variables[0].path == "auc_1/true_positives"
        found = [metric.name for metric in made]
        assert found == ["recall", "mean_io_u", "binary_io_u", "f1_score", "mean"]
    assert metrics.Mean(name="a/b").variables[0].path == "a>b/total"
    assert repr(metrics.Mean()) == "<Mean name=mean>"


DIRECTIONS = {
    "up": "Accuracy BinaryAccuracy AUC Precision F1Score BinaryIoU CosineSimilarity R2Score "
    "PearsonCorrelation TopKCategoricalAccuracy",
    "down": "MeanSquaredError RootMeanSquaredError Hinge KLDivergence Poisson LogCoshError "
    "BinaryCrossentropy",
    "none": "Mean Sum FalsePositives TrueNegatives",
}


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_directions_are_those_of_keras(direction):
    for name in DIRECTIONS[direction].split():
        for space in (metrics, real.metrics):
            assert getattr(getattr(space, name)(), "_direction", "none") == direction


class OldMetric(metrics.Metric):
    """As it was written for Keras 2."""

    def __init__(self, name="old", dtype=None):
        super().__init__(name, dtype)
        self.total = self.add_weight("total", shape=(2,), initializer="zeros")
        self.count = self.add_weight("count", (), aggregation=None, initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.total.assign_add(y_pred)
        self.count.assign_add(1.0)

    def result(self):
        return self.total / self.count

    def reset_states(self):
        self.total.assign([-1.0, -1.0])
        self.count.assign(1.0)


def test_what_was_written_for_keras_2_works():
    metric = OldMetric()
    assert (metric.name, metric.dtype) == ("old", "float32")
    assert [v.path for v in metric.variables] == ["old/total", "old/count"]
    assert [tuple(v.shape) for v in metric.variables] == [(2,), ()]
    metric.update_state(None, [1.0, 2.0])
    np.testing.assert_array_equal(metric.result().numpy(), [1.0, 2.0])
    metric.reset_state()
    np.testing.assert_array_equal(metric.result().numpy(), [-1.0, -1.0])
    mean = metrics.Mean()
    mean.update_state(3.0)
    mean.reset_states()
    assert mean.result().numpy() == 0.0
    assert metrics.Metric("float16").dtype == "float16"
    assert metrics.Metric("share").name == "share"


def test_methods_without_state_agree_with_keras():
    ours, theirs = metrics.Mean(), real.metrics.Mean()
    for metric in (ours, theirs):
        metric.update_state([8.0])
        state = metric.stateless_update_state([2.0, 1.0], [4.0, 6.0], sample_weight=[1.0, 0.0])
        assert [float(value) for value in state] == [6.0, 2.0]
        assert float(metric.stateless_result(state)) == 3.0
        assert [float(value) for value in metric.stateless_reset_state()] == [0.0, 0.0]
        assert float(metric.result()) == 8.0
    largest = Largest()
    state = largest.stateless_update_state([2, 0.5], None, [0.75])
    assert [float(value) for value in state] == [3.0, 0.75]
    assert float(largest.stateless_result(largest.variables)["largest"]) == 0.0


def test_methods_without_state_can_be_compiled():
    metric = metrics.Mean()
    update = jax.jit(lambda state, x: [v._value for v in metric.stateless_update_state(state, x)])
    state = update([np.float32(2.0), np.float32(1.0)], np.array([4.0], "f4"))
    assert [float(value) for value in state] == [6.0, 2.0]
    outside = tf.constant([10.0])

    @tf.function
    def step(total):
        return metric.stateless_update_state([total, 1.0], outside)

    assert [float(value) for value in step(tf.constant(2.0))] == [12.0, 2.0]
    assert [v.numpy() for v in metric.variables] == [0.0, 0.0]


def test_copies_have_a_state_of_their_own():
    metric = metrics.Precision()
    metric.update_state([1, 0], [0.9, 0.9])
    twin = copy.deepcopy(metric)
    twin.update_state([1, 1], [0.9, 0.9])
    assert (metric.result().numpy(), twin.result().numpy()) == (0.5, 0.75)


def test_an_initializer_may_be_given():
    metric = metrics.Metric(name="m")
    assert metric.add_variable((2,), "ones", name="a").numpy().tolist() == [1.0, 1.0]
    assert metric.add_weight(name="b").numpy() == 0.0
    assert metric.add_weight((1,), dtype="int64").dtype == "int64"
    assert metric.dtype == "float32"


def test_errors_say_what_to_do():
    class Empty(metrics.Metric):
        pass

    class Careless(metrics.Metric):
        def __init__(self):
            self.total = self.add_weight(name="total")

    with pytest.raises(NotImplementedError, match=r"Empty has no update_state\(\). Write one"):
        Empty()([1.0])
    with pytest.raises(NotImplementedError, match=r"Empty has no result\(\)"):
        Empty().result()
    with pytest.raises(RuntimeError, match=r"Write super\(\).__init__\(name=name\) as the first"):
        Careless()
    with pytest.raises(ValueError, match=r"has 1 values, but the metric has 2 variables: \['total"):
        metrics.Mean().stateless_result([1.0])
    with pytest.raises(TypeError, match=r"no argument 'treshold'.*'threshold'"):
        metrics.BinaryAccuracy(treshold=0.3)
