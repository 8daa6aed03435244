import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.harness.real_keras import real
from tests.keras.optimizers.agreement import check_names, convert, gradients, trained, variables

BOTH = {"use_ema": True, "gradient_accumulation_steps": 2}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("Adam", BOTH | {"amsgrad": True}), ("RMSprop", BOTH | {"momentum": 0.9, "centered": True})],
)
def test_names_and_shapes_with_all_slots(name, arguments):
    check_names(name, arguments)


@pytest.mark.parametrize("name", ["Adam", "Nadam", "Adafactor"])
def test_state_of_keras_goes_on_here(name):
    """An optimizer that loads the state of Keras's goes on as that does."""
    theirs, expected = trained(real, name, {}, steps=5)
    store = {}
    theirs.save_own_variables(store)
    ours = getattr(keras.optimizers, name)()
    weights = [keras.Variable(np.asarray(v), name=v.name) for v in expected]
    ours.build(weights)
    ours.load_own_variables(store)
    given = gradients()[5]
    theirs.apply([convert(real, each) for each in given], expected)
    ours.apply(given, weights)
    for one, other in zip(weights, expected, strict=True):
        np.testing.assert_allclose(one.numpy(), np.asarray(other), rtol=1e-5, atol=1e-6)


def test_state_goes_to_keras():
    ours, _ = trained(keras, "Adam", {}, steps=5)
    store = {}
    ours.save_own_variables(store)
    theirs = real.optimizers.Adam()
    theirs.build(variables(real))
    theirs.load_own_variables(store)
    assert int(theirs.iterations) == 5
    np.testing.assert_array_equal(np.asarray(theirs.variables[3]), ours.variables[3].numpy())


def test_weights_get_and_set():
    one, weights = trained(keras, "Adam", {}, steps=2)
    other = keras.optimizers.Adam()
    other.build(weights)
    other.set_weights(one.get_weights())
    for a, b in zip(one.variables, other.weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert list(other.variables()) == list(other.variables)
    with pytest.raises(ValueError, match="given 1 values for 6 variables: 'adam"):
        other.set_weights([1])
    with pytest.raises(ValueError, match=r"has shape \(4, 3\), the value given for it \(2,\)"):
        other.set_weights([0, 0.1, np.zeros(2), *one.get_weights()[3:]])
    with pytest.raises(ValueError, match=r"Call optimizer.build\(model.trainable_variables\)"):
        keras.optimizers.Adam().set_weights([])


def test_state_of_another_model_is_not_loaded():
    optimizer = keras.optimizers.SGD()
    with pytest.warns(UserWarning, match="it has 2 variables, the file 1. It has not been built"):
        optimizer.load_own_variables({"0": np.array(3)})
    assert int(optimizer.iterations) == 0


def test_variables_that_a_subclass_keeps_are_tracked():
    class Keeps(keras.optimizers.SGD):
        def build(self, variables):
            super().build(variables)
            self.one = keras.Variable(1.0, name="one")
            self.several = [keras.Variable(2.0, name="two"), None]
            self.named = {"x": tf.Variable(3.0, name="three")}
            self.models = list(variables)

    optimizer = Keeps()
    optimizer.build([keras.Variable([1.0], name="w")])
    names = [v.name for v in optimizer.variables]
    assert names == ["iteration", "learning_rate", "one", "two", "three:0"]


def test_variables_added_by_hand():
    optimizer = keras.optimizers.SGD(name="mine")
    weight = tf.Variable(tf.zeros([2, 3], "float64"), name="layer/w")
    made = optimizer.add_variable_from_reference(weight, "m")
    assert (made.path, tuple(made.shape), made.dtype) == ("mine/layer_w_0_m", (2, 3), "float64")
    former = optimizer.add_variable_from_reference(
        model_variable=weight, variable_name="v", initial_value=[1.0, 2.0]
    )
    assert former.path == "mine/layer_w_0_v"
    np.testing.assert_array_equal(former.numpy(), [1.0, 2.0])
    assert optimizer.add_variable((), dtype="int", name="n").dtype == "int64"
    with pytest.raises(ValueError, match=r"2 names .* need as many initializers; given 1"):
        optimizer.add_optimizer_variables([weight], ["a", "b"], ["zeros"])


def test_forgotten_super_init():
    class Forgets(keras.optimizers.Optimizer):
        def __init__(self):
            self.rho = 1.0

    with pytest.raises(RuntimeError, match=r"does not call super\(\).__init__\(learning_rate\)"):
        Forgets().build([])
