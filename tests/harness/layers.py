"""The contract that every layer goes through, beside the layer of Keras of the same name.

    CASES = [case("Dense", (2, 3), units=4), case("Add", [(2, 3), (2, 3)])]

    @pytest.mark.parametrize("given", CASES, ids=str)
    def test_layers(given):
        check(given)

A case says the class, the shape or shapes of the inputs (or arrays), and the arguments. `check`
gives both layers the same weights and compares: names, order and shapes of weights, outputs,
gradients by inputs and weights, the symbolic shape, the config; then that the traced layer gives
what the eager one gives, that a config makes an equal layer, and that mixed precision computes in
bfloat16 and keeps float32 weights.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import keratin as tf
from keratin import keras
from tests.harness.real_keras import real


@dataclass
class Case:
    """One layer, its inputs and its arguments."""

    layer: str
    inputs: Any
    arguments: dict[str, Any]
    call: dict[str, Any] = field(default_factory=dict)
    mixed: bool = True
    gradients: bool = True
    # Keys of the config that differ, each with a reason stated where the case is.
    config_differs: tuple[str, ...] = ()

    def __str__(self) -> str:
        # The same in every process: functions print with their place in memory.
        said = ",".join(f"{k}={'...' if callable(v) else v}" for k, v in self.arguments.items())
        return f"{self.layer}({said[:60]})"


def case(layer: str, inputs: Any, /, call: Any = None, **arguments: Any) -> Case:
    """A case; options of the case itself begin with an underscore: `_mixed=False`."""
    options = {name[1:]: arguments.pop(name) for name in list(arguments) if name.startswith("_")}
    return Case(layer, inputs, arguments, call or {}, **options)


def arrays(inputs: Any, seed: int = 0) -> Any:
    """Arrays of the shapes given; arrays as they are."""
    if isinstance(inputs, np.ndarray):
        return inputs
    if isinstance(inputs, tuple) and all(isinstance(size, int) for size in inputs):
        return np.random.default_rng(seed).normal(size=inputs).astype("float32")
    return [arrays(each, seed + i + 1) for i, each in enumerate(inputs)]


def _made(namespace: Any, given: Case, **more: Any) -> Any:
    arguments = {
        name: value(namespace)
        if callable(value) and getattr(value, "by_namespace", False)
        else value
        for name, value in given.arguments.items()
    }
    return getattr(namespace.layers, given.layer)(**arguments, **more)


def each(make: Any) -> Any:
    """An argument that is made of either package: `each(lambda keras: keras.layers.Dense(2))`."""
    make.by_namespace = True
    return make


def close(ours: Any, theirs: Any, tolerance: float = 1e-5) -> None:
    """Assert that two structures of arrays are equal up to rounding."""
    mine = [np.asarray(leaf) for leaf in tf.nest.flatten(ours)]
    other = [np.asarray(leaf) for leaf in jax.tree.leaves(theirs)]
    assert len(mine) == len(other)
    for a, b in zip(mine, other, strict=True):
        assert a.shape == b.shape
        scale = max(1.0, float(np.max(np.abs(b), initial=0.0)))
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * scale)


def check(given: Case) -> None:
    """Hold a layer against Keras's."""
    inputs = arrays(given.inputs)
    theirs, ours = _made(real, given), _made(keras, given)
    _build(theirs, inputs, given)
    ours(inputs, **given.call)
    assert [v.name for v in ours.weights] == [v.name for v in theirs.weights]
    assert [tuple(v.shape) for v in ours.weights] == [tuple(v.shape) for v in theirs.weights]
    assert [v.trainable for v in ours.weights] == [v.trainable for v in theirs.weights]
    _share_weights(ours, theirs)
    expected, gradients = _theirs(theirs, inputs, given)
    outputs = ours(inputs, **given.call)
    close(outputs, expected)
    assert [t.dtype.name for t in tf.nest.flatten(outputs)] == [
        np.dtype(t.dtype).name for t in jax.tree.leaves(expected)
    ]
    _share_weights(ours, theirs)
    if given.gradients:
        close(_gradients(ours, inputs, given), gradients, 2e-5)
    _check_symbolic(given, inputs, outputs)
    _check_traced(ours, inputs, outputs, given)
    _check_config(given, theirs)
    if given.mixed:
        _check_mixed(given, inputs)


def _build(theirs: Any, inputs: Any, given: Case) -> None:
    """Have Keras's layer make its weights, without a kernel for each of its ops."""

    def symbolic(array: Any) -> Any:
        return real.Input(batch_shape=array.shape, dtype=array.dtype.name)

    taken = [symbolic(a) for a in inputs] if isinstance(inputs, list) else symbolic(inputs)
    theirs(taken, **given.call)


def _theirs(theirs: Any, inputs: Any, given: Case) -> tuple[Any, list[Any]]:
    """Keras's outputs, and the gradients of their weighted sum, of one program."""
    leaves, structure = jax.tree.flatten(inputs)
    floating = _floating(leaves)
    fixed = [v.value for v in theirs.non_trainable_variables]

    def loss(trainable: Any, moving: Any) -> Any:
        full = list(leaves)
        for i, leaf in zip(floating, moving, strict=True):
            full[i] = leaf
        taken = jax.tree.unflatten(structure, full)
        outputs, _ = theirs.stateless_call(trainable, fixed, taken, **given.call)
        floats = _floats(jax.tree.leaves(outputs))
        return sum(jnp.sum(_weights(i, leaf) * leaf) for i, leaf in enumerate(floats)), outputs

    differentiated = jax.grad(loss, argnums=(0, 1), has_aux=True)
    trainable = [v.value for v in theirs.trainable_variables]
    moving = [leaves[i] for i in floating]
    if not given.gradients:
        return jax.jit(loss)(trainable, moving)[1], []
    gradients, outputs = jax.jit(differentiated)(trainable, moving)
    return outputs, [*gradients[0], *gradients[1]]


def _weights(index: int, leaf: Any) -> np.ndarray:
    """What an output is multiplied by before all are summed."""
    return np.random.default_rng(index).normal(size=leaf.shape).astype(np.dtype(leaf.dtype.name))


def _share_weights(ours: Any, theirs: Any) -> None:
    random = np.random.default_rng(3)
    values = []
    for variable in theirs.weights:
        value = np.asarray(variable.value)
        if value.dtype.kind == "f":
            # Variances stay positive.
            value = np.abs(random.normal(0.3, 0.3, value.shape)).astype(value.dtype)
        values.append(value)
    theirs.set_weights(values)
    ours.set_weights(values)


def _gradients(ours: Any, inputs: Any, given: Case) -> list[Any]:
    leaves = inputs if isinstance(inputs, list) else [inputs]
    tensors = [tf.constant(leaf) for leaf in leaves]
    watched = [tensors[i] for i in _floating(leaves)]
    with tf.GradientTape() as tape:
        tape.watch(watched)
        outputs = ours(tensors if isinstance(inputs, list) else tensors[0], **given.call)
    floats = _floats(tf.nest.flatten(outputs))
    found = tape.gradient(
        floats,
        [*ours.trainable_variables, *watched],
        output_gradients=[tf.constant(_weights(i, leaf)) for i, leaf in enumerate(floats)],
        unconnected_gradients="zero",
    )
    return [tf.convert_to_tensor(gradient) for gradient in found]


def _floating(leaves: Any) -> list[int]:
    return [i for i, leaf in enumerate(leaves) if leaf.dtype.kind == "f"]


def _floats(leaves: Any) -> list[Any]:
    return [leaf for leaf in leaves if "float" in str(leaf.dtype)]


def _check_symbolic(given: Case, inputs: Any, outputs: Any) -> None:
    layer = _made(keras, given)

    def symbolic(array: Any) -> Any:
        return keras.Input(array.shape[1:], dtype=array.dtype.name)

    taken = [symbolic(a) for a in inputs] if isinstance(inputs, list) else symbolic(inputs)
    result = tf.nest.flatten(layer(taken, **given.call))
    for found, real_one in zip(result, tf.nest.flatten(outputs), strict=True):
        assert len(found.shape) == len(real_one.shape)
        for size, actual in zip(found.shape, real_one.shape, strict=True):
            assert size in (None, actual)
        assert found.dtype == real_one.dtype


def _check_traced(ours: Any, inputs: Any, outputs: Any, given: Case) -> None:
    if given.call.get("training"):
        return  # statistics move with each call
    traced = tf.function(lambda x: ours(x, **given.call))(inputs)
    close(traced, tf.nest.map_structure(np.asarray, outputs), 2e-6)


def _check_config(given: Case, theirs: Any) -> None:
    ours = _made(keras, given, name="the_layer")
    config = ours.get_config()
    json.dumps(config)
    again = type(ours).from_config(config)
    assert again.get_config() == config
    expected = _made(real, given, name="the_layer").get_config()
    # None says the same as no entry: which of them stand there differs from layer to layer.
    ours_said, theirs_said = (
        {k: _plain(v) for k, v in c.items() if v is not None and k not in given.config_differs}
        for c in (config, expected)
    )
    assert ours_said == theirs_said


def _plain(value: Any) -> Any:
    """JSON's view of a value, without the registered names and build shapes of parts."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if k != "registered_name" and v is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value


def _check_mixed(given: Case, inputs: Any) -> None:
    layer = _made(keras, given, dtype="mixed_bfloat16")
    outputs = layer(inputs, **given.call)
    assert {leaf.dtype.name for leaf in _floats(tf.nest.flatten(outputs))} <= {"bfloat16"}
    assert {v.dtype.name for v in layer.weights if v.dtype.is_floating} <= {"float32"}
