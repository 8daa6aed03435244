"""Products of vectors, matrices and tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from keratin import linalg
from keratin._engine.promotion import Rules
from keratin.experimental import numpy as tnp
from keratin.keras.ops._operations import adapted, operation
from keratin.keras.ops._promotion import BOOL, INT8, INT32, floating, promote, unchanged
from keratin.math._casting import cast


def _of_truths(function: Callable[..., Any]) -> Callable[..., Any]:
    """The product of booleans: whether any pair is true in both."""

    def product(x1: Any, x2: Any, *rest: Any) -> Any:
        return cast(function(cast(x1, INT32), cast(x2, INT32), *rest), BOOL)

    return product


def _product(function: Any, name: str, names: str = "x1 x2", target: Any = unchanged) -> Any:
    instead = {"bool": _of_truths(function)}
    return adapted(function, name, names, target=target, instead=instead)


def _int8_in_int32(dtype: np.dtype[Any], rules: Rules) -> np.dtype[Any]:
    return INT32 if dtype == INT8 else dtype


matmul = _product(tnp.matmul, "matmul", target=_int8_in_int32)
dot = _product(tnp.dot, "dot")
inner = _product(tnp.inner, "inner")
vdot = _product(tnp.vdot, "vdot")
cross = adapted(tnp.cross, "cross", "x1 x2 axisa axisb axisc axis", target=unchanged)


@operation
def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Any:
    """The sum of products over chosen axes: the last of x1 and first of x2, or two lists.

    >>> keras.ops.tensordot([[1, 2]], [[3], [4]], axes=1).numpy()
    array([[11]], dtype=int32)
    """
    return _tensordot(x1, x2, axes)


_tensordot = _product(linalg.tensordot, "tensordot", "x1 x2 axes")


@operation
def outer(x1: Any, x2: Any) -> Any:
    """All products of an element of x1 and one of x2, both flattened.

    >>> keras.ops.outer([1, 2], [3, 4]).numpy()
    array([[3, 4],
           [6, 8]], dtype=int32)
    """
    return tnp.outer(*promote(x1, x2))


@operation
def kron(x1: Any, x2: Any) -> Any:
    """The Kronecker product: x2 times each element of x1, as blocks.

    >>> keras.ops.kron([1, 10], [1, 2]).numpy()
    array([ 1,  2, 10, 20], dtype=int32)
    """
    return tnp.kron(*promote(x1, x2))


@operation
def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Any:
    """Sums of products by Einstein's notation; of int8 in int32. `optimize` is the only keyword.

    >>> keras.ops.einsum("ij,j->i", [[1, 2]], [3, 4]).numpy()
    array([11], dtype=int32)
    """
    values = promote(*operands, to=_int8_in_int32)
    if values[0].dtype == BOOL:
        values = [cast(value, INT32) for value in values]
        return cast(linalg.einsum(subscripts, *values, **kwargs), BOOL)
    return linalg.einsum(subscripts, *values, **kwargs)


@operation
def slogdet(x: Any) -> tuple[Any, Any]:
    """The sign and the logarithm of the absolute value of determinants.

    >>> sign, logarithm = keras.ops.slogdet([[2.0, 0.0], [0.0, -1.0]])
    >>> float(sign), round(float(logarithm), 4)
    (-1.0, 0.6931)
    """
    sign, logarithm = linalg.slogdet(*promote(x, to=floating))
    return sign, logarithm
