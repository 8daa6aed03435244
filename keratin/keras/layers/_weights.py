"""The variables of a layer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin._engine.dtype import as_dtype
from keratin._engine.variable import Variable as EngineVariable
from keratin.keras import constraints, initializers, regularizers
from keratin.keras._core.config import unknown_arguments
from keratin.keras._core.old_spellings import name_first
from keratin.keras._core.shapes import as_shape
from keratin.keras._core.variable import Variable
from keratin.keras.layers import _tracking
from keratin.keras.layers._call import call_context
from keratin.keras.layers._part import Part, expected


class Weights(Part):
    """Makes, finds, gets and sets the variables of a layer."""

    def _track(self, variable: EngineVariable) -> None:
        owned = [*self._trainable_variables, *self._non_trainable_variables]
        if all(variable is not known for known in owned):
            kind = "_trainable_variables" if variable.trainable else "_non_trainable_variables"
            vars(self)[kind].append(variable)

    def _forget(self, variable: EngineVariable) -> None:
        for kind in ("_trainable_variables", "_non_trainable_variables"):
            vars(self)[kind] = [v for v in vars(self)[kind] if v is not variable]

    def _variables_made(self) -> list[Any]:
        """The variables of this layer alone."""
        return _tracking.own_variables(self)

    @property
    def variables(self) -> list[Any]:
        """All variables: weights, state of metrics and of random generators, also of parts."""
        found = self._variables_made()
        found += [generator.state for generator in self._seed_generators]
        for layer in self._layers:
            found += layer.variables
        return _tracking.unique(found)

    @property
    def weights(self) -> list[Any]:
        """The variables that are saved and counted, also of parts."""
        found = self._variables_made()
        for layer in self._layers:
            found += layer.weights
        return _tracking.unique(found)

    @property
    def trainable_variables(self) -> list[Any]:
        """Those of the variables that training changes."""
        return [v for v in self.variables if v.trainable] if self.trainable else []

    @property
    def non_trainable_variables(self) -> list[Any]:
        """Those of the variables that training leaves alone."""
        return [v for v in self.variables if not (self.trainable and v.trainable)]

    @property
    def trainable_weights(self) -> list[Any]:
        """Those of the weights that training changes."""
        return [v for v in self.weights if v.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Any]:
        """Those of the weights that training leaves alone."""
        return [v for v in self.weights if not (self.trainable and v.trainable)]

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights."""
        return bool(self._trainable)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        value = bool(value)
        vars(self)["_trainable"] = value
        for variable in self._trainable_variables:
            if isinstance(variable, Variable):
                variable.trainable = value
        for layer in self._layers:
            layer.trainable = value

    @name_first
    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: Any = "none",
        overwrite_with_gradient: bool = False,
        name: Any = None,
        **kwargs: Any,
    ) -> Variable:
        """Make a weight of this layer.

        >>> layer = keras.layers.Layer()
        >>> layer.add_weight(shape=(2,), initializer="ones", name="scale").numpy()
        array([1., 1.], dtype=float32)
        """
        self._check_initialized()
        if call_context.running is self and "_was_called" in vars(self):
            raise RuntimeError(
                f"Layer {self.name!r} ({type(self).__name__}): add_weight within call() would make "
                "new weights with each call. Make them in build(self, input_shape) or __init__"
            )
        _check_weight_options(type(self).__name__, kwargs)
        dtype = as_dtype(dtype or self.variable_dtype)
        if initializer is None:
            initializer = "glorot_uniform" if dtype.is_floating else "zeros"
        initializer = initializers.get(initializer)
        with self._build_scope():
            variable = Variable(
                initializer,
                shape=() if shape is None else _weight_shape(shape, name, self.name),
                dtype=dtype,
                trainable=trainable,
                autocast=autocast,
                aggregation=aggregation,
                name=name,
            )
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        variable.overwrite_with_gradient = overwrite_with_gradient
        if not self._trainable:
            # Counted among those that `trainable = True` sets free again.
            variable.trainable = False
            if trainable:
                self._trainable_variables.append(variable)
                return variable
        self._track(variable)
        return variable

    def add_variable(
        self,
        shape: Any,
        initializer: Any,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a weight of this layer."""
        return self.add_weight(
            shape=shape,
            initializer=initializer,
            dtype=dtype,
            trainable=trainable,
            autocast=autocast,
            regularizer=regularizer,
            constraint=constraint,
            name=name,
        )

    def get_weights(self) -> list[Any]:
        """The weights as NumPy arrays."""
        return [np.asarray(weight.numpy()) for weight in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set the weights: arrays in the order of `weights`, of the same shapes."""
        own = self.weights
        if len(own) != len(weights):
            raise ValueError(
                f"set_weights on {self.name!r}: the layer has {len(own)} weights, and "
                f"{len(weights)} were given. {expected(own)}"
                + ("" if self.built else " It is not built yet: call it, or build(), first.")
            )
        for index, (variable, value) in enumerate(zip(own, weights, strict=True)):
            shape = tuple(np.shape(value))
            if tuple(variable.shape) != shape:
                raise ValueError(
                    f"set_weights on {self.name!r}: weight {index}, {variable.path!r}, has shape "
                    f"{tuple(variable.shape)}; given one of shape {shape}. {expected(own)}"
                )
        for variable, value in zip(own, weights, strict=True):
            variable.assign(np.asarray(value, variable.dtype.numpy_dtype))

    def count_params(self) -> int:
        """How many numbers the weights hold."""
        if not self.built and not self.weights:
            raise ValueError(
                f"count_params: {self.name!r} has no weights yet. Call it on data, or "
                "build(input_shape), first"
            )
        return sum(math.prod(tuple(weight.shape)) for weight in self.weights)

    def save_own_variables(self, store: Any) -> None:
        """Put the variables of this layer alone into a store, numbered."""
        for index, variable in enumerate(self._variables_made()):
            store[str(index)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Set the variables of this layer alone from a store."""
        own = self._variables_made()
        if len(store.keys()) != len(own):
            hint = "" if self.built or own else " The layer is not built: call it on data first."
            raise ValueError(
                f"Layer {self.name!r} has {len(own)} variables, and the file has "
                f"{len(store.keys())}. {expected(own)}{hint}"
            )
        for index, variable in enumerate(own):
            variable.assign(np.asarray(store[str(index)], variable.dtype.numpy_dtype))


def _weight_shape(shape: Any, name: Any, layer_name: str) -> Any:
    found = (shape,) if isinstance(shape, int) else as_shape(shape)
    if None in found:
        raise ValueError(
            f"Weight {name!r} of layer {layer_name!r}: the shape {tuple(found)} has a size that is "
            "not known. Give the input a fixed size on that axis, as in keras.Input((28, 28, 1))"
        )
    return found


_OLD_OPTIONS = ("getter", "collections", "use_resource", "experimental_autocast", "partitioner")


def _check_weight_options(owner: str, kwargs: dict[str, Any]) -> None:
    for name in ("synchronization", "layout", *_OLD_OPTIONS):
        kwargs.pop(name, None)
    if kwargs:
        known = ["shape", "initializer", "dtype", "trainable", "regularizer", "constraint", "name"]
        raise unknown_arguments(f"{owner}.add_weight", kwargs, known)
