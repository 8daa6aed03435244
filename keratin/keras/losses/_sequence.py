"""The loss of label sequences that are shorter than what they are predicted from."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from keratin._engine import errors
from keratin._engine.op import Array, T, op
from keratin._engine.tensor import Tensor
from keratin.array._support import named
from keratin.keras.losses._alignment import loss_function
from keratin.keras.losses._labels import check_class_values
from keratin.keras.losses._loss import FunctionLoss
from keratin.keras.losses._reduction import MEAN
from keratin.nn import ctc_loss


@loss_function(takes_classes=True)
def ctc(y_true: Any, y_pred: Any) -> Tensor:
    """Minus the log-probability of each label sequence, over all its alignments with the frames.

    `y_true` are (batch, most labels) numbers of classes, filled up with 0, which is the blank;
    `y_pred` are logits (batch, frames, classes).

    >>> keras.losses.ctc([[1]], tf.zeros([1, 2, 3])).numpy()  # 3 of 9 alignments: 11, 1-, -1
    array([1.0986123], dtype=float32)
    """
    check_class_values("ctc", y_true, y_pred.shape)
    labels, label_lengths, logits, frames = _parts(y_true, y_pred)
    return ctc_loss(labels, logits, label_lengths, frames, logits_time_major=False, blank_index=0)


@named("ctc")
@op(T="float")
def _parts(y_true: Array, y_pred: T) -> tuple[Array, Array, T, Array]:
    """Labels and their lengths, logits and their numbers of frames."""
    if y_true.ndim != 2 or y_pred.ndim != 3:
        raise errors.InvalidArgumentError(
            f"y_true has shape {y_true.shape} and y_pred {y_pred.shape}; expected (batch, most "
            "labels) and (batch, frames, classes)"
        )
    lengths = jnp.sum(y_true != 0, -1, dtype=jnp.int32)
    frames = jnp.full(y_pred.shape[0], y_pred.shape[1], jnp.int32)
    wide = y_pred.astype(jnp.promote_types(y_pred.dtype, jnp.float32))
    return y_true.astype(jnp.int32), lengths, wide, frames


class CTC(FunctionLoss):
    """Connectionist temporal classification: the loss of label sequences, without alignments.

    `y_true` are (batch, most labels) numbers of classes, filled up with 0, which is the blank;
    `y_pred` are logits (batch, frames, classes).

    >>> round(float(keras.losses.CTC()([[1]], tf.zeros([1, 2, 3]))), 4)
    1.0986
    """

    def __init__(self, reduction: str | None = MEAN, name: str | None = "ctc", dtype: Any = None):
        super().__init__(ctc, reduction, name, dtype)
