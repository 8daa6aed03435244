"""Optimizers as programs for older Keras call and write them."""

import numpy as np
import pytest

import keratin as tf
from keratin import keras


def test_minimize():
    weight = tf.Variable([2.0, 3.0])
    optimizer = keras.optimizers.SGD(lr=0.5)
    optimizer.minimize(lambda: tf.reduce_sum(weight * weight) / 2, var_list=[weight])
    np.testing.assert_allclose(weight.numpy(), [1.0, 1.5])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(weight * weight) / 2
    optimizer.minimize(loss, lambda: [weight], tape=tape)
    np.testing.assert_allclose(weight.numpy(), [0.5, 0.75])
    with pytest.raises(ValueError, match=r"Give tape=..., or the loss as a function"):
        optimizer.minimize(loss, [weight])


def test_minimize_scales_the_loss_and_gradients():
    weight = tf.Variable(2.0)
    keras.optimizers.SGD(0.5, loss_scale_factor=8.0).minimize(lambda: weight * weight, [weight])
    assert weight.numpy() == 0.0


def test_arguments_of_apply_gradients():
    weight = tf.Variable(1.0)
    optimizer = keras.optimizers.SGD(0.5)
    pairs = [(tf.constant(1.0), weight)]
    optimizer.apply_gradients(zip(*zip(*pairs, strict=True), strict=True), name="step")
    optimizer.apply_gradients(pairs, skip_gradients_aggregation=True)
    done = optimizer.apply_gradients(pairs, experimental_aggregate_gradients=False)
    assert weight.numpy() == -0.5 and int(done) == 3


def test_epsilon_none():
    for name in ("Adam", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam", "AdamW"):
        assert getattr(keras.optimizers, name)(epsilon=None).epsilon == keras.config.epsilon()


class OfKeras211(keras.optimizers.Optimizer):
    """As Keras 2.11 to 2.15 had it: two arguments, names of its own for slots."""

    def __init__(self, learning_rate=0.5, name="of_211", **kwargs):
        super().__init__(name=name, **kwargs)
        self._learning_rate = self._build_learning_rate(learning_rate)

    def build(self, var_list):
        super().build(var_list)
        if hasattr(self, "_built") and self._built:
            return
        self.sums = [
            self.add_variable_from_reference(model_variable=v, variable_name="sum")
            for v in var_list
        ]
        self._built = True

    def update_step(self, gradient, variable):
        lr = tf.cast(self.learning_rate, variable.dtype)
        total = self.sums[self._index_dict[self._var_key(variable)]]
        total.assign_add(gradient)
        variable.assign_sub(lr * total)


class OfKeras2(keras.optimizers.Optimizer):
    """As Keras 2.0 to 2.10 had it: slots and hypers."""

    def __init__(self, learning_rate=0.5, factor=1.0, name="OfKeras2", **kwargs):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("factor", factor)

    def _create_slots(self, var_list):
        for variable in var_list:
            self.add_slot(variable, "sum")

    def _resource_apply_dense(self, grad, var, apply_state=None):
        state = (apply_state or {}).get((var.device, var.dtype)) or self._fallback_apply_state(
            var.device, var.dtype
        )
        total = self.get_slot(var, "sum")
        total.assign_add(grad * self._get_hyper("factor", var.dtype))
        return var.assign_sub(state["lr_t"] * total, use_locking=self._use_locking)

    def get_config(self):
        return {**super().get_config(), "factor": self._serialize_hyperparameter("factor")}


@pytest.mark.parametrize("cls", [OfKeras211, OfKeras2])
def test_subclasses_of_old(cls):
    weight = tf.Variable([1.0])
    optimizer = cls()
    for _ in range(2):
        optimizer.apply_gradients([(tf.constant([1.0]), weight)])
    np.testing.assert_allclose(weight.numpy(), [1 - 0.5 - 1.0])
    assert not optimizer._in_python
    assert [v.name for v in optimizer.variables] == ["iteration", "learning_rate", "Variable_0_sum"]


def test_hypers():
    optimizer = OfKeras2(factor=2.0, decay=1.0, lr=1.0)
    assert optimizer.factor == 2.0 and optimizer.get_config()["factor"] == 2.0
    assert optimizer.get_config()["decay"] == 1.0
    weight = tf.Variable([1.0])
    optimizer.apply_gradients([(tf.constant([1.0]), weight)])
    assert weight.numpy() == -1.0 and optimizer.get_slot_names() == ["sum"]
    assert OfKeras2(factor=lambda: 3.0).factor == 3.0


def test_unknown_attribute():
    with pytest.raises(AttributeError, match=r"'SGD' has no attribute 'learning_rat'. Did you"):
        keras.optimizers.SGD().learning_rat
