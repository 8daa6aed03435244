"""Losses that bring embeddings of one class together, and those of others apart."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from keratin._engine import errors
from keratin._engine.op import Array, T, op
from keratin._engine.tensor import Tensor
from keratin.keras.losses._alignment import floating, loss_function
from keratin.keras.losses._loss import FunctionLoss
from keratin.keras.losses._reduction import MEAN


@loss_function(takes_classes=True)
def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Tensor:
    """The circle loss of each embedding in `y_pred`, which have length 1, of the classes `y_true`.

    Each is compared with `ref_embeddings` of the classes `ref_labels`, by default with the batch
    itself, of which `remove_diagonal` leaves out the pairs of one sample with itself. `gamma` is
    the scale, and `margin` how far apart is enough. Samples without loss do not count in means.

    >>> embeddings = [[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]
    >>> keras.losses.circle([0, 0, 1], embeddings, gamma=2.0).numpy()
    array([0.54589295, 1.2841777 , 0.        ], dtype=float32)
    """
    labels = y_true if ref_labels is None else ref_labels
    embeddings = y_pred if ref_embeddings is None else floating(ref_embeddings)
    losses, counts = _circle(
        y_true, y_pred, labels, embeddings, bool(remove_diagonal), gamma, margin
    )
    losses._keras_mask = counts
    return losses


@op(T="float")
def _circle(
    y_true: Array,
    y_pred: T,
    ref_labels: Array,
    ref_embeddings: T,
    remove_diagonal: bool,
    gamma: float,
    margin: float,
) -> tuple[T, Array]:
    """The losses, and which of them are more than 0."""
    labels, others = (
        _column(y_true, y_pred, "y_true"),
        _column(ref_labels, ref_embeddings, "ref_labels"),
    )
    distances = jnp.maximum(1 - y_pred @ ref_embeddings.T, 0)
    alike = labels == others.T
    different = ~alike
    if remove_diagonal:
        alike &= ~jnp.eye(alike.shape[0], alike.shape[1], dtype=bool)
    # The farther a pair is from where it should be, the more it weighs.
    pull = gamma * (margin + distances) * (distances - margin)
    push = gamma * jnp.maximum(1 + margin - distances, 0) * (1 - margin - distances)
    losses = jax.nn.softplus(_log_sum(pull, alike) + _log_sum(push, different))
    return losses, losses > 0


def _log_sum(x: jax.Array, wanted: jax.Array) -> jax.Array:
    return jax.scipy.special.logsumexp(jnp.where(wanted, x, -jnp.inf), axis=1)


def _column(labels: jax.Array, embeddings: jax.Array, name: str) -> jax.Array:
    """Labels as int32 of shape (n, 1), one for each embedding."""
    if embeddings.ndim != 2 or labels.shape not in ((len(embeddings),), (len(embeddings), 1)):
        raise errors.InvalidArgumentError(
            f"{name} has shape {labels.shape}, and its embeddings {embeddings.shape}; expected "
            "embeddings of shape (n, size), and one class number for each: (n,) or (n, 1)"
        )
    return labels.reshape(-1, 1).astype(jnp.int32)


class Circle(FunctionLoss):
    """The circle loss: brings embeddings of one class together, and others apart.

    `y_true` are numbers of classes, `y_pred` embeddings of length 1. `gamma` is the scale and
    `margin` how far apart is enough; `remove_diagonal` leaves out pairs of a sample with itself.

    >>> embeddings = [[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]
    >>> round(float(keras.losses.Circle(gamma=2.0)([0, 0, 1], embeddings)), 4)
    0.915
    """

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = MEAN,
        name: str | None = "circle",
        dtype: Any = None,
    ):
        super().__init__(
            circle,
            reduction,
            name,
            dtype,
            gamma=gamma,
            margin=margin,
            remove_diagonal=remove_diagonal,
        )
