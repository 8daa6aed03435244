"""The variable: a value that can be assigned to.

Outside tracing a variable holds an array of its own. Within a traced function it reads and writes
the scope, see `state`. A compiled function is given the arrays of the variables that it writes for
good (their memory is reused), so an array that somebody else may still hold is marked `_shared`
and copied before that.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import jax
import numpy as np
from jax import lax

from keratin._engine import dtype as dtypes
from keratin._engine import errors, naming, state
from keratin._engine.creation import CreationMeta, check_may_create, initial_array
from keratin._engine.dtype import DType, as_dtype
from keratin._engine.operators import Arithmetic, operators
from keratin._engine.shape import TensorShape
from keratin._engine.state import context
from keratin._engine.tensor import (
    MissingAttribute,
    Reference,
    Tensor,
    convert_to_tensor,
    is_traced,
    wrap,
)


class VariableSynchronization(enum.Enum):
    """When the copies of a distributed variable are brought together.

    >>> v = tf.Variable(1.0, synchronization=tf.VariableSynchronization.ON_READ)
    >>> v.synchronization.name
    'ON_READ'
    """

    AUTO = 0
    NONE = 1
    ON_WRITE = 2
    ON_READ = 3


class VariableAggregation(enum.Enum):
    """How the copies of a distributed variable are combined.

    >>> v = tf.Variable(1.0, aggregation=tf.VariableAggregation.MEAN)
    >>> v.aggregation.name
    'MEAN'
    """

    NONE = 0
    SUM = 1
    MEAN = 2
    ONLY_FIRST_REPLICA = 3


class Variable(Arithmetic, metaclass=CreationMeta):
    """A tensor whose value can be changed by `assign` and its kin.

    >>> v = tf.Variable([1.0, 2.0])
    >>> v.assign_add([1.0, 1.0])
    <tf.Variable 'Variable:0' shape=(2,) dtype=float32, numpy=array([2., 3.], dtype=float32)>
    >>> v[0].assign(7.0).numpy()
    array([7., 3.], dtype=float32)
    """

    class SaveSliceInfo:
        """Where a partial variable stands in the full one."""

        def __init__(
            self,
            full_name: str | None = None,
            full_shape: Any = None,
            var_offset: Any = None,
            var_shape: Any = None,
            save_slice_info_def: Any = None,
            import_scope: str | None = None,
        ):
            self.full_name = full_name
            self.full_shape = full_shape
            self.var_offset = var_offset
            self.var_shape = var_shape
            self.save_slice_info_def = save_slice_info_def
            self.import_scope = import_scope

    OVERLOADABLE_OPERATORS: ClassVar[frozenset[str]] = Tensor.OVERLOADABLE_OPERATORS

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: str | None = None,
        constraint: Callable[..., Any] | None = None,
        synchronization: Any = VariableSynchronization.AUTO,
        aggregation: Any = VariableAggregation.NONE,
        shape: Any = None,
        experimental_enable_variable_lifting: bool = True,
    ):
        if variable_def is not None:
            raise ValueError("Variable: variable_def describes a TensorFlow graph; give a value")
        if initial_value is None:
            raise ValueError(
                "tf.Variable needs an initial value: a tensor, an array, a number, or a function "
                "without arguments that returns one."
            )
        check_may_create()
        self._name = naming.scoped(name or "Variable")
        self._trainable = trainable is None or bool(trainable)
        self._constraint = constraint
        self._synchronization = synchronization
        self._aggregation = aggregation
        self._save_slice_info = None
        array = initial_array(initial_value, None if dtype is None else as_dtype(dtype), shape)
        self._array = array
        self._shared = False
        self._dtype = dtypes.of(array.dtype)
        self._declared = TensorShape(array.shape if shape is None and validate_shape else shape)
        if not self._declared.is_compatible_with(TensorShape(array.shape)):
            raise ValueError(
                f"Variable {self._name!r}: the initial value has shape {array.shape}, but "
                f"shape={self._declared} was given."
            )
        state.register(self)

    # What it is

    @property
    def name(self) -> str:
        """The name, with its scope and output number."""
        return self._name + ":0"

    @property
    def shape(self) -> TensorShape:
        """The declared shape; dimensions that may change are None."""
        return self._declared

    def get_shape(self) -> TensorShape:
        """The declared shape."""
        return self._declared

    def set_shape(self, shape: Any) -> None:
        """Narrow the declared shape."""
        self._declared = self._declared.merge_with(shape)

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return self._dtype

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return int(self._read().ndim)

    @property
    def trainable(self) -> bool:
        """Whether tapes watch this variable by themselves."""
        return self._trainable

    @property
    def constraint(self) -> Callable[..., Any] | None:
        """The function that an optimizer applies after an update."""
        return self._constraint

    @property
    def synchronization(self) -> Any:
        """When copies are brought together."""
        return self._synchronization

    @property
    def aggregation(self) -> Any:
        """How copies are combined."""
        return self._aggregation

    @property
    def device(self) -> str:
        """The full name of the device that holds the value."""
        return wrap(self._array).device

    @property
    def graph(self) -> None:
        """None: there is no graph object."""
        return None

    @property
    def op(self) -> Variable:
        """The variable itself, which stands for the op that made it."""
        return self

    @property
    def initializer(self) -> None:
        """None: a variable is initialized when it is made."""
        return None

    @property
    def initial_value(self) -> Tensor:
        """The current value; the initial one is not kept."""
        return self.value()

    def initialized_value(self) -> Tensor:
        """The value; a variable is initialized when it is made."""
        return self.value()

    def ref(self) -> Reference:
        """A hashable handle, for dictionaries and sets."""
        return Reference(self)

    experimental_ref = ref

    # Reading

    def _read(self) -> Any:
        scope = context.scope
        return self._array if scope is None else scope.read_variable(self)

    def _write(self, array: Any, shared: bool = False) -> None:
        scope = context.scope
        if scope is None:
            if is_traced(array):
                raise errors.TracedValueError(
                    f"Variable {self.name!r} was assigned a value that is being traced, outside "
                    f"of the traced function. At {errors.user_location()}."
                )
            self._array = array
            self._shared = shared
        else:
            scope.write_variable(self, array)

    def value(self) -> Tensor:
        """The value as a tensor, which later assignments do not change."""
        tensor: Tensor = operators.identity(self)
        return tensor

    def read_value(self) -> Tensor:
        """The value as a tensor."""
        return self.value()

    def sparse_read(self, indices: Any, name: str | None = None) -> Tensor:
        """The rows of the value at `indices`."""
        tensor: Tensor = operators.gather(self, indices)
        return tensor

    def gather_nd(self, indices: Any, name: str | None = None) -> Tensor:
        """The slices of the value at `indices`."""
        tensor: Tensor = operators.gather_nd(self, indices)
        return tensor

    def numpy(self) -> Any:
        """A copy of the value as a NumPy array or scalar."""
        return wrap(self._read()).numpy()

    def eval(self, session: Any = None) -> Any:
        """The value as NumPy."""
        return self.numpy()

    def __tf_tensor__(self, dtype: DType | None = None, name: str | None = None) -> Tensor:
        return self.value()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return wrap(self._read()).__array__(dtype)

    def __jax_array__(self) -> Any:
        self._shared = True
        return self._read()

    def __len__(self) -> int:
        return len(wrap(self._read()))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.value())

    def __bool__(self) -> bool:
        return bool(wrap(self._read()))

    def __float__(self) -> float:
        return float(wrap(self._read()))

    def __int__(self) -> int:
        return int(wrap(self._read()))

    def __complex__(self) -> complex:
        return complex(wrap(self._read()))

    def __index__(self) -> int:
        return wrap(self._read()).__index__()

    def __format__(self, spec: str) -> str:
        return format(wrap(self._read()), spec)

    def __getitem__(self, key: Any) -> Any:
        result = operators.getitem(self, key)
        if type(result) is not Tensor:
            return result
        part = VariableSlice.__new__(VariableSlice)
        part._value, part._variable, part._key = result._value, self, key
        for tape in context.tapes:
            tape.same(result, part)
        return part

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        copy = Variable(
            wrap(self._read()),
            trainable=self._trainable,
            name=self._name,
            constraint=self._constraint,
            synchronization=self._synchronization,
            aggregation=self._aggregation,
            shape=self._declared,
        )
        memo[id(self)] = copy
        return copy

    def __reduce__(self) -> Any:
        return _restored, (self.numpy(), self._dtype.name, self._trainable, self._name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "_array":
            return state.first_use(self)
        raise MissingAttribute(name, type(self), "variable")

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError(
            f"Variable {self.name!r} does not take item assignment. Write "
            f"v[...].assign(value) instead of v[...] = value. At {errors.user_location()}."
        )

    def __repr__(self) -> str:
        value = self._read()
        head = f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}"
        if is_traced(value):
            return head + ">"
        return f"{head}, numpy={repr(wrap(value)).split(', numpy=', 1)[1]}"

    # Writing

    def assign(
        self,
        value: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> Variable:
        """Replace the value; the shape and dtype must fit the declared ones.

        >>> tf.Variable([1, 2]).assign([3, 4]).numpy()
        array([3, 4], dtype=int32)
        """
        self._write(self._fitting(value, "assign"), shared=True)
        return self

    def assign_add(
        self,
        delta: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> Variable:
        """Add `delta` to the value."""
        self._write(_added(self._read(), self._fitting(delta, "assign_add", broadcast=True)))
        return self

    def assign_sub(
        self,
        delta: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> Variable:
        """Subtract `delta` from the value."""
        self._write(_subtracted(self._read(), self._fitting(delta, "assign_sub", broadcast=True)))
        return self

    def load(self, value: Any, session: Any = None) -> None:
        """Replace the value."""
        self.assign(value)

    def _fitting(self, value: Any, what: str, broadcast: bool = False) -> Any:
        """The array of a value to assign, after checks."""
        if type(value) is Tensor:
            array = value._value
        elif isinstance(value, (Tensor, Variable)):
            array = _quietly_shared(value)
        else:
            try:
                array = convert_to_tensor(value, dtype=self._dtype)._value
            except (TypeError, ValueError) as error:
                raise type(error)(f"{what} on variable {self.name!r}: {error}") from None
        if array.dtype != self._dtype.numpy_dtype:
            given = dtypes.of(array.dtype).name
            raise ValueError(
                f"{what} on variable {self.name!r}: the variable has dtype {self._dtype.name}, the "
                f"value {given}. Write tf.cast(value, tf.{self._dtype.name}). "
                f"At {errors.user_location()}."
            )
        if broadcast and array.shape == ():
            return array
        if array.shape != self._array.shape and not self._declared.is_compatible_with(
            TensorShape(array.shape)
        ):
            raise ValueError(
                f"{what} on variable {self.name!r}: the variable has shape {self._declared}, the "
                f"value {tuple(array.shape)}. Make the value fit, or create the variable with "
                f"shape=tf.TensorShape(None). At {errors.user_location()}."
            )
        return array

    def _scatter(self, how: str, sparse_delta: Any) -> Variable:
        indices = convert_to_tensor(sparse_delta.indices)._value
        updates = convert_to_tensor(sparse_delta.values, dtype=self._dtype)._value
        self._write(_scattered(self._read(), indices, updates, how))
        return self

    def scatter_add(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Add the rows of `tf.IndexedSlices` to the rows they name."""
        return self._scatter("add", sparse_delta)

    def scatter_sub(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Subtract the rows of `tf.IndexedSlices` from the rows they name."""
        return self._scatter("subtract", sparse_delta)

    def scatter_max(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Keep the greater of each named row and the row given."""
        return self._scatter("max", sparse_delta)

    def scatter_min(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Keep the lesser of each named row and the row given."""
        return self._scatter("min", sparse_delta)

    def scatter_mul(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Multiply the named rows by the rows given."""
        return self._scatter("multiply", sparse_delta)

    def scatter_div(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Divide the named rows by the rows given."""
        return self._scatter("divide", sparse_delta)

    def scatter_update(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Replace the named rows by the rows given."""
        return self._scatter("set", sparse_delta)

    def batch_scatter_update(
        self, sparse_delta: Any, use_locking: bool = False, name: str | None = None
    ) -> Variable:
        """Replace, in each batch, the rows named for that batch."""
        with state.listening(()):
            indices = np.asarray(convert_to_tensor(sparse_delta.indices)._concrete("indices"))
            where = np.moveaxis(np.indices(indices.shape), 0, -1)[..., :-1]
            full = np.concatenate([where, indices[..., None]], -1).astype(np.int32)
            return self.assign(operators.tensor_scatter_nd_update(self, full, sparse_delta.values))

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Add `updates` at `indices`."""
        with state.listening(()):
            return self.assign(operators.tensor_scatter_nd_add(self, indices, updates))

    def scatter_nd_sub(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Subtract `updates` at `indices`."""
        with state.listening(()):
            return self.assign(operators.tensor_scatter_nd_sub(self, indices, updates))

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Variable:
        """Put `updates` at `indices`."""
        with state.listening(()):
            return self.assign(operators.tensor_scatter_nd_update(self, indices, updates))

    def count_up_to(self, limit: int) -> Tensor:
        """Add one unless that would pass `limit`, and return the former value."""
        before = self.value()
        if int(before) >= limit:
            raise errors.OutOfRangeError(f"Variable {self.name!r} reached its limit of {limit}")
        self.assign_add(1)
        return before

    def from_proto(self: Any, variable_def: Any = None, import_scope: Any = None) -> Any:
        """Refused: protos describe TensorFlow graphs."""
        raise errors.UnimplementedError(
            "Variable.from_proto: save variables with tf.train.Checkpoint"
        )

    def to_proto(self, export_scope: str | None = None) -> Any:
        """Refused: protos describe TensorFlow graphs."""
        raise errors.UnimplementedError(
            "Variable.to_proto: save variables with tf.train.Checkpoint"
        )


class VariableSlice(Tensor):
    """What `v[key]` gives: a tensor that can also be assigned to."""

    __slots__ = ("_key", "_variable")

    _variable: Variable
    _key: Any

    def assign(self, value: Any, name: str | None = None) -> Variable:
        """Replace this part of the variable."""
        return self._update("update", value)

    def assign_add(self, value: Any, name: str | None = None) -> Variable:
        """Add to this part of the variable."""
        return self._update("add", value)

    def assign_sub(self, value: Any, name: str | None = None) -> Variable:
        """Subtract from this part of the variable."""
        return self._update("sub", value)

    def _update(self, how: str, value: Any) -> Variable:
        variable = self._variable
        with state.listening(()):
            update = convert_to_tensor(value, dtype_hint=variable.dtype)
            if how == "add":
                update = operators.add(operators.getitem(variable, self._key), update)
            elif how == "sub":
                update = operators.subtract(operators.getitem(variable, self._key), update)
            return variable.assign(operators.scatter_slice(variable, self._key, update))


def _plain_tensor(_: Any, children: Any) -> Any:
    return wrap(children[0])


jax.tree_util.register_pytree_node(
    VariableSlice, lambda part: ((part._value,), None), _plain_tensor
)


def _quietly_shared(value: Any) -> Any:
    """The array of a tensor, or of a variable, which must not give it away from now on."""
    if isinstance(value, Tensor):
        return value._value
    value._shared = True
    return value._read()


@jax.jit
def _added(value: Any, delta: Any) -> Any:
    return lax.add(value, lax.broadcast(delta, value.shape) if delta.ndim < value.ndim else delta)


@jax.jit
def _subtracted(value: Any, delta: Any) -> Any:
    return lax.sub(value, lax.broadcast(delta, value.shape) if delta.ndim < value.ndim else delta)


@functools.partial(jax.jit, static_argnums=3)
def _scattered(value: Any, indices: Any, updates: Any, how: str) -> Any:
    return getattr(value.at[indices], how)(updates)


def _restored(value: Any, dtype: str, trainable: bool, name: str) -> Variable:
    return Variable(value, trainable=trainable, name=name, dtype=dtype)
