"""The methods of models that save and load."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin.keras import saving
from keratin.keras.export._archive import export_model, serving_function
from keratin.keras.layers._part import Part


class Saving(Part):
    """The part of a model that saves and loads it."""

    def save(
        self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any
    ) -> None:
        """Save the model with its weights, compile options and the state of its optimizer.

        See `keras.saving.save_model`.

        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        >>> model.save("my_model.keras")
        >>> keras.saving.load_model("my_model.keras").count_params()
        4
        """
        saving.save_model(self, filepath, overwrite, zipped, **kwargs)

    def save_weights(
        self, filepath: Any, overwrite: bool = True, max_shard_size: Any = None, **kwargs: Any
    ) -> None:
        """Save the weights, and the state of the optimizer; see `keras.saving.save_weights`.

        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        >>> model.save_weights("mine.weights.h5")
        >>> model.load_weights("mine.weights.h5")
        """
        saving.save_weights(self, filepath, overwrite, max_shard_size, **kwargs)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> Any:
        """Set the weights from a file; see `keras.saving.load_weights`."""
        return saving.load_weights(self, filepath, skip_mismatch, **kwargs)

    def export(
        self,
        filepath: Any,
        format: str = "tf_saved_model",
        verbose: bool | None = None,
        input_signature: Any = None,
        **kwargs: Any,
    ) -> None:
        """Write the inference of the model as a folder that runs without its code.

        `tf.saved_model.load` and `keras.layers.TFSMLayer` read it; the endpoint is "serve".

        Args:
            filepath: The folder; one that is there is replaced.
            format: "tf_saved_model". The other formats of Keras ("onnx", "openvino", "litert",
                "torch") are refused.
            verbose: Whether to print the endpoint; it is unless this is False.
            input_signature: A list of what the call takes, as `keras.InputSpec` or
                `tf.TensorSpec`; by default the inputs of the model, for any batch size.
            kwargs: `is_static` and `jax2tf_kwargs` change nothing here.

        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        >>> model.export("served", verbose=False)
        >>> tf.saved_model.load("served").serve(tf.zeros([4, 3])).shape
        TensorShape([4, 1])
        """
        export_model(self, filepath, format, verbose, input_signature, kwargs)

    @property
    def _default_save_signature(self) -> Any:
        """What `tf.saved_model.save` makes the signature of a model."""
        return serving_function(self)

    def _saved_members(self) -> dict[str, Any]:
        call = self._default_save_signature
        members: dict[str, Any] = super()._saved_members()  # type: ignore[misc]
        return members if call is None else {"__call__": call, **members}

    def get_state_tree(self, value_format: str = "backend_tensor") -> dict[str, Any]:
        """All variables as nested dictionaries, by the parts of their paths.

        `value_format` is "backend_tensor" or "numpy_array".

        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, name="out")])
        >>> model.compile(keras.optimizers.SGD(name="sgd"), "mse")
        >>> tree = model.get_state_tree("numpy_array")
        >>> list(tree), tree["optimizer_variables"]["sgd"]["iteration"]
        (['trainable_variables', ...], array(0))
        """
        if value_format not in ("backend_tensor", "numpy_array"):
            raise ValueError(
                "get_state_tree: value_format is 'backend_tensor' or 'numpy_array'; given "
                f"{value_format!r}"
            )
        as_arrays = value_format == "numpy_array"
        return {
            kind: _tree_of(variables, as_arrays) for kind, variables in self._state_kinds().items()
        }

    def set_state_tree(self, state_tree: Mapping[str, Any]) -> None:
        """Set variables to the values of a tree that `get_state_tree` gave.

        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.set_state_tree(model.get_state_tree())
        """
        kinds = self._state_kinds()
        for kind, tree in state_tree.items():
            if kind not in kinds:
                raise errors.unknown_keyword("set_state_tree", kind, list(kinds))
            known = {variable.path: variable for variable in kinds[kind]}
            for path, value in _leaves(tree, ""):
                if path not in known:
                    near = errors.nearest(path, list(known))
                    raise ValueError(f"set_state_tree: no variable {path!r} among {kind}.{near}")
                known[path].assign(value)

    def _state_kinds(self) -> dict[str, list[Any]]:
        optimizer = getattr(self, "optimizer", None)
        return {
            "trainable_variables": self.trainable_variables,
            "non_trainable_variables": self.non_trainable_variables,
            "optimizer_variables": [] if optimizer is None else list(optimizer.variables),
            "metrics_variables": list(self.metrics_variables),
        }


def _tree_of(variables: list[Any], as_arrays: bool) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for variable in variables:
        *folders, name = variable.path.split("/")
        inner = tree
        for folder in folders:
            inner = inner.setdefault(folder, {})
        if name in inner:
            raise ValueError(
                f"get_state_tree: two variables have the path {variable.path!r}. Give the layers "
                "names of their own"
            )
        inner[name] = np.asarray(variable.numpy()) if as_arrays else variable.read_value()
    return tree


def _leaves(tree: Any, path: str) -> list[tuple[str, Any]]:
    if not isinstance(tree, Mapping):
        return [(path, tree)]
    return [
        leaf
        for name, inner in tree.items()
        for leaf in _leaves(inner, f"{path}/{name}" if path else str(name))
    ]
