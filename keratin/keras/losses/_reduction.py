"""From the losses of samples to one number: sample weights, masks and reductions."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin._engine.op import Array, DTypeArg, op
from keratin._engine.tensor import Tensor
from keratin.array._support import named
from keratin.keras._core.crossentropy import wide

MEAN = "sum_over_batch_size"
REDUCTIONS = (MEAN, "sum", "mean", "mean_with_sample_weight", "none", None)


class Reduction:
    """The names of reductions, as Keras 2 had them; the strings themselves do as well.

    >>> keras.losses.MeanSquaredError(reduction=keras.losses.Reduction.SUM).reduction
    'sum'
    """

    AUTO = "auto"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """Every name."""
        return (cls.AUTO, cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE)

    @classmethod
    def validate(cls, key: Any) -> None:
        """Raise for anything that is not one of the names."""
        if key not in cls.all():
            raise ValueError(f"There is no reduction {key!r}; there are {', '.join(cls.all())}")


def standardize_reduction(reduction: Any) -> str | None:
    """A reduction that exists; "auto" of Keras 2 is the mean over the batch."""
    if reduction == Reduction.AUTO:
        return Reduction.SUM_OVER_BATCH_SIZE
    if (reduction is not None and not isinstance(reduction, str)) or reduction not in REDUCTIONS:
        names = [name for name in REDUCTIONS if name]
        raise ValueError(
            f"There is no reduction {reduction!r}.{errors.nearest(str(reduction), names)} There "
            f"are {', '.join(map(repr, names))} and None. At {errors.user_location()}."
        )
    return reduction


def reduce_weighted_values(
    values: Any,
    sample_weight: Any = None,
    mask: Any = None,
    reduction: str | None = "sum_over_batch_size",
    dtype: Any = "float32",
) -> Tensor:
    """The losses `values`, weighted and without those that are masked, reduced.

    >>> from keratin.keras.losses._reduction import reduce_weighted_values
    >>> round(float(reduce_weighted_values([1.0, 2.0, 6.0], mask=[True, True, False])), 4)
    1.5
    """
    dtype = as_dtype(dtype).numpy_dtype  # as kernels are known by
    if sample_weight is None and mask is None:
        return _reduce(values, reduction, dtype)
    if mask is None:
        return _reduce_weighted(values, sample_weight, reduction, dtype)
    if sample_weight is None:
        return _reduce_masked(values, mask, reduction, dtype)
    return _reduce_weighted_masked(values, sample_weight, mask, reduction, dtype)


# Four ops, as one with optional arguments would be slower to call.


@named("Loss")
@op
def _reduce(values: Array, reduction: str | None, dtype: DTypeArg) -> Array:
    return _reduced(values.astype(dtype), None, reduction)


@named("Loss")
@op
def _reduce_weighted(
    values: Array, sample_weight: Array, reduction: str | None, dtype: DTypeArg
) -> Array:
    return _reduced(values.astype(dtype), sample_weight.astype(dtype), reduction)


@named("Loss")
@op
def _reduce_masked(values: Array, mask: Array, reduction: str | None, dtype: DTypeArg) -> Array:
    return _reduced(values.astype(dtype), _weights_of_mask(mask, reduction, dtype), reduction)


@named("Loss")
@op
def _reduce_weighted_masked(
    values: Array, sample_weight: Array, mask: Array, reduction: str | None, dtype: DTypeArg
) -> Array:
    of_mask = _weights_of_mask(mask, reduction, dtype)
    of_mask, weights = _fitted(of_mask, sample_weight.astype(dtype), "the mask")
    return _reduced(values.astype(dtype), weights * of_mask, reduction)


def _weights_of_mask(mask: jax.Array, reduction: str | None, dtype: Any) -> jax.Array:
    """0 for what is masked; for means more than 1 for the others, so that only these count."""
    mask = mask.astype(bool)
    if reduction not in ("mean", "sum_over_batch_size"):
        return mask.astype(dtype)
    share = mask.size / jnp.maximum(jnp.sum(mask, dtype=jnp.int32), 1)
    return jnp.where(mask, share, 0).astype(dtype)


def _reduced(values: jax.Array, weights: jax.Array | None, reduction: str | None) -> jax.Array:
    if weights is not None:
        values, weights = _fitted(values, weights, "the losses")
        values = values * weights
    if reduction in (None, "none") or values.shape in ((), (0,)):
        return values
    total = jnp.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and weights is not None:
        divisor = jnp.sum(weights)
    else:
        divisor = jnp.asarray(values.size, wide(total).dtype)
    mean = total / jnp.where(divisor == 0, 1, divisor)
    return jnp.where(divisor == 0, 0, mean).astype(values.dtype)


def _fitted(values: jax.Array, weights: jax.Array, what: str) -> tuple[jax.Array, jax.Array]:
    """Values and weights that broadcast: a weight a sample holds for all losses of the sample."""
    given = values.shape, weights.shape
    values, weights = same_rank(values, weights)
    if values.shape[: weights.ndim] == weights.shape:
        weights = _with_trailing_axes(weights, values.ndim)
    elif weights.shape[: values.ndim] == values.shape and values.ndim:
        values = _with_trailing_axes(values, weights.ndim)
    try:
        jnp.broadcast_shapes(values.shape, weights.shape)
    except ValueError:
        raise errors.InvalidArgumentError(
            f"sample_weight or the mask has shape {given[1]}, and {what} {given[0]}. Give a weight "
            "for each sample (batch,), or one for each loss"
        ) from None
    return values, weights


def _with_trailing_axes(x: jax.Array, rank: int) -> jax.Array:
    return x.reshape(x.shape + (1,) * (rank - x.ndim))


def same_rank(first: jax.Array, second: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Of ranks that differ by an axis of size 1 at the end, made the same.

    A vector gets the axis; what is longer loses it.
    """
    if first.ndim == second.ndim + 1:
        second, first = same_rank(second, first)
    elif second.ndim == first.ndim + 1 and second.shape[-1] == 1:
        if first.ndim == 1:
            return first[:, None], second
        return first, jnp.squeeze(second, -1)
    return first, second
