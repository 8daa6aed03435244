"""Cross-entropies of arrays, which ops and losses share."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from keratin.keras._core import crossentropy
from tests.harness.real_keras import real

OUTPUT = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]], "float32")
TARGET = np.array([[0.0, 1.0, 0.0], [0.3, 0.7, 0.0]], "float32")
CLASSES = np.array([1, 0], "int32")

ROWS = [
    ("binary", TARGET, lambda t, o, from_logits: real.ops.binary_crossentropy(t, o, from_logits)),
    ("categorical", TARGET, real.ops.categorical_crossentropy),
    ("sparse", CLASSES, real.ops.sparse_categorical_crossentropy),
]


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize(("name", "target", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_parity(name, target, expected, from_logits):
    function = getattr(crossentropy, name)
    axis = () if name == "binary" else (-1,)

    def compare(output):
        ours = function(jnp.asarray(target), output, from_logits, *axis, 1e-7)
        return ours, expected(target, output, from_logits=from_logits)

    found, wanted = jax.jit(compare)(OUTPUT)
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)
    narrow = jax.jit(compare)(OUTPUT.astype("float16"))[0]
    assert narrow.dtype == "float16" and np.isfinite(narrow).all()
    np.testing.assert_allclose(narrow, wanted, rtol=1e-2, atol=1e-2)


def test_what_is_no_class_has_no_loss():
    found = crossentropy.sparse(jnp.array([7, -1]), jnp.asarray(OUTPUT), False, -1, 1e-7)
    np.testing.assert_array_equal(found, [0, 0])


def test_impossible_logits():
    logits = jnp.array([[0.0, -jnp.inf, 0.0]])
    found = crossentropy.sparse(jnp.array([0]), logits, True, -1, 1e-7)
    np.testing.assert_allclose(found, [np.log(2)], rtol=1e-6)
    assert crossentropy.sparse(jnp.array([1]), logits, True, -1, 1e-7)[0] == np.inf
