import numpy as np
import pytest

import keratin as tf
from keratin import keras

ONE = np.ones(2, "float32")


def pair(name="w"):
    return keras.Variable(np.zeros(2, "float32"), name=name)


class Doubling(keras.optimizers.Optimizer):
    """As a user of Keras 3 writes one."""

    def __init__(self, learning_rate=0.1, factor=2.0, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.factor = factor

    def build(self, variables):
        super().build(variables)
        self.counts = []
        for variable in variables:
            self.counts.append(self.add_variable_from_reference(variable, name="count"))

    def update_step(self, gradient, variable, learning_rate):
        count = self.counts[self._get_variable_index(variable)]
        self.assign_add(count, tf.ones_like(count))
        rate = tf.cast(learning_rate, variable.dtype)
        self.assign_sub(variable, rate * gradient * self.factor)


def test_subclass():
    weight = pair()
    optimizer = Doubling(0.5)
    for _ in range(2):
        optimizer.apply([ONE], [weight])
    np.testing.assert_array_equal(weight.numpy(), [-2, -2])
    np.testing.assert_array_equal(optimizer.counts[0].numpy(), [2, 2])
    assert not optimizer._in_python and len(optimizer._programs) == 1
    again = Doubling.from_config(optimizer.get_config())
    assert again.factor == 2.0 and float(again.learning_rate) == 0.5


def test_constraints_are_kept():
    weight = keras.Variable(ONE, constraint=lambda w: tf.maximum(w, 0.0))
    keras.optimizers.SGD(3.0).apply([ONE], [weight])
    np.testing.assert_array_equal(weight.numpy(), [0, 0])


def test_variables_that_take_their_gradient():
    weight, scale = pair("w"), pair("scale")
    scale.overwrite_with_gradient = True
    optimizer = keras.optimizers.Adam(0.5)
    optimizer.apply([ONE, 7 * ONE], [weight, scale])
    np.testing.assert_array_equal(scale.numpy(), [7, 7])
    assert not any("scale" in v.name for v in optimizer.variables)


def test_variables_that_take_the_greatest_gradient_of_a_round():
    scale, weight = pair("scale"), pair("w")
    scale.overwrite_with_gradient = True
    optimizer = keras.optimizers.SGD(0.5, gradient_accumulation_steps=2)
    for value in (5, 3, 2, 1):
        optimizer.apply([value * ONE, ONE], [scale, weight])
        found = scale.numpy()[0]
        assert found == {5: 0, 3: 5, 2: 5, 1: 2}[value]


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "Adam"])
@pytest.mark.parametrize("arguments", [{}, {"clipnorm": 1.0}, {"loss_scale_factor": 2.0}])
def test_gradients_of_rows(name, arguments):
    rows = tf.IndexedSlices([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [3, 0, 3], [4, 2])
    found = []
    for gradient in (rows, tf.convert_to_tensor(rows)):
        table = keras.Variable(np.ones((4, 2), "float32"))
        optimizer = getattr(keras.optimizers, name)(0.5, **arguments)
        for _ in range(2):
            optimizer.apply([gradient], [table])
        found.append(table.numpy())
    np.testing.assert_allclose(*found, rtol=1e-6)


def test_untouched_rows_are_not_computed():
    rows = tf.IndexedSlices([[1.0]], [0])
    table = keras.Variable(np.ones((1000, 1), "float32"))
    optimizer = keras.optimizers.Adagrad(0.5)
    optimizer.apply([rows], [table])
    (program,) = optimizer._programs.values()
    text = str(program.graph_text()).split("as compiled")[0]
    assert "sqrt" in text
    assert not [line for line in text.splitlines() if "sqrt" in line and "1000,1" in line]


def test_missing_gradients_are_named():
    weight, other = pair("w"), pair("other")
    optimizer = keras.optimizers.SGD(1.0)
    with pytest.warns(UserWarning, match="do not exist for the variables 'other', which stay"):
        optimizer.apply([ONE, None], [weight, other])
    assert weight.numpy()[0] == -1 and other.numpy()[0] == 0
    with pytest.raises(ValueError, match=r"no variable has a gradient \('w', 'other'\)"):
        optimizer.apply([None, None], [weight, other])


def test_gradients_that_do_not_fit():
    weight = pair()
    optimizer = keras.optimizers.SGD(1.0, name="sgd")
    optimizer.build([weight])
    with pytest.raises(ValueError, match=r"sgd: 2 gradients for 1 variables. Give one gradient"):
        optimizer.apply([ONE, ONE])
    with pytest.raises(ValueError, match=r"'w' has shape \(2,\), its gradient \(3,\). Are"):
        optimizer.apply([np.ones(3, "float32")])
    with pytest.raises(TypeError, match=r"has dtype float32, its gradient int64. Only"):
        optimizer.apply([np.ones(2, "int64")])
    with pytest.raises(ValueError, match="was built for the variables 'w', and does not know 'x'"):
        optimizer.apply([ONE], [pair("x")])
    with pytest.raises(ValueError, match="gradients without variables need an optimizer that"):
        keras.optimizers.SGD().apply([ONE])
    assert int(optimizer.iterations) == 0
    optimizer.apply([np.ones(2, "float64")])
    assert weight.numpy()[0] == -1


def test_no_gradients_at_all():
    optimizer = keras.optimizers.SGD()
    optimizer.apply([], [])
    assert int(optimizer.apply_gradients([])) == 0 and not optimizer.built


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"clipnorm": 1.0, "clipvalue": 1.0}, "give one of clipnorm, clipvalue, global_clipnorm"),
        ({"use_ema": True, "ema_momentum": 2.0}, r"ema_momentum lies in \[0, 1\]; given 2.0"),
        ({"use_ema": True, "ema_overwrite_frequency": 0.5}, "is a whole number of steps, or None"),
        ({"gradient_accumulation_steps": 1}, "must be 2 or more; given 1"),
        ({"momentum": 2}, r"momentum lies in \[0, 1\]; given 2"),
    ],
)
def test_arguments_that_make_no_sense(arguments, message):
    with pytest.raises(ValueError, match=message):
        keras.optimizers.SGD(**arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("AdamW", {"weight_decay": None}, "Use keras.optimizers.Adam for none"),
        ("Lion", {"beta_1": 0.0}, "beta_1 is greater than 0"),
        ("Ftrl", {"learning_rate_power": 0.5}, "learning_rate_power is 0 or less; given 0.5"),
        ("Ftrl", {"l1_regularization_strength": -1}, "l1_regularization_strength is 0 or more"),
    ],
)
def test_arguments_of_families_that_make_no_sense(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(keras.optimizers, name)(**arguments)


def test_unknown_argument():
    with pytest.raises(TypeError, match=r"has no argument 'momentun'. Did you mean 'momentum'\?"):
        keras.optimizers.SGD(momentun=0.9)


def test_subclass_without_its_parts():
    with pytest.raises(ValueError, match=r"Write super\(\).__init__\(learning_rate=learning_rate"):
        keras.optimizers.Optimizer().build([])
    with pytest.raises(NotImplementedError, match="has a method update_step"):
        keras.optimizers.Optimizer(0.1).apply([ONE], [pair()])


def test_stateless_apply_of_what_does_not_fit():
    optimizer = keras.optimizers.SGD(0.5)
    with pytest.raises(ValueError, match="stateless_apply needs an optimizer that knows"):
        optimizer.stateless_apply([], [], [])
    optimizer.build([pair()])
    with pytest.raises(ValueError, match="optimizer_variables has 1 entries; the optimizer was"):
        optimizer.stateless_apply([0], [ONE], [ONE])


def test_steps_of_accumulation_count_once():
    optimizer = keras.optimizers.SGD(1.0, gradient_accumulation_steps=2)
    weight = pair()
    seen = []
    for value in (1, 3, 5):
        optimizer.apply([value * ONE], [weight])
        seen.append((int(optimizer.iterations), weight.numpy()[0]))
    assert seen == [(0, 0), (1, -2), (1, -2)]


def test_eagerly_run_functions():
    tf.config.run_functions_eagerly(True)
    try:
        optimizer = keras.optimizers.Adam(0.5)
        weight = pair()
        optimizer.apply([ONE], [weight])
        assert not optimizer._programs
    finally:
        tf.config.run_functions_eagerly(False)
    np.testing.assert_allclose(weight.numpy(), [-0.5, -0.5], rtol=1e-5)


def test_steps_are_not_recorded():
    weight = tf.Variable(2.0)
    optimizer = keras.optimizers.SGD(0.5)
    with tf.GradientTape() as tape:
        loss = weight * weight
        optimizer.apply_gradients([(tf.constant(4.0), weight)])
    assert tape.gradient(loss, weight).numpy() == 4.0 and weight.numpy() == 0.0
