"""Rejection for whole arrays, on tries whose outcome is known."""

import jax.numpy as jnp
import numpy as np
import pytest


@pytest.mark.parametrize("size", [1, 1000, 1 << 16, (1 << 16) + 7])
def test_each_element_stops_at_its_own_turn(tf, size):
    from keratin.random._rejection import until_done

    needed = np.random.RandomState(1).geometric(0.5, size) + np.arange(size) % 3

    def step(value, turn, needed):
        done = turn + np.uint64(1) >= needed
        return jnp.where((value < 0) & done, turn.astype(jnp.float64), value)

    value = until_done(step, lambda v: v < 0, jnp.full(size, -1.0), jnp.asarray(needed, jnp.uint64))
    assert np.array_equal(value, needed - 1)


def test_what_is_closed_from_the_start_is_left_alone(tf):
    from keratin.random._rejection import until_done

    value = until_done(
        lambda v, *_: jnp.where(v < 0, 0.0, v), lambda v: v < 0, jnp.array([5.0, -1.0])
    )
    assert value.tolist() == [5.0, 0.0]
