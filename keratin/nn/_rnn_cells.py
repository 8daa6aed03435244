"""Wrappers of recurrent cells: dropout, a residual connection, a device.

A cell is anything with `call(inputs, state)` that gives an output and a new state, with
`state_size` and `output_size`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, Self

import jax.numpy as jnp

from keratin._engine import errors, nest
from keratin._engine.device import device as placed_on
from keratin._engine.dtype import as_dtype
from keratin._engine.module import Module
from keratin._engine.op import Array, T, freeze, op
from keratin._engine.shape import as_shape
from keratin._engine.tensor import Tensor
from keratin._engine.tensor_array import TensorArray
from keratin.array._creation import zeros
from keratin.math._arithmetic import add
from keratin.nn._dropout import dropout
from keratin.random._stateful import uniform

# Who can make a cell of the name of its class and its config, or None; Keras adds its own way.
cell_makers: list[Callable[[str, dict[str, Any]], Any]] = []


class CellWrapper(Module):
    """A cell around another cell."""

    def __init__(self, cell: Any, name: str | None = None):
        super().__init__(name=name)
        if not callable(getattr(cell, "call", None)):
            raise TypeError(
                f"{type(self).__name__}: cell is {type(cell).__name__}, which has no method "
                "call(inputs, state). Give a recurrent cell, such as a Keras cell."
            )
        self.cell = cell
        self.built = False

    @property
    def wrapped_cell(self) -> Any:
        """The cell inside."""
        return self.cell

    @property
    def state_size(self) -> Any:
        """The sizes of the state."""
        return self.cell.state_size

    @property
    def output_size(self) -> Any:
        """The size of the output."""
        return self.cell.output_size

    def build(self, inputs_shape: Any) -> None:
        """Make the variables of the cell, unless that is done."""
        if not getattr(self.cell, "built", True):
            self.cell.build(inputs_shape)
        self.built = True

    def call(self, inputs: Any, state: Any, **options: Any) -> tuple[Any, Any]:
        """One step: the output and the new state."""
        return self._step(self.cell.call, inputs, state, **options)

    def __call__(self, inputs: Any, state: Any, **options: Any) -> tuple[Any, Any]:
        if not self.built and hasattr(inputs, "shape"):
            self.build(inputs.shape)
        return self.call(inputs, state, **options)

    def _step(
        self, call: Callable[..., Any], inputs: Any, state: Any, **options: Any
    ) -> tuple[Any, Any]:
        return call(inputs, state, **options)

    def zero_state(self, batch_size: int, dtype: Any) -> Any:
        """A state of zeros."""
        if hasattr(self.cell, "zero_state"):
            return self.cell.zero_state(batch_size, dtype)
        return nest.map_structure(
            lambda size: zeros([batch_size, *as_shape(size)], dtype), self.state_size
        )

    def get_initial_state(
        self, inputs: Any = None, batch_size: int | None = None, dtype: Any = None
    ) -> Any:
        """The state to start from, for inputs or for a batch size and a dtype."""
        if inputs is not None:
            batch_size, dtype = inputs.shape[0], inputs.dtype
        if batch_size is None or dtype is None:
            raise errors.InvalidArgumentError(
                "get_initial_state needs inputs, or both batch_size and dtype."
            )
        return self.zero_state(batch_size, dtype)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` makes an equal wrapper of."""
        cell = {"class_name": type(self.cell).__name__, "config": self.cell.get_config()}
        return {"name": self.name, "cell": cell}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> Self:
        """A wrapper of what `get_config` gave; `custom_objects` has classes by their names."""
        options = dict(config)
        described = options.pop("cell")
        name, cell_config = described["class_name"], described["config"]
        known = custom_objects or {}
        if name in known:
            cell = known[name].from_config(cell_config)
        else:
            made = (make(name, cell_config) for make in cell_makers)
            cell = next((found for found in made if found is not None), None)
        if cell is None:
            raise _unknown(name, "class of the cell")
        functions = {key: _function(value, known) for key, value in options.items()}
        return cls(cell, **functions)


def _unknown(name: str, what: str) -> ValueError:
    return ValueError(f"The {what}, {name!r}, is not known. Pass it in custom_objects.")


def _function(value: Any, known: dict[str, Any]) -> Any:
    """The function that a config names, or the value itself."""
    if not (isinstance(value, dict) and "function" in value):
        return value
    if value["function"] not in known:
        raise _unknown(value["function"], "function of the wrapper")
    return known[value["function"]]


class RNNCellResidualWrapper(CellWrapper):
    """A cell whose inputs are added to its outputs, or go with them into `residual_fn`.

    >>> class Cell:
    ...     state_size = output_size = 2
    ...     def call(self, inputs, state):
    ...         return inputs * 10.0, state
    >>> output, _ = tf.nn.RNNCellResidualWrapper(Cell())(tf.ones([1, 2]), tf.zeros([1, 2]))
    >>> output.numpy()
    array([[11., 11.]], dtype=float32)
    """

    def __init__(
        self,
        cell: Any,
        residual_fn: Callable[[Any, Any], Any] | None = None,
        name: str | None = None,
    ):
        super().__init__(cell, name)
        self._residual_fn = residual_fn

    def _step(
        self, call: Callable[..., Any], inputs: Any, state: Any, **options: Any
    ) -> tuple[Any, Any]:
        outputs, new_state = call(inputs, state, **options)
        return (self._residual_fn or _added)(inputs, outputs), new_state

    def get_config(self) -> dict[str, Any]:
        """What `from_config` makes an equal wrapper of; a function goes by its name."""
        named = {} if self._residual_fn is None else {"function": self._residual_fn.__name__}
        return super().get_config() | ({"residual_fn": named} if named else {})


def _added(inputs: Any, outputs: Any) -> Any:
    nest.assert_same_structure(inputs, outputs)
    for given, made in zip(nest.flatten(inputs), nest.flatten(outputs), strict=True):
        if not given.shape.is_compatible_with(made.shape):
            raise errors.InvalidArgumentError(
                f"RNNCellResidualWrapper: the inputs have the shape {given.shape} and the outputs "
                f"{made.shape}, which cannot be added. Give residual_fn, or a cell of output size "
                f"{given.shape[-1]}. At {errors.user_location()}."
            )
    return nest.map_structure(add, inputs, outputs)


class RNNCellDeviceWrapper(CellWrapper):
    """A cell that runs on a device: see `tf.device`.

    >>> class Cell:
    ...     state_size = output_size = 2
    ...     def call(self, inputs, state):
    ...         return inputs, state
    >>> output, _ = tf.nn.RNNCellDeviceWrapper(Cell(), "/CPU:0")(tf.ones([1, 2]), tf.zeros([1, 2]))
    >>> output.device
    '/job:localhost/replica:0/task:0/device:CPU:0'
    """

    def __init__(self, cell: Any, device: str, name: str | None = None):
        super().__init__(cell, name)
        self._device = device

    def _step(
        self, call: Callable[..., Any], inputs: Any, state: Any, **options: Any
    ) -> tuple[Any, Any]:
        with placed_on(self._device):
            return call(inputs, state, **options)

    def zero_state(self, batch_size: int, dtype: Any) -> Any:
        """A state of zeros, on the device."""
        with placed_on(self._device):
            return super().zero_state(batch_size, dtype)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` makes an equal wrapper of."""
        return super().get_config() | {"device": self._device}


def _all_but_arrays(state: Any) -> bool:
    return not isinstance(state, TensorArray)


class RNNCellDropoutWrapper(CellWrapper):
    """A cell with dropout on its inputs, its outputs and its new state.

    Each `keep_prob` is the fraction that is kept. `variational_recurrent` uses one mask for all
    steps, made at once: it needs `dtype`, and `input_size` where inputs are dropped.
    `dropout_state_filter_visitor` says of a state, or of a structure in it, whether dropout is
    for it: True, False, or a structure of these one level deep.

    >>> class Cell:
    ...     state_size = output_size = 2
    ...     def call(self, inputs, state):
    ...         return inputs, state
    >>> cell = tf.nn.RNNCellDropoutWrapper(Cell(), output_keep_prob=0.5, seed=1)
    >>> output, state = cell(tf.ones([100, 2]), tf.zeros([100, 2]))
    >>> np.unique(output.numpy())
    array([0., 2.], dtype=float32)
    """

    def __init__(
        self,
        cell: Any,
        input_keep_prob: Any = 1.0,
        output_keep_prob: Any = 1.0,
        state_keep_prob: Any = 1.0,
        variational_recurrent: bool = False,
        input_size: Any = None,
        dtype: Any = None,
        seed: int | None = None,
        dropout_state_filter_visitor: Callable[[Any], Any] | None = None,
        name: str | None = None,
    ):
        super().__init__(cell, name)
        if dropout_state_filter_visitor is not None and not callable(dropout_state_filter_visitor):
            raise TypeError(
                f"dropout_state_filter_visitor is {dropout_state_filter_visitor!r}, expected a "
                "function of a state."
            )
        self._keep = {
            "input": _probability(input_keep_prob, "input_keep_prob"),
            "output": _probability(output_keep_prob, "output_keep_prob"),
            "state": _probability(state_keep_prob, "state_keep_prob"),
        }
        self._filter = dropout_state_filter_visitor or _all_but_arrays
        self._variational = variational_recurrent
        self._input_size, self._dtype, self._seed = input_size, dtype, seed
        self._noise = self._draw_noise() if variational_recurrent else {}

    def _draw_noise(self) -> dict[str, list[Any]]:
        """The numbers in [0, 1) that decide for all steps, for each part of what is dropped."""
        if self._dtype is None:
            raise ValueError("variational_recurrent=True needs dtype, that of inputs and states.")
        if self._input_size is None and self._keep["input"] != 1.0:
            raise ValueError(
                "variational_recurrent=True with input_keep_prob needs input_size: the size of "
                "the inputs, without the batch."
            )
        sizes = {"input": self._input_size, "state": self.state_size, "output": self.output_size}
        return {
            what: [
                uniform([1, *as_shape(size)], dtype=self._dtype, seed=self._seed_of(what, number))
                for number, size in enumerate(_sizes(sizes[what]))
            ]
            for what in sizes
        }

    def _seed_of(self, what: str, number: int) -> int | None:
        """The seed of one part: other parts get others."""
        if self._seed is None:
            return None
        text = f"{self._seed}{what}_{number}".encode()
        return int(hashlib.md5(text, usedforsecurity=False).hexdigest()[:8], 16) & 0x7FFFFFFF

    def _step(
        self, call: Callable[..., Any], inputs: Any, state: Any, **options: Any
    ) -> tuple[Any, Any]:
        outputs, new_state = call(self._dropped(inputs, "input"), state, **options)
        return self._dropped(outputs, "output"), self._dropped(new_state, "state")

    def _dropped(self, values: Any, what: str) -> Any:
        keep = self._keep[what]
        if isinstance(keep, float) and keep == 1.0:
            return values
        visit = self._filter if what == "state" else (lambda _: True)
        numbers = count()

        def leaf(value: Any, wanted: bool) -> Any:
            number = next(numbers)
            if not wanted:
                return value
            if self._variational:
                return _masked(value, self._noise[what][number], keep)
            return dropout(value, 1.0 - keep, seed=self._seed_of(what, number))

        return _visited(values, visit, leaf)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` makes an equal wrapper of; a function goes by its name."""
        config = super().get_config() | {f"{what}_keep_prob": p for what, p in self._keep.items()}
        config |= {
            "variational_recurrent": self._variational,
            "input_size": self._input_size,
            "dtype": None if self._dtype is None else as_dtype(self._dtype).name,
            "seed": self._seed,
        }
        if self._filter is not _all_but_arrays:
            config["dropout_state_filter_visitor"] = {"function": self._filter.__name__}
        return config


def _probability(value: Any, name: str) -> Any:
    """A number, or a tensor that is known only when a function runs."""
    if isinstance(value, Tensor):
        return value
    number = float(freeze(value))
    if not 0 <= number <= 1:
        raise ValueError(f"{name}={value} was given, expected a number in [0, 1].")
    return number


def _sizes(size: Any) -> Iterator[Any]:
    """The sizes in a structure of them, of which a TensorShape is one."""
    return iter([] if size is None else nest.flatten(size))


def _visited(values: Any, visit: Callable[[Any], Any], leaf: Callable[[Any, bool], Any]) -> Any:
    """The structure with `leaf` of each part that `visit` does not lead further into."""
    wanted = visit(values)
    if isinstance(wanted, bool):
        if not wanted or not nest.is_nested(values):
            return leaf(values, wanted)
        return _rebuilt(values, [_visited(part, visit, leaf) for part in _parts(values)])
    pairs = zip(_parts(values), _parts(wanted), strict=True)
    return _rebuilt(
        values, [_visited(part, visit, leaf) if w else leaf(part, False) for part, w in pairs]
    )


def _parts(values: Any) -> list[Any]:
    return [values[key] for key in sorted(values)] if isinstance(values, dict) else list(values)


def _rebuilt(values: Any, parts: list[Any]) -> Any:
    if isinstance(values, dict):
        return dict(zip(sorted(values), parts, strict=True))
    return type(values)(*parts) if nest.is_namedtuple(values) else type(values)(parts)


@op(T="float")
def _masked(value: T, noise: T, keep: Array) -> T:
    """What is kept where the noise is at least 1 - keep."""
    keep = keep.astype(value.dtype)
    return value / keep * jnp.floor(keep + noise)
