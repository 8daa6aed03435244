"""The layer: state, and a call that transforms tensors.

Its parts stand in files of their own: `_weights`, `_building`, `_calling` and `_losses`.
"""

from __future__ import annotations

import inspect
from typing import Any

from keratin._engine import errors, naming
from keratin._engine.function import Function
from keratin._engine.module import Module
from keratin._engine.variable import Variable as EngineVariable
from keratin.keras import regularizers
from keratin.keras._core import dtype_policy, old_spellings
from keratin.keras._core.config import ConfigMeta, constructor, unknown_arguments
from keratin.keras._core.serialization import serialize_keras_object
from keratin.keras._core.symbolic import Operation
from keratin.keras.layers import _tracking
from keratin.keras.layers._building import Building
from keratin.keras.layers._calling import Calling
from keratin.keras.layers._checkpoint import Checkpointed
from keratin.keras.layers._losses import Losses
from keratin.keras.layers._part import map_tensors_to_shapes, overrides
from keratin.keras.layers._weights import Weights

# Keyword arguments that every layer takes beside those of its own constructor.
_COMMON = ("activity_regularizer", "trainable", "dtype", "autocast", "name")


class LayerMeta(ConfigMeta):
    """Reads old spellings of arguments, and finishes a layer when its constructor is through."""

    def _made(cls, *args: Any, **kwargs: Any) -> Any:
        if len(args) > 2:
            args = old_spellings.sizes_as_tuple(cls, args, kwargs)
        kwargs = old_spellings.renamed(cls, kwargs)
        layer = super()._made(*args, **kwargs)
        if isinstance(layer, cls):
            layer._after_init()
        return layer

    def _further_keywords(cls) -> tuple[str, ...]:
        return (*_COMMON, "input_shape", "weights")


class Layer(
    Weights, Building, Calling, Losses, Checkpointed, Operation, Module, metaclass=LayerMeta
):
    """A base for layers: weights made in `build` (or `__init__`), and a `call` that uses them.

    >>> class Scale(keras.layers.Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones")
    ...     def call(self, inputs):
    ...         return inputs * self.factor
    >>> Scale()(np.ones((1, 2))).numpy()
    array([[1., 1.]], dtype=float32)
    """

    _tracked_as = "layer"

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        layer = super().__new__(cls)
        # Before any __init__, so that a subclass may set attributes first.
        fields = vars(layer)
        fields["_trainable_variables"] = []
        fields["_non_trainable_variables"] = []
        fields["_losses"] = []
        fields["_loss_functions"] = []
        fields["_trainable"] = True
        fields["_built"] = False
        return layer

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(name)
        self._first_weights: Any = None
        self._input_shape_given = old_spellings.input_shape(type(self).__name__, kwargs)
        if "weights" in kwargs:
            self._first_weights = kwargs.pop("weights")
        if kwargs:
            own = constructor(type(self)).parameters.values()
            known = [p.name for p in own if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
            known = list(dict.fromkeys([*known, *_COMMON]))
            raise unknown_arguments(type(self).__name__, kwargs, known)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self._dtype_policy = _computed(dtype_policy.get(dtype), self.name)
        self.autocast = autocast
        self.trainable = trainable
        self._input_spec: Any = None
        self.supports_masking = overrides(self, "compute_mask")

    def _after_init(self) -> None:
        """What comes after the constructors of all subclasses."""
        self._check_initialized()

    def __setattr__(self, name: str, value: Any) -> None:
        fields = vars(self)
        if isinstance(value, EngineVariable) and not hasattr(
            inspect.getattr_static(type(self), name, None), "__set__"
        ):
            former = fields.get(name)
            if isinstance(former, EngineVariable) and former is not value:
                self._forget(former)
            self._track(value)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        former = vars(self).get(name)
        if isinstance(former, EngineVariable):
            self._forget(former)
        super().__delattr__(name)

    @property
    def name(self) -> str:
        """The name."""
        return str(vars(self)["_name"])

    @name.setter
    def name(self, value: str) -> None:
        vars(self)["_name"] = value

    @property
    def name_scope(self) -> naming.name_scope:
        """A scope for the names of what the layer makes."""
        return naming.name_scope(self.name)

    @property
    def path(self) -> str:
        """The name, with those of the layers that it was built within."""
        return vars(self).get("_path", self.name)

    @property
    def _layers(self) -> list[Layer]:
        """The layers that are attributes of this one, in lists and dictionaries too."""
        return _tracking.parts_of(self, "layer")

    @property
    def _metrics(self) -> list[Any]:
        return _tracking.parts_of(self, "metric")

    @property
    def _seed_generators(self) -> list[Any]:
        return _tracking.parts_of(self, "seed")

    def _flatten_layers(self, include_self: bool = True, recursive: bool = True) -> list[Any]:
        found = [self] if include_self else []
        for layer in self._layers:
            found += layer._flatten_layers() if recursive else [layer]
        return _tracking.unique(found)

    @property
    def dtype_policy(self) -> Any:
        """The dtypes of arithmetic and of weights."""
        policy = self._dtype_policy
        if isinstance(policy, dtype_policy.DTypePolicyMap) and "_inbound_nodes" in vars(self):
            return _computed(policy[self.path], self.name)
        return policy

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        self._dtype_policy = _computed(dtype_policy.get(value), self.name)

    @property
    def dtype(self) -> str:
        """The dtype of the weights."""
        return str(self.variable_dtype)

    @property
    def variable_dtype(self) -> str:
        """The dtype of the weights."""
        return str(self.dtype_policy.variable_dtype)

    @property
    def compute_dtype(self) -> str:
        """The dtype of the arithmetic."""
        return str(self.dtype_policy.compute_dtype)

    @property
    def input_dtype(self) -> str:
        """The dtype that floating inputs are cast to."""
        return self.compute_dtype

    @property
    def quantization_mode(self) -> str | None:
        """How weights are quantized; None."""
        return None

    @property
    def input_spec(self) -> Any:
        """What is expected of inputs: an `InputSpec`, or a structure of them."""
        return self._input_spec

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        self._input_spec = value

    @property
    def supports_masking(self) -> bool:
        """Whether masks of inputs are allowed, and passed on."""
        return bool(self._supports_masking)

    @supports_masking.setter
    def supports_masking(self, value: bool) -> None:
        vars(self)["_supports_masking"] = bool(value)

    @property
    def input_shape(self) -> Any:
        """The shape of the input of the only call on a symbolic tensor."""
        return map_tensors_to_shapes(self.input)

    @property
    def output_shape(self) -> Any:
        """The shape of the output of the only call on a symbolic tensor."""
        return map_tensors_to_shapes(self.output)

    def get_config(self) -> dict[str, Any]:
        """The arguments to make this layer again, as plain values."""
        config = {
            "name": self.name,
            "trainable": self._trainable,
            "dtype": serialize_keras_object(self._dtype_policy),
        }
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = serialize_keras_object(self.activity_regularizer)
        return {**config, **super().get_config()} | {"name": self.name}

    def _own_config(self) -> dict[str, Any]:
        config = super()._own_config()
        return {name: value for name, value in config.items() if name not in (*_COMMON, "weights")}

    def _saved_members(self) -> dict[str, Any]:
        """What `tf.saved_model.save` saves: the variables, and methods that are compiled."""
        names = ["variables", "trainable_variables", "non_trainable_variables"]
        names += [n for n in dir(type(self)) if isinstance(getattr(type(self), n, None), Function)]
        return {name: getattr(self, name) for name in names}

    def quantize(self, mode: Any = None, type_check: bool = True, config: Any = None) -> None:
        """Refused: there are no quantized kernels."""
        raise errors.UnimplementedError(
            f"quantize({mode!r}) of {self.name!r}: quantized kernels are not part of Keratin. "
            "Use dtype='bfloat16' to halve the memory of a model"
        )

    def quantized_build(self, input_shape: Any, mode: str) -> None:
        """Refused: there are no quantized kernels."""
        self.quantize(mode)

    def _check_initialized(self) -> None:
        if "_inbound_nodes" not in vars(self):
            raise RuntimeError(_NO_SUPER.format(type(self).__name__))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _computed(policy: Any, name: str) -> Any:
    """The policy, if there are kernels for it."""
    if getattr(policy, "quantization_mode", None) is not None:
        raise errors.UnimplementedError(
            f"Layer {name!r}: the dtype policy {policy.name!r} keeps weights quantized, and there "
            "are no quantized kernels. Use dtype='bfloat16' to halve the memory of a model"
        )
    return policy


_NO_SUPER = (
    "In the __init__ of {0}, super().__init__() is not called. Write `super().__init__(**kwargs)` "
    "as its first line"
)
