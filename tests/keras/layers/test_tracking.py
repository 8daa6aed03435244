import keratin as tf
from keratin import keras
from keratin.keras import layers
from keratin.keras.layers import _tracking


class Everything(layers.Layer):
    def __init__(self):
        super().__init__()
        self.first = layers.Dense(1)
        self.many = [layers.Dense(1), {"inner": layers.Dense(1)}]
        self.twice = self.first
        self.count = keras.metrics.Mean()
        self.random = keras.random.SeedGenerator(1)
        self.scale = tf.Variable(1.0)
        self.module = tf.Module()
        self.module.weight = tf.Variable(2.0)


def test_parts_are_found_in_attributes_lists_and_dictionaries():
    layer = Everything()
    assert layer._layers == [layer.first, layer.many[0], layer.many[1]["inner"]]
    assert layer._metrics == [layer.count]
    assert layer._seed_generators == [layer.random]
    assert _tracking.own_variables(layer) == [layer.scale, layer.module.weight]


def test_lists_that_grow_later_count():
    layer = Everything()
    layer.many.append(layers.Dense(2, name="late"))
    assert "late" in [part.name for part in layer._layers]


def test_a_weight_that_is_replaced_is_forgotten():
    layer = layers.Layer()
    layer.w = tf.Variable(1.0)
    layer.w = tf.Variable(2.0)
    assert [float(w) for w in layer.weights] == [2.0]
    del layer.w
    assert layer.weights == []


def test_weights_leave_out_metrics_and_random_state():
    layer = Everything()
    assert len(layer.weights) == 2
    assert len(layer.variables) == 3  # and the state of the random generator
    assert len(layer.metrics_variables) == 2


def test_modules_find_the_weights_of_layers():
    module = tf.Module()
    module.layer = layers.Dense(1, name="d")
    module.layer.build((None, 2))
    assert [v.path for v in module.variables] == ["d/kernel", "d/bias"]
