"""Kinds of functions."""

import inspect


def test_functions_are_told_apart(tf):
    types = tf.types.experimental
    double = tf.function(lambda x: x * 2)
    concrete = double.get_concrete_function(tf.constant(1.0))
    assert isinstance(double, types.PolymorphicFunction)
    assert types.GenericFunction is types.PolymorphicFunction
    assert isinstance(concrete, types.ConcreteFunction)
    assert not isinstance(double, types.ConcreteFunction)
    assert not isinstance(len, types.Callable)
    assert not isinstance(double, types.AtomicFunction)


def test_a_function_type_is_a_signature(tf):
    kind = tf.types.experimental.FunctionType
    found = kind.from_callable(lambda x, y=1: x)
    assert isinstance(found, inspect.Signature)
    assert found.bind(3).arguments == {"x": 3}
