"""The variable of layers, metrics and optimizers: `tf.Variable` made by an initializer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import jax
import numpy as np

from keratin._engine import state
from keratin._engine.creation import initial_array
from keratin._engine.dtype import as_dtype
from keratin._engine.op import before_convert_hooks, quick_variables
from keratin._engine.operators import operators
from keratin._engine.shape import TensorShape
from keratin._engine.tensor import Tensor
from keratin._engine.variable import Variable as EngineVariable
from keratin.keras import initializers
from keratin.keras._core import host_random, names
from keratin.keras._core.settings import settings


class VariableValue(Tensor):
    """What `variable.value` gives: Keras 3 has a property there, TensorFlow a method."""

    __slots__ = ()

    def __call__(self) -> Tensor:
        """The tensor itself."""
        return self


class Variable(EngineVariable):
    """A variable of a given shape, whose value an initializer draws.

    >>> v = keras.Variable("zeros", shape=(2,), name="bias")
    >>> v.name, v.path, v.assign([1.0, 2.0]).numpy()
    ('bias', 'bias', array([1., 2.], dtype=float32))
    """

    # What is added to the loss for the value.
    regularizer: Any = None
    # Whether an optimizer replaces the value by the "gradient", as float8 training asks.
    overwrite_with_gradient = False

    def __init__(
        self,
        initializer: Any = None,
        shape: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: Any = "none",
        synchronization: Any = "auto",
        name: str | None = None,
        layout: Any = None,
        constraint: Any = None,
        **kwargs: Any,
    ):
        if "initial_value" in kwargs:  # the constructor of tf.Variable
            initializer = kwargs.pop("initial_value")
        self.short_name = name or names.of_instance(type(self))
        if "/" in self.short_name:
            raise ValueError(f"Variable: a name has no slash; given {name!r}")
        if initializer is None:
            raise ValueError(
                "Variable: give an initializer ('zeros', a function of shape and dtype) with a "
                "shape, or an initial value"
            )
        initial = _initial_value(initializer, shape, dtype, self.short_name)
        dtype = None if dtype is None else as_dtype(dtype)
        is_awaited = callable(initial) and host_random.are_weights_spared()
        super().__init__(
            _nothing(dtype) if is_awaited else initial,
            trainable=trainable,
            name=self.short_name,
            dtype=dtype,
            aggregation=aggregation,
            synchronization=synchronization,
            constraint=constraint,
            **kwargs,
        )
        self._autocast = bool(autocast)
        if is_awaited:
            for name in ("_array", "_put_off"):  # the latter while a checkpoint waits
                vars(self).pop(name, None)
            self._declared = TensorShape([int(size) for size in shape])
            self._draw = initial
            state.unregister(self)
            self.__class__ = Awaited

    @property
    def name(self) -> str:
        """The name, without the layers that it belongs to."""
        return self.short_name

    @property
    def path(self) -> str:
        """The name with those of the layers that it belongs to."""
        return self._name

    @property
    def handle(self) -> Variable:
        """The variable itself, which stands for its resource."""
        return self

    @property
    def autocast(self) -> bool:
        """Whether layers of mixed precision read the value in their compute dtype."""
        return self._autocast

    @property
    def trainable(self) -> bool:
        """Whether an optimizer may change the value."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)

    @property
    def constraint(self) -> Any:
        """The function that an optimizer applies after an update."""
        return self._constraint

    @constraint.setter
    def constraint(self, value: Any) -> None:
        self._constraint = value

    @property
    def value(self) -> Any:
        """The value as a tensor, which later assignments do not change."""
        tensor = operators.identity(self)
        result = VariableValue.__new__(VariableValue)
        result._value = tensor._value
        for tape in state.context.tapes:
            tape.same(tensor, result)
        return result

    def read_value(self) -> Tensor:
        """The value as a tensor."""
        return operators.identity(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        copy = type(self).__new__(type(self))
        memo[id(self)] = copy
        fields = dict(vars(self))
        fields["_array"] = jax.device_put(self._read(), may_alias=False)
        fields["_shared"] = False
        for name, value in fields.items():
            vars(copy)[name] = value if name == "_array" else deepcopy(value, memo)
        state.register(copy)
        return copy

    def __repr__(self) -> str:
        head = f"<Variable path={self.path}, shape={tuple(self.shape)}, dtype={self.dtype.name}"
        return f"{head}, value={super().__repr__().split('numpy=', 1)[-1].removesuffix('>')}>"


class Awaited(Variable):
    """A variable whose value a file is about to give: until then it takes no memory.

    Whoever reads the value before has it drawn; the variable is then one like any other.
    """

    _is_awaited = True
    _draw: Any

    @property
    def _array(self) -> Any:
        if "_array" not in vars(self):
            self._array = initial_array(self._draw, self._dtype, None)
            return self._array  # as one like any other
        return vars(self)["_array"]

    @_array.setter
    def _array(self, value: Any) -> None:
        vars(self)["_array"] = value
        vars(self).pop("_draw", None)
        self.__class__ = Variable  # type: ignore[assignment]
        with state.enter(None):
            state.register(self)


def _nothing(dtype: Any) -> Any:
    return np.zeros((), as_dtype(dtype or settings.floatx).numpy_dtype)


def _initial_value(initializer: Any, shape: Any, dtype: Any, name: str) -> Any:
    if isinstance(initializer, str):
        # By name, because initializers stand above variables.
        initializer = _initializer_named(initializer)
    if not callable(initializer):
        if shape is not None and tuple(np.shape(initializer)) != tuple(shape):
            raise ValueError(
                f"Variable {name!r}: the initial value has shape {np.shape(initializer)}, but "
                f"shape={tuple(shape)} was given"
            )
        return initializer
    if shape is None:
        raise ValueError(f"Variable {name!r}: an initializer needs shape=...")
    sizes = tuple(int(size) for size in shape)
    wanted = as_dtype(dtype or settings.floatx)
    return lambda: initializer(sizes, dtype=wanted)


def _initializer_named(name: str) -> Any:
    return initializers.get(name)


def _cast_when_read(inputs: list[Any], shared: list[int]) -> None:
    """Within a layer of mixed precision, ops take its variables in the compute dtype."""
    dtype = state.context.autocast
    if dtype is None:
        return
    for index, value in enumerate(inputs):
        if isinstance(value, Variable) and value._autocast and value.dtype.is_floating:
            with autocast(None):
                inputs[index] = operators.cast(value, dtype)


@contextlib.contextmanager
def autocast(dtype: Any) -> Iterator[None]:
    """Have ops read floating variables in this dtype; None: as they are."""
    outer, state.context.autocast = state.context.autocast, dtype
    try:
        yield
    finally:
        state.context.autocast = outer


quick_variables.add(Variable)
before_convert_hooks.append(_cast_when_read)
