"""The graph between symbolic inputs and outputs, and its evaluation."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax

from keratin._engine import errors
from keratin._engine.operators import operators
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.keras._core.shapes import map_shapes
from keratin.keras._core.symbolic import (
    KerasTensor,
    Node,
    Operation,
    any_symbolic,
    flatten,
    is_symbolic,
    node_of,
)


class Function(Operation):
    """A function given by symbolic inputs and outputs.

    >>> x = keras.Input((2,))
    >>> double = keras.Function(x, x * 2)
    >>> double(np.ones((1, 2))).numpy()
    array([[2., 2.]], dtype=float32)
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None):
        super().__init__(name)
        self._inputs_struct = inputs
        self._outputs_struct = outputs
        self._inputs = _checked(inputs, "inputs")
        _check_distinct(self._inputs)
        self._outputs = _checked(outputs, "outputs")
        self.nodes = _Search(self._inputs, self._outputs).run()
        self._operations = list({id(n.operation): n.operation for n in self.nodes}.values())
        self._last_uses = self._find_last_uses()

    @property
    def operations(self) -> list[Any]:
        """The layers and op calls of the graph, those nearest to the inputs first."""
        return list(self._operations)

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs, flat."""
        return list(self._inputs)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs, flat."""
        return list(self._outputs)

    @property
    def input(self) -> Any:
        """The symbolic inputs as they were given."""
        return self._inputs_struct

    @property
    def output(self) -> Any:
        """The symbolic outputs as they were given."""
        return self._outputs_struct

    def _find_last_uses(self) -> list[list[int]]:
        """For each node the tensors that are not needed after it."""
        kept = {id(tensor) for tensor in self._outputs}
        seen: set[int] = set()
        found: list[list[int]] = []
        for node in reversed(self.nodes):
            used = {id(t) for t in (*node.input_tensors, *node.output_tensors)} - seen - kept
            seen |= used
            found.append(list(used))
        return found[::-1]

    def call(self, inputs: Any) -> Any:
        """The outputs for inputs in the structure of the symbolic ones."""
        return self.evaluate(standardized(self._inputs_struct, inputs, self.name))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        inputs = args[0] if args else next(iter(kwargs.values()))
        if any_symbolic(inputs):
            return self.symbolic_call(inputs)
        return self.call(inputs)

    def evaluate(
        self, values: list[Any], call: Callable[[Any, Any, Any], Any] | None = None
    ) -> Any:
        """The outputs for the values of the flat inputs; `call(operation, args, kwargs)`."""
        known = {id(t): value for t, value in zip(self._inputs, values, strict=True)}
        for node, done in zip(self.nodes, self._last_uses, strict=True):
            if not node.is_input and any(id(t) not in known for t in node.output_tensors):
                args, kwargs = node.fill(known)
                result = (
                    node.operation(*args, **kwargs)
                    if call is None
                    else call(node.operation, args, kwargs)
                )
                for tensor, value in zip(node.output_tensors, _leaves(result), strict=True):
                    known[id(tensor)] = value
            for key in done:
                known.pop(key, None)
        return jax.tree.map(lambda leaf: known[id(leaf)], self._outputs_struct, is_leaf=is_symbolic)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shapes of the outputs for other shapes of the inputs."""
        symbolic = map_shapes(KerasTensor, input_shape)
        outputs = self.compute_output_spec(symbolic)
        return jax.tree.map(lambda tensor: tensor.shape, outputs, is_leaf=is_symbolic)

    def get_config(self) -> dict[str, Any]:
        """Refused: a Function is not saved by itself."""
        raise NotImplementedError(
            "keras.Function has no config. Make a keras.Model of the same inputs and outputs"
        )


def _leaves(result: Any) -> list[Any]:
    if isinstance(result, Tensor):
        return [result]
    return jax.tree.leaves(result, is_leaf=lambda leaf: isinstance(leaf, (Tensor, KerasTensor)))


def _checked(structure: Any, what: str) -> list[KerasTensor]:
    """The symbolic tensors of a structure that holds nothing else."""
    leaves = flatten(structure)
    if not leaves:
        raise ValueError(f"A model needs {what}; given {structure!r}")
    for leaf in leaves:
        if not isinstance(leaf, KerasTensor):
            raise ValueError(
                f"The {what} of a model must be symbolic tensors, such as keras.Input gives and "
                f"layers return when called on one; given {_brief(leaf)}"
            )
    return leaves


def _brief(value: Any) -> str:
    """A value as a message names it: of an array its shape alone."""
    shape = getattr(value, "shape", None)
    return repr(value) if shape is None else f"a {type(value).__name__} of shape {tuple(shape)}"


def _check_distinct(inputs: list[KerasTensor]) -> None:
    names = [tensor.name for i, tensor in enumerate(inputs) if any(tensor is t for t in inputs[:i])]
    if names:
        raise ValueError(
            f"The inputs of a model list the tensor {names[0]!r} twice. List each once, or make "
            "another keras.Input"
        )


class _Search:
    """Finds the nodes between inputs and outputs, in an order that can be run."""

    def __init__(self, inputs: list[KerasTensor], outputs: list[KerasTensor]):
        self.inputs = inputs
        self.outputs = outputs
        self.given = {id(tensor) for tensor in inputs}
        self.order: list[Node] = []
        self.rank: dict[int, int] = {}

    def run(self) -> list[Node]:
        """The nodes by their distance to the outputs, far ones first, as Keras orders layers."""
        for tensor in self.outputs:
            self._walk(tensor)
        depths = self._depths()
        for tensor in self.inputs:
            node = node_of(tensor)
            if node is not None and node not in depths:
                depths[node] = 0
                self.order.append(node)
                self.rank.setdefault(id(node.operation), len(self.rank))
        by_depth: dict[int, list[Node]] = collections.defaultdict(list)
        for node in self.order:
            by_depth[depths[node]].append(node)
        return [
            node
            for depth in sorted(by_depth, reverse=True)
            for node in sorted(by_depth[depth], key=lambda n: self.rank[id(n.operation)])
        ]

    def _walk(self, output: KerasTensor) -> None:
        """Note every node that an output needs, after those that it needs itself."""
        done = {id(node) for node in self.order}
        stack: list[tuple[Node, Iterator[KerasTensor]]] = []
        on_the_way: set[int] = set()

        def visit(tensor: KerasTensor) -> None:
            node = self._node_of(tensor, [n for n, _ in stack])
            if node is None or id(node) in done:
                return
            if id(node) in on_the_way:
                raise ValueError(
                    f"The graph has a cycle: {tensor.name!r}, made by {node.operation.name!r}, is "
                    "computed from itself"
                )
            self.rank.setdefault(id(node.operation), len(self.rank))
            on_the_way.add(id(node))
            needed = [] if self._is_given(node) else node.input_tensors
            stack.append((node, iter(needed)))

        visit(output)
        while stack:
            node, rest = stack[-1]
            tensor = next(rest, None)
            if tensor is not None:
                visit(tensor)
                continue
            stack.pop()
            on_the_way.discard(id(node))
            done.add(id(node))
            self.order.append(node)

    def _is_given(self, node: Node) -> bool:
        return all(id(tensor) in self.given for tensor in node.output_tensors)

    def _node_of(self, tensor: KerasTensor, path: list[Node]) -> Node | None:
        node = node_of(tensor)
        if node is None:
            if id(tensor) in self.given:
                return None
            raise ValueError(
                f"The tensor {tensor.name!r} of shape {tuple(tensor.shape)} was made by no layer "
                "or input. Make inputs with keras.Input"
            )
        if node.is_input and id(tensor) not in self.given:
            user = path[-1].operation.name if path else "the outputs"
            given = ", ".join(repr(t.name) for t in self.inputs)
            raise ValueError(
                f"The graph is disconnected: the tensor {tensor.name!r} of shape "
                f"{tuple(tensor.shape)}, made by {node.operation.name!r} and used by {user!r}, "
                f"cannot be computed from the inputs {given}. Add it to the inputs of the model, "
                f"or build the outputs from the inputs given. At {errors.user_location()}."
            )
        return node

    def _depths(self) -> dict[Node, int]:
        """The longest way from each node to an output; a layer called twice counts as one."""
        depths: dict[Node, int] = {}
        of_operation: dict[int, int] = {}
        for node in reversed(self.order):
            operation = id(node.operation)
            depth = max(depths.get(node, 0), of_operation.get(operation, 0))
            depths[node] = of_operation[operation] = depth
            for parent in [] if self._is_given(node) else node.parents:
                depths[parent] = max(depths.get(parent, 0), depth + 1)
        return depths


def standardized(expected: Any, inputs: Any, owner: str) -> list[Any]:
    """Inputs as flat tensors of the dtypes and ranks of the symbolic ones."""
    names = [tensor.name for tensor in flatten(expected)]
    values = in_order(expected, inputs, names, owner)
    if len(values) != len(names):
        raise ValueError(
            f"Model {owner!r} has {len(names)} inputs ({', '.join(names)}), and {len(values)} "
            f"were given. At {errors.user_location()}."
        )
    return [
        _fitted(value, tensor, owner)
        for value, tensor in zip(values, flatten(expected), strict=True)
    ]


def in_order(expected: Any, inputs: Any, names: list[str], owner: str) -> list[Any]:
    """Inputs, given as a list or by their names, in the order of the symbolic ones."""
    if isinstance(inputs, Mapping):
        keys = sorted(expected) if isinstance(expected, Mapping) else names
        if not set(keys) <= set(inputs) and set(names) <= set(inputs):
            keys = names
        missing = [key for key in keys if key not in inputs]
        if missing:
            near = errors.nearest(missing[0], [str(key) for key in inputs])
            raise ValueError(
                f"Model {owner!r} needs an input {missing[0]!r}, which is not among "
                f"{', '.join(map(repr, inputs))}.{near} Its inputs are: {', '.join(map(str, keys))}"
            )
        found = []
        for key in keys:
            found += _given_leaves(inputs[key])
        return found
    if isinstance(expected, Mapping) and isinstance(inputs, (list, tuple)):
        # In the order in which the dictionary names them; leaves are sorted by name.
        by_key = dict(zip(expected, inputs, strict=False))
        return [by_key[key] for key in sorted(by_key)]
    return _given_leaves(inputs)


def _given_leaves(inputs: Any) -> list[Any]:
    if isinstance(inputs, (list, tuple)):
        if _holds_numbers(inputs):
            return [convert_to_tensor(inputs)]
        return [leaf for value in inputs for leaf in _given_leaves(value)]
    if isinstance(inputs, Mapping):
        return [leaf for key in sorted(inputs) for leaf in _given_leaves(inputs[key])]
    return [inputs]


def _holds_numbers(value: Any) -> bool:
    """Whether nested lists are one array, written out."""
    if isinstance(value, (list, tuple)):
        return bool(value) and all(map(_holds_numbers, value))
    return isinstance(value, (bool, int, float))


def _fitted(value: Any, wanted: KerasTensor, owner: str) -> Any:
    """The value as a tensor of the dtype, and if need be with an axis of size 1 more or less."""
    if value is None:
        return None
    if not isinstance(value, KerasTensor):
        if not isinstance(value, Tensor):
            value = convert_to_tensor(value)
        if value.dtype != wanted.dtype and value.dtype.kind != "string":
            mask = getattr(value, "_keras_mask", None)
            value = operators.cast(value, wanted.dtype)
            if mask is not None:
                value._keras_mask = mask
    shape, target = tuple(value.shape), tuple(wanted.shape)
    if len(shape) == len(target) + 1 and shape[-1] == 1:
        value = operators.squeeze(value, -1)
    elif len(shape) == len(target) - 1 and target[-1] == 1:
        value = operators.expand_dims(value, -1)
    shape = tuple(value.shape)
    fits = len(shape) == len(target) and all(
        a is None or b is None or a == b for a, b in zip(shape, target, strict=True)
    )
    if not fits:
        raise ValueError(
            f"Model {owner!r}: the input {wanted.name!r} has shape {target} (None: any size), and "
            f"an array of shape {shape} was given.{_advice(shape, target)} "
            f"At {errors.user_location()}."
        )
    return value


def _advice(shape: tuple[Any, ...], target: tuple[Any, ...]) -> str:
    if len(shape) == len(target) - 1 and shape == target[1:]:
        return " One example alone needs an axis for the batch: x[None]."
    if shape[-1:] == (1,) and shape[:-1] == target[1:]:
        return " One example alone needs an axis for the batch: x[None]."
    if len(shape) == len(target) - 1 and target[-1] is not None and len(target) == 4:
        return " If the channels are missing, add them: x[..., None]."
    if len(shape) == len(target) and shape[1:] == target[1:]:
        return f" The batch size is fixed: give rows in whole batches of {target[0]}."
    if len(shape) == len(target):
        return f" Give arrays whose rows have the shape {target[1:]}, or keras.Input({shape[1:]})."
    return f" An array for it has {len(target)} axes, the batch first."
