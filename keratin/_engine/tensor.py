"""The tensor: an immutable array on a device, or one being traced.

Its operators are ops of the layers above; `operators` finds them by name when first used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import jax
import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine import errors, memory
from keratin._engine.dtype import DType, as_dtype, float32
from keratin._engine.operators import Arithmetic, operators
from keratin._engine.python_value import OBJECT as OBJECT
from keratin._engine.python_value import to_numpy as to_numpy
from keratin._engine.shape import TensorShape
from keratin._engine.shape import of as shape_of
from keratin._engine.state import context

jax.config.update("jax_enable_x64", True)
memory.keep_freed()

COMPARISONS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")


class Reference:
    """A hashable handle of a tensor or variable, equal to handles of the same object only."""

    __slots__ = ("_target",)

    def __init__(self, target: Any):
        self._target = target

    def deref(self) -> Any:
        """The tensor or variable itself."""
        return self._target

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self._target is other._target

    def __hash__(self) -> int:
        return id(self._target)

    def __repr__(self) -> str:
        return f"<Reference wrapping {self._target!r}>"


class Tensor(Arithmetic):
    """An immutable multi-dimensional array of one dtype.

    Made by `tf.constant`, by the creation functions, and by every op.

    >>> tf.constant([[1, 2], [3, 4]])
    <tf.Tensor: shape=(2, 2), dtype=int32, numpy=
    array([[1, 2],
           [3, 4]], dtype=int32)>
    """

    __slots__ = ("__weakref__", "_keras_mask", "_value")

    _value: Any
    # Which elements count, if a layer said so; not set otherwise.
    _keras_mask: Any

    OVERLOADABLE_OPERATORS = frozenset(
        name for name in vars(Arithmetic) if name not in vars(object) or name in COMPARISONS
    )

    def __init__(self, *_: Any, **__: Any):
        raise TypeError(
            "tf.Tensor is not called directly. Use tf.constant(value) or "
            "tf.convert_to_tensor(value)."
        )

    # What it is

    @property
    def shape(self) -> TensorShape:
        """The shape, as a `tf.TensorShape`."""
        return shape_of(self._value.shape)

    def get_shape(self) -> TensorShape:
        """The shape, as a `tf.TensorShape`."""
        return shape_of(self._value.shape)

    def set_shape(self, shape: Any) -> None:
        """Check that the shape is compatible with `shape`."""
        if not TensorShape(shape).is_compatible_with(self.shape):
            raise ValueError(
                f"set_shape: the tensor has shape {self.shape}, which is not compatible with the "
                f"shape {TensorShape(shape)} given. A shape is fixed when a tensor is made; use "
                f"tf.reshape to make a tensor of another shape. At {errors.user_location()}."
            )

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return dtypes.of(self._value.dtype)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return int(self._value.ndim)

    @property
    def name(self) -> str:
        """A label; tensors of eager execution have no graph to be named in."""
        return f"Tensor_{id(self):x}"

    @property
    def device(self) -> str:
        """The full name of the device that holds the tensor."""
        kind, index = "CPU", 0
        if isinstance(self._value, jax.Array) and not is_traced(self._value):
            device = next(iter(self._value.devices()))
            kind = "CPU" if device.platform == "cpu" else "GPU"
            kind = "TPU" if device.platform == "tpu" else kind
            index = device.id
        return f"/job:localhost/replica:0/task:0/device:{kind}:{index}"

    def ref(self) -> Reference:
        """A hashable handle, for dictionaries and sets."""
        return Reference(self)

    experimental_ref = ref

    # As NumPy and Python see it

    def numpy(self) -> Any:
        """A copy of the value as a NumPy array or scalar."""
        value = self._concrete("numpy()")
        return np.array(value) if value.ndim else value[()]

    def _concrete(self, what: str) -> np.ndarray[Any, Any]:
        if is_traced(self._value):
            raise errors.TracedValueError(
                f"{what} needs the value of {self!r}, which is not known yet: the function is "
                "being traced, and runs later. Compute with ops of tf or keras.ops instead of "
                "NumPy, use tf.print to see values, tf.py_function to run Python on them, or move "
                f"the call out of the tf.function. At "
                f"{errors.user_location()}."
            )
        return np.asarray(self._value)

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """The value as NumPy, as `numpy()` gives it."""
        if feed_dict:
            raise ValueError("eval: feed_dict is for placeholders; this tensor has a value already")
        return self.numpy()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        value = self._concrete("Conversion to a NumPy array")
        return np.array(value, dtype) if copy is not False else np.asarray(value, dtype)

    def __jax_array__(self) -> Any:
        return self._value

    def __dlpack__(self, **options: Any) -> Any:
        return self._value.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self._value.__dlpack_device__()

    def __len__(self) -> int:
        if not self._value.ndim:
            raise TypeError(
                "len() of a scalar tensor: it has no dimensions. Its shape is (). "
                f"At {errors.user_location()}."
            )
        return int(self._value.shape[0])

    def __iter__(self) -> Iterator[Tensor]:
        if not self._value.ndim:
            raise TypeError(
                "Cannot iterate over a scalar tensor. Its shape is (). "
                f"At {errors.user_location()}."
            )
        for index in range(self._value.shape[0]):
            yield self[index]

    def __bool__(self) -> bool:
        if is_traced(self._value):
            raise errors.OperatorNotAllowedInGraphError(
                f"Python asked whether {self!r} is true, but its value is not known while the "
                "function is traced. Inside tf.function write `if`/`while` on tensors in code that "
                "AutoGraph converts (not autograph=False, not in a lambda of another library), "
                "or use tf.cond, tf.where, tf.while_loop, tf.logical_and. At "
                f"{errors.user_location()}."
            )
        value = np.asarray(self._value)
        if value.size != 1:
            raise ValueError(
                f"The truth value of a tensor of shape {value.shape} is ambiguous. "
                f"Use tf.reduce_all(x) or tf.reduce_any(x). At {errors.user_location()}."
            )
        return bool(value.item())

    def __float__(self) -> float:
        return float(self._scalar("float()"))

    def __int__(self) -> int:
        return int(self._scalar("int()"))

    def __complex__(self) -> complex:
        return complex(self._scalar("complex()"))

    def __index__(self) -> int:
        if self.dtype.kind not in ("int", "uint") or self._value.ndim:
            raise TypeError(
                f"Only a scalar integer tensor can be an index; this one is {self!r}. "
                f"Use tf.cast(x, tf.int32) or int(x). At {errors.user_location()}."
            )
        return int(self._concrete("Use as a Python index").item())

    def __round__(self, digits: int | None = None) -> Any:
        return round(self._scalar("round()"), digits)

    def _scalar(self, what: str) -> Any:
        value = self._concrete(what)
        if value.size != 1:
            raise TypeError(
                f"{what} needs a tensor of one element; the shape is {value.shape}. "
                f"At {errors.user_location()}."
            )
        return value.item()

    def __copy__(self) -> Tensor:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        return self

    def __reduce__(self) -> Any:
        return convert_to_tensor, (np.array(self._concrete("Pickling")), self.dtype.name)

    def __setitem__(self, key: Any, value: Any) -> NoReturn:
        raise TypeError(
            "A tensor cannot be changed: item assignment `x[...] = value` is not supported. Use a "
            "tf.Variable and `v[...].assign(value)`, or make a new tensor with "
            f"tf.tensor_scatter_nd_update(x, indices, updates). At {errors.user_location()}."
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # NumPy and others probe for protocols, and need no advice
            raise AttributeError(name)
        raise MissingAttribute(name, type(self), "tensor")

    def __format__(self, spec: str) -> str:
        return format(str(self) if is_traced(self._value) else self.numpy(), spec)

    def __str__(self) -> str:
        if is_traced(self._value):
            return f'Tensor("{self.name}", shape={self.shape}, dtype={self.dtype.name})'
        return f"tf.Tensor({_text(self._value)}, shape={self.shape}, dtype={self.dtype.name})"

    def __repr__(self) -> str:
        if is_traced(self._value):
            return f"<tf.Tensor '{self.name}' shape={self.shape} dtype={self.dtype.name}>"
        text = _text(self._value, as_repr=True)
        return f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, numpy={text}>"


class MissingAttribute(AttributeError):
    """An attribute that tensors lack; the advice is made when it is read, as `hasattr` is hot."""

    def __str__(self) -> str:
        name, kind, what = self.args
        remedy = _NUMPY_METHODS.get(name)
        if remedy:
            return (
                f"A {what} has no attribute {name!r}. Use {remedy}, or call "
                "tf.experimental.numpy.experimental_enable_numpy_behavior() first."
            )
        known = [attribute for attribute in dir(kind) if not attribute.startswith("_")]
        return f"A {what} has no attribute {name!r}.{errors.nearest(name, known)}"


_NUMPY_METHODS = {
    "T": "tf.transpose(x)",
    "astype": "tf.cast(x, dtype)",
    "ravel": "tf.reshape(x, [-1])",
    "flatten": "tf.reshape(x, [-1])",
    "reshape": "tf.reshape(x, shape)",
    "transpose": "tf.transpose(x, perm)",
    "clip": "tf.clip_by_value(x, low, high)",
    "size": "tf.size(x)",
    "tolist": "x.numpy().tolist()",
    "item": "x.numpy().item()",
    "sum": "tf.reduce_sum(x)",
    "mean": "tf.reduce_mean(x)",
    "max": "tf.reduce_max(x)",
    "min": "tf.reduce_min(x)",
    "std": "tf.math.reduce_std(x)",
    "dot": "tf.tensordot(x, y, 1) or x @ y",
    "copy": "tf.identity(x)",
    "data": "x.numpy().data",
}


def _text(value: Any, as_repr: bool = False) -> str:
    array = np.asarray(value)
    if not array.ndim:
        return repr(array.item()) if as_repr else str(array[()])
    text = repr(array) if as_repr else str(array)
    return "\n" + text if "\n" in text else text


def is_traced(value: Any) -> bool:
    """Whether an array stands for a value that is known only when the program runs."""
    return isinstance(value, jax.core.Tracer)


def wrap(value: Any) -> Tensor:
    """A tensor around an array, as it is."""
    tensor = Tensor.__new__(Tensor)
    tensor._value = value
    return tensor


jax.tree_util.register_pytree_node(
    Tensor, lambda tensor: ((tensor._value,), None), lambda _, children: wrap(children[0])
)


def known(value: np.ndarray[Any, Any]) -> Tensor:
    """A tensor of a value known while tracing, such as a shape; eagerly, an ordinary one."""
    return wrap(value if context.scope is not None else on_device(value))


def on_device(value: np.ndarray[Any, Any]) -> Any:
    """A copy of a NumPy array on the current device; strings stay on the host."""
    if value.dtype == OBJECT:
        return value
    return jax.device_put(np.array(value))


# Conversion of Python and NumPy values

_conversions: list[tuple[int, Any, Callable[..., Any]]] = []


def register_tensor_conversion_function(
    base_type: type | tuple[type, ...], conversion_func: Callable[..., Any], priority: int = 100
) -> None:
    """Have values of `base_type` converted by `conversion_func(value, dtype, name, as_ref)`.

    >>> class Celsius:
    ...     degrees = 21.5
    >>> tf.register_tensor_conversion_function(
    ...     Celsius, lambda value, dtype=None, name=None, as_ref=False: tf.constant(value.degrees))
    >>> tf.convert_to_tensor(Celsius())
    <tf.Tensor: shape=(), dtype=float32, numpy=21.5>
    """
    if not callable(conversion_func):
        raise TypeError(f"conversion_func must be callable; given {conversion_func!r}")
    _conversions.append((priority, base_type, conversion_func))
    _conversions.sort(key=lambda entry: entry[0])


def convert_to_tensor(
    value: Any, dtype: Any = None, dtype_hint: Any = None, name: str | None = None
) -> Tensor:
    """Make a tensor of a NumPy array, a Python number, a string, or nested lists of these.

    `dtype` is required of the result; `dtype_hint` is used where the value allows it.

    >>> tf.convert_to_tensor([1, 2], dtype=tf.float32)
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>
    """
    wanted = None if dtype is None else as_dtype(dtype)
    if isinstance(value, Tensor):
        return _checked(value, wanted)
    if type(value) is float and context.scope is None and (wanted or dtype_hint) in (None, float32):
        return wrap(scalar_on_device(value, float32.numpy_dtype))
    converted = _by_protocol(value, wanted)
    if converted is not None:
        return _checked(converted, wanted)
    if isinstance(value, (list, tuple)) and _holds_tensors(value):
        return _checked(_stacked(value, wanted, dtype_hint), wanted)
    array = to_numpy(value, wanted, None if dtype_hint is None else as_dtype(dtype_hint))
    return wrap(array if context.scope is not None else on_device(array))


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str = "Const") -> Tensor:
    """Make a tensor of a value; a single number fills `shape`.

    >>> tf.constant(0, shape=[2, 3])
    <tf.Tensor: shape=(2, 3), dtype=int32, numpy=
    array([[0, 0, 0],
           [0, 0, 0]], dtype=int32)>
    """
    if shape is None:
        return convert_to_tensor(value, dtype)
    if isinstance(value, Tensor):
        value = value.numpy()
    array = to_numpy(value, None if dtype is None else as_dtype(dtype))
    wanted = tuple([int(size or 0) for size in TensorShape(shape).as_list()])
    if array.size == 1:
        array = np.broadcast_to(array.reshape(()), wanted)
    elif array.size != int(np.prod(wanted)):
        raise TypeError(
            f"tf.constant: the value has {array.size} elements, but shape={wanted} has "
            f"{int(np.prod(wanted))}. Give one number, or as many as the shape holds. "
            f"At {errors.user_location()}."
        )
    array = array.reshape(wanted)
    return wrap(array if context.scope is not None else on_device(array))


def _checked(tensor: Tensor, wanted: DType | None) -> Tensor:
    if wanted is not None and tensor.dtype != wanted:
        raise ValueError(
            f"Tensor conversion requested dtype {wanted.name} for a tensor of dtype "
            f"{tensor.dtype.name}: {tensor!r}. Write tf.cast(x, tf.{wanted.name}). At "
            f"{errors.user_location()}."
        )
    return tensor


def _by_protocol(value: Any, wanted: DType | None) -> Tensor | None:
    """A tensor of a variable, a JAX array, or an object that says itself how to convert it."""
    if isinstance(value, jax.Array):
        return wrap(value)
    method = getattr(type(value), "__tf_tensor__", None)
    if method is not None:
        tensor: Tensor = method(value, wanted, None)
        return tensor
    for _, base_type, function in _conversions:
        if isinstance(value, base_type):
            result = function(value, dtype=wanted, name=None, as_ref=False)
            if result is not NotImplemented:
                return convert_to_tensor(result)
    return None


def _holds_tensors(value: Any) -> bool:
    return any(
        hasattr(type(item), "__tf_tensor__")
        or isinstance(item, (Tensor, jax.Array))
        or (isinstance(item, (list, tuple)) and _holds_tensors(item))
        for item in value
    )


def _stacked(values: Sequence[Any], wanted: DType | None, hint: Any) -> Tensor:
    first = wanted
    if first is None:
        first = next((item.dtype for item in _flat(values) if isinstance(item, Tensor)), None)
    items = [convert_to_tensor(value, dtype_hint=first or hint) for value in values]
    stacked: Tensor = operators.stack(items)
    return stacked


def _flat(values: Any) -> Iterator[Any]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _flat(value)
        else:
            yield convert_to_tensor(value) if hasattr(type(value), "__tf_tensor__") else value


_scalars: dict[tuple[Any, Any], Any] = {}


def remembered_scalar(value: float | int, dtype: np.dtype[Any]) -> Any:
    """The array of a Python number, if it was made before."""
    if value == 0 and str(value)[0] == "-":  # -0.0 equals 0.0, and is another number
        return None
    return _scalars.get((value, dtype))


def scalar_on_device(value: float | int | bool, dtype: np.dtype[Any]) -> Any:
    """A Python number as an array, remembered: loops use the same few numbers again and again."""
    array = remembered_scalar(value, dtype)
    if array is None:
        array = jax.device_put(np.array(value, dtype))
        if len(_scalars) > 1000:
            _scalars.clear()
        if value != 0 or str(value)[0] != "-":
            _scalars[value, dtype] = array
    return array
