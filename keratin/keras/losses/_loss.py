"""The base class of losses, and the one that makes a loss of a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np

from keratin._engine import errors, nest
from keratin._engine.dtype import as_dtype
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.keras._core import dtype_policy, names
from keratin.keras._core.config import Configurable, constructor
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object
from keratin.keras._core.settings import settings
from keratin.keras.losses._alignment import with_same_rank
from keratin.keras.losses._reduction import reduce_weighted_values, standardize_reduction
from keratin.math import logical_and
from keratin.math._casting import cast


class Loss(Configurable):
    """A loss to derive your own from: override `call`, which gives the loss of each sample.

    `reduction` says what becomes of these: their mean ("sum_over_batch_size" or "mean"), their
    "sum", their sum divided by that of the weights ("mean_with_sample_weight"), or None. Labels
    and predictions are cast to `dtype` (a dtype or policy; the default is
    `keras.config.floatx()`) before `call` gets them.

    >>> class Cubic(keras.losses.Loss):
    ...     def call(self, y_true, y_pred):
    ...         return tf.reduce_mean(tf.abs(y_pred - y_true) ** 3, axis=-1)
    >>> float(Cubic()([[0.0], [1.0]], [[2.0], [1.0]]))
    4.0
    >>> float(Cubic(reduction="sum")([[0.0], [1.0]], [[2.0], [1.0]], sample_weight=[0.5, 1.0]))
    4.0
    """

    # Whether `call` takes labels as they are given: classes, which a cast could change.
    _takes_classes = False

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ):
        self.name = name or names.of_instance(type(self))
        self.reduction = standardize_reduction(reduction)
        self._dtype_policy = dtype_policy.get(dtype or settings.floatx)
        self._dtype = self._dtype_policy.compute_dtype

    @property
    def dtype(self) -> str:
        """The name of the dtype that the loss is computed in.

        >>> keras.losses.MeanSquaredError(dtype="float64").dtype
        'float64'
        """
        return str(self._dtype)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The loss, weighted by `sample_weight` and reduced."""
        mask = getattr(y_pred, "_keras_mask", None)
        wanted = as_dtype(self._dtype)
        y_pred = converted(y_pred, wanted)
        y_true = converted(y_true, None if self._takes_classes else wanted)
        losses = self.call(y_true, y_pred)
        if losses is None:
            function = getattr(self, "fn", None)
            name = getattr(function, "__name__", None) or f"{type(self).__name__}.call"
            raise ValueError(
                f"The loss {name}() returned None; it returns the loss of each sample. "
                f"Is a `return` missing? At {errors.user_location()}."
            )
        mask = _both(mask, getattr(losses, "_keras_mask", None))
        return reduce_weighted_values(losses, sample_weight, mask, self.reduction, wanted)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each sample, to be overridden.

        >>> keras.losses.MeanAbsoluteError().call([[0.0, 1.0]], [[0.5, 1.0]]).numpy()
        array([0.25], dtype=float32)
        """
        raise NotImplementedError(
            f"{type(self).__name__}: a loss overrides call(self, y_true, y_pred), and returns the "
            "loss of each sample"
        )

    def get_config(self) -> dict[str, Any]:
        """The name, the reduction and the arguments of the constructor, as plain values.

        >>> keras.losses.Huber(delta=2.0).get_config()
        {'name': 'huber_loss', 'reduction': 'sum_over_batch_size', 'delta': 2.0}
        """
        config = {"name": self.name, "reduction": self.reduction}
        for name, value in self._own_config().items():
            if name not in ("name", "reduction", "dtype"):
                config[name] = serialize_keras_object(value)
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a loss from what `get_config` gave.

        >>> config = keras.losses.Huber(delta=2.0).get_config()
        >>> keras.losses.Huber.from_config(config).delta
        2.0
        """
        parameters = constructor(cls).parameters
        if any([each.kind is each.VAR_KEYWORD for each in parameters.values()]):
            return super().from_config(config)
        # A class of the user may fix the name or the reduction itself.
        fixed = [key for key in ("name", "reduction") if key not in parameters]
        made = super().from_config({k: v for k, v in config.items() if k not in fixed})
        for key in fixed:
            setattr(made, key, config.get(key, getattr(made, key)))
        return made


def converted(value: Any, dtype: Any) -> Any:
    """Tensors of this dtype (None: that which each has), in the structure of the value."""
    if type(value) is Tensor and (dtype is None or value._value.dtype == dtype.numpy_dtype):
        return value
    if isinstance(value, (dict, list, tuple)) and _holds_tensors(value):
        return nest.map_structure(lambda leaf: converted(leaf, dtype), value)
    if not hasattr(value, "dtype"):
        value = convert_to_tensor(value, dtype_hint=dtype)
    elif isinstance(value, np.generic):
        value = convert_to_tensor(value)
    return value if dtype is None or value.dtype == dtype.name else cast(value, dtype)


def _holds_tensors(value: Any) -> bool:
    """Whether a structure holds more than the numbers of one tensor."""
    if isinstance(value, (list, tuple)):
        return any([_holds_tensors(item) for item in value])
    is_array = hasattr(value, "shape") and not isinstance(value, np.generic)
    return is_array or isinstance(value, dict)


def _both(first: Any, second: Any) -> Any:
    if first is None or second is None:
        return second if first is None else first
    return logical_and(first, second)


class LossFunctionWrapper(Loss):
    """A loss of a function of (y_true, y_pred), which gets `kwargs` as well.

    >>> def distance(y_true, y_pred, power):
    ...     return tf.reduce_sum(tf.abs(y_true - y_pred) ** power, axis=-1)
    >>> loss = keras.losses.LossFunctionWrapper(distance, power=2.0)
    >>> round(float(loss([[1.0, 2.0]], [[2.0, 4.0]])), 4)
    5.0
    """

    # The module and name that real Keras writes, and finds again.
    _public_module = "keras.src.losses.losses"

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ):
        super().__init__(name, reduction, dtype)
        if not callable(fn):
            raise TypeError(
                f"LossFunctionWrapper: fn must be a function of (y_true, y_pred); given {fn!r}. "
                "For the name of a loss write keras.losses.get(name)"
            )
        self.fn = fn
        self._fn_kwargs = kwargs
        self._takes_classes = getattr(fn, "takes_classes", False)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """What the function gives, after (n,) and (n, 1) were made the same."""
        if not getattr(self.fn, "aligns", False):
            y_true, y_pred = _aligned_structures(y_true, y_pred)
        try:
            return self.fn(y_true, y_pred, **self._fn_kwargs)
        except TypeError as error:
            trace = error.__traceback__
            if trace is None or trace.tb_next is not None:
                raise
        # The call itself failed: the function has other parameters.
        name = getattr(self.fn, "__name__", repr(self.fn))
        raise TypeError(
            f"The loss {name} takes {inspect.signature(self.fn)}, and is called with (y_true, "
            "y_pred). Write `def loss(y_true, y_pred):`"
        )

    def get_config(self) -> dict[str, Any]:
        """The function as well, and its arguments."""
        config = super().get_config()
        if type(self) is LossFunctionWrapper:
            config["fn"] = serialize_keras_object(self.fn)
            config.update(serialize_keras_object(self._fn_kwargs))
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a loss from what `get_config` gave; the function is looked up by its name."""
        config = {**config}
        if "fn" in config:
            config["fn"] = deserialize_keras_object(config["fn"])
        return super().from_config(config)

    def __repr__(self) -> str:
        given = "".join([f", {name}={value!r}" for name, value in self._fn_kwargs.items()])
        name = getattr(self.fn, "__name__", repr(self.fn))
        return f"<{type(self).__name__}({name}{given}), reduction={self.reduction!r}>"


def _aligned_structures(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    if not isinstance(y_pred, (dict, list, tuple)):
        if isinstance(y_true, (dict, list, tuple)):
            return y_true, y_pred
        return with_same_rank(y_true, y_pred)
    leaves = nest.flatten(y_true), nest.flatten(y_pred)
    if len(leaves[0]) != len(leaves[1]):
        return y_true, y_pred
    pairs = [with_same_rank(*pair) for pair in zip(*leaves, strict=True)]
    return (
        nest.pack_sequence_as(y_true, [pair[0] for pair in pairs]),
        nest.pack_sequence_as(y_pred, [pair[1] for pair in pairs]),
    )


class FunctionLoss(LossFunctionWrapper):
    """A loss of a function of this package, whose arguments are attributes as well."""

    _public_module = "keras.losses"

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None,
        name: str | None,
        dtype: Any,
        **kwargs: Any,
    ):
        super().__init__(fn, reduction, name, dtype, **kwargs)
        vars(self).update(kwargs)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a loss from what `get_config` gave; files of Keras 2 also name the function."""
        return super().from_config({key: value for key, value in config.items() if key != "fn"})
