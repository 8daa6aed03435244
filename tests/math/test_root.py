"""Roots and reciprocals: what comes in as zero goes out as zero, at any order and in any mode."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

AT = np.array([0.0, 0.25, 4.0], np.float32)
NAMES = ["sqrt", "rsqrt", "reciprocal"]


def function(name):
    from keratin.math import _root

    return getattr(_root, name)


@pytest.mark.parametrize("name", NAMES)
def test_an_incoming_zero_stays_zero(name):
    _, pull = jax.vjp(function(name), AT)
    (found,) = pull(jnp.zeros(3, jnp.float32))
    assert found.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("name", NAMES)
def test_elsewhere_the_derivatives_are_the_usual_ones(name):
    usual = {"sqrt": lambda x: x**0.5, "rsqrt": lambda x: x**-0.5, "reciprocal": lambda x: 1 / x}
    ours, theirs = function(name), usual[name]
    x = jnp.float32(0.7)
    for order in (jax.grad, lambda f: jax.grad(jax.grad(f)), lambda f: jax.jacfwd(jax.grad(f))):
        np.testing.assert_allclose(order(ours)(x), order(theirs)(x), rtol=1e-5)
    batch = jnp.linspace(0.5, 2.0, 4, dtype=jnp.float32)
    found = jax.jit(jax.vmap(jax.grad(ours)))(batch)
    np.testing.assert_allclose(found, jax.vmap(jax.grad(theirs))(batch), rtol=1e-5)


def test_quotients(tf):
    from keratin.math._root import quotient

    x, y = jnp.float32(3.0), jnp.float32(2.0)
    assert quotient(x, y) == 1.5
    assert [float(g) for g in jax.grad(quotient, (0, 1))(x, y)] == [0.5, -0.75]
