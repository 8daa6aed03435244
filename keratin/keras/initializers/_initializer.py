"""What initializers share, and how they are found by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from keratin._engine.dtype import DType, as_dtype
from keratin._engine.op import freeze
from keratin._engine.shape import TensorShape
from keratin._engine.tensor import Tensor
from keratin.keras._core.config import Configurable, constructor
from keratin.keras._core.family import Family
from keratin.keras._core.settings import settings

Sizes = tuple[int, ...]


class Initializer(Configurable):
    """A base of what makes the first value of a weight: override `__call__`.

    >>> class Halves(keras.initializers.Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return tf.fill(shape, 0.5)
    >>> keras.initializers.get(Halves)((2,)).numpy()
    array([0.5, 0.5], dtype=float32)
    """

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Tensor:
        """A tensor of this shape and dtype (the default is `keras.config.floatx()`)."""
        raise NotImplementedError(
            f"{type(self).__name__}: an initializer overrides __call__(self, shape, dtype=None), "
            "and returns a tensor"
        )

    def clone(self) -> Self:
        """Another initializer of the same arguments."""
        return self.from_config(self.get_config())

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make an initializer from what `get_config` gave."""
        if "dtype" in config and "dtype" not in constructor(cls).parameters:
            # Files of Keras 1 and 2 have it; it says nothing that the variable does not say.
            config = {key: value for key, value in config.items() if key != "dtype"}
        return super().from_config(config)


def checked_sizes(initializer: Any, shape: Any) -> Sizes:
    """The shape as a tuple of integers, all of them known."""
    sizes = freeze(shape)
    if isinstance(sizes, TensorShape):
        sizes = tuple(sizes)
    if not isinstance(sizes, tuple) or not all(isinstance(n, int) and n >= 0 for n in sizes):
        raise ValueError(
            f"{type(initializer).__name__}: shape must be a list of sizes that are all known, "
            f"such as (3, 4); given {shape!r}"
        )
    return sizes


def checked_dtype(initializer: Any, dtype: Any, kinds: str) -> DType:
    """The dtype, or that of new weights, if it is of these kinds."""
    found = as_dtype(settings.floatx if dtype is None else dtype)
    if found.kind not in kinds.split():
        raise ValueError(
            f"{type(initializer).__name__} makes tensors of the kinds "
            f"{kinds.replace(' ', ', ')}; given dtype={found.name!r}. Write dtype='float32'"
        )
    return found


family = Family(
    "initializer",
    "keratin.keras.initializers",
    Initializer,
    {"normal": "RandomNormal", "uniform": "RandomUniform", "one": "Ones", "zero": "Zeros"},
)


def get(identifier: Any) -> Any:
    """The initializer of a name, config, class, function, instance or array of values.

    >>> keras.initializers.get("zeros")((2,)).numpy()
    array([0., 0.], dtype=float32)
    >>> keras.initializers.get(np.array([1, 2]))((2,)).numpy()
    array([1., 2.], dtype=float32)
    """
    if isinstance(identifier, (np.ndarray, np.generic)) or hasattr(identifier, "__tf_tensor__"):
        return family.find("Constant").of_values(np.asarray(identifier))
    if isinstance(identifier, Tensor):
        return family.find("Constant").of_values(identifier.numpy())
    return family.get(identifier)


def serialize(initializer: Any) -> Any:
    """The config of an initializer.

    >>> keras.initializers.serialize(keras.initializers.Constant(2.0))["config"]
    {'value': 2.0}
    """
    return family.serialize(initializer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The initializer of a config or name.

    >>> keras.initializers.deserialize({"class_name": "Ones", "config": {}})((1,)).numpy()
    array([1.], dtype=float32)
    """
    return family.deserialize(config, custom_objects)
