"""The ops behind Python's operators, by the names that `_engine.operators` asks for."""

from __future__ import annotations

from typing import Any

from keratin._engine.dtype import bool as bool_dtype
from keratin._engine.tensor import convert_to_tensor
from keratin.array import (
    concat,
    expand_dims,
    gather,
    gather_nd,
    getitem,
    identity,
    ones_like,
    range,
    scatter_slice,
    split,
    stack,
    tensor_scatter_nd_add,
    tensor_scatter_nd_sub,
    tensor_scatter_nd_update,
    unstack,
)
from keratin.bitwise import bitwise_and, bitwise_or, bitwise_xor
from keratin.bitwise import invert as bitwise_invert
from keratin.linalg import matmul
from keratin.math import (
    abs,
    add,
    floordiv,
    floormod,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    multiply,
    negative,
    pow,
    subtract,
    truediv,
)
from keratin.math._casting import cast
from keratin.math._comparison import tensor_equals as equal
from keratin.math._comparison import tensor_not_equals as not_equal


def _is_bool(x: Any, y: Any) -> bool:
    tensor = x if hasattr(x, "dtype") else y
    return bool(convert_to_tensor(tensor).dtype == bool_dtype)


def and_(x: Any, y: Any) -> Any:
    """`x & y`: logical for booleans, of the bits for integers."""
    return logical_and(x, y) if _is_bool(x, y) else bitwise_and(x, y)


def or_(x: Any, y: Any) -> Any:
    """`x | y`: logical for booleans, of the bits for integers."""
    return logical_or(x, y) if _is_bool(x, y) else bitwise_or(x, y)


def xor(x: Any, y: Any) -> Any:
    """`x ^ y`: logical for booleans, of the bits for integers."""
    return logical_xor(x, y) if _is_bool(x, y) else bitwise_xor(x, y)


def invert(x: Any) -> Any:
    """`~x`: logical for booleans, of the bits for integers."""
    return logical_not(x) if _is_bool(x, x) else bitwise_invert(x)


__all__ = [
    "abs",
    "add",
    "and_",
    "cast",
    "concat",
    "equal",
    "expand_dims",
    "floordiv",
    "floormod",
    "gather",
    "gather_nd",
    "getitem",
    "greater",
    "greater_equal",
    "identity",
    "invert",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "matmul",
    "multiply",
    "negative",
    "not_equal",
    "ones_like",
    "or_",
    "pow",
    "range",
    "scatter_slice",
    "split",
    "stack",
    "subtract",
    "tensor_scatter_nd_add",
    "tensor_scatter_nd_sub",
    "tensor_scatter_nd_update",
    "truediv",
    "unstack",
    "xor",
]
