"""The model: a layer that is trained. Given by symbolic inputs and outputs, or by its `call`."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any, Self

import jax

from keratin._engine import errors, state
from keratin.keras._core import abstract, names
from keratin.keras._core.graph import Function, standardized
from keratin.keras._core.serialization import serialize_keras_object
from keratin.keras._core.shapes import as_shape, map_shapes
from keratin.keras._core.symbolic import (
    KerasTensor,
    any_symbolic,
    flatten,
    is_symbolic,
    node_of,
    recording,
)
from keratin.keras.layers import _tracking
from keratin.keras.layers._call import set_masks
from keratin.keras.layers._part import default
from keratin.keras.layers.input_layer import Input
from keratin.keras.layers.layer import Layer
from keratin.keras.models import checkpoint, functional_config, summary
from keratin.keras.models.html import html_of
from keratin.keras.saving._model_methods import Saving
from keratin.keras.training.trainer import Trainer
from keratin.keras.utils._picture import Shown
from keratin.keras.utils._plotting import svg_of


class Model(Saving, Trainer, Layer):
    """Layers put together, with `compile`, `fit`, `evaluate` and `predict`.

    >>> inputs = keras.Input((3,))
    >>> hidden = keras.layers.Dense(4, activation="relu")(inputs)
    >>> model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
    >>> model.output_shape, model.count_params()
    ((None, 1), 21)
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        model = super().__new__(cls, *args, **kwargs)
        vars(model)["_graph"] = None
        return model

    def __init__(self, *args: Any, **kwargs: Any):
        inputs, outputs, options = _functional_arguments(args, kwargs)
        if outputs is None:
            super().__init__(**options)
            return
        name = options.pop("name", None)
        if name is None and type(self) is Model:
            name = names.unique("functional")
        super().__init__(name=name, **options)
        self._set_graph(_from_inputs(inputs, outputs))
        if "trainable" in options:
            self.trainable = options["trainable"]

    # The graph of a functional model

    def _set_graph(self, graph: Function) -> None:
        vars(self)["_graph"] = graph
        vars(self)["_symbolic_losses"] = []
        vars(self)["_symbolic_metrics"] = {}
        _check_names(graph)
        self.built = True

    def _checkpoint_children(self) -> dict[str, Any]:
        return {**super()._checkpoint_children(), **checkpoint.of_graph(self)}

    def _checkpoint_child(self, name: str) -> Any:
        part = super()._checkpoint_child(name)
        return checkpoint.former_part(self, name) if part is None else part

    @property
    def _layers(self) -> list[Any]:
        """The layers of the graph, and those that are attributes."""
        graph = vars(self)["_graph"]
        found = [] if graph is None else [op for op in graph.operations if isinstance(op, Layer)]
        return _tracking.unique([*found, *_tracking.parts_of(self, "layer")])

    @property
    def layers(self) -> list[Any]:
        """The layers, those nearest to the inputs first."""
        return self._layers

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError("`layers` is what the model was built of, and cannot be set")

    @property
    def operations(self) -> list[Any]:
        """The layers, and the calls of ops, of the graph."""
        graph = self._whole_graph()
        return self.layers if graph is None else graph.operations

    def _given_graph(self) -> Function | None:
        """The graph that the model was made of; None if it is given by its call alone."""
        return vars(self)["_graph"]

    def _whole_graph(self) -> Function | None:
        """The graph between inputs and outputs; that of a subclass is found by a symbolic call."""
        graph: Function | None = vars(self)["_graph"]
        if graph is None and "_inner_graph" not in vars(self) and self.built:
            vars(self)["_inner_graph"] = self._trace_graph()
        return graph or vars(self).get("_inner_graph")

    def _trace_graph(self) -> Function | None:
        specs = vars(self).get("_build_specs")
        if not specs or not self.built:
            return None
        symbolic = {
            name: jax.tree.map(
                lambda t: Input(batch_shape=(None, *t.shape[1:]), dtype=t.dtype),
                value,
                is_leaf=is_symbolic,
            )
            for name, value in specs.items()
        }
        count = names.snapshot()
        try:
            outputs = self.call(**symbolic)
            return Function(list(symbolic.values()), outputs, name=f"{self.name}_graph")
        except Exception:
            # A call that only real tensors can go through: its graph is not to be had.
            return None
        finally:
            names.restore(count)

    @property
    def inputs(self) -> list[KerasTensor] | None:
        """The symbolic inputs; None if the model is given by its call alone."""
        graph = self._whole_graph()
        return None if graph is None else graph.inputs

    @property
    def outputs(self) -> list[KerasTensor] | None:
        """The symbolic outputs; None if the model is given by its call alone."""
        graph = self._whole_graph()
        return None if graph is None else graph.outputs

    @property
    def input(self) -> Any:
        """The symbolic inputs as they were given."""
        return self._graph_or_error("input").input

    @property
    def output(self) -> Any:
        """The symbolic outputs as they were given."""
        return self._graph_or_error("output").output

    def _graph_or_error(self, what: str) -> Function:
        graph = self._whole_graph()
        if graph is None:
            raise AttributeError(
                f"The model {self.name!r} has no {what} yet: call it on data, or "
                "build(input_shape), first"
            )
        return graph

    @property
    def _inputs_struct(self) -> Any:
        """The symbolic inputs of a model made of them, with the keys that its data may have."""
        graph = self._given_graph()
        return None if graph is None else graph.input

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs."""
        return [tensor.name for tensor in self.inputs or []]

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs: those of the layers that give them."""
        found: list[str] = []
        for tensor in self.outputs or []:
            node = node_of(tensor)
            name = tensor.name if node is None else node.operation.name
            found.append(name if name not in found else f"{name}_{found.count(name)}")
        return found

    # Calling

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """The outputs; to be written by subclasses that are not given by a graph."""
        graph = vars(self)["_graph"]
        if graph is None:
            raise NotImplementedError(
                f"The model {type(self).__name__} has no call() method. Define "
                "`def call(self, inputs, training=None):`, or give inputs and outputs"
            )
        values = standardized(graph._inputs_struct, inputs, self.name)
        if mask is not None:
            set_masks(values, mask)
        if not (self._symbolic_losses or self._symbolic_metrics):
            return graph.evaluate(values)
        outputs, losses, figures = self._graph_with_losses().evaluate(values)
        for loss in losses:
            super().add_loss(loss)
        for name, value in zip(self._symbolic_metrics, figures, strict=True):
            super().add_metric(value, name=name)
        return outputs

    # What a functional model is given is checked, and cast, against its inputs.
    def _tensors(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if vars(self)["_graph"] is not None:
            return args, kwargs
        return super()._tensors(args, kwargs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic tensors like the outputs."""
        graph = vars(self)["_graph"]
        if graph is None or not args:
            return super().compute_output_spec(*args, **kwargs)
        given = [tuple(tensor.shape) for tensor in flatten(args[0]) if is_symbolic(tensor)]
        if given != [tuple(tensor.shape) for tensor in graph.inputs]:
            return super().compute_output_spec(*args, **kwargs)
        return jax.tree.map(
            lambda t: KerasTensor(t.shape, t.dtype), graph.output, is_leaf=is_symbolic
        )

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """The masks that the layers put on the outputs."""
        return None

    @default
    def build(self, input_shape: Any = None) -> None:
        """Make the weights for inputs of these shapes: one, or a list or dictionary of them."""
        if vars(self)["_graph"] is not None:
            return
        if input_shape is None:
            raise ValueError(
                f"build() of the model {self.name!r} needs the shape of its input, batch included, "
                "as in model.build((None, 784))"
            )
        specs = self._build_from(input_shape)
        vars(self)["_build_specs"] = {self._first_parameter(): specs}
        vars(self)["_build_shapes"] = {"input": input_shape}
        self.built = True
        self._correct_dtypes()

    def _build_from(self, input_shape: Any) -> Any:
        """Call the model on symbolic inputs of these shapes, which are floats, else int32."""
        failure: Exception | None = None
        for dtype in (self.compute_dtype, "int32"):
            specs = map_shapes(functools.partial(_symbolic, dtype), input_shape)
            try:
                with self._build_scope(), state.listening(()):
                    abstract.infer(self._call_inside, (specs,), {}, KerasTensor)
                return specs
            except Exception as error:
                failure = failure or error
        raise ValueError(
            f"The model {self.name!r} cannot be built by calling it on an input of shape "
            f"{input_shape}: {failure}. Call it on real data instead"
        ) from failure

    def _correct_dtypes(self) -> None:
        """Have inputs that go straight into an Embedding be known as whole numbers."""
        if not any(getattr(type(layer), "_takes", None) for layer in self._flatten_layers()):
            return
        graph = self._whole_graph()
        if graph is None:
            return
        taken = {
            id(node.input_tensors[0]): type(node.operation)._takes
            for node in graph.nodes
            if node.input_tensors and getattr(type(node.operation), "_takes", None)
        }
        wanted = iter([taken.get(id(tensor)) for tensor in graph.inputs])

        def corrected(spec: Any) -> Any:
            return KerasTensor(spec.shape, next(wanted) or spec.dtype)

        specs = jax.tree.map(corrected, vars(self)["_build_specs"], is_leaf=is_symbolic)
        vars(self)["_build_specs"] = specs
        del vars(self)["_inner_graph"]

    # Losses that are part of the graph

    def add_loss(self, loss: Any) -> None:
        """Add to the loss: a scalar tensor, a function, or a symbolic tensor of the graph."""
        if not any_symbolic(loss) or call_is_going_on():
            super().add_loss(loss)
            return
        self._check_takes_symbolic("add_loss")
        self._symbolic_losses.extend(flatten(loss))

    def add_metric(self, *args: Any, **kwargs: Any) -> Any:
        """Have the mean of a value logged; of a symbolic tensor of the graph, that of each batch.

        >>> inputs = keras.Input((3,))
        >>> hidden = keras.layers.Dense(4)(inputs)
        >>> model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
        >>> model.add_metric(tf.reduce_mean(hidden), name="activity", aggregation="mean")
        >>> model.compile("sgd", "mse")
        >>> sorted(model.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0).history)
        ['activity', 'loss']
        """
        if not any_symbolic((args, kwargs)) or call_is_going_on():
            return super().add_metric(*args, **kwargs)
        self._check_takes_symbolic("add_metric")
        return self._add_symbolic_metric(*args, **kwargs)

    def _add_symbolic_metric(
        self, value: Any, name: str | None = None, aggregation: str | None = "mean"
    ) -> None:
        if name is None or name in self._symbolic_metrics:
            raise ValueError(
                "add_metric: give the metric a name of its own, as in "
                f"add_metric(value, name='activity'); given name={name!r}"
            )
        if aggregation not in (None, "mean"):
            raise ValueError(f"add_metric: aggregation is 'mean'; given {aggregation!r}")
        self._symbolic_metrics[name] = value

    def _check_takes_symbolic(self, method: str) -> None:
        if vars(self)["_graph"] is None:
            raise ValueError(
                f"{method} of a symbolic tensor needs a model made of symbolic inputs and outputs"
            )
        vars(self).pop("_loss_graph", None)

    def _graph_with_losses(self) -> Function:
        graph = self._graph
        if "_loss_graph" not in vars(self):
            figures = list(self._symbolic_metrics.values())
            outputs = (graph.output, list(self._symbolic_losses), figures)
            vars(self)["_loss_graph"] = Function(graph.input, outputs, name=f"{self.name}_losses")
        return vars(self)["_loss_graph"]

    # Parts

    def get_layer(self, name: str | None = None, index: int | None = None) -> Any:
        """The layer of a name or number.

        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="out")])
        >>> model.get_layer("out").units
        1
        """
        layers = self.layers
        if (name is None) == (index is None):
            raise ValueError("get_layer: give a name or an index, one of the two")
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(f"get_layer: there are {len(layers)} layers; given index {index}")
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        known = [layer.name for layer in layers]
        raise ValueError(
            f"The model {self.name!r} has no layer {name!r}.{errors.nearest(str(name), known)} "
            f"Its layers are: {', '.join(known)}"
        )

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Print a table of the layers."""
        summary.print_summary(
            self,
            line_length=line_length,
            positions=positions,
            print_fn=print_fn,
            expand_nested=expand_nested,
            show_trainable=show_trainable,
            layer_range=layer_range,
        )

    def to_svg(
        self,
        path: Any = None,
        *,
        show_shapes: bool = True,
        show_dtype: bool = False,
        show_layer_names: bool = True,
        rankdir: str = "TB",
        expand_nested: bool = False,
        show_layer_activations: bool = False,
        show_trainable: bool = False,
        splines: str = "ortho",
    ) -> str:
        """A picture of the layers as the text of an SVG file, drawn without Graphviz.

        It is written to a file if there is a `path`. `rankdir` is where data flows to: "TB", from
        top to bottom, "BT", "LR" or "RL"; `splines` how edges run: "ortho", "curved" or
        "polyline". `expand_nested` shows the layers of models within the model.

        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="out")])
        >>> "out" in model.to_svg()
        True
        """
        shown = Shown(
            show_shapes,
            show_dtype,
            show_layer_names,
            show_layer_activations,
            show_trainable,
            expand_nested,
        )
        return svg_of(self, shown, rankdir, splines, path)

    def _repr_html_(self) -> str:
        """The table of the layers, which notebooks show."""
        return html_of(self)

    @property
    def distribute_strategy(self) -> None:
        """None: the model is on one device."""
        return None

    distribute_reduction_method = distribute_strategy

    def get_quantization_layer_structure(self, mode: str | None = None) -> None:
        """None: there are no quantized kernels."""
        return

    # Configuration

    def get_config(self) -> dict[str, Any]:
        """The arguments to make this model again; for a functional one, its graph."""
        if vars(self)["_graph"] is not None and functional_config.is_plain(type(self)):
            return functional_config.get_config(self)
        return super().get_config()

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Self:
        """Make a model from what `get_config` gave."""
        return functional_config.from_config(cls, config, custom_objects)

    def to_json(self, **kwargs: Any) -> str:
        """The architecture as JSON; read by `keras.models.model_from_json`."""
        return json.dumps(serialize_keras_object(self), **kwargs)


def _functional_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The inputs, the outputs and the other arguments; no outputs for a subclass."""
    options = dict(kwargs)
    for old, new in (("input", "inputs"), ("output", "outputs")):
        if old in options:
            options[new] = options.pop(old)
    if len(args) >= 2 or "outputs" in options:
        given = dict(zip(("inputs", "outputs", "name"), args, strict=False))
        options = {**given, **options}
        return options.pop("inputs", None), options.pop("outputs"), options
    if args or "inputs" in options:
        raise ValueError("Model: give inputs and outputs, both")
    return None, None, options


def _from_inputs(inputs: Any, outputs: Any) -> Function:
    """The graph; where it begins in the middle of another, its nodes are made anew."""
    graph = Function(inputs, outputs)
    middle = [t for t in graph.inputs if (node := node_of(t)) is None or not node.is_input]
    if not middle:
        return graph
    fresh = jax.tree.map(
        lambda t: Input(batch_shape=t.shape, dtype=t.dtype, name=f"{t.name}_input"),
        inputs,
        is_leaf=is_symbolic,
    )
    return Function(fresh, graph.evaluate(flatten(fresh)))


def _check_names(graph: Function) -> None:
    seen: dict[str, Any] = {}
    for operation in graph.operations:
        if operation.name in seen:
            raise ValueError(
                f"The name {operation.name!r} is used twice: by a "
                f"{type(seen[operation.name]).__name__} and a {type(operation).__name__}. Give "
                "each layer of a model a name of its own, name='...'"
            )
        seen[operation.name] = operation


def _symbolic(dtype: str, shape: Any) -> KerasTensor:
    return KerasTensor(as_shape(shape), dtype)


def call_is_going_on() -> bool:
    """Whether a program is being traced, so that symbolic tensors are none of the graph's."""
    return state.context.scope is not None or recording.recorder is not None
