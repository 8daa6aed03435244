"""Layers around another layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from keratin.keras._core.serialization import deserialize_keras_object
from keratin.keras.layers.layer import Layer


class Wrapper(Layer):
    """A base for layers around another layer, which is their `layer`.

    >>> class Twice(keras.layers.Wrapper):
    ...     def call(self, inputs):
    ...         return self.layer(self.layer(inputs))
    >>> Twice(keras.layers.Dense(3))(np.ones((1, 3))).shape
    TensorShape([1, 3])
    """

    def __init__(self, layer: Layer, **kwargs: Any):
        if not isinstance(layer, Layer):
            remedy = f"Write {layer.__name__}(...)" if isinstance(layer, type) else "Give one"
            raise ValueError(
                f"{type(self).__name__} takes a layer; given {layer!r}. {remedy} of keras.layers"
            )
        super().__init__(**kwargs)
        self.layer = layer
        if self._input_shape_given is None:  # of Keras 2: the layer within may say it
            self._input_shape_given = layer._input_shape_given

    def build(self, input_shape: Any = None) -> None:
        """Build the layer within."""
        if not self.layer.built:
            self.layer.build(input_shape)

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Self:
        """Make a wrapper, and its layer, from what `get_config` gave."""
        values = {
            name: deserialize_keras_object(value, custom_objects) for name, value in config.items()
        }
        return cls(values.pop("layer"), **values)
