"""Recurrent cells applied along sequences: a whole sequence is one op.

What all steps of the inputs contribute is one product before the loop; the loop has the product of
the state alone. The gradient goes back through the loop for the activations only: those of the
weights are products of all steps at once, after it.

A cell here is a description that can be hashed. Its states begin with the output. `inputs` of a
step are the products with the kernel, `inner` those of the output before with the recurrent kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine import errors
from keratin._engine.op import Array, Static, T, Ts, op

Arrays = tuple[Any, ...]
OnArrays = Callable[[Any], Any]


@dataclass(frozen=True)
class SimpleCell:
    """`activation(inputs + inner)`."""

    activation: OnArrays = jnp.tanh

    gates = 1
    state_count = 1
    # Whether the loop has one product alone, so that the gradient below applies.
    is_plain = True

    def step(self, inputs: Any, inner: Any, states: Arrays) -> Arrays:
        """The states after a step."""
        return (self.activation(inputs + inner),)

    def forward(self, inputs: Any, inner: Any, states: Arrays) -> tuple[Arrays, Any]:
        """The states after a step, and what `pull` needs."""
        return self.step(inputs, inner, states), (inputs, inner, states)

    def pull(self, kept: Any, cotangents: Arrays) -> tuple[Any, Any, Arrays]:
        """The gradients by the inputs, by the inner product and by the states before."""
        _, pull = jax.vjp(self.step, *kept)
        found: tuple[Any, Any, Arrays] = pull(cotangents)
        return found


@dataclass(frozen=True)
class LSTMCell(SimpleCell):
    """Four gates: of the input, of forgetting, the candidate, of the output."""

    recurrent_activation: OnArrays = jax.nn.sigmoid

    gates = 4
    state_count = 2

    def _is_usual(self) -> bool:
        return self.activation is jnp.tanh and self.recurrent_activation is jax.nn.sigmoid

    def step(self, inputs: Any, inner: Any, states: Arrays) -> Arrays:
        """The states after a step."""
        if self._is_usual():
            return self.forward(inputs, inner, states)[0]
        parts = _parts(inputs + inner, 4)
        taken, kept, given = [self.recurrent_activation(parts[i]) for i in (0, 1, 3)]
        carry = kept * states[1] + taken * self.activation(parts[2])
        return given * self.activation(carry), carry

    def forward(self, inputs: Any, inner: Any, states: Arrays) -> tuple[Arrays, Any]:
        """The states after a step, and what `pull` needs."""
        if not self._is_usual():
            return super().forward(inputs, inner, states)
        gates = _squashed(inputs + inner, (0.5, 0.5, 1.0, 0.5))
        taken, kept, candidate, given = _parts(gates, 4)
        carry = kept * states[1] + taken * candidate
        shown = jnp.tanh(carry)
        return (given * shown, carry), (gates, shown, states[1])

    def pull(self, kept: Any, cotangents: Arrays) -> tuple[Any, Any, Arrays]:
        """The gradients by the inputs, by the inner product and by the states before."""
        if not self._is_usual():
            return super().pull(kept, cotangents)
        gates, shown, before = kept
        taken, forgot, candidate, given = _parts(gates, 4)
        output, carry = cotangents
        carry = carry + output * given * (1 - shown * shown)
        # For each gate what it was multiplied by, and the gradient of that product.
        others = jnp.concatenate([candidate, before, taken, shown], -1)
        products = jnp.concatenate([carry, carry, carry, output], -1)
        low = _per_gate((0.0, 0.0, -1.0, 0.0), gates)
        total = products * others * (gates - low) * (1 - gates)
        return total, total, (None, carry * forgot)


@dataclass(frozen=True)
class GRUCell(LSTMCell):
    """Three gates: of updating, of resetting, the candidate; resets the inner product."""

    gates = 3
    state_count = 1

    def _mixed(self, inputs: Any, inner: Any) -> tuple[Any, Any, Any, Any]:
        """The gates, the candidate, and the part of the inner product that is reset."""
        size = inputs.shape[-1] // 3
        total = inputs[:, : 2 * size] + inner[:, : 2 * size]
        if self._is_usual():
            old, reset = _parts(_squashed(total, (0.5, 0.5)), 2)
        else:
            old, reset = [self.recurrent_activation(part) for part in _parts(total, 2)]
        last = inner[:, 2 * size :]
        return old, reset, self.activation(inputs[:, 2 * size :] + reset * last), last

    def step(self, inputs: Any, inner: Any, states: Arrays) -> Arrays:
        """The states after a step."""
        old, _, candidate, _ = self._mixed(inputs, inner)
        return (old * states[0] + (1 - old) * candidate,)

    def forward(self, inputs: Any, inner: Any, states: Arrays) -> tuple[Arrays, Any]:
        """The states after a step, and what `pull` needs."""
        if not self._is_usual():
            return SimpleCell.forward(self, inputs, inner, states)
        old, reset, candidate, last = self._mixed(inputs, inner)
        after = old * states[0] + (1 - old) * candidate
        return (after,), (old, reset, candidate, last, states[0])

    def pull(self, kept: Any, cotangents: Arrays) -> tuple[Any, Any, Arrays]:
        """The gradients by the inputs, by the inner product and by the states before."""
        if not self._is_usual():
            return SimpleCell.pull(self, kept, cotangents)
        old, reset, candidate, last, before = kept
        (output,) = cotangents
        by_candidate = output * (1 - old) * (1 - candidate * candidate)
        by_old = output * (before - candidate) * old * (1 - old)
        by_reset = by_candidate * last * reset * (1 - reset)
        inputs = jnp.concatenate([by_old, by_reset, by_candidate], -1)
        inner = jnp.concatenate([by_old, by_reset, by_candidate * reset], -1)
        return inputs, inner, (output * old,)


@dataclass(frozen=True)
class FirstGRUCell(GRUCell):
    """As `GRUCell`, but resets the output before its product with the recurrent kernel."""

    is_plain = False


def _parts(values: Any, count: int) -> list[Any]:
    """Equal parts of the last axis; of arrays and of tensors alike."""
    size = values.shape[-1] // count
    return [values[..., i * size : (i + 1) * size] for i in range(count)]


def _per_gate(numbers: tuple[float, ...], like: Any) -> Any:
    """A row with one number for each gate."""
    return np.repeat(np.array(numbers, like.dtype), like.shape[-1] // len(numbers))


def _squashed(total: Any, slopes: tuple[float, ...]) -> Any:
    """sigmoid of the gates of slope 0.5, tanh of those of slope 1: one tanh, which vectorises."""
    slope = _per_gate(slopes, total)
    return jnp.tanh(total * slope) * slope + (1 - slope)


# The two products


def _of_inputs(
    inputs: Any, kernel: Any, bias: Any, dropout: Any, product: Callable[..., Any] = jnp.matmul
) -> Any:
    """What the inputs [batch, ..., features] contribute, masked for each gate or for all."""
    if dropout is None or dropout.shape[0] == 1:
        if dropout is not None:
            inputs = inputs * _spread(dropout[0], inputs)
        rows = product(inputs.reshape(-1, inputs.shape[-1]), kernel)
        found = rows.reshape(*inputs.shape[:-1], -1)
    else:
        parts = jnp.split(kernel, dropout.shape[0], -1)
        found = jnp.concatenate(
            [
                (inputs * _spread(mask, inputs)) @ part
                for mask, part in zip(dropout, parts, strict=True)
            ],
            -1,
        )
    return found if bias is None else found + bias


@jax.custom_vjp
def _product(rows: Any, kernel: Any) -> Any:
    """rows @ kernel, with a gradient by the kernel that is quicker on CPU."""
    return rows @ kernel


def _product_backward(kept: Any, cotangent: Any) -> tuple[Any, Any]:
    rows, kernel = kept
    # XLA would turn this into rows.T @ cotangent, which takes half as long again: it has no
    # kernel for a left factor that lies in memory the other way round.
    by_kernel = lax.optimization_barrier(cotangent.T @ rows)
    return cotangent @ kernel.T, by_kernel.T


_product.defvjp(lambda rows, kernel: (rows @ kernel, (rows, kernel)), _product_backward)


def _spread(mask: Any, inputs: Any) -> Any:
    """The mask of a batch, the same for all steps."""
    return mask if inputs.ndim == mask.ndim else mask[:, None]


def _of_output(output: Any, kernel: Any, dropout: Any) -> Any:
    """What the output before contributes, masked for each gate or for all."""
    if dropout is None:
        return output @ kernel
    if dropout.shape[0] == 1:
        return (output * dropout[0]) @ kernel
    parts = kernel.reshape(kernel.shape[0], dropout.shape[0], -1)
    found = jnp.einsum("gbv,vgu->bgu", output * dropout, parts)
    return found.reshape(output.shape[0], -1)


def advance(
    cell: Any,
    inputs: Any,
    states: Arrays,
    kernel: Any,
    bias: Any,
    dropout: Any,
    product: Callable[..., Any] = _of_output,
) -> Arrays:
    """The states after a step: of arrays, or of tensors if `product` and the activations are."""
    if not cell.is_plain:
        return _advance_first(cell, inputs, states, kernel, dropout, product)
    inner = product(states[0], kernel, dropout)
    after: Arrays = cell.step(inputs, inner if bias is None else inner + bias, states)
    return after


def _advance_first(
    cell: Any, inputs: Any, states: Arrays, kernel: Any, dropout: Any, product: Callable[..., Any]
) -> Arrays:
    (before,) = states
    size = before.shape[-1]
    first = last = dropout
    if dropout is not None and dropout.shape[0] > 1:
        first, last = dropout[:2], dropout[2:]
    inner = product(before, kernel[:, : 2 * size], first)
    parts = _parts(inputs[:, : 2 * size] + inner, 2)
    old, reset = [cell.recurrent_activation(part) for part in parts]
    inner = product(reset * before, kernel[:, 2 * size :], last)
    candidate = cell.activation(inputs[:, 2 * size :] + inner)
    return (old * before + (1 - old) * candidate,)


# The loop, and its gradient


def _loop(
    cell: Any, mask: Any, with_outputs: bool, backwards: bool, unroll: int, *given: Any
) -> tuple[Any, Arrays]:
    """The outputs [time, batch, units] if wanted, and the last states."""
    inputs, states, kernel, bias, dropout = given

    def body(states: Arrays, element: Any) -> tuple[Arrays, Any]:
        step, known = element
        after = advance(cell, step, states, kernel, bias, dropout)
        after = _chosen(known, after, states)
        return after, after[0] if with_outputs else None

    final, outputs = lax.scan(body, states, (inputs, mask), reverse=backwards, unroll=unroll)
    return outputs, final


def _chosen(known: Any, after: Arrays, before: Arrays) -> Arrays:
    """The new states of the examples that have the step, the old ones of the others."""
    if known is None:
        return after
    return tuple([jnp.where(known, a, b) for a, b in zip(after, before, strict=True)])


def _loop_with_gradient(
    cell: Any, mask: Any, with_outputs: bool, backwards: bool, unroll: int, *given: Any
) -> tuple[Any, Arrays]:
    """`_loop`, differentiable backwards only, and quickly."""

    @jax.custom_vjp
    def run(mask: Any, *given: Any) -> Any:
        return _loop(cell, mask, with_outputs, backwards, unroll, *given)

    def forward(mask: Any, *given: Any) -> Any:
        return _forward(cell, mask, with_outputs, backwards, unroll, *given)

    def backward(kept: Any, cotangents: Any) -> Any:
        return (None, *_backward(cell, backwards, unroll, kept, cotangents))

    run.defvjp(forward, backward)
    found: tuple[Any, Arrays] = run(mask, *given)
    return found


def _forward(
    cell: Any, mask: Any, with_outputs: bool, backwards: bool, unroll: int, *given: Any
) -> Any:
    inputs, states, kernel, bias, dropout = given

    def body(states: Arrays, element: Any) -> tuple[Arrays, Any]:
        step, known = element
        inner = _of_output(states[0], kernel, dropout)
        after, kept = cell.forward(step, inner if bias is None else inner + bias, states)
        after = _chosen(known, after, states)
        return after, (after[0], kept)

    final, (outputs, kept) = lax.scan(
        body, states, (inputs, mask), reverse=backwards, unroll=unroll
    )
    result = (outputs if with_outputs else None), final
    return result, (mask, outputs, kept, states, kernel, bias, dropout)


def _backward(cell: Any, backwards: bool, unroll: int, kept: Any, cotangents: Any) -> Arrays:
    mask, outputs, steps, states, kernel, bias, dropout = kept
    by_outputs, by_final = cotangents

    def product(output: Any, kernel: Any) -> Any:
        return _of_output(output, kernel, dropout)

    to_output = jax.linear_transpose(lambda output: product(output, kernel), states[0])

    def body(by_states: Arrays, element: Any) -> tuple[Arrays, Any]:
        step, known, by_output = element
        if by_output is not None:
            by_states = (by_states[0] + by_output, *by_states[1:])
        zeros = tuple([jnp.zeros_like(each) for each in by_states])
        by_inputs, by_inner, before = cell.pull(step, _chosen(known, by_states, zeros))
        (by_before,) = to_output(by_inner)
        before = tuple([0.0 if each is None else each for each in before])
        if known is not None:
            passed = _chosen(known, zeros, by_states)
            before = tuple([a + b for a, b in zip(before, passed, strict=True)])
        after = (before[0] + by_before, *before[1:])
        return after, (by_inputs, None if by_inner is by_inputs else by_inner)

    elements = (steps, mask, by_outputs)
    by_states, (by_inputs, by_inner) = lax.scan(
        body, by_final, elements, reverse=not backwards, unroll=unroll
    )
    by_inner = by_inputs if by_inner is None else by_inner
    first, middle = states[0][None], outputs[1:] if backwards else outputs[:-1]
    before = jnp.concatenate([middle, first] if backwards else [first, middle])
    of_all = jax.vmap(product, (0, None))
    (by_kernel,) = jax.linear_transpose(lambda kernel: of_all(before, kernel), kernel)(by_inner)
    by_bias = None if bias is None else jnp.sum(by_inner, (0, 1))
    return by_inputs, by_states, by_kernel, by_bias, None


# The ops


def _recurrence(loop: Callable[..., Any], product: Callable[..., Any]) -> Callable[..., Any]:
    """The body of `recurrence` with one of the loops and of the products."""

    def recurrence(
        inputs: T,
        states: Ts,
        kernel: T,
        recurrent_kernel: T,
        bias: T | None,
        mask: Array | None,
        dropout: T | None,
        recurrent_dropout: T | None,
        cell: Static,
        return_sequences: Static,
        go_backwards: Static,
        unroll: Static,
        zero_output_for_mask: Static,
    ) -> list[Any]:
        _check_sequence(inputs, kernel, mask)
        steps = inputs.shape[1]
        bias, recurrent_bias = _biases(bias)
        drive = jnp.swapaxes(_of_inputs(inputs, kernel, bias, dropout, product), 0, 1)
        start = tuple(states) or _zeros(cell, inputs, recurrent_kernel)
        known = None if mask is None else mask.astype(bool).T[:, :, None]
        given = (drive, start, recurrent_kernel, recurrent_bias, recurrent_dropout)
        run = loop if cell.is_plain else _loop
        often = max(steps, 1) if unroll else 1
        outputs, final = run(cell, known, return_sequences, go_backwards, often, *given)
        if not return_sequences:
            last = final[0]
            if zero_output_for_mask and known is not None:
                last = jnp.where(known[0 if go_backwards else -1], last, 0)
            return [last, *final]
        if zero_output_for_mask and known is not None:
            outputs = jnp.where(known, outputs, 0)
        return [jnp.swapaxes(outputs[::-1] if go_backwards else outputs, 0, 1), *final]

    return recurrence


def _zeros(cell: Any, inputs: Any, recurrent_kernel: Any) -> Arrays:
    zeros = jnp.zeros((inputs.shape[0], recurrent_kernel.shape[0]), inputs.dtype)
    return (zeros,) * int(cell.state_count)


def _check_sequence(inputs: Any, kernel: Any, mask: Any) -> None:
    if inputs.ndim != 3 or inputs.shape[-1] != kernel.shape[0]:
        raise errors.InvalidArgumentError(
            f"inputs have the shape {tuple(inputs.shape)}, expected [batch, time, "
            f"{kernel.shape[0]}]: a recurrent layer takes sequences of features"
        )
    if not inputs.shape[1]:
        raise errors.InvalidArgumentError(
            f"inputs have the shape {tuple(inputs.shape)}: a sequence without steps has no output"
        )
    if mask is not None and mask.shape != inputs.shape[:2]:
        raise errors.InvalidArgumentError(
            f"mask has the shape {tuple(mask.shape)}, expected {tuple(inputs.shape[:2])}: one "
            "value for each step of each sequence"
        )


recurrence = op(
    _recurrence(_loop, jnp.matmul), T="float", vjp=_recurrence(_loop_with_gradient, _product)
)


@op(T="float")
def recurrent_step(
    inputs: T,
    states: Ts,
    kernel: T,
    recurrent_kernel: T,
    bias: T | None,
    dropout: T | None,
    recurrent_dropout: T | None,
    cell: Static,
) -> list[Any]:
    """One step: the states after it, the first of which is the output."""
    bias, recurrent_bias = _biases(bias)
    drive = _of_inputs(inputs, kernel, bias, dropout)
    given = (tuple(states), recurrent_kernel, recurrent_bias, recurrent_dropout)
    return list(advance(cell, drive, *given))


@op(T="float")
def recurrent_gates(inputs: T, inner: T, states: Ts, cell: Static) -> list[Any]:
    """The states after a step, for what the inputs and the output before contribute to it."""
    return list(cell.step(inputs, inner, tuple(states)))


@op(T="float")
def input_product(inputs: T, kernel: T, bias: T | None, dropout: T | None) -> T:
    """What the inputs contribute to a step."""
    return _of_inputs(inputs, kernel, _biases(bias)[0], dropout)


@op(T="float")
def output_product(output: T, kernel: T, dropout: T | None) -> T:
    """What the output before contributes to a step."""
    return _of_output(output, kernel, dropout)


def _biases(bias: Any) -> tuple[Any, Any]:
    """The bias of the inputs and that of the inner product: two rows, or the first one alone."""
    return (bias[0], bias[1]) if bias is not None and bias.ndim == 2 else (bias, None)
