"""The operators of tensors and variables, by the names of the ops behind them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any


class _Operators:
    """The ops behind the operators of a tensor, by name; they live in a layer above this one."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        module = importlib.import_module("keratin._operators")
        function: Callable[..., Any] = getattr(module, name)
        setattr(self, name, function)
        return function


operators = _Operators()


class Arithmetic:
    """Python's operators, for tensors and for variables: each is one op."""

    __slots__ = ()
    __array_priority__ = 100

    def __hash__(self) -> int:
        return id(self)

    def __getitem__(self, key: Any) -> Any:
        return operators.getitem(self, key)

    def __abs__(self) -> Any:
        return operators.abs(self)

    def __neg__(self) -> Any:
        return operators.negative(self)

    def __pos__(self) -> Any:
        return self

    def __invert__(self) -> Any:
        return operators.invert(self)

    def __add__(self, other: Any) -> Any:
        return operators.add(self, other)

    def __radd__(self, other: Any) -> Any:
        return operators.add(other, self)

    def __sub__(self, other: Any) -> Any:
        return operators.subtract(self, other)

    def __rsub__(self, other: Any) -> Any:
        return operators.subtract(other, self)

    def __mul__(self, other: Any) -> Any:
        return operators.multiply(self, other)

    def __rmul__(self, other: Any) -> Any:
        return operators.multiply(other, self)

    def __truediv__(self, other: Any) -> Any:
        return operators.truediv(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return operators.truediv(other, self)

    __div__ = __truediv__
    __rdiv__ = __rtruediv__

    def __floordiv__(self, other: Any) -> Any:
        return operators.floordiv(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return operators.floordiv(other, self)

    def __mod__(self, other: Any) -> Any:
        return operators.floormod(self, other)

    def __rmod__(self, other: Any) -> Any:
        return operators.floormod(other, self)

    def __divmod__(self, other: Any) -> Any:
        return operators.floordiv(self, other), operators.floormod(self, other)

    def __pow__(self, other: Any) -> Any:
        return operators.pow(self, other)

    def __rpow__(self, other: Any) -> Any:
        return operators.pow(other, self)

    def __matmul__(self, other: Any) -> Any:
        return operators.matmul(self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return operators.matmul(other, self)

    def __and__(self, other: Any) -> Any:
        return operators.and_(self, other)

    def __rand__(self, other: Any) -> Any:
        return operators.and_(other, self)

    def __or__(self, other: Any) -> Any:
        return operators.or_(self, other)

    def __ror__(self, other: Any) -> Any:
        return operators.or_(other, self)

    def __xor__(self, other: Any) -> Any:
        return operators.xor(self, other)

    def __rxor__(self, other: Any) -> Any:
        return operators.xor(other, self)

    def __lt__(self, other: Any) -> Any:
        return operators.less(self, other)

    def __le__(self, other: Any) -> Any:
        return operators.less_equal(self, other)

    def __gt__(self, other: Any) -> Any:
        return operators.greater(self, other)

    def __ge__(self, other: Any) -> Any:
        return operators.greater_equal(self, other)

    def __eq__(self, other: object) -> Any:
        return False if other is None else operators.equal(self, other)

    def __ne__(self, other: object) -> Any:
        return True if other is None else operators.not_equal(self, other)
