"""A model that is a row of layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from keratin._engine import errors
from keratin.keras._core.graph import Function, standardized
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object
from keratin.keras._core.shapes import as_shape
from keratin.keras._core.symbolic import KerasTensor
from keratin.keras.layers._part import default
from keratin.keras.layers.input_layer import InputLayer
from keratin.keras.layers.layer import Layer
from keratin.keras.models import checkpoint
from keratin.keras.models.model import Model


class Sequential(Model):
    """Layers one after the other.

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
    >>> model.add(keras.layers.Dense(1))
    >>> model.output_shape, len(model.weights)
    ((None, 1), 4)
    """

    def __init__(
        self,
        layers: Iterable[Any] | None = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ):
        if isinstance(trainable, Layer):
            raise TypeError(
                "Sequential takes one list of layers: write Sequential([layer, layer, ...]), with "
                "square brackets"
            )
        super().__init__(name=name, **kwargs)
        self._sequence: list[Layer] = []
        # The symbolic tensor after each layer, as far as the input is known.
        self._tails: list[Any] = []
        if layers is not None:
            if isinstance(layers, Layer) or not isinstance(layers, Iterable):
                layers = [layers]
            for layer in layers:
                self.add(layer)
        if not trainable:
            self.trainable = False

    @errors.trimmed
    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer at the end; a `keras.Input` or the first layer may say the input's shape."""
        if isinstance(rebuild, Layer):
            raise TypeError(f"{self.name!r}.add takes one layer at a time: call add for each")
        layer = self._checked(layer)
        if any(layer.name == known.name for known in self._sequence):
            raise ValueError(
                f"The model {self.name!r} has a layer named {layer.name!r} already. Give each "
                "layer a name of its own, name='...'"
            )
        if isinstance(layer, InputLayer):
            if self._sequence:
                raise ValueError(
                    f"The model {self.name!r} has layers already: an Input comes first. Its layers "
                    f"are {[known.name for known in self._sequence]}"
                )
            self._append(layer, layer.output)
            return
        if not self._sequence:
            shape = getattr(layer, "_input_shape_given", None)
            if shape is None and isinstance(layer, Model) and layer.inputs:
                shape = layer.inputs[0].shape if len(layer.inputs) == 1 else None
            if shape is not None:
                self.add(InputLayer(batch_shape=shape, dtype=_input_dtype(layer)))
        self._append(layer, self._extended(layer))

    def _checked(self, layer: Any) -> Layer:
        """A layer; that of a `keras.Input`."""
        history = getattr(layer, "_keras_history", None)
        if history is not None and isinstance(history[0], InputLayer):
            return history[0]
        if not isinstance(layer, Layer):
            if isinstance(layer, type):
                remedy = f"Write {layer.__name__}(...), with parentheses, to make one"
            elif history is not None:
                remedy = (
                    f"Give the layer that made it, {history[0].name!r}, without calling it: "
                    "Dense(1), and not Dense(1)(x)"
                )
            else:
                remedy = "Wrap a function in keras.layers.Lambda"
            raise ValueError(f"Sequential takes layers; given {layer!r}. {remedy}")
        if self in layer._flatten_layers():
            raise ValueError(
                f"The model {self.name!r} cannot be added to itself: that would have no end. Add "
                "another model, or keras.models.clone_model of this one"
            )
        return layer

    def _append(self, layer: Layer, tail: Any) -> None:
        self._sequence.append(layer)
        self._tails.append(tail)
        self._renew()

    def _extended(self, layer: Layer) -> Any:
        """The symbolic output with a layer more; None if the input is not known yet."""
        if not self._tails or self._tails[-1] is None:
            return None
        with self._build_scope():
            return layer(self._tails[-1])

    def _renew(self) -> None:
        """Forget what was derived from the former row of layers."""
        known = bool(self._tails) and self._tails[-1] is not None
        vars(self)["_graph"] = None
        vars(self).pop("_inner_graph", None)
        self.built = known and len(self._sequence) > 1
        if hasattr(self, "_forget_compiled"):
            self._forget_compiled()

    @errors.trimmed
    def pop(self, rebuild: bool = True) -> Layer:
        """Take the last layer away, and return it."""
        if not self.layers:
            raise ValueError(f"The model {self.name!r} has no layers to pop")
        self._tails.pop()
        layer = self._sequence.pop()
        self._renew()
        return layer

    def _checkpoint_children(self) -> dict[str, Any]:
        return {**checkpoint.of_sequence(self._layers), **super()._checkpoint_children()}

    @property
    def _layers(self) -> list[Any]:
        return list(vars(self).get("_sequence", []))

    @property
    def layers(self) -> list[Any]:
        """The layers, without the input."""
        return [layer for layer in self._layers if not isinstance(layer, InputLayer)]

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError("Use model.add and model.pop to change the layers of a Sequential")

    def _given_graph(self) -> Function | None:
        return self._whole_graph()

    def _whole_graph(self) -> Function | None:
        if not self._tails or self._tails[-1] is None:
            return None
        if vars(self).get("_inner_graph") is None:
            tails = self._tails
            vars(self)["_inner_graph"] = Function(tails[0], tails[-1], name=f"{self.name}_graph")
        return vars(self)["_inner_graph"]

    @default
    def build(self, input_shape: Any = None) -> None:
        """Make the weights for an input of this shape, batch included."""
        if self._tails and self._tails[-1] is not None:
            return
        if input_shape is None:
            raise ValueError(
                f"The model {self.name!r} does not know the shape of its input. Put "
                "keras.Input(shape) first, or call build((None, ...))"
            )
        self._set_input(as_shape(input_shape), None)

    def _set_input(self, shape: Any, dtype: Any) -> None:
        """Put an input in front and call the layers on it."""
        layers = list(self._sequence)
        first = InputLayer(batch_shape=shape, dtype=dtype or _input_dtype(layers[0]))
        self._sequence[:], self._tails[:] = [first], [first.output]
        try:
            for layer in layers:
                self._append(layer, self._extended(layer))
        except Exception:
            self._sequence[:], self._tails[:] = layers, [None] * len(layers)
            raise
        self.built = True

    def call(self, inputs: Any, training: Any = None, mask: Any = None, **kwargs: Any) -> Any:
        """The output of the last layer."""
        if not self.layers:
            raise ValueError(f"The model {self.name!r} has no layers: add some first")
        if self._tails[-1] is None and getattr(inputs, "shape", None) is not None:
            dtype = inputs.dtype if not inputs.dtype.is_floating else None
            self._set_input((None, *inputs.shape[1:]), dtype)
        outputs = inputs
        if self._tails[0] is not None and isinstance(self._tails[0], KerasTensor):
            (outputs,) = standardized(self._tails[0], inputs, self.name)
        if mask is not None:
            outputs._keras_mask = mask
        for layer in self.layers:
            outputs = layer(outputs, **kwargs)
            kwargs = {}
        return outputs

    def _tensors(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._tails and self._tails[0] is not None:
            return args, kwargs
        return Layer._tensors(self, args, kwargs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output for another shape of the input."""
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """The configs of the layers."""
        config = {
            "name": self.name,
            "trainable": self._trainable,
            "dtype": serialize_keras_object(self._dtype_policy),
            "layers": [serialize_keras_object(layer) for layer in self._sequence],
        }
        if self._tails and isinstance(self._tails[0], KerasTensor):
            config["build_input_shape"] = tuple(self._tails[0].shape)
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any] | list[Any], custom_objects: Any = None) -> Self:
        """Make a model from what `get_config` gave, or from a list of layer configs."""
        rest = {"layers": config} if isinstance(config, list) else dict(config)
        configs, shape = rest.pop("layers"), rest.pop("build_input_shape", None)
        layers = [deserialize_keras_object(layer, custom_objects) for layer in configs]
        rest["dtype"] = deserialize_keras_object(rest.get("dtype"))
        model = cls(layers=layers, **rest)
        if shape and not model.built and layers:
            model.build(shape)
        return model


def _input_dtype(layer: Layer) -> str | None:
    """The dtype of what a first layer takes; None for the usual floats."""
    return getattr(type(layer), "_takes", None)
