"""A saved program as a layer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Self

from keratin import saved_model
from keratin._engine import errors, nest
from keratin._engine.operators import operators
from keratin._engine.tensor import Tensor
from keratin.keras._core import serialization
from keratin.keras.layers.layer import Layer


class TFSMLayer(Layer):
    """An endpoint of a folder that `model.export` or `tf.saved_model.save` wrote, as a layer.

    The variables of the endpoint are weights of the layer, and are trained with the others.

    Args:
        filepath: The folder.
        call_endpoint: The endpoint that is the call: an attribute of the loaded object, or one of
            its signatures.
        call_training_endpoint: The endpoint that is the call while training, if it is another one.
        trainable: Whether the trainable variables are trained.
        name: The name.
        dtype: The dtype, or the dtypes, of the layer; the program computes in its own.

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> model.export("exported", verbose=False)
    >>> layer = keras.layers.TFSMLayer("exported")
    >>> layer(np.zeros((5, 3))).shape, len(layer.trainable_weights)
    (TensorShape([5, 2]), 2)
    """

    def __init__(
        self,
        filepath: Any,
        call_endpoint: str = "serve",
        call_training_endpoint: str | None = None,
        trainable: bool = True,
        name: str | None = None,
        dtype: Any = None,
    ):
        super().__init__(trainable=trainable, name=name, dtype=dtype)
        self.filepath = os.fspath(filepath)
        self.call_endpoint = call_endpoint
        self.call_training_endpoint = call_training_endpoint
        # Not searched for variables: those that are used are noted one by one.
        loaded = saved_model.load(self.filepath)
        self.call_endpoint_fn = _endpoint(loaded, call_endpoint, self.filepath)
        self.call_training_endpoint_fn = (
            _endpoint(loaded, call_training_endpoint, self.filepath)
            if call_training_endpoint
            else None
        )
        for variable in self._used():
            self._track(variable)
        self.built = True

    def _used(self) -> list[Any]:
        found: dict[int, Any] = {}
        for function in (self.call_endpoint_fn, self.call_training_endpoint_fn):
            for program in getattr(function, "concrete_functions", [function] if function else []):
                found.update((id(variable), variable) for variable in program.variables)
        return list(found.values())

    def call(self, inputs: Any, training: Any = False, **kwargs: Any) -> Any:
        """What the endpoint gives."""
        chosen = self.call_endpoint_fn
        if training and self.call_training_endpoint_fn is not None:
            chosen = self.call_training_endpoint_fn
        return chosen(_in_dtype_of(chosen, inputs), **kwargs)

    def _own_config(self) -> dict[str, Any]:
        return {
            "filepath": self.filepath,
            "call_endpoint": self.call_endpoint,
            "call_training_endpoint": self.call_training_endpoint,
        }

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Any = None, safe_mode: Any = None
    ) -> Self:
        """Make a layer from what `get_config` gave, if the folder that it names may be opened.

        A file that is loaded opens no other one, unless `safe_mode=False` says that it may.
        """
        safe = serialization.in_safe_mode() if safe_mode is None else safe_mode
        if safe:
            raise ValueError(
                f"The config holds a TFSMLayer, which opens the folder {config.get('filepath')!r}. "
                "A file that is loaded opens no other. If you trust it, give safe_mode=False"
            )
        values = {
            name: serialization.deserialize_keras_object(value) if name == "dtype" else value
            for name, value in config.items()
        }
        return cls(**values)


def _in_dtype_of(function: Any, inputs: Any) -> Any:
    """Floating inputs in the dtype that the program takes, whatever the layer casts them to."""
    programs = getattr(function, "concrete_functions", [function])
    wanted = {spec.dtype for program in programs for spec in program.inputs}
    floating = [dtype for dtype in wanted if dtype.is_floating]
    if len(floating) != 1:
        return inputs
    return nest.map_structure(
        lambda x: operators.cast(x, floating[0]) if _is_floating(x) else x, inputs
    )


def _is_floating(value: Any) -> bool:
    return isinstance(value, Tensor) and value.dtype.is_floating


def _endpoint(loaded: Any, name: str, filepath: str) -> Any:
    found = loaded._members.get(name)
    if found is None or not callable(found):
        found = loaded.signatures.get(name)
    if found is None:
        known = [key for key, value in loaded._members.items() if callable(value)]
        known = list(dict.fromkeys([*known, *loaded.signatures]))
        raise ValueError(
            f"TFSMLayer: {filepath!r} has no endpoint {name!r}; it has {', '.join(known) or 'none'}"
            f"{errors.nearest(name, known)}"
        )
    return found
