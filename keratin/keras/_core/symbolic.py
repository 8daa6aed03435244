"""The symbolic graph of a functional model: tensors without values, and what made them.

An op or layer that is called on a `KerasTensor` computes nothing. It infers shape and dtype of the
result, see `abstract`, and notes a `Node`; a model is the nodes between its inputs and outputs.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax

from keratin._engine import errors
from keratin._engine.differentiation import recompute_grad
from keratin._engine.dtype import DType, as_dtype
from keratin._engine.operators import Arithmetic, operators
from keratin.keras._core import abstract, names
from keratin.keras._core.config import Configurable
from keratin.keras._core.shapes import Shape, as_shape


class KerasTensor(Arithmetic):
    """A tensor of a functional model: its shape and dtype are known, its values are not.

    >>> x = keras.Input((3,))
    >>> (x + 1).shape
    (None, 3)
    """

    # The operation that made it, the number of its call, and that of the output.
    _keras_history: tuple[Any, int, int]
    # Which elements count, if a layer said so.
    _keras_mask: Any
    # Of a ragged tensor.
    ragged_rank: int | None = None
    row_splits_dtype: Any = None

    def __init__(
        self,
        shape: Any,
        dtype: Any = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ):
        self._shape = as_shape(shape)
        self._dtype = as_dtype(dtype or "float32")
        self._sparse = bool(sparse)
        self._ragged = bool(ragged)
        self.record_history = record_history
        # Of a tensor computed of sizes alone: its values in both traces, see `abstract`.
        self._stand_ins: Any = None
        self.name = name or names.unique("keras_tensor")
        self.ragged_rank = kwargs.pop("ragged_rank", None)
        self.row_splits_dtype = kwargs.pop("row_splits_dtype", None)
        if kwargs:
            raise errors.unknown_keyword("KerasTensor", next(iter(kwargs)), ["shape", "dtype"])

    @property
    def shape(self) -> Shape:
        """The shape, a tuple; sizes that are not known are None."""
        return self._shape

    def get_shape(self) -> Shape:
        """The shape."""
        return self._shape

    def set_shape(self, shape: Any) -> None:
        """Say more of the shape."""
        given = as_shape(shape)
        if not self._shape.is_compatible_with(given):
            raise ValueError(f"set_shape: {tuple(given)} contradicts {tuple(self._shape)}")
        self._shape = Shape(
            [a if b is None else b for a, b in zip(self._shape, given, strict=True)]
        )

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self._dtype

    @property
    def sparse(self) -> bool:
        """Whether the values come as a sparse tensor."""
        return self._sparse

    @property
    def ragged(self) -> bool:
        """Whether the values come as a ragged tensor."""
        return self._ragged

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self._shape)

    def reshape(self, *newshape: Any) -> KerasTensor:
        """The elements in another shape."""
        shape = newshape[0] if len(newshape) == 1 else newshape
        return operators.reshape(self, shape)

    def squeeze(self, axis: Any = None) -> KerasTensor:
        """Without the axes of size 1."""
        return operators.squeeze(self, axis)

    def __getitem__(self, key: Any) -> Any:
        return operators.getitem(self, key)

    def __len__(self) -> int:
        if not self._shape or self._shape[0] is None:
            raise TypeError(f"{self._described()} has no length: its first size is not known")
        return int(self._shape[0])

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __keratin_op__(self, function: Callable[..., Any], args: Sequence[Any]) -> Any:
        return OpCall(function)(*args)

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Any:
        return self

    def __bool__(self) -> bool:
        raise TypeError(self._no_value("decide an `if`, `while`, `and`, `or` or `not` by"))

    def __float__(self) -> float:
        raise TypeError(self._no_value("make a Python number of"))

    __int__ = __index__ = __complex__ = __float__

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        raise TypeError(self._no_value("give NumPy"))

    def numpy(self) -> Any:
        """Refused: there is no value yet."""
        raise TypeError(self._no_value("call numpy() on"))

    def __jax_array__(self) -> Any:
        raise TypeError(self._no_value("give JAX"))

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError(
            f"{self._described()} does not take item assignment. Use keras.ops.slice_update or "
            "keras.ops.scatter_update, which give a new tensor"
        )

    def _described(self) -> str:
        return f"the symbolic tensor {self.name!r} of shape {tuple(self._shape)}"

    def _no_value(self, what: str) -> str:
        return (
            f"A functional model is being put together: there is no value yet to {what} "
            f"({self._described()}). Use ops of keras.ops or tf, or put the Python code into the "
            f"call() of a layer of your own. At {errors.user_location()}."
        )

    def __repr__(self) -> str:
        return (
            f"<KerasTensor shape={tuple(self._shape)}, dtype={self._dtype.name}, "
            f"sparse={self._sparse}, ragged={self._ragged}, name={self.name}>"
        )


def is_symbolic(value: Any) -> bool:
    """Whether a value is a symbolic tensor."""
    return isinstance(value, KerasTensor)


def flatten(structure: Any) -> list[Any]:
    """The leaves of a structure."""
    return jax.tree.leaves(structure, is_leaf=is_symbolic)


def symbolic_tensors(structure: Any) -> list[KerasTensor]:
    """The symbolic tensors in a structure."""
    return [leaf for leaf in flatten(structure) if isinstance(leaf, KerasTensor)]


def any_symbolic(structure: Any) -> bool:
    """Whether a structure holds a symbolic tensor."""
    return bool(symbolic_tensors(structure))


class Recording(threading.local):
    """The recorder of a call that is put down as a graph of known classes alone, if one is."""

    recorder: Any = None


recording = Recording()


class Node:
    """One call of an operation: the arguments, and the symbolic tensors that it gave."""

    def __init__(self, operation: Any, args: Any, kwargs: Any, outputs: Any):
        self.operation = operation
        self.args = args
        self.kwargs = kwargs
        self.outputs = outputs
        self.input_tensors = symbolic_tensors((args, kwargs))
        self.output_tensors = symbolic_tensors(outputs)
        self.index = len(operation._inbound_nodes)
        operation._inbound_nodes.append(self)
        for node in self.parents:
            node.operation._outbound_nodes.append(self)
        for index, tensor in enumerate(self.output_tensors):
            tensor._keras_history = (operation, self.index, index)
        if recording.recorder is not None:
            recording.recorder.note(self)

    @property
    def is_input(self) -> bool:
        """Whether this is an input of a graph."""
        return not self.input_tensors

    @property
    def parents(self) -> list[Node]:
        """The nodes whose outputs this one takes."""
        found = [node_of(tensor) for tensor in self.input_tensors]
        return [node for node in found if node is not None]

    def fill(self, values: dict[int, Any]) -> tuple[Any, Any]:
        """The arguments with values, by the id of the tensor, in place of symbolic tensors."""

        def value(leaf: Any) -> Any:
            return values[id(leaf)] if isinstance(leaf, KerasTensor) else leaf

        return jax.tree.map(value, (self.args, self.kwargs), is_leaf=is_symbolic)

    def __repr__(self) -> str:
        return f"<Node {self.index} of {self.operation.name}>"


def node_of(tensor: KerasTensor) -> Node | None:
    """The node that made a tensor."""
    history = getattr(tensor, "_keras_history", None)
    return None if history is None else history[0]._inbound_nodes[history[1]]


class Operation(Configurable):
    """A layer, or the call of an op: what stands in the graph of a functional model.

    >>> class Double(keras.Operation):
    ...     def call(self, x):
    ...         return 2 * x
    >>> Double()(keras.Input((3,))).shape
    (None, 3)
    """

    def __init__(self, name: str | None = None):
        if name is None:
            name = names.of_instance(type(self))
        if not isinstance(name, str) or "/" in name:
            raise ValueError(
                f"{type(self).__name__}: a name is a string without slashes; given {name!r}"
            )
        self.name = name
        self._inbound_nodes: list[Node] = []
        self._outbound_nodes: list[Node] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if any_symbolic((args, kwargs)):
            return self.symbolic_call(*args, **kwargs)
        return self.call(*args, **kwargs)

    def symbolic_call(self, *args: Any, **kwargs: Any) -> Any:
        """Infer the result and note the call in the graph."""
        if recording.recorder is not None:
            args, kwargs = recording.recorder.wired(self, args, kwargs)
        outputs = self.compute_output_spec(*args, **kwargs)
        Node(self, args, kwargs, outputs)
        return outputs

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic tensors like the results of a call."""
        return abstract.infer(self.call, args, kwargs, KerasTensor)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the result: to be written by subclasses."""
        raise NotImplementedError(
            f"The class {type(self).__name__} has no call() method. Define "
            "`def call(self, inputs):` that returns the result"
        )

    def quantized_call(self, *args: Any, **kwargs: Any) -> Any:
        """Refused: there are no quantized kernels."""
        raise errors.UnimplementedError(
            f"{type(self).__name__}.quantized_call: quantized kernels are not part of Keratin"
        )

    def rematerialized_call(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call `fn` so that its intermediate results are computed again for the gradient."""
        return recompute_grad(fn)(*args, **kwargs)

    @property
    @errors.trimmed
    def input(self) -> Any:
        """The symbolic tensors of the first call of this operation."""
        tensors = self._first_node("input").input_tensors
        return tensors[0] if len(tensors) == 1 else tensors

    @property
    @errors.trimmed
    def output(self) -> Any:
        """The symbolic result of the first call of this operation."""
        return self._first_node("output").outputs

    def _first_node(self, what: str) -> Node:
        if not self._inbound_nodes:
            raise AttributeError(
                f"{type(self).__name__} {self.name!r} has no {what} yet: it was not called on a "
                "keras.Input. Call it, or the model it belongs to, on one first"
            )
        return self._inbound_nodes[0]

    def get_input_at(self, node_index: int) -> Any:
        """The symbolic tensors of one call."""
        tensors = self._inbound_nodes[node_index].input_tensors
        return tensors[0] if len(tensors) == 1 else tensors

    def get_output_at(self, node_index: int) -> Any:
        """The symbolic result of one call."""
        return self._inbound_nodes[node_index].outputs


class OpCall(Operation):
    """The call of an op, such as `x + y` or `keras.ops.mean(x)`, in a graph."""

    def __init__(self, function: Callable[..., Any], name: str | None = None):
        self.function = function
        own = getattr(function, "__keras_operation__", None)
        self.operation_name = str(own or getattr(function, "__name__", "op"))
        super().__init__(name or names.unique(names.snake_case(self.operation_name)))

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """The result of the op."""
        return self.function(*args, **kwargs)

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Symbolic tensors like the results of the op."""
        try:
            return abstract.infer(self.function, args, kwargs, KerasTensor)
        except Exception as error:
            raise errors.for_user(error) from None


def keras_op(function: Any) -> Any:
    """Have a function made of several ops stand in graphs as one."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if any_symbolic((args, kwargs)):
            return OpCall(call)(*args, **kwargs)
        return function(*args, **kwargs)

    return call
