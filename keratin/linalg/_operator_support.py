"""What the classes of linear operators share: shapes, batches, hints, dtypes."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from keratin._engine.dtype import DType
from keratin._engine.op import freeze
from keratin._engine.tensor import convert_to_tensor
from keratin._engine.variable import Variable
from keratin.array import broadcast_to
from keratin.linalg._diagonal import diag_part
from keratin.math import abs, log, reduce_sum
from keratin.math._casting import cast

Shape = tuple[int, ...]


def operand(value: Any, name: str, min_ndims: int = 0, dtype: Any = None) -> Any:
    """A constructor's argument as a tensor; a variable stays one, to be read at each use."""
    if not isinstance(value, Variable):
        value = convert_to_tensor(value, dtype=dtype)
    if len(dims(value)) < min_ndims:
        raise ValueError(
            f"{name} must have at least {min_ndims} dimension(s), given shape {value.shape}. "
            "The last ones are those of the matrix, the ones before are a batch of matrices."
        )
    return value


def dims(value: Any) -> Shape:
    """The shape of a tensor or variable as plain integers."""
    return tuple(value.shape.as_list())


def broadcast_batch(value: Any, batch_shape: Sequence[int], ndims: int) -> Any:
    """`value` with the dimensions before its last `ndims` broadcast against `batch_shape`."""
    shape = dims(value)
    split = len(shape) - ndims
    wanted = (*np.broadcast_shapes(shape[:split], tuple(batch_shape)), *shape[split:])
    return value if wanted == shape else broadcast_to(value, wanted)


def same_batch(left: Any, right: Any) -> tuple[Any, Any]:
    """Two batches of matrices, with the batch dimensions of both."""
    left = broadcast_batch(left, dims(right)[:-2], 2)
    return left, broadcast_batch(right, dims(left)[:-2], 2)


def require(hint: bool | None, message: str) -> None:
    """Refuse a hint that contradicts what an operator always is."""
    if hint is False:
        raise ValueError(message)


def both(operators: Sequence[Any], hint: str) -> bool | None:
    """A hint of the product of operators that commute: true where it is of each."""
    hints = [getattr(operator, hint) for operator in operators]
    return False if False in hints else (True if all(hints) else None)


def all_true(hints: Sequence[bool | None]) -> bool | None:
    """True where every hint is True, else not known."""
    return True if all(hint is True for hint in hints) else None


def common_dtype(operators: Sequence[Any], owner: str) -> DType:
    """The dtype that the parts of an operator share."""
    if not operators:
        raise ValueError(f"{owner} needs a list of at least one operator, given an empty one.")
    names = {operator.name: operator.dtype.name for operator in operators}
    if len(set(names.values())) > 1:
        raise TypeError(f"{owner}: the operators must share one dtype, given {names}.")
    return operators[0].dtype


def log_abs(x: Any) -> Any:
    """The logarithm of the absolute value, in the dtype of `x`."""
    return cast(log(abs(x)), x.dtype)


def log_det_of_triangular(matrix: Any) -> Any:
    """The logarithm of the absolute value of the determinant of a triangular matrix."""
    return reduce_sum(log_abs(diag_part(matrix)), axis=-1)


@functools.cache
def signature_of(cls: type) -> inspect.Signature:
    return inspect.signature(cls.__init__)  # type: ignore[misc]


def bound_arguments(cls: type, args: Any, kwargs: Any) -> dict[str, Any]:
    """The arguments of a constructor by name; none where they do not fit, which it will say."""
    try:
        bound = signature_of(cls).bind(None, *args, **kwargs)
    except TypeError:
        return {}
    bound.apply_defaults()
    return dict(list(bound.arguments.items())[1:])


# Operators are trees of their tensors for jax: arguments and results of compiled functions.

_WRAPPED = ("operator", "operators", "base_operator")
# Names of modules count on; calls of a compiled function would all differ by them.
_UNLIKE = ("_name", "_scope_name")


def take_apart(operator: Any) -> tuple[list[Any], Any]:
    """The tensors, variables and operators that an operator holds, and all else of it."""
    given = operator._arguments
    names = [
        name
        for name, value in given.items()
        if value is not None and (name in operator._matrix_ndims or name in _WRAPPED)
    ]
    held = {f"_{name}" for name in names}
    rest = {k: v for k, v in vars(operator).items() if k not in held and k not in _UNLIKE}
    del rest["_arguments"]
    arguments = {name: None if name in names else freeze(value) for name, value in given.items()}
    children = [vars(operator)[f"_{name}"] for name in names]
    fixed = (type(operator), tuple(names), tuple(rest.items()), tuple(arguments.items()))
    return children, fixed


def put_together(fixed: Any, children: Any) -> Any:
    """The operator again, unchecked: jax puts all kinds of things in place of tensors."""
    cls, names, rest, arguments = fixed
    parts = dict(zip(names, children, strict=True))
    operator = object.__new__(cls)
    vars(operator).update(rest)
    vars(operator).update({f"_{name}": value for name, value in parts.items()})
    label = cls.__name__
    vars(operator).update(_arguments=dict(arguments) | parts, _name=label, _scope_name=label)
    return operator
