"""The layer: state, and a call that transforms tensors."""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import numpy as np

from keratin._engine import autograph, errors, naming, state
from keratin._engine.dtype import as_dtype
from keratin._engine.module import Module
from keratin._engine.operators import operators
from keratin._engine.tensor import Tensor, is_traced
from keratin._engine.variable import Variable as EngineVariable
from keratin.keras._core import abstract, dtype_policy, old_spellings
from keratin.keras._core.config import ConfigMeta, constructor, unknown_arguments
from keratin.keras._core.serialization import serialize_keras_object
from keratin.keras._core.shapes import as_shape, map_shapes
from keratin.keras._core.symbolic import (
    KerasTensor,
    Node,
    Operation,
    any_symbolic,
    flatten,
)
from keratin.keras._core.variable import Variable, autocast
from keratin.keras.layers import _tracking
from keratin.keras.layers._call import (
    CallSpec,
    Inputs,
    call_context,
    is_leaf,
    masks_of,
    set_masks,
    spec_of,
)
from keratin.keras.layers.input_spec import check_inputs

# Keyword arguments that every layer takes beside those of its own constructor.
_COMMON = ("activity_regularizer", "trainable", "dtype", "autocast", "name")


class LayerMeta(ConfigMeta):
    """Reads old spellings of arguments, and finishes a layer when its constructor is through."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        kwargs = old_spellings.renamed(cls, kwargs)
        layer = super().__call__(*args, **kwargs)
        if isinstance(layer, cls):
            layer._after_init()
        return layer


class Layer(Operation, Module, metaclass=LayerMeta):
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

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = _noting_shapes(vars(cls)["build"])  # type: ignore[method-assign]

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
        self.activity_regularizer = _regularizer(activity_regularizer)
        self._dtype_policy = dtype_policy.get(dtype)
        self.autocast = autocast
        self.trainable = trainable
        self._input_spec: Any = None
        self.supports_masking = _overrides(self, "compute_mask")

    def _after_init(self) -> None:
        """What comes after the constructors of all subclasses."""
        self._check_initialized()

    # Attributes

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

    def _track(self, variable: EngineVariable) -> None:
        owned = [*self._trainable_variables, *self._non_trainable_variables]
        if all(variable is not known for known in owned):
            kind = "_trainable_variables" if variable.trainable else "_non_trainable_variables"
            vars(self)[kind].append(variable)

    def _forget(self, variable: EngineVariable) -> None:
        for kind in ("_trainable_variables", "_non_trainable_variables"):
            vars(self)[kind] = [v for v in vars(self)[kind] if v is not variable]

    # What belongs to it

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

    def _variables_made(self) -> list[Any]:
        """The variables of this layer alone."""
        return _tracking.own_variables(self)

    @property
    def variables(self) -> list[Any]:  # type: ignore[override]
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
    def trainable_variables(self) -> list[Any]:  # type: ignore[override]
        """Those of the variables that training changes."""
        return [v for v in self.variables if v.trainable] if self.trainable else []

    @property
    def non_trainable_variables(self) -> list[Any]:  # type: ignore[override]
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
    def metrics(self) -> list[Any]:
        """The metrics of this layer and its parts."""
        found = list(self._metrics)
        for layer in self._layers:
            found += layer.metrics
        return _tracking.unique(found)

    @property
    def metrics_variables(self) -> list[Any]:
        """The state of the metrics."""
        return [variable for metric in self.metrics for variable in metric.variables]

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

    @property
    def dtype_policy(self) -> Any:
        """The dtypes of arithmetic and of weights."""
        policy = self._dtype_policy
        if isinstance(policy, dtype_policy.DTypePolicyMap) and "_inbound_nodes" in vars(self):
            return policy[self.path]
        return policy

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        self._dtype_policy = dtype_policy.get(value)

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
    def built(self) -> bool:
        """Whether the weights are there."""
        return bool(self._built)

    @built.setter
    def built(self, value: bool) -> None:
        vars(self)["_built"] = bool(value)

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

    # Weights

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
        if isinstance(shape, str):  # Keras 2: the name came first
            shape, name = (name if isinstance(name, (tuple, list)) else initializer), shape
            initializer = kwargs.pop("initializer", None) if isinstance(name, str) else initializer
        _check_weight_options(type(self).__name__, kwargs)
        dtype = as_dtype(dtype or self.variable_dtype)
        if initializer is None:
            initializer = "glorot_uniform" if dtype.is_floating else "zeros"
        with self._build_scope():
            variable = Variable(
                _initializer(initializer),
                shape=() if shape is None else _weight_shape(shape, name, self.name),
                dtype=dtype,
                trainable=trainable,
                autocast=autocast,
                aggregation=aggregation,
                name=name,
            )
        variable.regularizer = _regularizer(regularizer)
        variable.constraint = _constraint(constraint)
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

    @contextlib.contextmanager
    def _build_scope(self) -> Iterator[None]:
        """Have variables named by this layer, unless it is being called or built already."""
        scopes = state.context.name_scopes
        if scopes and scopes[-1] == self.name:
            yield
        else:
            with naming.name_scope(self.name):
                yield

    def get_weights(self) -> list[Any]:
        """The weights as NumPy arrays."""
        return [np.asarray(weight.numpy()) for weight in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set the weights: arrays in the order of `weights`, of the same shapes."""
        own = self.weights
        if len(own) != len(weights):
            raise ValueError(
                f"set_weights on {self.name!r}: the layer has {len(own)} weights, and "
                f"{len(weights)} were given. {_expected(own)}"
                + ("" if self.built else " It is not built yet: call it, or build(), first.")
            )
        for index, (variable, value) in enumerate(zip(own, weights, strict=True)):
            shape = tuple(np.shape(value))
            if tuple(variable.shape) != shape:
                raise ValueError(
                    f"set_weights on {self.name!r}: weight {index}, {variable.path!r}, has shape "
                    f"{tuple(variable.shape)}; given one of shape {shape}. {_expected(own)}"
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

    # Building

    def build(self, input_shape: Any) -> None:
        """Make the weights; subclasses do, and are given the shapes of their inputs.

        A layer without a `build` of its own is built by calling it on symbolic tensors.
        """
        self._check_initialized()
        if self._has_parts_to_build() and not _overrides(self, "build"):
            symbolic = map_shapes(lambda shape: KerasTensor(shape, self.compute_dtype), input_shape)
            abstract.infer(self._call_inside, (symbolic,), {}, KerasTensor)
        self.built = True

    def _first_parameter(self) -> str:
        """The name of what `call` takes first."""
        return spec_of(self.call).names[0]

    def _has_parts_to_build(self) -> bool:
        return any(not layer.built for layer in self._layers)

    def _maybe_build(self, arguments: dict[str, Any]) -> None:
        if self._built:
            return
        shapes = {
            name: map_tensors_to_shapes(value)
            for name, value in arguments.items()
            if _has_tensors(value)
        }
        with self._build_scope(), state.listening(()), autocast(None):
            vars(self)["_path"] = "/".join(state.context.name_scopes)
            if _overrides(self, "build"):
                self._build_with(shapes)
            self.built = True
        vars(self)["_build_shapes"] = shapes
        vars(self)["_build_specs"] = {
            name: _specs(value) for name, value in arguments.items() if _has_tensors(value)
        }
        self._set_first_weights()

    def _build_with(self, shapes: dict[str, Any]) -> None:
        names = [
            name
            for name, p in inspect.signature(self.build).parameters.items()
            if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        ]
        first = next(iter(shapes.values()), None)
        if len(names) > 1 and all(name.endswith("_shape") for name in names):
            wanted = {name: shapes.get(name.removesuffix("_shape")) for name in names}
            if wanted[names[0]] is None:
                wanted[names[0]] = first
            self.build(**{name: shape for name, shape in wanted.items() if shape is not None})
        elif names or inspect.signature(self.build).parameters:
            self.build(first)
        else:
            self.build()  # type: ignore[call-arg]

    def _set_first_weights(self) -> None:
        if self._first_weights is not None:
            first, self._first_weights = self._first_weights, None
            self.set_weights(first)

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that the weights were made for."""
        shapes = vars(self).get("_build_shapes")
        if not shapes:
            return None
        if len(shapes) == 1:
            return {"input_shape": next(iter(shapes.values()))}
        return {f"{name}_shape": shape for name, shape in shapes.items()}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Make the weights for the shapes of a build config."""
        if self.built or not config:
            return
        shapes = {
            name.removesuffix("_shape"): map_shapes(as_shape, shape)
            for name, shape in config.items()
        }
        if "input_shape" in config and len(config) == 1:
            shapes = {"input": map_shapes(as_shape, config["input_shape"])}
        with self._build_scope(), state.listening(()):
            self._build_with(shapes)
            self.built = True
        vars(self)["_build_shapes"] = shapes

    # Calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._check_initialized()
        try:
            return self._call(args, kwargs)
        except Exception as error:
            raise errors.for_user(error) from error.__cause__

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        spec = spec_of(self.call)
        given_training = kwargs.get("training")
        kwargs = spec.without_unknown(kwargs)
        args, kwargs = self._tensors(args, kwargs)
        arguments = spec.bind(args, kwargs, self.name)
        first = next(iter(arguments.values()), None)
        if self._input_spec is not None:
            check_inputs(self._input_spec, first, self.name)
        if spec.has_training:
            given_training = arguments.get("training")
        with self._entered(given_training, spec) as training:
            if spec.has_training and training is not None:
                kwargs = self._with_training(spec, args, kwargs, training)
            kwargs = self._with_masks(spec, arguments, kwargs)
            missing = spec.missing({**arguments, **kwargs})
            if missing:
                raise TypeError(
                    f"call of layer {self.name!r} is missing the argument {missing!r}. It takes: "
                    f"{', '.join(spec.names)}"
                )
            self._maybe_build(arguments)
            if any_symbolic((args, kwargs)):
                outputs = self.symbolic_call(*args, **kwargs)
            else:
                outputs = self._run(args, kwargs)
            self._finish(first, outputs)
            if call_context.observer is not None:
                call_context.observer(self, args, kwargs, outputs)
        return outputs

    def _tensors(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The arguments with arrays as tensors, of the dtype that the layer computes in."""
        inputs = Inputs(as_dtype(self.input_dtype), self.autocast)
        if not self._convert_input_args:
            return args, kwargs
        converted = [
            inputs.convert_first(value) if i == 0 else inputs.convert(value)
            for i, value in enumerate(args)
        ]
        if not kwargs:
            return tuple(converted), kwargs
        return tuple(converted), {
            name: inputs.convert_first(v) if not args and i == 0 else inputs.convert(v)
            for i, (name, v) in enumerate(kwargs.items())
        }

    # Layers that take lists of strings and the like see their arguments as they were given.
    _convert_input_args = True

    @contextlib.contextmanager
    def _entered(self, given: Any, spec: CallSpec) -> Iterator[Any]:
        """Within a call of this layer; gives what `training` is."""
        outer_training, outer_entry = call_context.training, call_context.entry
        training = given if given is not None else outer_training
        if training is None and spec.has_training:
            training = spec.default_training
        if outer_entry is None:
            call_context.entry = self
            self._clear_losses()
        if given is not None or outer_training is None:
            call_context.training = training
        dtype = as_dtype(self.compute_dtype)
        mixed = self.autocast and self.compute_dtype != self.variable_dtype
        try:
            with self._build_scope():
                if mixed or state.context.autocast is not None:
                    with autocast(dtype if mixed else None):
                        yield training
                else:
                    yield training
        finally:
            call_context.training, call_context.entry = outer_training, outer_entry

    def _with_training(
        self, spec: CallSpec, args: tuple[Any, ...], kwargs: dict[str, Any], training: Any
    ) -> dict[str, Any]:
        place = spec.names.index("training")
        return kwargs if len(args) > place else {**kwargs, "training": training}

    def _with_masks(
        self, spec: CallSpec, arguments: dict[str, Any], kwargs: dict[str, Any]
    ) -> dict[str, Any]:
        """Give the masks of the inputs to the parameters that take them."""
        for name, parameter in spec.mask_for.items():
            if name in arguments and arguments.get(parameter) is None:
                mask = masks_of(arguments[name])
                if any(leaf is not None for leaf in _mask_leaves(mask)):
                    kwargs = {**kwargs, parameter: mask}
        return kwargs

    def _run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call `call`; by AutoGraph where Python alone cannot run it while a program is traced."""
        cls = type(self)
        if state.context.scope is None or cls.__module__.startswith("keratin."):
            return self.call(*args, **kwargs)
        if cls.__dict__.get("_needs_autograph"):
            return _converted(self.call)(*args, **kwargs)
        scope = state.context.scope
        values, written = dict(scope.values), dict(scope.written)
        losses = len(self._losses)
        try:
            return self.call(*args, **kwargs)
        except (errors.OperatorNotAllowedInGraphError, errors.TracedValueError) as error:
            scope.values, scope.written = values, written
            del self._losses[losses:]
            try:
                outputs = _converted(self.call)(*args, **kwargs)
            except Exception as second:
                raise second from error
            cls._needs_autograph = True  # type: ignore[attr-defined]
            return outputs

    def _call_inside(self, *args: Any, **kwargs: Any) -> Any:
        """The call as inference traces it: inputs cast as they will be."""
        args, kwargs = self._tensors(args, kwargs)
        outputs = self._run(args, kwargs)
        self._clear_losses()
        return outputs

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Infer the result and note the call in the graph."""
        outputs = self.compute_output_spec(*args, **kwargs)
        Node(self, args, _without_unset(kwargs), outputs)
        return outputs

    def _finish(self, first: Any, outputs: Any) -> None:
        """Losses on the outputs, and their masks."""
        if self.activity_regularizer is not None:
            for output in flatten(outputs):
                if isinstance(output, Tensor):
                    self.add_loss(self.activity_regularizer(output))
        previous = masks_of(first)
        masked = any(leaf is not None for leaf in _mask_leaves(previous))
        if masked and not self.supports_masking:
            errors.warn_user(
                f"Layer {self.name!r} ({type(self).__name__}) was given a masked input, and does "
                "not support masks: the mask ends here. Set self.supports_masking = True in its "
                "__init__ to pass the mask on"
            )
        elif masked or _overrides(self, "compute_mask"):
            set_masks(outputs, self.compute_mask(first, previous))

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """The mask of the outputs: that of the inputs, unless a subclass says otherwise."""
        return previous_mask

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """The shape of the output for the shape of an input.

        >>> keras.layers.Dense(3).compute_output_shape((None, 2))
        (None, 3)
        """
        inputs = [map_shapes(lambda s: KerasTensor(s, self.compute_dtype), shape) for shape in args]
        named = {
            name.removesuffix("_shape"): map_shapes(
                lambda s: KerasTensor(s, self.compute_dtype), shape
            )
            for name, shape in kwargs.items()
        }
        return map_tensors_to_shapes(self.compute_output_spec(*inputs, **named))

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic tensors like the results of a call."""
        if _overrides(self, "compute_output_shape") and not self._has_parts_to_build():
            return self._spec_from_shapes(args, kwargs)
        if not self.built:
            arguments = spec_of(self.call).bind(args, kwargs, self.name)
            self._maybe_build(arguments)
        return abstract.infer(self._call_inside, args, kwargs, KerasTensor)

    def _spec_from_shapes(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        arguments = spec_of(self.call).bind(args, kwargs, self.name)
        shapes = [map_tensors_to_shapes(v) for v in arguments.values() if _has_tensors(v)]
        takes = len(inspect.signature(self.compute_output_shape).parameters)
        found = self.compute_output_shape(*shapes[: max(takes, 1)])
        return map_shapes(lambda shape: KerasTensor(shape, self.compute_dtype), found)

    def stateless_call(
        self,
        trainable_variables: Sequence[Any],
        non_trainable_variables: Sequence[Any],
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Call the layer on these values of its variables, and leave the variables as they are.

        Gives the outputs and the new values of the non-trainable variables.
        """
        self._check_initialized()
        own = [self.trainable_variables, self.non_trainable_variables]
        values = {}
        for given, variables in zip(
            (trainable_variables, non_trainable_variables), own, strict=True
        ):
            if len(given) != len(variables):
                raise ValueError(
                    f"stateless_call of {self.name!r}: {len(variables)} values are needed, and "
                    f"{len(given)} were given. {_expected(variables)}"
                )
            for value, variable in zip(given, variables, strict=True):
                values[id(variable)] = operators.identity(value)._value
        scope = state.Scope(values, parent=state.context.scope, name=self.name)
        with state.enter(scope):
            outputs = self(*args, **kwargs)
            losses = self.losses
        after = [operators.identity(scope.values[id(v)]) for v in own[1]]
        return (outputs, after, losses) if return_losses else (outputs, after)

    # Losses and metrics

    def add_loss(self, loss: Any) -> None:
        """Add to the loss that training minimises: a scalar tensor, or a function giving one."""
        for one in loss if isinstance(loss, (list, tuple)) else [loss]:
            if callable(one) and not isinstance(one, Tensor):
                self._loss_functions.append(one)
            elif one is not None:
                self._losses.append((state.context.scope, one))

    def add_metric(self, *args: Any, **kwargs: Any) -> Any:
        """Have the mean of a value shown with the logs of training: `add_metric(value, name=...)`.

        >>> class Noisy(keras.layers.Layer):
        ...     def call(self, x):
        ...         self.add_metric(tf.reduce_mean(x), name="mean_input")
        ...         return x
        >>> layer = Noisy()
        >>> _ = layer(np.ones((1, 2)))
        >>> layer.metrics[0].name
        'mean_input'
        """
        return _tracking.add_metric(self, *args, **kwargs)

    def _clear_losses(self) -> None:
        for layer in self._flatten_layers():
            layer._losses.clear()

    @property
    def losses(self) -> list[Any]:
        """What this layer and its parts add to the loss: regularization and `add_loss`."""
        found = []
        for layer in self._flatten_layers():
            found += [
                loss
                for scope, loss in layer._losses
                if scope is state.context.scope or not is_traced(getattr(loss, "_value", None))
            ]
            found += [function() for function in layer._loss_functions]
        for variable in self.trainable_weights:
            regularizer = getattr(variable, "regularizer", None)
            if regularizer is not None:
                found.append(regularizer(variable))
        return found

    # Configuration

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
                f"{len(store.keys())}. {_expected(own)}{hint}"
            )
        for index, variable in enumerate(own):
            variable.assign(np.asarray(store[str(index)], variable.dtype.numpy_dtype))

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


def _noting_shapes(build: Callable[..., Any]) -> Callable[..., Any]:
    """A `build` after which the layer is built, and knows for what shapes."""
    signature = inspect.signature(build)

    @functools.wraps(build)
    def call(self: Layer, *args: Any, **kwargs: Any) -> Any:
        given = signature.bind(self, *args, **kwargs).arguments
        shapes = {n: value for n, value in list(given.items())[1:] if value is not None}
        with self._build_scope():
            vars(self).setdefault("_path", "/".join(state.context.name_scopes))
            result = build(self, *args, **kwargs)
        self.built = True
        if shapes:
            named = {name.removesuffix("_shape"): shape for name, shape in shapes.items()}
            vars(self).setdefault("_build_shapes", named)
        return result

    return call


_NO_SUPER = (
    "In the __init__ of {0}, super().__init__() is not called. Write `super().__init__(**kwargs)` "
    "as its first line"
)


def map_tensors_to_shapes(structure: Any) -> Any:
    """The shapes of a structure of tensors."""
    if structure is None or hasattr(structure, "shape"):
        return None if structure is None else as_shape(structure.shape)
    if isinstance(structure, dict):
        return {key: map_tensors_to_shapes(value) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return type(structure)([map_tensors_to_shapes(value) for value in structure])
    return None


def _specs(structure: Any) -> Any:
    """Symbolic tensors like those of a structure."""
    return jax.tree.map(
        lambda leaf: KerasTensor(leaf.shape, leaf.dtype) if _has_tensors(leaf) else leaf,
        structure,
        is_leaf=is_leaf,
    )


def _has_tensors(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_has_tensors(item) for item in value)
    if isinstance(value, dict):
        return any(_has_tensors(item) for item in value.values())
    return hasattr(value, "shape") and hasattr(value, "dtype")


def _mask_leaves(mask: Any) -> list[Any]:
    return [mask] if is_leaf(mask) else flatten(mask)


def _without_unset(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Without a `training` that nobody has set: the model decides when it is called."""
    if kwargs.get("training", False) is None:
        return {name: value for name, value in kwargs.items() if name != "training"}
    return kwargs


@functools.lru_cache(maxsize=10000)
def _overridden(cls: type, name: str) -> bool:
    own = getattr(cls, name)
    return own is not getattr(Layer, name) and not getattr(own, "_is_default", False)


def _overrides(layer: Layer, name: str) -> bool:
    """Whether a class has a method of its own in place of the one here."""
    return name in vars(layer) or _overridden(type(layer), name)


def _converted(method: Any) -> Callable[..., Any]:
    return autograph.convert(method)


def _expected(variables: Sequence[Any]) -> str:
    names = [f"{getattr(v, 'path', v.name)} {tuple(v.shape)}" for v in variables]
    return f"Expected: {', '.join(names) or 'none'}."


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


def _initializer(identifier: Any) -> Any:
    return _tracking.family_member("initializers", identifier)


def _regularizer(identifier: Any) -> Any:
    return _tracking.family_member("regularizers", identifier)


def _constraint(identifier: Any) -> Any:
    return _tracking.family_member("constraints", identifier)
