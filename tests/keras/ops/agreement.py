"""Rows of calls of keras.ops, on which Keratin and Keras have to agree.

A row is compared in values, shapes and, where it has `gradient=True`, gradients; and the shapes and
dtypes that a functional model infers with those of the result.
"""

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from keratin import keras
from keratin._engine.tensor import Tensor
from keratin.keras._core.symbolic import KerasTensor
from tests.harness.real_keras import real


@dataclass
class Row:
    name: str
    args: tuple
    kwargs: dict = field(default_factory=dict)
    gradient: bool = False
    symbolic: bool = True
    tolerance: float = 1e-5


def row(name, *args, gradient=False, symbolic=True, tolerance=1e-5, **kwargs):
    """`keras.ops.name(*args, **kwargs)`; arrays of NumPy are given as tensors."""
    found = Row(name, args, kwargs, gradient, symbolic, tolerance)
    return pytest.param(found, id=f"{name}-{_described(args, kwargs)}"[:60])


def _described(args, kwargs):
    parts = [_text(value) for value in args] + [f"{k}={_text(v)}" for k, v in kwargs.items()]
    return " ".join(parts)


def _text(value):
    if isinstance(value, np.ndarray):
        return f"{value.dtype.name}{list(value.shape)}".replace(" ", "")
    return str(value).replace("\n", "")


def floats(*shape, low=-2.0, high=2.0, seed=0):
    """Numbers between bounds, of float32."""
    draw = np.random.default_rng(seed).uniform(low, high, shape)
    return draw.astype(np.float32)


def ints(*shape, low=-5, high=6, seed=0, dtype=np.int32):
    """Whole numbers from `low` to below `high`."""
    return np.random.default_rng(seed).integers(low, high, shape).astype(dtype)


def bools(*shape, seed=0):
    """Truth values."""
    return np.random.default_rng(seed).integers(0, 2, shape).astype(bool)


def _is_array(value):
    return isinstance(value, np.ndarray)


def _mapped(function, structure):
    return jax.tree.map(
        lambda leaf: function(leaf) if _is_array(leaf) else leaf,
        structure,
        is_leaf=lambda leaf: _is_array(leaf) or leaf is None,
    )


def check(tf, given):
    """Compare a row with Keras."""
    ours_of = getattr(keras.ops, given.name)
    theirs_of = getattr(real.ops, given.name)
    assert getattr(keras.ops.numpy, given.name) is ours_of
    if given.gradient:
        ours = _check_gradient(tf, ours_of, theirs_of, given)
    else:
        ours = ours_of(*_mapped(tf.constant, given.args), **_mapped(tf.constant, given.kwargs))
        theirs = theirs_of(*_mapped(jnp.asarray, given.args), **_mapped(jnp.asarray, given.kwargs))
        same(ours, theirs, given.tolerance)
    if given.symbolic and any(map(_is_array, jax.tree.leaves((given.args, given.kwargs)))):
        _check_inference(ours_of, given, ours)


def same(ours, theirs, tolerance=1e-5):
    """Assert equal structures, shapes and values."""
    if isinstance(theirs, (list, tuple)):
        assert isinstance(ours, (list, tuple)) and len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            same(one, other, tolerance)
        return
    one, other = np.asarray(ours), np.asarray(theirs)
    assert one.shape == other.shape
    if one.dtype.kind == "b" or other.dtype.kind == "b":
        assert one.dtype.kind == other.dtype.kind
    np.testing.assert_allclose(
        one.astype(_comparable(one)), other.astype(_comparable(other)), tolerance, tolerance
    )


def _comparable(array):
    return np.complex128 if array.dtype.kind == "c" else np.float64


def _check_inference(function, given, result):
    def symbol(array):
        return KerasTensor(array.shape, array.dtype)

    inferred = function(*_mapped(symbol, given.args), **_mapped(symbol, given.kwargs))
    results = result if isinstance(result, (list, tuple)) else [result]
    symbols = inferred if isinstance(inferred, (list, tuple)) else [inferred]
    assert len(results) == len(symbols)
    for one, other in zip(symbols, results, strict=True):
        if isinstance(other, Tensor):
            assert isinstance(one, KerasTensor)
            assert tuple(one.shape) == tuple(other.shape)
            assert one.dtype == other.dtype


def _check_gradient(tf, ours_of, theirs_of, given):
    """Compare results and gradients; theirs in one program, which compiles sooner than steps."""
    places = [
        i for i, value in enumerate(given.args) if _is_array(value) and value.dtype.kind in "fc"
    ]
    arrays = [given.args[i] for i in places]
    sources = [tf.constant(array) for array in arrays]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        ours = ours_of(*_filled(given, places, sources, tf.constant), **given.kwargs)
    parts = _floating(ours)
    weights = [tf.constant(_weights(part.shape)) for part in parts]
    found = tape.gradient(parts, sources, weights, unconnected_gradients="zero")

    def loss(arrays):
        result = theirs_of(*_filled(given, places, arrays, jnp.asarray), **given.kwargs)
        total = sum(jnp.sum(part * _weights(part.shape)) for part in _floating(result))
        return total, result

    expected, theirs = jax.jit(jax.grad(loss, has_aux=True))(arrays)
    same(ours, theirs, given.tolerance)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(np.asarray(one), other, given.tolerance, given.tolerance)
    return ours


def _filled(given, places, values, convert):
    """The arguments, with these values in some places."""
    filled = list(_mapped(convert, given.args))
    for place, value in zip(places, values, strict=True):
        filled[place] = value
    return filled


def _weights(shape):
    return np.cos(np.arange(np.prod(shape, dtype=int)).reshape(shape)).astype(np.float32)


def _floating(result):
    parts = result if isinstance(result, (list, tuple)) else [result]
    return [p for p in parts if getattr(p.dtype, "kind", "") in ("float", "f")]
