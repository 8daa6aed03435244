"""The call of a layer."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator, Sequence
from typing import Any

import jax

from keratin._engine import autograph, errors, state
from keratin._engine.differentiation import recompute_grad
from keratin._engine.dtype import as_dtype
from keratin._engine.operators import operators
from keratin._engine.tensor import Tensor
from keratin.keras._core import abstract
from keratin.keras._core.scopes import rematerialized
from keratin.keras._core.shapes import map_shapes
from keratin.keras._core.symbolic import KerasTensor, Node, any_symbolic, recording
from keratin.keras._core.variable import autocast
from keratin.keras.layers._call import (
    CallSpec,
    Inputs,
    call_context,
    is_leaf,
    masks_of,
    set_masks,
    spec_of,
)
from keratin.keras.layers._part import (
    Part,
    default,
    expected,
    has_tensors,
    map_tensors_to_shapes,
    mask_leaves,
    overrides,
)
from keratin.keras.layers.input_spec import check_inputs


class Calling(Part):
    """Calls a layer: converts and checks inputs, builds, passes masks and `training` on."""

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
        if spec.has_training:
            given_training = arguments.get("training")
        with self._entered(given_training) as training:
            if spec.has_training and training is not None:
                kwargs = self._with_training(spec, args, kwargs, training)
            kwargs = self._with_masks(spec, arguments, kwargs)
            missing = spec.missing({**arguments, **kwargs})
            if missing:
                raise TypeError(
                    f"call of layer {self.name!r} is missing the argument {missing!r}. It takes: "
                    f"{', '.join(spec.names)}"
                )
            if self._input_spec is not None:
                check_inputs(self._input_spec, first, self.name)
            self._maybe_build(arguments)
            if any_symbolic((args, kwargs)) and not self._is_open():
                outputs = self.symbolic_call(*args, **kwargs)
            else:
                outputs = self._run(args, kwargs)
            self._finish(first, outputs)
            if call_context.observer is not None:
                call_context.observer(self, args, kwargs, outputs)
        return outputs

    def _tensors(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The arguments with arrays as tensors, of the dtype that the layer computes in."""
        inputs = Inputs(as_dtype(self.input_dtype), self.autocast, self._is_open())
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

    def _is_open(self) -> bool:
        """Whether a graph is recorded that has what this layer calls, and not the layer itself."""
        return recording.recorder is not None and recording.recorder.opens(self)

    # Layers that take lists of strings and the like see their arguments as they were given.
    _convert_input_args = True

    @contextlib.contextmanager
    def _entered(self, given: Any) -> Iterator[Any]:
        """Within a call of this layer; gives what `training` is."""
        outer_training, outer_entry = call_context.training, call_context.entry
        training = given if given is not None else outer_training
        if outer_entry is None:
            call_context.entry = self
            self._clear_losses()
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
                if any(leaf is not None for leaf in mask_leaves(mask)):
                    kwargs = {**kwargs, parameter: mask}
        return kwargs

    def _run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call `call`; by AutoGraph where Python alone cannot run it while a program is traced."""
        cls = type(self)
        if rematerialized(self, args):
            return recompute_grad(self.call)(*args, **kwargs)
        if cls.__module__.startswith("keratin."):
            return self.call(*args, **kwargs)
        outer, call_context.running = call_context.running, self
        try:
            return self._run_own(args, kwargs)
        finally:
            call_context.running = outer

    def _run_own(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call the `call` of a user's class."""
        cls = type(self)
        if state.context.scope is None:
            return self.call(*args, **kwargs)
        if cls.__dict__.get("_needs_autograph"):
            return autograph.convert(self.call)(*args, **kwargs)
        scope = state.context.scope
        values, written = dict(scope.values), dict(scope.written)
        losses = len(self._losses)
        try:
            return self.call(*args, **kwargs)
        except (errors.OperatorNotAllowedInGraphError, errors.TracedValueError):
            scope.values, scope.written = values, written
            del self._losses[losses:]
            try:
                outputs = autograph.convert(self.call)(*args, **kwargs)
            except Exception as second:
                raise second from None
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
        if recording.recorder is not None:
            args, kwargs = recording.recorder.wired(self, args, kwargs)
        outputs = self.compute_output_spec(*args, **kwargs)
        if outputs is None:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}): its call() returned None, and a "
                "layer returns a tensor. Is a `return` missing?"
            )
        Node(self, args, _without_unset(kwargs), outputs)
        return outputs

    def _finish(self, first: Any, outputs: Any) -> None:
        """Losses on the outputs, and their masks."""
        vars(self)["_was_called"] = True
        if self.activity_regularizer is not None:
            for output in jax.tree.leaves(outputs, is_leaf=is_leaf):
                if isinstance(output, Tensor):
                    loss = self.activity_regularizer(output)
                    # The mean over the batch, so that its size does not matter.
                    count = output.shape[0] if len(output.shape) else 1
                    self.add_loss(loss / count if count else loss * 0)
        previous = masks_of(first)
        masked = any(leaf is not None for leaf in mask_leaves(previous))
        if masked and not self.supports_masking:
            errors.warn_user(
                f"Layer {self.name!r} ({type(self).__name__}) was given a masked input, and does "
                "not support masks: the mask ends here. Set self.supports_masking = True in its "
                "__init__ to pass the mask on"
            )
        elif masked or overrides(self, "compute_mask"):
            set_masks(outputs, self.compute_mask(first, previous))

    @default
    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """The mask of the outputs: that of the inputs, unless a subclass says otherwise."""
        return previous_mask

    @default
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
        if overrides(self, "compute_output_shape") and not self._has_parts_to_build():
            return self._spec_from_shapes(args, kwargs)
        if not self.built:
            arguments = spec_of(self.call).bind(args, kwargs, self.name)
            self._maybe_build(arguments)
        return abstract.infer(self._call_inside, args, kwargs, KerasTensor)

    def _spec_from_shapes(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        arguments = spec_of(self.call).bind(args, kwargs, self.name)
        shapes = [map_tensors_to_shapes(v) for v in arguments.values() if has_tensors(v)]
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
                    f"{len(given)} were given. {expected(variables)}"
                )
            for value, variable in zip(given, variables, strict=True):
                values[id(variable)] = operators.identity(value)._value
        scope = state.Scope(values, parent=state.context.scope, name=self.name)
        with state.enter(scope):
            outputs = self(*args, **kwargs)
            losses = self.losses
        after = [operators.identity(scope.values[id(v)]) for v in own[1]]
        return (outputs, after, losses) if return_losses else (outputs, after)


def _without_unset(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Without a `training` that nobody has set: the model decides when it is called."""
    if kwargs.get("training", False) is None:
        return {name: value for name, value in kwargs.items() if name != "training"}
    return kwargs
