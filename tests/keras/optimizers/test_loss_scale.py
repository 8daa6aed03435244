import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.harness.real_keras import real
from tests.keras.optimizers.agreement import convert, gradients, variables

OVERFLOWS = (3, 4, 9)


def step_of(library, optimizer, given, weights):
    """A step; Keras on JAX can take it with values only, not with variables."""
    if library is keras:
        optimizer.apply(given, weights)
        return
    if not optimizer.built:
        optimizer.build(weights)
    values = [[v.value for v in each] for each in (optimizer.variables, weights)]
    new_weights, new_own = optimizer.stateless_apply(values[0], given, values[1])
    pairs = [*zip(weights, new_weights, strict=True)]
    for variable, value in (*pairs, *zip(optimizer.variables, new_own, strict=True)):
        variable.assign(value)


def trained(library):
    inner = library.optimizers.Adam(0.1, clipnorm=0.5, name="inner")
    optimizer = library.optimizers.LossScaleOptimizer(
        inner, initial_scale=8.0, dynamic_growth_steps=3, name="outer"
    )
    weights = variables(library)
    scales = []
    for step, given in enumerate(gradients(12)):
        if step in OVERFLOWS:
            given[0][1, 1] = np.inf
        step_of(library, optimizer, [convert(library, 8.0 * array) for array in given], weights)
        scales.append(float(optimizer.dynamic_scale))
    return optimizer, weights, scales


def test_agrees_with_keras():
    ours, weights, scales = trained(keras)
    theirs, expected, others = trained(real)
    assert scales == others and set(scales) == {4.0, 8.0, 16.0}
    assert len(ours.variables) == len(theirs.variables)
    pairs = [*zip(weights, expected, strict=True)]
    pairs += zip(ours.variables, theirs.variables, strict=True)
    for one, other in pairs:
        np.testing.assert_allclose(one.numpy(), np.asarray(other), rtol=1e-5, atol=1e-6)
    assert [v.path for v in ours.variables] == [v.path for v in theirs.variables]
    assert int(ours.iterations) == 12 - len(OVERFLOWS)
    assert keras.optimizers.serialize(ours) == real.optimizers.serialize(theirs)
    assert float(keras.optimizers.deserialize(keras.optimizers.serialize(ours)).lr) == np.float32(
        0.1
    )


def test_stateless_is_the_same():
    eager, weights, _ = trained(keras)
    optimizer = keras.optimizers.LossScaleOptimizer(
        keras.optimizers.Adam(0.1, clipnorm=0.5), initial_scale=8.0, dynamic_growth_steps=3
    )
    start = variables(keras)
    optimizer.build(start)
    own, values = list(optimizer.variables), start
    for step, given in enumerate(gradients(12)):
        if step in OVERFLOWS:
            given[0][1, 1] = np.inf
        values, own = optimizer.stateless_apply(own, [8.0 * array for array in given], values)
    for one, other in zip([*values, *own], [*weights, *eager.variables], strict=True):
        np.testing.assert_array_equal(np.asarray(one), other.numpy())


def test_learning_rate_is_the_inner_one():
    inner = keras.optimizers.SGD(0.5)
    optimizer = keras.optimizers.LossScaleOptimizer(inner, initial_scale=1.0)
    optimizer.learning_rate = 0.25
    assert float(inner.learning_rate) == float(optimizer.lr) == 0.25
    weight = keras.Variable([0.0])
    optimizer.apply([np.ones(1, "float32")], [weight])
    inner.clipvalue = 0.5  # the program of the outer one takes note
    optimizer.apply([np.ones(1, "float32")], [weight])
    assert weight.numpy() == -0.375


def test_loops_of_keras_2():
    weight = tf.Variable(2.0)
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.25), initial_scale=4.0)
    optimizer.build([weight])
    for expected in (1.0, 0.5):
        with tf.GradientTape() as tape:
            scaled = optimizer.get_scaled_loss(weight * weight)
        given = optimizer.get_unscaled_gradients(tape.gradient(scaled, [weight]))
        optimizer.apply_gradients(zip(given, [weight], strict=True))
        assert weight.numpy() == expected
    assert len(optimizer._programs) == 1


def test_minimize():
    weight = tf.Variable(2.0)
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.25))
    optimizer.minimize(lambda: weight * weight, [weight])
    assert weight.numpy() == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"dynamic": False}, r"Adam\(loss_scale_factor=1024.0\)"),
        ({"clipnorm": 1.0}, "does not take clipnorm; give it to the inner optimizer"),
    ],
)
def test_what_it_does_not_take(arguments, message):
    with pytest.raises(ValueError, match=message):
        keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(), **arguments)


def test_inner_must_be_an_optimizer():
    with pytest.raises(TypeError, match="inner_optimizer is an optimizer; given 'adam'"):
        keras.optimizers.LossScaleOptimizer("adam")


def test_all_gradients_missing():
    optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD())
    with pytest.raises(ValueError, match="no variable has a gradient"):
        optimizer.apply([None], [keras.Variable([0.0])])
