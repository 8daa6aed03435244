"""The gradient of a loop of unknown length equals that of the loop written out."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest


def run(replayed, count, x, w):
    from keratin._engine import replay

    def test(state, consts):
        return state[0] < count

    def step(state, consts):
        return state[0] + 1, jnp.sin(state[1] * consts[0]) + consts[1]

    start = (jnp.int32(0), x)
    if replayed:
        return replay.replayable_while(test, step, start, (w, x))[1].sum()
    for _ in range(count):
        start = step(start, (w, x))
    return start[1].sum()


@pytest.mark.parametrize("count", [0, 1, 3, 9, 16, 17, 40])
def test_gradients(monkeypatch, count):
    from keratin._engine import replay

    monkeypatch.setattr(replay, "SHELF", 4)  # small, so that the shelf overflows again and again
    x, w = jnp.linspace(0.1, 0.9, 3), jnp.float32(0.7)
    expected = jax.grad(lambda *a: run(False, count, *a), (0, 1))(x, w)
    found = jax.jit(jax.grad(lambda *a: run(True, count, *a), (0, 1)))(x, w)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
