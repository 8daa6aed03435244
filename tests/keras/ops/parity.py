"""Rows of a table, each an op of Keras on some arguments, compared with Keras itself.

Compared are structure, dtypes, shapes, values, gradients by every floating array, and what a
functional model is told of shapes and dtypes where the size of the batch is not known.
"""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras._core.symbolic import KerasTensor
from tests.harness.real_keras import real


@dataclass
class Row:
    space: str
    name: str
    args: tuple
    kwargs: dict
    gradient: bool
    symbolic: bool
    tolerance: float
    compiled: bool

    def of(self, keras_like):
        """The function of this row, in Keratin or in Keras."""
        space = keras_like.ops
        return getattr(getattr(space, self.space) if self.space else space, self.name)


def table(space=""):
    """A function that makes rows of a namespace of keras.ops."""

    def row(
        name,
        *args,
        gradient=True,
        symbolic=True,
        tolerance=1e-5,
        compiled=True,
        slow=False,
        **kwargs,
    ):
        given = Row(space, name, args, kwargs, gradient, symbolic, tolerance, compiled)
        parts = [_text(value) for value in args] + [f"{k}={_text(v)}" for k, v in kwargs.items()]
        marks = [pytest.mark.slow] if slow else []
        return pytest.param(given, marks=marks, id=f"{name}-{' '.join(parts)}"[:70])

    return row


def floats(*shape, seed=0, dtype="float32"):
    """Normal numbers."""
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def shares(*shape, seed=0):
    """Numbers between 0.05 and 0.95."""
    return np.random.default_rng(seed).uniform(0.05, 0.95, shape).astype("float32")


def _text(value):
    if isinstance(value, np.ndarray):
        return f"{value.dtype.name}{list(value.shape)}".replace(" ", "")
    return str(value).replace("\n", "")


def _is_array(value):
    return isinstance(value, np.ndarray)


def _mapped(function, structure):
    return jax.tree.map(lambda leaf: function(leaf) if _is_array(leaf) else leaf, structure)


def _leaves(result):
    return jax.tree.leaves(result, is_leaf=lambda leaf: isinstance(leaf, (tf.Tensor, KerasTensor)))


def weights(shape):
    """What outputs are multiplied with before they are summed up, so that no gradient is even."""
    return np.cos(np.arange(np.prod(shape, dtype=int)).reshape(shape)).astype(np.float32)


def _total(leaves, multiply, add_up, real_part):
    parts = [leaf for leaf in leaves if "float" in str(leaf.dtype) or "complex" in str(leaf.dtype)]
    sums = [add_up(multiply(real_part(part), weights(tuple(part.shape)))) for part in parts]
    return sum(sums[1:], sums[0])


def check(row):
    """Compare a row with Keras."""
    __tracebackhide__ = True
    leaves, tree = jax.tree.flatten((row.args, row.kwargs))
    places = [i for i, leaf in enumerate(leaves) if _is_array(leaf) and leaf.dtype.kind == "f"]
    places = places if row.gradient else []
    theirs, their_gradients = _theirs(row, leaves, tree, places)
    ours, our_gradients = _ours(row, leaves, tree, places)
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        _same(np.asarray(one), other, row.tolerance)
    for one, other in zip(our_gradients, their_gradients, strict=True):
        np.testing.assert_allclose(np.asarray(one), other, row.tolerance, row.tolerance)
    if row.symbolic:
        _check_inference(row, ours)


def _theirs(row, leaves, tree, places):
    function = row.of(real)

    def loss(arrays):
        filled = [jnp.asarray(leaf) if _is_array(leaf) else leaf for leaf in leaves]
        for place, array in zip(places, arrays, strict=True):
            filled[place] = array
        args, kwargs = jax.tree.unflatten(tree, filled)
        found = jax.tree.leaves(function(*args, **kwargs))
        return _total(found, jnp.multiply, jnp.sum, jnp.real) if places else None, found

    # As Keras on JAX is by default; Keratin turns 64 bits on.
    with jax.enable_x64(False):
        arrays = [leaves[place] for place in places]
        if not places:
            # One program compiles quicker than the many that Keras is made of.
            run = jax.jit(lambda: loss([])[1]) if row.compiled else lambda: loss([])[1]
            found, gradients = run(), []
        else:
            (_, found), gradients = jax.jit(jax.value_and_grad(loss, has_aux=True))(arrays)
        return [np.asarray(leaf) for leaf in found], [np.asarray(leaf) for leaf in gradients]


def _ours(row, leaves, tree, places):
    filled = [tf.constant(leaf) if _is_array(leaf) else leaf for leaf in leaves]
    sources = [filled[place] for place in places]
    args, kwargs = jax.tree.unflatten(tree, filled)
    with tf.GradientTape() as tape:
        tape.watch(sources)
        found = _leaves(row.of(keras)(*args, **kwargs))
        total = _total(found, tf.multiply, tf.reduce_sum, tf.math.real) if sources else None
    assert all(isinstance(leaf, tf.Tensor) for leaf in found)
    return found, tape.gradient(total, sources, unconnected_gradients="zero") if sources else []


def _same(one, other, tolerance):
    assert one.dtype == other.dtype and one.shape == other.shape
    wide = np.complex128 if one.dtype.kind == "c" else np.float64
    tolerance = 2e-3 if one.dtype.itemsize == 2 and one.dtype.kind == "f" else tolerance
    np.testing.assert_allclose(one.astype(wide), other.astype(wide), tolerance, tolerance)


def _check_inference(row, ours):
    """With the size of the batch unknown: the first one of the first array, and all like it."""
    arrays = [leaf for leaf in jax.tree.leaves((row.args, row.kwargs)) if _is_array(leaf)]
    batch = arrays[0].shape[:1] if arrays[0].ndim > 1 else None

    def symbol(array):
        shape = (None, *array.shape[1:]) if array.shape[:1] == batch else array.shape
        return KerasTensor(shape, array.dtype)

    args, kwargs = _mapped(symbol, (row.args, row.kwargs))
    symbols = _leaves(row.of(keras)(*args, **kwargs))
    for one, other in zip(symbols, ours, strict=True):
        assert isinstance(one, KerasTensor) and one.dtype == other.dtype
        assert len(one.shape) == len(other.shape)
        known = [(a, b) for a, b in zip(one.shape, other.shape, strict=True) if a is not None]
        assert all(a == b for a, b in known)


def refused(function, *args, **kwargs) -> Any:
    """The message of the error that a call raises."""
    with pytest.raises((ValueError, TypeError)) as caught:
        function(*args, **kwargs)
    return str(caught.value)
