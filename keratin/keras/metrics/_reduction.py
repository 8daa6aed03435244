"""Sums and means of values, and metrics made of a function of labels and predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp

from keratin._engine import errors
from keratin._engine.op import Array, op
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object
from keratin.keras.losses._reduction import same_rank
from keratin.keras.metrics._arrays import divide_no_nan, weights_like
from keratin.keras.metrics._metric import Metric
from keratin.keras.metrics._mixing import mixing


class Sum(Metric):
    """The sum of values, each times its weight.

    >>> metric = keras.metrics.Sum()
    >>> metric.update_state([1.0, 3.0, 5.0], sample_weight=[1, 1, 0])
    >>> metric.result().numpy()
    np.float32(4.0)
    """

    def __init__(self, name: str | None = "sum", dtype: Any = None):
        super().__init__(name=name, dtype=dtype)
        self.total = self._zeros("total", dtype=self.dtype)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add the values of a batch."""
        self.total.assign(_sum_update(self.total, values, sample_weight, mask_of(values)))

    def result(self) -> Any:
        """The sum."""
        return self.total.value


class Mean(Metric):
    """The mean of values, each counted by its weight.

    >>> metric = keras.metrics.Mean()
    >>> metric.update_state([1.0, 3.0, 5.0], sample_weight=[1, 1, 0])
    >>> metric.result().numpy()
    np.float32(2.0)
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None):
        super().__init__(name=name, dtype=dtype)
        self.total = self._zeros("total", dtype=self.dtype)
        self.count = self._zeros("count", dtype=self.dtype)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take the values of a batch into account."""
        self._add(values, sample_weight, None)

    def _add(self, values: Any, sample_weight: Any, mask: Any) -> None:
        total, count = _mean_update(
            self.total, self.count, values, sample_weight, mask, mask_of(values)
        )
        self.total.assign(total)
        self.count.assign(count)

    def result(self) -> Any:
        """The mean, or 0 before the first value."""
        return _quotient(self.total, self.count)


class MeanMetricWrapper(Mean):
    """The mean of `fn(y_true, y_pred, **kwargs)`, a function that gives a value for each sample.

    >>> def within_one(y_true, y_pred, width=1.0):
    ...     return tf.cast(tf.abs(y_true - y_pred) < width, "float32")
    >>> metric = keras.metrics.MeanMetricWrapper(within_one, width=2.0)
    >>> metric(tf.constant([1.0, 2.0]), tf.constant([2.5, 5.0])).numpy()
    np.float32(0.5)
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        super().__init__(name=name, dtype=dtype)
        if not callable(fn):
            raise ValueError(
                f"{type(self).__name__}: fn is {fn!r}; expected a function of y_true and y_pred"
            )
        self._fn = fn
        self._fn_kwargs = kwargs
        if not hasattr(self, "_direction") and is_loss(fn):
            self._direction = "down"

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        """Take a batch of labels and predictions into account."""
        with mixing():
            values = self._fn(y_true, y_pred, **self._fn_kwargs)
        self._add(values, sample_weight, mask_of(y_pred))

    def get_config(self) -> dict[str, Any]:
        """The arguments to make this metric again."""
        config = super().get_config()
        if "fn" not in config:  # a subclass with a function of its own
            return config
        own = {"fn": serialize_keras_object(self._fn)}
        return {**serialize_keras_object(self._fn_kwargs), **config, **own}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """Make a metric from what `get_config` gave."""
        return cls(**{key: deserialize_keras_object(value) for key, value in config.items()})


def mask_of(value: Any) -> Any:
    """The mask that a layer left on a tensor, or None."""
    return getattr(value, "_keras_mask", None)


def is_loss(function: Any) -> bool:
    """Whether a function or object is one of the losses of Keras."""
    module = getattr(function, "__module__", "") or ""
    own = module if hasattr(function, "__name__") else type(function).__module__
    return own.startswith("keratin.keras.losses")


# The kernels


@op
def _sum_update(
    total: Array, values: Array, sample_weight: Array | None = None, mask: Array | None = None
):
    """The total with the values of a batch added."""
    values, _ = _of_samples(values, sample_weight, mask, jnp.sum, total.dtype)
    return total + jnp.sum(values)


@op
def _mean_update(
    total: Array,
    count: Array,
    values: Array,
    sample_weight: Array | None = None,
    mask: Array | None = None,
    values_mask: Array | None = None,
):
    """The total and count with the values of a batch added."""
    if values.ndim == 0 and sample_weight is None:
        mask = None  # one number for the batch, in which the function has seen to the mask or not
    sample_weight = _masked(sample_weight, mask, total.dtype)
    values, weights = _of_samples(values, sample_weight, values_mask, jnp.mean, total.dtype)
    if weights is not None:
        number = jnp.sum(weights)
    else:
        number = jnp.asarray(values.shape[0] if values.ndim else 1, count.dtype)
    return total + jnp.sum(values), count + number


@op
def _quotient(total: Array, count: Array):
    return divide_no_nan(total, count)


def _masked(sample_weight: Any, mask: Any, dtype: Any) -> Any:
    """The weights, 0 where the mask is False."""
    if mask is None:
        return sample_weight
    mask = mask.astype(dtype)
    if sample_weight is None:
        return mask
    mask, sample_weight = same_rank(mask, sample_weight.astype(dtype))
    if mask.shape[: sample_weight.ndim] == sample_weight.shape:  # for each of its steps
        sample_weight = jnp.expand_dims(sample_weight, tuple(range(sample_weight.ndim, mask.ndim)))
    return weights_like(sample_weight, mask, "the mask") * mask


def _of_samples(
    values: Any, sample_weight: Any, mask: Any, reduce: Callable[..., Any], dtype: Any
) -> tuple[Any, Any]:
    """A weighed value for each sample, and the weight of each."""
    values = values.astype(dtype)
    weights = sample_weight
    if weights is not None:
        weights = _masked(weights.astype(dtype), mask, dtype)
        if values.ndim == 0 and weights.ndim:
            raise errors.InvalidArgumentError(
                f"sample_weight has the shape {tuple(weights.shape)}, but the metric's function "
                "gave one number for the batch; expected a value for each sample. Leave its mean "
                "over the batch out, or give no weights"
            )
        values, weights = same_rank(values, weights)
        rank = weights.ndim
        values = reduce(values, axis=tuple(range(rank, values.ndim)))
        weights = weights_like(weights, values)
        values = values * weights
        weights = reduce(weights, axis=tuple(range(1, max(rank, 1))))
    return reduce(values, axis=tuple(range(1, values.ndim))), weights
