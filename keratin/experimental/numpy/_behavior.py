"""NumPy's ways for every tensor: promotion in operators, methods, indexing by arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin import array as tensors
from keratin._engine import dtype as dtypes
from keratin._engine import promotion
from keratin._engine.op import Array, Arrays, Static, op
from keratin._engine.operators import operators
from keratin._engine.tensor import Tensor
from keratin._engine.variable import Variable
from keratin.experimental.numpy import _elementwise as elementwise
from keratin.experimental.numpy import _manipulation as manipulation
from keratin.experimental.numpy import _reduction as reduction
from keratin.experimental.numpy._dtypes import numpy_dtype
from keratin.experimental.numpy._products import matmul
from keratin.math._casting import cast

_RULES = {
    "legacy": promotion.NUMPY,
    "all": promotion.LATTICE,
    "safe": promotion.SAFE,
    "off": promotion.NUMPY,
}


def experimental_enable_numpy_behavior(
    prefer_float32: bool = False, dtype_conversion_mode: str = "legacy"
) -> None:
    """Let every tensor behave as NumPy's arrays do.

    Tensors get the methods of arrays (`T`, `astype`, `reshape`, `ravel`, `clip` and others), can
    be indexed by arrays and lists, and operators mix dtypes. How they mix says
    `dtype_conversion_mode`:

    - "legacy": as NumPy does; `int32 + float32` is float64. With `prefer_float32` a Python float
      counts as float32.
    - "all": as JAX does; `int32 + float32` is float32. The ops of `tf.math` mix dtypes too.
    - "safe": as "all", but what could lose digits or widen the result raises TypeError.
    - "off": operators refuse to mix dtypes, as they do without this call.

    >>> tf.experimental.numpy.experimental_enable_numpy_behavior()  # doctest: +SKIP
    >>> (tf.constant([1, 2]) + 0.5).T  # doctest: +SKIP
    <tf.Tensor: shape=(2,), dtype=float64, numpy=array([1.5, 2.5])>
    """
    if dtype_conversion_mode not in _RULES:
        raise ValueError(
            f"dtype_conversion_mode must be one of {', '.join(map(repr, _RULES))}; given "
            f"{dtype_conversion_mode!r}."
        )
    rules = _RULES[dtype_conversion_mode]
    if prefer_float32 and rules is promotion.NUMPY:
        rules = promotion.NUMPY_32
    disable_numpy_behavior()
    promotion.in_force.set(rules, everywhere=dtype_conversion_mode in ("all", "safe"))
    vars(operators)["getitem"] = getitem
    if dtype_conversion_mode != "off":
        vars(operators).update(_OPERATORS)
    for name, method in _METHODS.items():
        setattr(Tensor, name, method)


def disable_numpy_behavior() -> None:
    """Take back what `experimental_enable_numpy_behavior` does."""
    promotion.in_force.set(promotion.NUMPY)
    for name in [*_OPERATORS, "getitem"]:
        vars(operators).pop(name, None)
    for name in _METHODS:
        if name in vars(Tensor):
            delattr(Tensor, name)


def _absolute(x: Any) -> Any:
    return elementwise.absolute(x)


_OPERATORS: dict[str, Callable[..., Any]] = {
    "abs": _absolute,
    "add": elementwise.add,
    "and_": elementwise.bitwise_and,
    "equal": elementwise.equal,
    "floordiv": elementwise.floor_divide,
    "floormod": elementwise.mod,
    "greater": elementwise.greater,
    "greater_equal": elementwise.greater_equal,
    "less": elementwise.less,
    "less_equal": elementwise.less_equal,
    "matmul": matmul,
    "multiply": elementwise.multiply,
    "not_equal": elementwise.not_equal,
    "or_": elementwise.bitwise_or,
    "pow": elementwise.power,
    "subtract": elementwise.subtract,
    "truediv": elementwise.true_divide,
    "xor": elementwise.bitwise_xor,
}


# Methods


def _astype(self: Tensor, dtype: Any) -> Any:
    """The elements converted to another dtype."""
    return cast(self, dtypes.of(numpy_dtype(dtype)))


def _reshape(self: Tensor, *newshape: Any, order: str = "C") -> Any:
    """The elements in another shape, given as numbers or as one list."""
    shape = newshape[0] if len(newshape) == 1 else newshape
    return manipulation.reshape(self, shape, order)


def _transpose(self: Tensor, *axes: Any) -> Any:
    """With the dimensions in another order, given as numbers or as one list."""
    order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
    return manipulation.transpose(self, order or None)


def _clip(self: Tensor, a_min: Any = None, a_max: Any = None) -> Any:
    """The elements, no less than `a_min` and no more than `a_max`."""
    return elementwise.clip(self, a_min, a_max)


def _tolist(self: Tensor) -> Any:
    """The elements as nested lists of Python numbers."""
    return self.numpy().tolist()


_METHODS: dict[str, Any] = {
    "T": property(manipulation.transpose, doc="With the dimensions in reverse order."),
    "astype": _astype,
    "clip": _clip,
    "data": property(lambda self: self.numpy().data, doc="The memory of a copy of the elements."),
    "flatten": manipulation.flatten,
    "max": reduction.amax,
    "mean": reduction.mean,
    "min": reduction.amin,
    "ravel": manipulation.ravel,
    "reshape": _reshape,
    "size": property(manipulation.size, doc="The number of elements."),
    "tolist": _tolist,
    "transpose": _transpose,
}


# Indexing


def getitem(x: Any, key: Any) -> Any:
    """`x[key]`, where arrays, lists and masks may stand among integers and slices.

    They are as in NumPy: the arrays are broadcast against each other, and choose one element
    for each of theirs; masks stand for the indices of what is true.
    """
    parts = list(key) if isinstance(key, tuple) else [key]
    if not any(_is_advanced(part) for part in parts):
        return tensors.getitem(x, key)
    pattern: list[Any] = []
    arrays: list[Any] = []
    for part in parts:
        if not _is_advanced(part) and not isinstance(part, (Tensor, Variable)):
            pattern.append(_plain(part))
            continue
        indices = _indices(part)
        arrays.extend(indices)
        pattern.extend([_ARRAY] * len(indices))
    return _index(x, arrays, tuple(pattern))


_ARRAY = "array"


def _is_advanced(part: Any) -> bool:
    if isinstance(part, (bool, np.bool_, list)):
        return True
    if isinstance(part, (Tensor, Variable, np.ndarray)):
        return part.ndim > 0 or dtypes.as_dtype(part.dtype) == dtypes.bool
    return False


def _plain(part: Any) -> Any:
    """An integer, slice, None or Ellipsis as a static argument."""
    if isinstance(part, slice):
        bounds = (part.start, part.stop, part.step)
        return ("slice", *(None if bound is None else int(bound) for bound in bounds))
    return "ellipsis" if part is Ellipsis else None if part is None else int(part)


def _indices(part: Any) -> list[Any]:
    array: Any = part if isinstance(part, (Tensor, Variable)) else np.asarray(part)
    if isinstance(part, list) and not part:
        array = np.zeros(0, np.int64)
    if dtypes.as_dtype(array.dtype) != dtypes.bool:
        return [array]
    if not array.ndim:
        raise IndexError("A tensor cannot be indexed by a single truth value. Use tf.cond.")
    return manipulation.nonzero(array)


@op
def _index(x: Array, indices: Arrays, pattern: Static) -> Array:
    given = iter(indices)
    key: list[Any] = []
    for part in pattern:
        if part == _ARRAY:
            key.append(next(given))
        elif isinstance(part, tuple):
            key.append(slice(*part[1:]))
        else:
            key.append(Ellipsis if part == "ellipsis" else part)
    return jnp.asarray(x[tuple(key)])
