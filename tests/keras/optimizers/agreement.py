"""Steps of an optimizer beside those of Keras: same start, same gradients."""

import copy

import numpy as np

from keratin import keras
from tests.harness.real_keras import real

SHAPES = {"kernel": (4, 3), "bias": (3,)}
STEPS = 20


def gradients(steps=STEPS, dtype="float32"):
    """Gradients of each step for each variable; some of them large, some zero."""
    draw = np.random.default_rng(7)
    found = []
    for step in range(steps):
        size = 3.0 if step % 5 == 4 else 0.5
        found.append([(size * draw.normal(size=s)).astype(dtype) for s in SHAPES.values()])
    found[0][1][:1] = 0
    return found


def variables(library, dtype="float32"):
    draw = np.random.default_rng(3)
    return [
        library.Variable(draw.normal(size=shape).astype(dtype), dtype=dtype, name=name)
        for name, shape in SHAPES.items()
    ]


def convert(library, array):
    return library.ops.convert_to_tensor(array) if library is real else array


def trained(library, name, arguments, steps=STEPS, prepare=None, dtype="float32"):
    """The optimizer and the variables after some steps."""
    optimizer = getattr(library.optimizers, name)(**made(library, arguments))
    weights = variables(library, dtype)
    if prepare is not None:
        prepare(optimizer, weights)
    for given in gradients(steps, dtype):
        optimizer.apply([convert(library, array) for array in given], weights)
    return optimizer, weights


def made(library, arguments):
    """Arguments that are schedules are written as functions of the library's schedules."""
    return {
        name: value(library.optimizers.schedules) if callable(value) else value
        for name, value in arguments.items()
    }


def check_steps(name, arguments, prepare=None, tolerance=1e-5):
    """Weights and state of optimizers agree after each of many steps."""
    ours, weights = trained(keras, name, arguments, prepare=prepare)
    theirs, expected = trained(real, name, arguments, prepare=prepare)
    for one, other in zip(weights, expected, strict=True):
        np.testing.assert_allclose(one.numpy(), np.asarray(other), rtol=tolerance, atol=tolerance)
    assert len(ours.variables) == len(theirs.variables)
    for one, other in zip(ours.variables, theirs.variables, strict=True):
        np.testing.assert_allclose(
            one.numpy(), np.asarray(other), rtol=5e-5, atol=tolerance, err_msg=one.path
        )


def check_names(name, arguments):
    """Variables agree in order, shapes and names."""
    both = []
    for library in (keras, real):
        optimizer = getattr(library.optimizers, name)(name="opt", **made(library, arguments))
        optimizer.build(variables(library))
        both.append([(v.path, tuple(v.shape)) for v in optimizer.variables])
    ours, theirs = both
    assert [shape for _, shape in ours] == [shape for _, shape in theirs]
    # Variables that Keras makes outside of the optimizer's name have none worth keeping.
    named = [(a, b) for (a, _), (b, _) in zip(ours, theirs, strict=True) if b.startswith("opt/")]
    assert [a for a, _ in named] == [b for _, b in named]


def check_config(name, arguments):
    """Configs agree; each library makes the same optimizer of the other's."""
    ours = getattr(keras.optimizers, name)(name="opt", **made(keras, arguments))
    theirs = getattr(real.optimizers, name)(name="opt", **made(real, arguments))
    config = keras.saving.serialize_keras_object(ours)
    assert config == real.saving.serialize_keras_object(theirs)
    # Keras changes the config that it reads.
    copied = copy.deepcopy(config)
    assert real.saving.deserialize_keras_object(copied).get_config() == theirs.get_config()
    again = keras.optimizers.deserialize(config)
    assert type(again) is type(ours)
    assert again.get_config() == ours.get_config()


def check(name, arguments):
    check_config(name, arguments)
    check_names(name, arguments)
    check_steps(name, arguments)
