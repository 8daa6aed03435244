"""Cells applied along sequences: any cell, a stack of cells, states kept between batches."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Mapping, Sequence
from typing import Any, Self

from keratin import array
from keratin._engine import errors, nest
from keratin._engine.function import Function
from keratin._engine.loop import staged_scan
from keratin._engine.operators import operators
from keratin._engine.state import context
from keratin._engine.tensor import convert_to_tensor
from keratin.keras._core import abstract
from keratin.keras._core.config import constructor
from keratin.keras._core.custom_objects import CustomObjectScope
from keratin.keras._core.symbolic import KerasTensor
from keratin.keras._core.variable import Variable, autocast
from keratin.keras.layers._call import is_tensor_like, spec_of
from keratin.keras.layers._part import overrides
from keratin.keras.layers._recurrent import DropoutMasks
from keratin.keras.layers.layer import Layer
from keratin.keras.layers.reshaping import batch_of
from keratin.math import reduce_any
from keratin.nn._rnn_cells import CellWrapper


def check_cell(cell: Any, owner: str) -> None:
    """Raise unless a cell has what a cell needs."""
    if not callable(getattr(cell, "call", None)):
        raise ValueError(
            f"{owner}: the cell {cell!r} has no method call(inputs, states). Give a cell such as "
            "keras.layers.LSTMCell(8), or a list of cells"
        )
    if getattr(cell, "state_size", None) is None:
        raise ValueError(
            f"{owner}: the cell {type(cell).__name__} has no state_size. Set it in __init__: "
            "self.state_size = units, or a list of sizes, one for each state"
        )


def output_size(cell: Any) -> Any:
    """The size of the output of a cell: of the first state if the cell does not say."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = cell.state_size
        size = size[0] if isinstance(size, (list, tuple)) else size
    return size


def zero_states(cell: Any, batch_size: Any, dtype: Any) -> list[Any]:
    """The states that a cell starts from, as a list."""
    make = getattr(cell, "get_initial_state", None)
    if make is None:
        sizes = cell.state_size if isinstance(cell.state_size, (list, tuple)) else [cell.state_size]
        return [array.zeros((batch_size, *_sizes(size)), dtype) for size in sizes]
    takes = inspect.signature(make).parameters
    given = {"batch_size": batch_size, "dtype": dtype}  # Keras 2 gave the dtype as well
    made = make(**{name: value for name, value in given.items() if name in takes})
    return list(made) if isinstance(made, (list, tuple)) else [made]


def _sizes(size: Any) -> tuple[Any, ...]:
    return tuple(size) if isinstance(size, (list, tuple)) or hasattr(size, "as_list") else (size,)


def build_cell(cell: Any, shape: Any) -> None:
    """Make the weights of a cell for inputs of a step, also those of layers within it."""
    if not isinstance(cell, (Layer, CellWrapper)) or cell.built:
        return
    if not isinstance(cell, Layer):
        cell.build(shape)
    elif overrides(cell, "build"):
        cell._build_with({"input": shape})
    elif cell._has_parts_to_build():
        given = (KerasTensor(shape, cell.compute_dtype), _symbolic_states(cell, shape[0]))
        with cell._build_scope():
            abstract.infer(cell._call_inside, given, {}, KerasTensor)
    cell.built = True


class StackedRNNCells(Layer):
    """Cells one after the other, as one cell: the output of each is the input of the next.

    >>> cells = [keras.layers.LSTMCell(4), keras.layers.LSTMCell(2)]
    >>> keras.layers.RNN(keras.layers.StackedRNNCells(cells))(np.ones((3, 5, 2))).shape
    TensorShape([3, 2])
    """

    def __init__(self, cells: Sequence[Any], **kwargs: Any):
        # Of Keras 2: no other order of the states is known any more.
        kwargs.pop("reverse_state_order", None)
        super().__init__(**kwargs)
        if not cells:
            raise ValueError("StackedRNNCells: give at least one cell")
        for cell in cells:
            check_cell(cell, "StackedRNNCells")
        self.cells = list(cells)

    @property
    def state_size(self) -> list[Any]:
        """The sizes of the states of each cell."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> Any:
        """The size of the output of the last cell."""
        return output_size(self.cells[-1])

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """For each cell the states that it starts from."""
        return [zero_states(cell, batch_size, self.compute_dtype) for cell in self.cells]

    def build(self, input_shape: Any) -> None:
        """Make the weights of the cells."""
        for cell in self.cells:
            build_cell(cell, input_shape)
            input_shape = (input_shape[0], *_sizes(output_size(cell)))

    def call(self, inputs: Any, states: Any, training: Any = False, **kwargs: Any) -> Any:
        """The output of the last cell, and the states of all."""
        after = []
        for cell, own in zip(self.cells, states, strict=True):
            given = list(own) if isinstance(own, (list, tuple)) else [own]
            inputs, new = call_cell(cell, inputs, given, training, **kwargs)
            listed = list(new) if isinstance(new, (list, tuple)) else [new]
            after.append(listed if isinstance(own, (list, tuple)) else listed[0])
        return inputs, after

    def runs_at_once(self) -> bool:
        """Whether each cell can run through a whole sequence before the next one does."""
        return type(self).call is StackedRNNCells.call and all(map(runs_at_once, self.cells))

    def run(
        self, sequences: Any, states: Any, mask: Any, training: Any, **options: Any
    ) -> tuple[Any, list[Any]]:
        """All steps of sequences: one cell after the other."""
        after = []
        last = len(self.cells) - 1
        for index, cell in enumerate(self.cells):
            own = states[index] if states else None
            now = options if index == last else {**options, "return_sequences": True}
            sequences, new = cell.run(sequences, own, mask, training, **now)
            after.append(new)
            if options["go_backwards"]:  # what the first cell gives is in the order of going
                options = {**options, "go_backwards": False}
                mask = mask if mask is None else array.reverse(mask, [1])
        return sequences, after

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """Make a stack from what `get_config` gave."""
        with CustomObjectScope(custom_objects):
            return super().from_config(config)


def runs_at_once(cell: Any) -> bool:
    """Whether a cell has a way through whole sequences."""
    test = getattr(cell, "runs_at_once", None)
    return bool(test and test())


def call_cell(cell: Any, inputs: Any, states: Any, training: Any, **kwargs: Any) -> Any:
    """One step of any cell."""
    function = cell if callable(cell) else cell.call
    if spec_of(cell.call).has_training:
        kwargs["training"] = training
    return function(inputs, states, **kwargs)


def _symbolic_states(cell: Any, batch_size: Any) -> list[Any]:
    """Symbolic tensors for the states of a cell."""
    sizes = cell.state_size if isinstance(cell.state_size, (list, tuple)) else [cell.state_size]
    dtype = getattr(cell, "compute_dtype", None)
    return [_symbolic(size, batch_size, dtype) for size in sizes]


def _symbolic(size: Any, batch_size: Any, dtype: Any) -> Any:
    if isinstance(size, list):  # the states of a cell within a stack
        return [_symbolic(each, batch_size, dtype) for each in size]
    return KerasTensor((batch_size, *_sizes(size)), dtype)


class _States:
    """The variables of a stateful layer: not among its weights, and not saved."""

    def __init__(self, variables: Any):
        self.variables = variables


class RNN(Layer):
    """A cell applied along a sequence [batch, time, ...].

    A cell has `call(inputs, states)`, which gives the output and the new states, and `state_size`;
    it may have `output_size`, `get_initial_state(batch_size)` and `build(input_shape)`. Of several
    cells in a list each takes what the one before gives.

    >>> class Sum(keras.layers.Layer):
    ...     state_size = 2
    ...     def call(self, inputs, states):
    ...         total = states[0] + inputs
    ...         return total, [total]
    >>> keras.layers.RNN(Sum())(np.ones((1, 5, 2))).numpy()
    array([[5., 5.]], dtype=float32)
    """

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ):
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        check_cell(cell, type(self).__name__)
        time_major = kwargs.pop("time_major", False)  # of Keras 2: [time, batch, ...]
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.time_major = time_major
        self.supports_masking = True
        size = cell.state_size
        self.single_state = not isinstance(size, (list, tuple))
        self.state_size = [size] if self.single_state else list(size)
        self._held: _States | None = None

    # States

    @property
    def states(self) -> Any:
        """The variables that a stateful layer keeps its states in; None before it is built."""
        return None if self._held is None else self._held.variables

    @states.setter
    def states(self, value: Any) -> None:
        self._held = None if value is None else _States(value)

    def get_initial_state(self, batch_size: Any) -> list[Any]:
        """The states that a sequence starts from if none are given."""
        dtype = getattr(self.cell, "compute_dtype", None) or self.compute_dtype
        return zero_states(self.cell, batch_size, dtype)

    def _make_states(self, batch_size: Any) -> None:
        if batch_size is None:
            raise ValueError(
                f"Layer {self.name!r} is stateful, and the batch size is not known. Give the "
                "input a fixed one: keras.Input(batch_shape=(32, 10, 8)), and use it in fit"
            )

        def variable(value: Any) -> Variable:
            return Variable(value, dtype=self.variable_dtype, trainable=False, name="rnn_state")

        with self._build_scope():
            self.states = nest.map_structure(variable, self.get_initial_state(batch_size))

    def reset_state(self, states: Any = None) -> None:
        """Have the next batch start from zeros, or from `states`."""
        if not self.stateful:
            raise AttributeError(
                f"Layer {self.name!r} keeps no states: make it with stateful=True to reset them"
            )
        if self._held is None:
            return
        variables = nest.flatten(self.states)
        values = [None] * len(variables) if states is None else nest.flatten(states)
        if len(values) != len(variables):
            raise ValueError(
                f"reset_state of {self.name!r}: {len(values)} states were given; the layer has "
                f"{len(variables)}"
            )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(array.zeros_like(variable) if value is None else value)

    def reset_states(self, states: Any = None) -> None:
        """Have the next batch start from zeros, or from `states`: the name of Keras 2."""
        self.reset_state(states)

    # Building

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Make the weights of the cell, and the variables of states."""
        sequences_shape = self._batch_first(sequences_shape)
        build_cell(self.cell, (sequences_shape[0], *sequences_shape[2:]))
        if self.stateful:
            if self.states is None:
                self._make_states(sequences_shape[0])
            else:
                self.reset_state()

    def _batch_first(self, shape: Any) -> Any:
        return (shape[1], shape[0], *shape[2:]) if self.time_major else shape

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """The shape of the output, and those of the states if they are returned."""
        batch_size, length, *_ = self._batch_first(sequences_shape)
        output = (batch_size, *_sizes(output_size(self.cell)))
        if self.return_sequences:
            output = self._batch_first((batch_size, length, *output[1:]))
        if not self.return_state:
            return output
        return (output, *[_state_shape(size, batch_size) for size in self.state_size])

    def compute_mask(self, _: Any, mask: Any) -> Any:
        """The mask of the input where the output is a sequence; states have none."""
        found = nest.flatten(mask)[0] if self.return_sequences else None
        if not self.return_state:
            return found
        return [found] + [None] * len(nest.flatten(self.state_size))

    # Calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the layer; states may also stand in a list after the sequences, as in Keras 2."""
        return super().__call__(*with_states(args, kwargs), **kwargs)

    def call(
        self,
        sequences: Any,
        initial_state: Any = None,
        mask: Any = None,
        training: Any = False,
        constants: Any = None,
    ) -> Any:
        """The output of the last step or of all, and the last states if wanted.

        `constants` are given to the cell at every step, under this name.
        """
        if self.time_major:
            sequences, mask = _time_second(sequences), mask if mask is None else _time_second(mask)
        states = self._first_states(sequences, initial_state)
        options = {} if constants is None else {"constants": constants}
        last, outputs, states = self.inner_loop(
            sequences, states, _step_mask(mask), training, **options
        )
        output = outputs if self.return_sequences else last
        output, states = nest.map_structure(
            lambda value: operators.cast(value, self.compute_dtype), (output, list(states))
        )
        if self.stateful:
            for variable, value in zip(
                nest.flatten(self.states), nest.flatten(states), strict=True
            ):
                variable.assign(operators.cast(value, variable.dtype))
        if self.time_major and self.return_sequences:
            output = _time_second(output)
        return (output, *states) if self.return_state else output

    def _first_states(self, sequences: Any, given: Any) -> Any:
        """The states to start from; None for the zeros of a cell that makes them itself."""
        if self.stateful:
            size = nest.flatten(self.states)[0].shape[0]
            if sequences.shape[0] != size:
                raise ValueError(
                    f"Layer {self.name!r} is stateful, with states for {size} examples, and was "
                    f"given {sequences.shape[0]}. Give batches of {size}: leave out the rest of "
                    "the data, or make the layer without stateful=True"
                )
            given = self.states if given is None else given
        if given is None:
            if runs_at_once(self.cell) and self._has_own_states():
                return None
            given = self.get_initial_state(batch_of(sequences))
        states = list(given) if isinstance(given, (list, tuple)) else [given]
        self._check_states(states)
        dtype = getattr(self.cell, "compute_dtype", None) or self.compute_dtype
        return nest.map_structure(
            lambda state: operators.cast(convert_to_tensor(state), dtype), states
        )

    def _has_own_states(self) -> bool:
        return type(self).get_initial_state is RNN.get_initial_state

    def _check_states(self, states: list[Any]) -> None:
        if len(states) != len(self.state_size):
            raise ValueError(
                f"Layer {self.name!r}: initial_state has {len(states)} states, and the cell has "
                f"{len(self.state_size)}, of the sizes {self.state_size}"
            )
        for index, (value, size) in enumerate(zip(states, self.state_size, strict=True)):
            shape = tuple(nest.flatten(value)[0].shape)
            if isinstance(size, int) and size >= 0 and shape[-1] != size:
                raise ValueError(
                    f"Layer {self.name!r}: state {index} of initial_state has shape {shape}, and "
                    f"the cell has a state of size {size} there"
                )

    def inner_loop(
        self, sequences: Any, initial_state: Any, mask: Any, training: Any = False, **options: Any
    ) -> tuple[Any, Any, Any]:
        """All steps: the last output or all outputs, None for the other, and the last states."""
        own = runs_at_once(self.cell) and not options
        with self._cell_dtype():
            sequences = _cast(sequences, getattr(self.cell, "compute_dtype", None))
            run = self._run_at_once if own else self._run_in_loop
            output, states = run(sequences, initial_state, mask, training, **options)
        return (None, output, states) if self.return_sequences else (output, None, states)

    def _cell_dtype(self) -> Any:
        """Where variables are read as the cell computes, if it has another dtype."""
        cell = self.cell
        if isinstance(cell, Layer) and cell.compute_dtype != self.compute_dtype:
            return autocast(cell.compute_dtype)
        return contextlib.nullcontext()

    def _run_at_once(
        self, sequences: Any, states: Any, mask: Any, training: Any
    ) -> tuple[Any, list[Any]]:
        found: tuple[Any, list[Any]] = self.cell.run(
            sequences,
            states,
            mask,
            training,
            return_sequences=self.return_sequences,
            go_backwards=self.go_backwards,
            unroll=self.unroll,
            zero_output_for_mask=self.zero_output_for_mask,
        )
        return found

    def _run_in_loop(
        self, sequences: Any, states: Any, mask: Any, training: Any, **options: Any
    ) -> tuple[Any, list[Any]]:
        """The steps by the code of the cell, which is traced once."""
        if not sequences.shape[1]:
            raise errors.InvalidArgumentError(
                f"Layer {self.name!r}: a sequence without steps has no output; given sequences of "
                f"shape {tuple(sequences.shape)}"
            )
        if states is None:
            states = self.get_initial_state(batch_of(sequences))
        given = (sequences, list(states), mask, options, bool(training))
        if context.scope is not None:
            return self._loop(*given)
        kept = vars(self)
        if "_compiled_loop" not in kept:
            kept["_compiled_loop"] = Function(self._loop, use_autograph=False)
        return kept["_compiled_loop"](*given)

    @contextlib.contextmanager
    def _held_masks(self, cell: Any, inputs: Any, states: Any, training: Any) -> Any:
        """Within, cells with dropout use the same masks in each step."""
        with contextlib.ExitStack() as stack:
            if isinstance(cell, DropoutMasks):
                stack.enter_context(cell.holding(inputs, nest.flatten(states)[0], training))
            elif isinstance(cell, StackedRNNCells):
                for one, own in zip(cell.cells, states, strict=True):
                    stack.enter_context(self._held_masks(one, inputs, own, training))
                    size = _sizes(output_size(one))
                    inputs = array.zeros((batch_of(inputs), *size), inputs.dtype)
            yield

    def _loop(
        self, sequences: Any, states: Any, mask: Any, options: Any, training: bool
    ) -> tuple[Any, list[Any]]:
        with self._held_masks(self.cell, sequences[:, 0], states, training):
            return self._all_steps(sequences, states, mask, options, training)

    def _all_steps(
        self, sequences: Any, states: Any, mask: Any, options: Any, training: bool
    ) -> tuple[Any, list[Any]]:
        sequences = self._prepared(sequences, training)
        elements = (_time_second(sequences), None if mask is None else _time_second(mask))
        start: Any = None
        if mask is not None:
            first = nest.map_structure(lambda x: x[0], elements[0])
            start = self._output_before(first, states, options, training)

        def step(states: Any, before: Any, element: Any) -> tuple[list[Any], Any]:
            inputs, known = element
            output, new = self._step(inputs, states, training, **options)
            new = list(new) if isinstance(new, (list, tuple)) else [new]
            new = nest.pack_sequence_as(states, nest.flatten(new))
            new = nest.map_structure(lambda a, b: operators.cast(a, b.dtype), new, states)
            if known is None:
                return [new, before], output
            kept = array.zeros_like(output) if self.zero_output_for_mask else before
            output = _chosen(known, output, kept)
            new = nest.map_structure(lambda a, b: _chosen(known, a, b), new, states)
            return [new, output], output

        length = sequences.shape[1]
        (states, _), outputs = staged_scan(
            step,
            [list(states), start],
            elements,
            length,
            ["states", "the output before"],
            f"Layer {self.name!r}",
            self.go_backwards,
            length if self.unroll else 1,
        )
        if not self.return_sequences:
            return outputs[0 if self.go_backwards else -1], states
        outputs = array.reverse(outputs, [0]) if self.go_backwards else outputs
        return _time_second(outputs), states

    def _prepared(self, sequences: Any, training: bool) -> Any:
        """What of the work on the inputs can be done for all steps at once, before the loop."""
        return sequences

    def _step(self, inputs: Any, states: Any, training: bool, **options: Any) -> Any:
        """The output of a step, and the states after it."""
        return call_cell(self.cell, inputs, states, training, **options)

    def _output_before(self, inputs: Any, states: Any, options: Any, training: bool) -> Any:
        """What stands for the output before the first step: the first state, or zeros."""
        first = nest.flatten(states[-1] if isinstance(states[-1], (list, tuple)) else states)[0]
        size = (batch_of(inputs), *_sizes(output_size(self.cell)))
        if tuple(first.shape) == size:
            return first
        return array.zeros_like(self._step(inputs, states, training, **options)[0])

    # Configuration

    def get_config(self) -> dict[str, Any]:
        """The arguments to make this layer again."""
        config = super().get_config()
        own = {
            name: getattr(self, name)
            for name in (
                *("return_sequences", "return_state", "go_backwards", "stateful", "unroll"),
                "zero_output_for_mask",
            )
        }
        if self.time_major:
            own["time_major"] = True
        if "activity_regularizer" in constructor(type(self)).parameters:
            config.setdefault("activity_regularizer", None)
        return {**config, **own}

    def _own_config(self) -> dict[str, Any]:
        config = super()._own_config()
        return {name: value for name, value in config.items() if name != "use_cudnn"}

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """Make a layer from what `get_config` gave."""
        with CustomObjectScope(custom_objects):
            return super().from_config(config)


def with_states(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """The arguments of a call; takes states out of a list [sequences, *states]."""
    first = args[0] if args else None
    if not isinstance(first, (list, tuple)) or len(first) < 2 or "initial_state" in kwargs:
        return args
    if not all(is_tensor_like(value) for value in first) or len(args) > 1:
        return args
    kwargs["initial_state"] = list(first[1:])
    return first[:1] if isinstance(first, tuple) else (first[0],)


def checked_use_cudnn(value: Any, owner: str) -> Any:
    """What `use_cudnn` may be."""
    if value not in ("auto", True, False):
        raise ValueError(f"{owner}: use_cudnn is 'auto', True or False; given {value!r}")
    return value


def _state_shape(size: Any, batch_size: Any) -> Any:
    if isinstance(size, list):
        return [_state_shape(each, batch_size) for each in size]
    return (batch_size, *_sizes(size))


def _time_second(values: Any) -> Any:
    """The first two axes exchanged."""
    return nest.map_structure(lambda x: array.transpose(x, [1, 0, *range(2, len(x.shape))]), values)


def _step_mask(mask: Any) -> Any:
    """One value for each step: a step counts if any of its values does."""
    if isinstance(mask, (list, tuple)):
        mask = mask[0]
    if mask is None:
        return None
    mask = operators.cast(mask, "bool")
    return mask if len(mask.shape) < 3 else reduce_any(mask, list(range(2, len(mask.shape))))


def _chosen(known: Any, new: Any, old: Any) -> Any:
    """`new` for the examples that have the step, `old` for others."""
    axes = (1,) * (len(new.shape) - 1)
    return array.where(array.reshape(known, (-1, *axes)), new, old)


def _cast(sequences: Any, dtype: Any) -> Any:
    if dtype is None:
        return sequences
    return nest.map_structure(
        lambda x: operators.cast(x, dtype) if x.dtype.is_floating else x, sequences
    )
