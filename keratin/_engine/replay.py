"""A while loop that can be differentiated backwards, whatever its number of steps.

Going forwards it keeps a few states: every `stride`-th one, and when the shelf is full, every
second is dropped and the stride doubles. Going backwards it replays the steps from the nearest
state kept, one segment at a time, itself shelved in the same way. Memory is that of two shelves;
the time is that of about three forward loops up to SHELF ** 2 steps, and grows slowly after.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

SHELF = 64


def replayable_while(
    test: Callable[..., Any], step: Callable[..., Any], state: Any, consts: Any
) -> Any:
    """`while test(state, consts): state = step(state, consts)`, differentiable by both."""

    @jax.custom_vjp
    def run(state: Any, consts: Any) -> Any:
        return lax.while_loop(lambda s: test(s, consts), lambda s: step(s, consts), state)

    def forward(state: Any, consts: Any) -> Any:
        final, count, shelf, stride = _forward(test, step, state, consts)
        return final, (count, shelf, stride, consts)

    def backward(kept: Any, cotangent: Any) -> Any:
        count, shelf, stride, consts = kept
        return _backward(step, count, shelf, stride, consts, cotangent)

    run.defvjp(forward, backward)
    return run(state, consts)


def _forward(test: Any, step: Any, state: Any, consts: Any) -> Any:
    shelf = jax.tree.map(lambda a: jnp.zeros((SHELF, *a.shape), a.dtype), state)

    def body(carry: Any) -> Any:
        state, count, shelf, stride = carry
        full = count == SHELF * stride
        shelf = jax.tree.map(lambda s: lax.cond(full, _halved, lambda a: a, s), shelf)
        stride = jnp.where(full, stride * 2, stride)
        place = count // stride
        due = count % stride == 0
        shelf = jax.tree.map(
            lambda s, a: s.at[place].set(jnp.where(due, a, s[place])), shelf, state
        )
        return step(state, consts), count + 1, shelf, stride

    start = (state, jnp.int32(0), shelf, jnp.int32(1))
    return lax.while_loop(lambda carry: test(carry[0], consts), body, start)


def _halved(shelf: Any) -> Any:
    kept = shelf[::2]
    return jnp.concatenate([kept, jnp.zeros_like(kept)])


def _backward(step: Any, count: Any, shelf: Any, stride: Any, consts: Any, cotangent: Any) -> Any:
    inexact = jax.tree.map(_is_inexact, consts)
    start = (cotangent_like(shelf, cotangent), zeros_of(consts))

    def at(index: Any) -> Any:
        """The state before step `index`, replayed from the shelf."""
        place = index // stride
        state = jax.tree.map(lambda s: s[place], shelf)
        return lax.fori_loop(0, index - place * stride, lambda _, s: step(s, consts), state)

    def back(index: Any, state: Any, flows: Any) -> Any:
        flow, total = flows
        _, pull = jax.vjp(lambda s, c: step(s, c), state, consts)
        found, more = pull(_with_float0(state, flow))
        return _dense(found, state), jax.tree.map(_added, total, more, inexact)

    def segment(carry: Any) -> Any:
        """Replay one segment onto a second shelf, then step back through it."""
        end, flows = carry
        size = jnp.minimum(((end - 1) % stride) + 1, SHELF)
        first = end - size
        states = jax.tree.map(jnp.zeros_like, shelf)

        def fill(i: Any, both: Any) -> Any:
            state, states = both
            states = jax.tree.map(lambda s, a: s.at[i].set(a), states, state)
            return step(state, consts), states

        _, states = lax.fori_loop(0, size, fill, (at(first), states))

        def one(i: Any, flows: Any) -> Any:
            place = size - 1 - i
            return back(first + place, jax.tree.map(lambda s: s[place], states), flows)

        return first, lax.fori_loop(0, size, one, flows)

    _, (flow, total) = lax.while_loop(lambda carry: carry[0] > 0, segment, (count, start))
    state = jax.tree.map(lambda s: s[0], shelf)
    return _with_float0(state, flow), _with_float0(consts, total)


def _is_inexact(array: Any) -> bool:
    return bool(jnp.issubdtype(jnp.asarray(array).dtype, jnp.inexact))


def cotangent_like(shelf: Any, cotangent: Any) -> Any:
    """Cotangents of a state, with plain zeros where an integer has none."""
    return jax.tree.map(
        lambda s, c: c if _is_inexact(s) else jnp.zeros((), jnp.float32), shelf, cotangent
    )


def zeros_of(values: Any) -> Any:
    """Zero cotangents of values."""
    return jax.tree.map(
        lambda a: jnp.zeros_like(a) if _is_inexact(a) else jnp.zeros((), jnp.float32), values
    )


def _with_float0(values: Any, flow: Any) -> Any:
    return jax.tree.map(
        lambda a, f: f if _is_inexact(a) else np.zeros(jnp.shape(a), jax.dtypes.float0),
        values,
        flow,
    )


def _dense(found: Any, state: Any) -> Any:
    return jax.tree.map(
        lambda f, a: f if _is_inexact(a) else jnp.zeros((), jnp.float32), found, state
    )


def _added(total: Any, more: Any, inexact: bool) -> Any:
    return total + more if inexact else total
