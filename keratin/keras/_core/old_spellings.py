"""Arguments of Keras 1 and 2, and what they are called now."""

from __future__ import annotations

import functools
from typing import Any

from keratin._engine import errors
from keratin.keras._core.config import constructor

# Of any constructor that has the new name and lacks the old one.
RENAMED = {
    "W_constraint": "kernel_constraint",
    "W_regularizer": "kernel_regularizer",
    "atrous_rate": "dilation_rate",
    "b_constraint": "bias_constraint",
    "b_regularizer": "bias_regularizer",
    "beta_init": "beta_initializer",
    "bias": "use_bias",
    "border_mode": "padding",
    "consume_less": "implementation",
    "depthwise_init": "depthwise_initializer",
    "dropout_U": "recurrent_dropout",
    "dropout_W": "dropout",
    "filter_length": "kernel_size",
    "gamma_init": "gamma_initializer",
    "init": "kernel_initializer",
    "inner_activation": "recurrent_activation",
    "inner_init": "recurrent_initializer",
    "length": "size",
    "nb_filter": "filters",
    "output_dim": "units",
    "p": "rate",
    "pointwise_init": "pointwise_initializer",
    "pool_length": "pool_size",
    "sigma": "stddev",
    "stride": "strides",
    "subsample": "strides",
    "subsample_length": "strides",
    "U_regularizer": "recurrent_regularizer",
    "concat_axis": "axis",
    "dim_ordering": "data_format",
    "initializer": "kernel_initializer",
    "constraint": "kernel_constraint",
    "regularizer": "kernel_regularizer",
}

# The values that were spelt otherwise.
_VALUES: dict[str, dict[str, Any]] = {
    "data_format": {"tf": "channels_last", "th": "channels_first"},
    "implementation": {"cpu": 0, "mem": 1, "gpu": 2},
}

# Arguments of convolutions that Keras 1 alone had.
_OF_KERAS_1 = frozenset(
    [
        "W_constraint",
        "W_regularizer",
        "b_constraint",
        "b_regularizer",
        "bias",
        "border_mode",
        "dim_ordering",
        "init",
        "subsample",
    ]
)

# An Embedding draws its own weights, and calls them so.
_PREFIXES = {"init": "embeddings_initializer", "W_regularizer": "embeddings_regularizer"}


@functools.lru_cache(maxsize=1000)
def _names(cls: type) -> frozenset[str]:
    return frozenset(constructor(cls).parameters)


def renamed(cls: type, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The keyword arguments by the names that the constructor of the class has."""
    if all(name in _names(cls) for name in kwargs):
        return kwargs
    found = dict(kwargs)
    for name in kwargs:
        if name in _names(cls):
            continue
        for new in (RENAMED.get(name), _PREFIXES.get(name)):
            if new is not None and new in _names(cls) and new not in kwargs:
                found[new] = _value(new, found.pop(name))
                break
    return _rows_and_columns(cls, found)


def sizes_as_tuple(cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """`Convolution2D(32, 3, 3, border_mode="same")`: rows and columns are one `kernel_size` now.

    Where nothing else is of Keras 1, the third argument is `strides`, and a warning says so.
    """
    is_one = len(args) > 2 and {"filters", "kernel_size", "strides"} <= _names(cls)
    if not is_one or not cls.__name__.endswith(("2D", "3D")) or not _are_sizes(args):
        return args
    if not _OF_KERAS_1.isdisjoint(kwargs):
        return args[0], args[1:]
    if len(args) == 3 and args[1] == args[2] > 1:
        errors.warn_user(
            f"{cls.__name__}{args}: the third argument is strides. If rows and columns of the "
            f"kernel are meant, as in Keras 1, write kernel_size={args[1:]}; else strides={args[2]}"
        )
    return args


def _are_sizes(args: tuple[Any, ...]) -> bool:
    return all(isinstance(each, int) and not isinstance(each, bool) for each in args)


def _value(name: str, value: Any) -> Any:
    return _VALUES.get(name, {}).get(value, value) if isinstance(value, str) else value


def _rows_and_columns(cls: type, kwargs: dict[str, Any]) -> dict[str, Any]:
    """`Convolution2D(32, nb_row=3, nb_col=3)`: one size a dimension."""
    if "nb_row" not in kwargs or "kernel_size" not in _names(cls):
        return kwargs
    depth = [kwargs.pop("kernel_dim1")] if "kernel_dim1" in kwargs else []
    size = (*depth, kwargs.pop("nb_row"), kwargs.pop("nb_col"))
    return {**kwargs, "kernel_size": size}


def input_shape(class_name: str, kwargs: dict[str, Any]) -> tuple[Any, ...] | None:
    """The shape, batch included, that a first layer was given for its input; takes it out."""
    batch_size = kwargs.pop("batch_size", None)
    length = kwargs.pop("input_length", None)
    kwargs.pop("input_dtype", None)
    if "batch_input_shape" in kwargs:
        kwargs.pop("input_shape", None)
        return tuple(kwargs.pop("batch_input_shape"))
    if "input_shape" in kwargs:
        shape = kwargs.pop("input_shape")
        if shape is None:
            return None
        if isinstance(shape, int):
            raise ValueError(
                f"{class_name}: input_shape is a tuple; given {shape}. Write input_shape=({shape},)"
            )
        return (batch_size, *shape)
    if "input_dim" in kwargs:
        size = kwargs.pop("input_dim")
        return (batch_size, length, size) if length is not None else (batch_size, size)
    return (batch_size, length) if length is not None else None


def name_first(method: Any) -> Any:
    """Let a method also take its `name` as the first argument, as Keras 2 had it."""

    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], str) and "name" not in kwargs:
            kwargs["name"], args = args[0], args[1:]
        return method(self, *args, **kwargs)

    return call
