"""Initializers of the root namespace: objects that make a tensor of a shape.

Keras has its own, richer ones, in `keras.initializers`.
"""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

import numpy as np

from keratin._engine import errors
from keratin._engine.dtype import as_dtype
from keratin._engine.op import DTypeArg
from keratin._engine.random import seeded_stream
from keratin._engine.tensor import Tensor, constant
from keratin.array._creation import ones, zeros
from keratin.random import _sample
from keratin.random._seed import stateless_source

Some = TypeVar("Some", bound="_Initializer")

# What a partitioned variable would say of its part: accepted, and of no effect.
_PARTITION = ("partition_shape", "partition_offset")


class _Initializer:
    """What initializers share: configurations, and the checks of their call."""

    _kinds: ClassVar[str] = "bool int uint float complex"

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this initializer again."""
        return dict(vars(self))

    @classmethod
    def from_config(cls: type[Some], config: dict[str, Any]) -> Some:
        """An initializer of what `get_config` returned."""
        return cls(**{key: value for key, value in config.items() if key != "dtype"})

    def _checked(self, dtype: Any, options: dict[str, Any]) -> Any:
        for name in options:
            if name not in _PARTITION:
                raise errors.unknown_keyword(type(self).__name__, name, ["dtype", *_PARTITION])
        found = as_dtype(dtype)
        if found.kind not in self._kinds.split():
            raise ValueError(
                f"{type(self).__name__} does not make {found.name}; give a dtype of the kinds "
                f"{self._kinds.replace(' ', ', ')}."
            )
        return found

    def _source(self, seed: int | None) -> _sample.SourceOf:
        """With a seed every call gives the same numbers."""
        if seed is None:
            return lambda *kind: seeded_stream(None, *kind)
        return stateless_source([seed, 0])


class zeros_initializer(_Initializer):
    """Makes zeros.

    >>> tf.zeros_initializer()([2]).numpy()
    array([0., 0.], dtype=float32)
    """

    def __call__(self, shape: Any, dtype: DTypeArg = "float32", **kwargs: Any) -> Tensor:
        """A tensor of zeros."""
        return zeros(shape, self._checked(dtype, kwargs))


class ones_initializer(_Initializer):
    """Makes ones.

    >>> tf.ones_initializer()([2], tf.int32).numpy()
    array([1, 1], dtype=int32)
    """

    def __call__(self, shape: Any, dtype: DTypeArg = "float32", **kwargs: Any) -> Tensor:
        """A tensor of ones."""
        return ones(shape, self._checked(dtype, kwargs))


class constant_initializer(_Initializer):
    """Makes a tensor of one number, or of as many as the shape holds.

    >>> tf.constant_initializer([1, 2, 3, 4])([2, 2]).numpy()
    array([[1, 2],
           [3, 4]], dtype=int32)
    """

    def __init__(self, value: Any = 0, support_partition: bool = False):
        if not np.isscalar(value) and not isinstance(value, (list, tuple, np.ndarray)):
            raise TypeError(
                "constant_initializer takes a number, a list or a NumPy array; given "
                f"{type(value).__name__}. Write value.numpy() for the values of a tensor."
            )
        self.value = value
        self.support_partition = support_partition

    def __call__(self, shape: Any, dtype: DTypeArg | None = None, **kwargs: Any) -> Tensor:
        """A tensor of the value; without a dtype, of the value's own."""
        if kwargs and not self.support_partition:
            self._checked("float32", kwargs)
            raise ValueError("constant_initializer: partitions need support_partition=True.")
        return constant(self.value, None if dtype is None else as_dtype(dtype), shape)

    def get_config(self) -> dict[str, Any]:
        """The value."""
        return {"value": self.value}


class random_uniform_initializer(_Initializer):
    """Draws from [minval, maxval); with a seed, the same numbers each time.

    >>> tf.random_uniform_initializer(0.0, 2.0, seed=1)([2]).shape
    TensorShape([2])
    """

    _kinds = "int float"

    def __init__(self, minval: Any = -0.05, maxval: Any = 0.05, seed: int | None = None):
        self.minval = minval
        self.maxval = maxval
        self.seed = seed

    def __call__(self, shape: Any, dtype: DTypeArg = "float32", **kwargs: Any) -> Tensor:
        """A tensor of uniform floats or integers."""
        found = self._checked(dtype, kwargs)
        return _sample.uniform(self._source(self.seed), shape, self.minval, self.maxval, found)


class random_normal_initializer(_Initializer):
    """Draws from a normal distribution; with a seed, the same numbers each time.

    >>> init = tf.random_normal_initializer(stddev=0.1, seed=3)
    >>> bool(tf.reduce_all(init([2]) == init([2])))
    True
    """

    _kinds = "float"

    def __init__(self, mean: Any = 0.0, stddev: Any = 0.05, seed: int | None = None):
        self.mean = mean
        self.stddev = stddev
        self.seed = seed

    def __call__(self, shape: Any, dtype: DTypeArg = "float32", **kwargs: Any) -> Tensor:
        """A tensor of normal floats."""
        found = self._checked(dtype, kwargs)
        return _sample.normal(self._source(self.seed), shape, self.mean, self.stddev, found)
