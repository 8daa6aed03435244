"""What recurrent cells of this package share: weights, dropout, and a way through whole sequences.

A cell has two ways to compute. Where its activations are functions of `keras.activations`, a step
and a whole sequence are one op each, see `keratin.nn._recurrent`. An activation of the user may
hold variables, and is called step by step in the loop that cells of the user are called in.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin import array
from keratin._engine import state
from keratin._engine.state import Scope, context
from keratin._engine.tensor import wrap
from keratin.keras import activations, constraints, initializers, random, regularizers
from keratin.keras._core.serialization import class_of
from keratin.keras.layers._weighted import Weighted, known_size, positive_integer
from keratin.keras.layers.reshaping import batch_of
from keratin.nn import _recurrent as recurrent
from keratin.nn._rnn_cells import cell_makers

# What JAX computes by the names of the activations that have gradients of their own.
_USUAL: dict[str, Callable[..., Any]] = {"tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}


@functools.lru_cache(maxsize=1000)
def on_arrays(activation: Any) -> Callable[..., Any] | None:
    """An activation of the package as a function of arrays; None for those of the user."""
    name = getattr(activation, "__name__", "")
    if getattr(activations, name, None) is not activation:
        return None
    assert activation is not None
    return _USUAL.get(name) or functools.partial(_activated, activation)


def _activated(activation: Callable[..., Any], value: Any) -> Any:
    scope = Scope({}, parent=context.scope, name="activation")
    with state.enter(scope), state.listening(()):
        return activation(wrap(value))._value


def fraction(value: Any) -> float:
    """A rate of dropout, at least 0 and at most 1."""
    return min(1.0, max(0.0, value))


class DropoutMasks:
    """The masks of dropout, which are the same for all steps of a sequence."""

    dropout: float
    recurrent_dropout: float
    seed_generator: Any
    # How many masks of each kind there are: one for each gate, or one for all.
    dropout_mask_count: int = 1

    def _drawn(self, like: Any, rate: float) -> Any:
        """Masks [count, *shape of `like`], or None if nothing is dropped."""
        if not rate:
            return None
        ones = array.ones((self.dropout_mask_count, batch_of(like), *like.shape[1:]), like.dtype)
        return random.dropout(ones, rate, seed=self.seed_generator)

    def _masks(self, inputs: Any, output: Any, training: Any) -> tuple[Any, Any]:
        """The masks of the inputs and of the output before, for one step."""
        if not training:
            return None, None
        kept = vars(self).get("_kept_masks", {})
        if "all" in kept:
            return kept["all"]
        return self._remembered("inputs", inputs), self._remembered("output", output)

    def _remembered(self, which: str, like: Any) -> Any:
        """Masks drawn before in the same program, or else now."""
        kept = vars(self).setdefault("_kept_masks", {})
        scope = context.scope
        if which in kept:
            where, masks = kept[which]
            if (where is None and scope is None) or (where is not None and where() is scope):
                return masks
        masks = self._drawn(like, self.dropout if which == "inputs" else self.recurrent_dropout)
        kept[which] = (None if scope is None else weakref.ref(scope), masks)
        return masks

    @contextmanager
    def holding(self, inputs: Any, output: Any, training: Any) -> Iterator[None]:
        """Use the same masks in all steps within: those of a loop."""
        if training:
            masks = self._drawn(inputs, self.dropout), self._drawn(output, self.recurrent_dropout)
            vars(self)["_kept_masks"] = {"all": masks}
        try:
            yield
        finally:
            vars(self).pop("_kept_masks", None)

    def get_dropout_mask(self, step_input: Any) -> Any:
        """The mask of the inputs, a list of one for each gate if there are several, or None."""
        return _listed(self._remembered("inputs", step_input))

    def get_recurrent_dropout_mask(self, step_input: Any) -> Any:
        """The mask of the output before, a list if there are several, or None."""
        return _listed(self._remembered("output", step_input))

    def reset_dropout_mask(self) -> None:
        """Have the next step draw a new mask of the inputs."""
        vars(self).get("_kept_masks", {}).pop("inputs", None)

    def reset_recurrent_dropout_mask(self) -> None:
        """Have the next step draw a new mask of the output before."""
        vars(self).get("_kept_masks", {}).pop("output", None)


def _listed(masks: Any) -> Any:
    if masks is None:
        return None
    found = array.unstack(masks)
    return found[0] if len(found) == 1 else found


class RecurrentCell(DropoutMasks, Weighted):
    """A cell with `units` and a kernel for the inputs and one for the output before."""

    # How many kernels stand side by side.
    gates: int

    def __init__(
        self,
        units: int,
        activation: Any,
        use_bias: bool,
        kernel_initializer: Any,
        recurrent_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        recurrent_regularizer: Any,
        bias_regularizer: Any,
        kernel_constraint: Any,
        recurrent_constraint: Any,
        bias_constraint: Any,
        dropout: float,
        recurrent_dropout: float,
        seed: Any,
        **kwargs: Any,
    ):
        # Of Keras 2: how gates are computed, which has no bearing on what they are.
        implementation = kwargs.pop("implementation", 2)
        super().__init__(
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )
        self.units = positive_integer(units, "units", type(self).__name__)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.dropout = fraction(dropout)
        self.recurrent_dropout = fraction(recurrent_dropout)
        self.seed = seed
        self.seed_generator = random.SeedGenerator(seed)
        self.implementation = 1 if self.recurrent_dropout else implementation
        if self.implementation == 1:
            self.dropout_mask_count = self.gates
        self.state_size: Any = self.units
        self.output_size = self.units

    def build(self, input_shape: Any) -> None:
        """Make the kernels and the bias."""
        size, width = known_size(input_shape, -1, self), self.gates * self.units
        self.kernel = self._add_kernel((size, width))
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel",
            shape=(self.units, width),
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )
        self.bias = self._add_bias(self._bias_shape()) if self.use_bias else None

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.gates * self.units,)

    def _described(self, *activations: Any) -> Any:
        """The cell for the ops of `keratin.nn`, with these activations."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it computes")

    def _activations(self) -> list[Any]:
        return [self.activation]

    def description(self) -> Any:
        """The cell for the ops of `keratin.nn`; None if they cannot compute it."""
        found = [on_arrays(activation) for activation in self._activations()]
        return None if None in found else self._described(*found)

    def call(self, inputs: Any, states: Any, training: Any = False) -> Any:
        """The output of a step, and the states after it."""
        given = tuple(states) if isinstance(states, (list, tuple)) else (states,)
        masks = self._masks(inputs, given[0], training)
        cell = self.description()
        if cell is not None:
            weights = (self.kernel, self.recurrent_kernel, self.bias)
            after = tuple(recurrent.recurrent_step(inputs, given, *weights, *masks, cell))
        else:
            after = self._call_with_functions(inputs, given, *masks)
        new = list(after) if isinstance(states, (list, tuple)) else after[0]
        return after[0], new

    def _call_with_functions(
        self, inputs: Any, states: tuple[Any, ...], dropout: Any, recurrent_dropout: Any
    ) -> tuple[Any, ...]:
        """A step with activations of the user."""
        drive = recurrent.input_product(inputs, self.kernel, self.bias, dropout)
        bias = self.bias[1] if self.bias is not None and len(self.bias.shape) == 2 else None
        return recurrent.advance(
            self._described(*self._activations()),
            drive,
            states,
            array.identity(self.recurrent_kernel),
            bias,
            recurrent_dropout,
            recurrent.output_product,
        )

    def run(
        self, sequences: Any, states: Any, mask: Any, training: Any, **options: Any
    ) -> tuple[Any, list[Any]]:
        """All steps of sequences [batch, time, features] as one op: the output, the states."""
        masks: tuple[Any, Any] = (None, None)
        if training and (self.dropout or self.recurrent_dropout):
            output = array.zeros((batch_of(sequences), self.units), sequences.dtype)
            masks = (
                self._drawn(sequences[:, 0], self.dropout),
                self._drawn(output, self.recurrent_dropout),
            )
        weights = (self.kernel, self.recurrent_kernel, self.bias)
        found = recurrent.recurrence(
            sequences, tuple(states or ()), *weights, mask, *masks, self.description(), **options
        )
        return found[0], list(found[1:])

    def runs_at_once(self) -> bool:
        """Whether `run` computes what the steps would: unless a subclass changes them."""
        return type(self).call is RecurrentCell.call and self.description() is not None

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Zeros."""
        sizes = self.state_size if isinstance(self.state_size, list) else [self.state_size]
        return [array.zeros((batch_size, size), self.compute_dtype) for size in sizes]


def _cell_named(name: str, config: dict[str, Any]) -> Any:
    """A cell for the wrappers of `tf.nn`, which write it into their config; None if not known."""
    try:
        found = class_of({"module": "keras.layers", "class_name": name}, {})
    except (TypeError, ValueError):
        return None
    return found.from_config(config)


cell_makers.append(_cell_named)


def of_cell(name: str) -> Any:
    """A property that the cell of a layer has."""

    def get(self: Any) -> Any:
        return getattr(self.cell, name)

    get.__doc__ = f"`{name}` of the cell."
    return property(get)


def forgets_little(initializer: Any, units: int) -> Callable[..., Any]:
    """An initializer for the bias of an LSTM: ones for the gate of forgetting."""

    def values(shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        first = np.asarray(initializer((units,), dtype=dtype))
        rest = np.asarray(initializer((2 * units,), dtype=dtype))
        return np.concatenate([first, np.ones_like(first), rest])

    return values
