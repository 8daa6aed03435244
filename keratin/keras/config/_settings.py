"""Reading and changing the settings of the process."""

from __future__ import annotations

import warnings
from typing import Any

from keratin.keras._core.settings import (
    checked_epsilon,
    checked_floatx,
    settings,
    standardize_data_format,
)


def backend() -> str:
    """ "tensorflow": the programming model. What carries it out is XLA, through JAX.

    A program that asks goes on with tensors that have `numpy()`, with `tf.GradientTape` and
    `tf.function`, all of which are Keratin's.

    >>> keras.config.backend()
    'tensorflow'
    """
    return "tensorflow"


def set_backend(backend: str) -> None:
    """Accepts "tensorflow", see `backend`; there is no other one to change to.

    >>> keras.config.set_backend("tensorflow")
    """
    if backend != "tensorflow":
        raise ValueError(
            f"set_backend({backend!r}): Keratin has one engine, XLA, and the programming model of "
            "'tensorflow'. Leave the call out; arrays of JAX, NumPy and (by DLPack) PyTorch are "
            "accepted wherever tensors are"
        )


def floatx() -> str:
    """The dtype of new weights and of Python floats.

    >>> keras.config.floatx()
    'float32'
    """
    return settings.floatx


def set_floatx(value: Any) -> None:
    """Set the dtype of new weights and of Python floats: 'float16', 'bfloat16', 'float32' or
    'float64'.

    >>> keras.config.set_floatx("float32")
    """
    settings.floatx = checked_floatx(value)


def epsilon() -> float:
    """The number that keeps divisions and logarithms from zero.

    >>> keras.config.epsilon()
    1e-07
    """
    return settings.epsilon


def set_epsilon(value: float) -> None:
    """Set the number that keeps divisions and logarithms from zero.

    >>> keras.config.set_epsilon(1e-7)
    """
    settings.epsilon = checked_epsilon(value)


def image_data_format() -> str:
    """Where images have their channels: 'channels_last' or 'channels_first'.

    >>> keras.config.image_data_format()
    'channels_last'
    """
    return settings.image_data_format


def set_image_data_format(data_format: str) -> None:
    """Set where images have their channels, for layers that are not told.

    >>> keras.config.set_image_data_format("channels_last")
    """
    if data_format is None:
        raise ValueError("data_format must be 'channels_last' or 'channels_first'; given None")
    settings.image_data_format = standardize_data_format(data_format)


def max_epochs() -> int | None:
    """The most epochs that a call of `fit` trains for; None: as many as it is told.

    >>> keras.config.max_epochs() is None
    True
    """
    return settings.max_epochs


def set_max_epochs(max_epochs: int | None) -> None:
    """Limit the epochs of every `fit`, to try a program quickly; so does KERAS_MAX_EPOCHS.

    >>> keras.config.set_max_epochs(None)
    """
    settings.max_epochs = _checked_limit("max_epochs", max_epochs)


def max_steps_per_epoch() -> int | None:
    """The most steps of an epoch, and of `evaluate` and `predict`; None: as many as there are.

    >>> keras.config.max_steps_per_epoch() is None
    True
    """
    return settings.max_steps_per_epoch


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Limit the steps of `fit`, `evaluate` and `predict`; so does KERAS_MAX_STEPS_PER_EPOCH.

    >>> keras.config.set_max_steps_per_epoch(None)
    """
    limit = _checked_limit("max_steps_per_epoch", max_steps_per_epoch)
    settings.max_steps_per_epoch = limit


def _checked_limit(name: str, value: int | None) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError(
            f"{name} must be a positive integer, or None for no limit; given {value!r}"
        )
    return value


def enable_flash_attention() -> None:
    """Let attention use a fused kernel where the device has one; it is so from the start.

    >>> keras.config.enable_flash_attention()
    """
    settings.flash_attention = None


def disable_flash_attention() -> None:
    """Have attention computed step by step.

    >>> keras.config.disable_flash_attention()
    >>> keras.config.is_flash_attention_enabled()
    False
    >>> keras.config.enable_flash_attention()
    """
    settings.flash_attention = False


def is_flash_attention_enabled() -> bool | None:
    """False after `disable_flash_attention`, else None: where the device has a kernel.

    >>> keras.config.is_flash_attention_enabled() is None
    True
    """
    return settings.flash_attention


def is_nnx_enabled() -> bool:
    """False: variables are not those of Flax NNX.

    >>> keras.config.is_nnx_enabled()
    False
    """
    return False


def enable_unsafe_deserialization() -> None:
    """Warns that it allows nothing: no code in a file is ever run.

    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     keras.config.enable_unsafe_deserialization()
    >>> len(caught)
    1
    """
    warnings.warn(
        "enable_unsafe_deserialization() has no effect: Keratin never runs code that a file holds. "
        "Write the lambdas of the model as functions, decorate them with "
        "@keras.saving.register_keras_serializable(), and save it again",
        stacklevel=2,
    )
