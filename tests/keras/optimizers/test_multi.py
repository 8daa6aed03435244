import numpy as np
import pytest

from keratin import keras
from tests.harness.real_keras import real
from tests.keras.optimizers.agreement import convert, gradients, variables


def trained(library):
    optimizers = library.optimizers
    by_path = optimizers.OptimizerMap(
        optimizers.SGD(0.1, momentum=0.9, name="most"),
        {"ker.*": optimizers.Adam(0.05, use_ema=True, name="some")},
    )
    optimizer = optimizers.MultiOptimizer(by_path, loss_scale_factor=2.0, name="both")
    weights = variables(library)
    for given in gradients(6):
        optimizer.apply([convert(library, array) for array in given], weights)
    return optimizer, weights


def test_agrees_with_keras():
    ours, weights = trained(keras)
    theirs, expected = trained(real)
    pairs = [*zip(weights, expected, strict=True)]
    pairs += zip(ours.variables, theirs.variables, strict=True)
    for one, other in pairs:
        np.testing.assert_allclose(one.numpy(), np.asarray(other), rtol=1e-5, atol=1e-6)
    assert [v.path for v in ours.variables] == [v.path for v in theirs.variables]
    config = keras.optimizers.serialize(ours)
    assert config == real.optimizers.serialize(theirs)
    assert keras.optimizers.deserialize(config).get_config() == ours.get_config()
    assert [each.name for each in ours.optimizers] == ["some", "most"]
    for library, optimizer, values in ((keras, ours, weights), (real, theirs, expected)):
        assert library is not None
        optimizer.finalize_variable_values(values)
    np.testing.assert_allclose(weights[0].numpy(), np.asarray(expected[0]), rtol=1e-5)


def test_one_dispatch_for_all():
    optimizer, _ = trained(keras)
    assert len(optimizer._programs) == 1
    assert not any(each._programs for each in optimizer.optimizers)


def test_weights_go_round():
    optimizer, weights = trained(keras)
    values = optimizer.get_weights()
    optimizer.apply(gradients(1)[0], weights)
    optimizer.set_weights(values)
    for variable, value in zip(optimizer.variables, values, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


def test_function_in_place_of_a_map():
    one, other = keras.optimizers.SGD(1.0), keras.optimizers.SGD(0.5)
    optimizer = keras.optimizers.MultiOptimizer(lambda v: one if v.name == "a" else other)
    a, b = keras.Variable([0.0], name="a"), keras.Variable([0.0], name="b")
    with pytest.warns(UserWarning, match="do not exist for the variables 'b'"):
        optimizer.apply([np.ones(1, "float32"), None], [a, b])
    optimizer.apply([np.ones(1, "float32")] * 2, [a, b])
    assert a.numpy() == -2.0 and b.numpy() == -0.5


def test_learning_rates_are_those_of_the_optimizers():
    optimizer, _ = trained(keras)
    with pytest.raises(AttributeError, match=r"use optimizer.optimizers\[0\].learning_rate"):
        optimizer.learning_rate
    with pytest.raises(AttributeError, match="has a learning rate of its own"):
        optimizer.learning_rate = 0.1


def test_map():
    sgd, adam = keras.optimizers.SGD(), keras.optimizers.Adam()
    by_path = keras.optimizers.OptimizerMap(sgd)
    by_path["a/.*"] = adam
    by_path["b"] = adam
    assert by_path["a/x"] is adam and by_path["c"] is sgd and list(by_path) == ["a/.*", "b"]
    assert by_path.default_optimizer is sgd and len(by_path) == 2
    del by_path["b"]
    assert by_path["b"] is sgd
    by_path[".*x"] = sgd
    with pytest.raises(ValueError, match=r"'a/x' matches several patterns: 'a/.*', '.*x'"):
        by_path["a/x"]
    with pytest.raises(ValueError, match=r"has the optimizer 'adam.*' already; delete it first"):
        by_path["a/.*"] = sgd
    with pytest.raises(ValueError, match="a key is a path or a pattern; given 3"):
        by_path[3] = sgd
    with pytest.raises(ValueError, match="Put the MultiOptimizer into the LossScaleOptimizer"):
        by_path["z"] = keras.optimizers.LossScaleOptimizer(sgd)
    with pytest.raises(ValueError, match="an optimizer is needed; given 'sgd'"):
        by_path["z"] = "sgd"
    with pytest.raises(TypeError, match="default_optimizer is an optimizer; given 'sgd'"):
        keras.optimizers.OptimizerMap("sgd")
    with pytest.raises(TypeError, match="is a dictionary of patterns and optimizers; given"):
        keras.optimizers.OptimizerMap(sgd, [sgd])
    with pytest.raises(TypeError, match=r"optimizer_map is a keras.optimizers.OptimizerMap"):
        keras.optimizers.MultiOptimizer({"a": sgd})
