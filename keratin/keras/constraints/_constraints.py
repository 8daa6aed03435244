"""What an optimizer does to a weight after an update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from keratin import nn
from keratin._engine.op import Array, T, op
from keratin._engine.tensor import Tensor
from keratin.array._support import prepared
from keratin.keras._core.config import Configurable
from keratin.keras._core.family import Family
from keratin.keras._core.settings import settings
from keratin.math._number import as_number
from keratin.math._shape import Axis

# Over which axes a norm is taken: 0 for kernels of Dense, [0, 1, 2] for those of Conv2D.
Axes = int | Sequence[int]


class Constraint(Configurable):
    """A base of constraints: override `__call__`, which takes a weight and returns the new one.

    >>> class Halved(keras.constraints.Constraint):
    ...     def __call__(self, w):
    ...         return w / 2
    >>> Halved()(tf.constant([1.0, 2.0])).numpy()
    array([0.5, 1. ], dtype=float32)
    """

    def __call__(self, w: Any) -> Tensor:
        """The weight as the constraint allows it."""
        raise NotImplementedError(
            f"{type(self).__name__}: a constraint overrides __call__(self, w), and returns the "
            "new weight"
        )


class MaxNorm(Constraint):
    """Scales vectors along `axis` down to a norm of at most `max_value`.

    >>> keras.constraints.MaxNorm(1.0)(tf.constant([[3.0, 0.1], [4.0, 0.1]])).numpy().round(2)
    array([[0.6, 0.1],
           [0.8, 0.1]], dtype=float32)
    """

    def __init__(self, max_value: float = 2, axis: Axes = 0):
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        """The weight as the constraint allows it."""
        return _with_norm_between(w, 0.0, self.max_value, 1.0, settings.epsilon, self.axis)


class NonNeg(Constraint):
    """Replaces negative numbers by zeros.

    >>> keras.constraints.NonNeg()(tf.constant([-1.0, 2.0])).numpy()
    array([0., 2.], dtype=float32)
    """

    def __call__(self, w: Any) -> Tensor:
        """The weight as the constraint allows it."""
        return nn.relu(w)


class UnitNorm(Constraint):
    """Scales vectors along `axis` to a norm of 1.

    >>> keras.constraints.UnitNorm()(tf.constant([[3.0], [4.0]])).numpy().round(2)
    array([[0.6],
           [0.8]], dtype=float32)
    """

    def __init__(self, axis: Axes = 0):
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        """The weight as the constraint allows it."""
        return _with_norm_between(w, 1.0, 1.0, 1.0, settings.epsilon, self.axis)


class MinMaxNorm(Constraint):
    """Scales vectors along `axis` towards a norm of [min_value, max_value].

    `rate` says how far of the way each update goes: 1 is all of it.

    >>> keras.constraints.MinMaxNorm(1.0, 2.0)(tf.constant([[0.3], [0.4]])).numpy().round(2)
    array([[0.6],
           [0.8]], dtype=float32)
    """

    def __init__(
        self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Axes = 0
    ):
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> Tensor:
        """The weight as the constraint allows it."""
        bounds = self.min_value, self.max_value, self.rate
        return _with_norm_between(w, *bounds, settings.epsilon, self.axis)


@prepared(lambda w, *rest: (w, *map(as_number, rest[:4]), rest[4]))
@op(T="float")
def _with_norm_between(
    w: T, low: Array, high: Array, rate: Array, epsilon: Array, axis: Axis
) -> Array:
    low, high, rate, epsilon = (number.astype(w.dtype) for number in (low, high, rate, epsilon))
    norms = jnp.sqrt(jnp.sum(w * w, axis=axis, keepdims=True))
    wanted = rate * jnp.clip(norms, low, high) + (1 - rate) * norms
    return w * (wanted / (epsilon + norms))


family = Family("constraint", "keratin.keras.constraints", Constraint)


def get(identifier: Any) -> Any:
    """The constraint of a name, config, class, function or instance; None stays None.

    >>> keras.constraints.get("max_norm").get_config()
    {'max_value': 2, 'axis': 0}
    """
    return family.get(identifier)


def serialize(constraint: Any) -> Any:
    """The config of a constraint.

    >>> keras.constraints.serialize(keras.constraints.UnitNorm(axis=1))["config"]
    {'axis': 1}
    """
    return family.serialize(constraint)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The constraint of a config or name.

    >>> keras.constraints.deserialize({"class_name": "UnitNorm", "config": {"axis": 1}}).axis
    1
    """
    return family.deserialize(config, custom_objects)
