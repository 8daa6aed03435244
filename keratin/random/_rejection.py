"""Rejection sampling for whole arrays: every element tries until one of its tries is accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

# Below this many elements, picking out those that are not done costs more than it saves.
_WORTH_PICKING = 1 << 16
_PART = 8


def until_done(
    step: Callable[[Any, Any, Any], Any],
    is_open: Callable[[Any], Any],
    value: Any,
    parameters: Any = (),
) -> Any:
    """The value once no element of it is open.

    `step(value, turn, parameters)` gives the value anew, closed elements as they were; turns are
    counted from zero. Values and parameters are (trees of) vectors of one length, and an element's
    step looks at what belongs to it alone. Once few elements are open they are picked out, so that
    the last ones do not keep the others busy. A step that gives one array is one loop over memory;
    from two arrays, XLA makes two loops that both do all of the work.
    """
    size = jax.tree.leaves(value)[0].shape[0]
    zero = jnp.zeros((), jnp.uint64)

    def run(value: Any, turn: Any, parameters: Any, goes_on: Any) -> Any:
        return lax.while_loop(
            lambda now: goes_on(is_open(now[0])),
            lambda now: (step(now[0], now[1], parameters), now[1] + np.uint64(1)),
            (value, turn),
        )

    if size < _WORTH_PICKING:
        return run(value, zero, parameters, jnp.any)[0]
    part = size // _PART
    value, turn = run(value, zero, parameters, lambda o: jnp.sum(o, dtype=jnp.int32) > part)

    def pick(value: Any) -> Any:
        chosen = jnp.nonzero(is_open(value), size=part, fill_value=size)[0]
        some = jax.tree.map(lambda x: x.at[chosen].get(mode="clip"), (value, parameters))
        done = run(some[0], turn, some[1], lambda o: jnp.any(o & (chosen < size)))[0]
        return jax.tree.map(lambda x, y: x.at[chosen].set(y, mode="drop"), value, done)

    return lax.while_loop(lambda value: jnp.any(is_open(value)), pick, value)
