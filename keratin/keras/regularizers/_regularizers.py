"""Penalties on a weight or an output."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp

from keratin._engine import errors
from keratin._engine.op import Array, Static, T, op
from keratin._engine.tensor import Tensor
from keratin.array._support import prepared
from keratin.keras._core.config import Configurable
from keratin.keras._core.family import Family
from keratin.math._number import as_number


class Regularizer(Configurable):
    """A base of penalties: override `__call__`, which takes a tensor and returns a scalar.

    >>> class Square(keras.regularizers.Regularizer):
    ...     def __call__(self, x):
    ...         return 0.5 * tf.reduce_sum(x * x)
    >>> Square()(tf.constant([1.0, 2.0])).numpy()
    np.float32(2.5)
    """

    def __call__(self, x: Any) -> Tensor:
        """The penalty for a tensor."""
        raise NotImplementedError(
            f"{type(self).__name__}: a regularizer overrides __call__(self, x), and returns a "
            "scalar tensor"
        )


class L1(Regularizer):
    """`l1` times the sum of absolute values. `l` is an old name of the argument.

    >>> keras.regularizers.L1(0.5)(tf.constant([1.0, -2.0])).numpy()
    np.float32(1.5)
    """

    def __init__(self, l1: float | None = 0.01, l: float | None = None):  # noqa: E741
        self.l1 = _factor(_first(l, l1, 0.01), "L1: l1")

    def __call__(self, x: Any) -> Tensor:
        """The penalty for a tensor."""
        return _sum_of_absolutes(x, self.l1)

    def get_config(self) -> dict[str, Any]:
        """The factor."""
        return {"l1": self.l1}


class L2(Regularizer):
    """`l2` times the sum of squares. `l` is an old name of the argument.

    >>> keras.regularizers.L2(0.5)(tf.constant([1.0, -2.0])).numpy()
    np.float32(2.5)
    """

    def __init__(self, l2: float | None = 0.01, l: float | None = None):  # noqa: E741
        self.l2 = _factor(_first(l, l2, 0.01), "L2: l2")

    def __call__(self, x: Any) -> Tensor:
        """The penalty for a tensor."""
        return _sum_of_squares(x, self.l2)

    def get_config(self) -> dict[str, Any]:
        """The factor."""
        return {"l2": self.l2}


class L1L2(Regularizer):
    """`l1` times the sum of absolute values and `l2` times the sum of squares.

    >>> keras.regularizers.L1L2(l1=0.5, l2=0.5)(tf.constant([1.0, -2.0])).numpy()
    np.float32(4.0)
    """

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0):
        self.l1 = _factor(_first(l1, 0.0), "L1L2: l1")
        self.l2 = _factor(_first(l2, 0.0), "L1L2: l2")

    def __call__(self, x: Any) -> Tensor:
        """The penalty for a tensor."""
        if not self.l1:
            return _sum_of_squares(x, self.l2)
        if not self.l2:
            return _sum_of_absolutes(x, self.l1)
        return _sum_of_absolutes(x, self.l1) + _sum_of_squares(x, self.l2)


class OrthogonalRegularizer(Regularizer):
    """`factor` times the mean absolute product of two rows (or columns), each of them normalized.

    >>> weights = tf.constant([[1.0, 0.0], [1.0, 0.0]])
    >>> keras.regularizers.OrthogonalRegularizer(0.5)(weights).numpy()
    np.float32(0.5)
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows"):
        self.factor = _factor(factor, "OrthogonalRegularizer: factor")
        if mode not in ("rows", "columns"):
            raise ValueError(
                f"OrthogonalRegularizer: mode must be 'rows' or 'columns'; given {mode!r}"
            )
        self.mode = mode

    def __call__(self, inputs: Any) -> Tensor:
        """The penalty for a matrix."""
        return _orthogonality(inputs, self.factor, self.mode)


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)


def _factor(value: Any, name: str) -> float:
    if not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        raise ValueError(f"{name} must be a finite number that is not negative; given {value!r}")
    return float(value)


@prepared(lambda x, factor, name=None: (x, as_number(factor)))
@op(T="float complex")
def _sum_of_absolutes(x: T, factor: Array) -> Array:
    total = jnp.sum(jnp.abs(x))
    return total * factor.astype(total.dtype)


@prepared(lambda x, factor, name=None: (x, as_number(factor)))
@op(T="float complex")
def _sum_of_squares(x: T, factor: Array) -> Array:
    total = jnp.sum(jnp.square(x))
    return total * factor.astype(total.dtype)


@prepared(lambda inputs, factor, mode, name=None: (inputs, as_number(factor), mode))
@op(T="float")
def _orthogonality(inputs: T, factor: Array, mode: Static) -> Array:
    if inputs.ndim != 2:
        raise errors.InvalidArgumentError(
            f"OrthogonalRegularizer takes matrices; given a tensor of shape {inputs.shape}. "
            "Regularize tf.reshape(x, [-1, x.shape[-1]]) instead"
        )
    rows = inputs if mode == "rows" else inputs.T
    count = rows.shape[0]
    smallest = max(1e-14, float(jnp.finfo(rows.dtype).tiny))  # rows of zeros stay as they are
    norms = jnp.sqrt(jnp.maximum(jnp.sum(rows * rows, 1, keepdims=True), smallest))
    products = (rows / norms) @ (rows / norms).T * (1 - jnp.eye(count, dtype=rows.dtype))
    return factor.astype(rows.dtype) * jnp.sum(jnp.abs(products)) / (count * (count - 1))


family = Family(
    "regularizer", "keratin.keras.regularizers", Regularizer, {"l1_l2": "L1L2", "l1l2": "L1L2"}
)


def get(identifier: Any) -> Any:
    """The regularizer of a name, config, class, function or instance; None stays None.

    >>> keras.regularizers.get("l2").get_config()
    {'l2': 0.01}
    """
    return family.get(identifier)


def serialize(regularizer: Any) -> Any:
    """The config of a regularizer.

    >>> keras.regularizers.serialize(keras.regularizers.L1(0.5))["config"]
    {'l1': 0.5}
    """
    return family.serialize(regularizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The regularizer of a config or name.

    >>> keras.regularizers.deserialize({"class_name": "L1", "config": {"l1": 0.5}}).l1
    0.5
    """
    return family.deserialize(config, custom_objects)
