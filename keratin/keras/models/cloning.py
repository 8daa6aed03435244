"""Copies of models, with new weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from keratin.keras._core import serialization
from keratin.keras._core.graph import Function
from keratin.keras._core.symbolic import KerasTensor, OpCall, flatten, is_symbolic, node_of
from keratin.keras.layers.input_layer import Input, InputLayer
from keratin.keras.models.functional_config import is_plain
from keratin.keras.models.model import Model
from keratin.keras.models.sequential import Sequential


def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: Callable[[Any], Any] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """A model like another one, of layers of its own, whose weights are drawn anew.

    `clone_function` makes the copy of a layer, by its config unless given; it may return another
    layer, or the same one. `call_function(layer, *args, **kwargs)` calls a copy in a functional
    model. `input_tensors` take the place of the inputs. With `recursive` models within are copied
    likewise, and not as one layer. A copy of a compiled model is compiled.

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> copy = keras.models.clone_model(model)
    >>> copy.count_params(), copy.layers[0] is model.layers[0]
    (8, False)
    """
    clones = kwargs.pop("cache", None)
    if kwargs:
        raise TypeError(
            f"clone_model has no argument {next(iter(kwargs))!r}. It takes: model, input_tensors, "
            "clone_function, call_function, recursive"
        )
    if not isinstance(model, Model):
        raise ValueError(f"clone_model takes a model; given {model!r}")
    cloner = _Cloner(clone_function, call_function, recursive, {} if clones is None else clones)
    if isinstance(model, Sequential):
        if call_function is not None:
            raise ValueError(
                f"clone_model: call_function is for models of keras.Model(inputs, outputs); "
                f"{model.name!r} is a Sequential, whose layers are called in a row"
            )
        return _compiled_like(cloner.sequential(model, input_tensors), model)
    has_graph = vars(model)["_graph"] is not None
    asked = any(o is not None for o in (input_tensors, clone_function, call_function))
    if has_graph and (asked or type(model).get_config is Model.get_config):
        return _compiled_like(cloner.functional(model, input_tensors), model)
    if asked:
        raise ValueError(
            "clone_model: input_tensors, clone_function and call_function are for models given by "
            f"symbolic inputs and outputs, or Sequential; {model.name!r} is given by the call() of "
            f"{type(model).__name__}. Leave them out: it is copied by its config"
        )
    config = serialization.serialize_keras_object(model)
    return serialization.deserialize_keras_object(config, {type(model).__name__: type(model)})


class _Cloner:
    """Makes one copy of each layer, however often it is met."""

    def __init__(
        self,
        clone_function: Callable[[Any], Any] | None,
        call_function: Callable[..., Any] | None,
        recursive: bool,
        clones: dict[int, Any],
    ):
        self.clone_function = clone_function
        self.call_function = call_function
        self.recursive = recursive
        self.clones = clones

    def clone(self, operation: Any) -> Any:
        """The copy of a layer, or of the call of an op."""
        if id(operation) not in self.clones:
            self.clones[id(operation)] = self._made(operation)
        return self.clones[id(operation)]

    def _made(self, operation: Any) -> Any:
        if isinstance(operation, OpCall):
            return OpCall(operation.function, name=operation.name)
        inner = isinstance(operation, Sequential) or (
            isinstance(operation, Model) and vars(operation)["_graph"] is not None
        )
        if self.recursive and inner:
            return clone_model(
                operation,
                clone_function=self.clone_function,
                call_function=None if isinstance(operation, Sequential) else self.call_function,
                recursive=True,
                cache=self.clones,
            )
        if self.clone_function is not None:
            return self.clone_function(operation)
        return type(operation).from_config(operation.get_config())

    # Sequential

    def sequential(self, model: Sequential, input_tensors: Any) -> Sequential:
        """A copy of a row of layers."""
        layers = [self.clone(layer) for layer in model.layers]
        first = self._first_input(model, input_tensors)
        options = {"name": model.name, "trainable": model._trainable}
        return Sequential(layers if first is None else [first, *layers], **options)

    def _first_input(self, model: Sequential, input_tensors: Any) -> Any:
        if input_tensors is not None:
            (tensor,) = _checked(input_tensors, 1, model)
            node = node_of(tensor)
            if node is not None and isinstance(node.operation, InputLayer):
                return tensor
            return Input(batch_shape=tensor.shape, dtype=tensor.dtype)
        own = next((each for each in model._layers if isinstance(each, InputLayer)), None)
        return None if own is None else type(own).from_config(own.get_config())

    # Functional models

    def functional(self, model: Any, input_tensors: Any) -> Model:
        """A copy of a graph."""
        has_more = bool(model._symbolic_losses or model._symbolic_metrics)
        graph: Function = model._graph_with_losses() if has_more else model._graph
        if input_tensors is None:
            inputs = jax.tree.map(_like, model.input, is_leaf=is_symbolic)
        else:
            given = iter(_checked(input_tensors, len(model.inputs), model))
            inputs = jax.tree.map(lambda _: next(given), model.input, is_leaf=is_symbolic)
        outputs = graph.evaluate(flatten(inputs), self._call)
        losses: list[Any] = []
        figures: list[Any] = []
        if has_more:
            outputs, losses, figures = outputs
        cls = type(model) if is_plain(type(model)) else Model
        clone = cls(inputs, outputs, name=model.name)
        for loss in losses:
            clone.add_loss(loss)
        for name, value in zip(model._symbolic_metrics, figures, strict=True):
            clone.add_metric(value, name=name)
        return clone

    def _call(self, operation: Any, args: Any, kwargs: Any) -> Any:
        clone = self.clone(operation)
        if self.call_function is None:
            return clone(*args, **kwargs)
        return self.call_function(clone, *args, **kwargs)


def _like(tensor: KerasTensor) -> Any:
    node = node_of(tensor)
    if node is not None and isinstance(node.operation, InputLayer):
        return InputLayer.from_config(node.operation.get_config()).output
    return Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)


def _checked(input_tensors: Any, count: int, model: Any) -> list[KerasTensor]:
    """The symbolic tensors that were given for the inputs, flat."""
    given = flatten(input_tensors)
    given = [each.output if isinstance(each, InputLayer) else each for each in given]
    if len(given) != count or not all(map(is_symbolic, given)):
        raise ValueError(
            f"clone_model: input_tensors are symbolic tensors, one for each of the {count} inputs "
            f"of {model.name!r}; given {input_tensors!r}. Make them with keras.Input"
        )
    return given


def _compiled_like(clone: Any, model: Any) -> Any:
    if model.compiled:
        clone.compile_from_config(model.get_compile_config())
    return clone
