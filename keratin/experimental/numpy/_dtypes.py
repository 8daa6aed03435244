"""The dtypes of `tf.experimental.numpy`, and what they promote to."""

from __future__ import annotations

from typing import Any

import numpy as np

from keratin._engine import dtype as dtypes
from keratin._engine import promotion
from keratin._engine.dtype import DType
from keratin._engine.tensor import Tensor

bool_ = np.bool_
int8, int16, int32, int64, int_ = np.int8, np.int16, np.int32, np.int64, np.int64
uint8, uint16, uint32, uint64 = np.uint8, np.uint16, np.uint32, np.uint64
float16, float32, float64, float_ = np.float16, np.float32, np.float64, np.float64
complex64, complex128, complex_ = np.complex64, np.complex128, np.complex128
inexact, object_, string_, unicode_ = np.inexact, np.object_, np.bytes_, np.str_

ndarray = Tensor

e, inf, pi, newaxis = np.e, np.inf, np.pi, None


def numpy_dtype(dtype: Any) -> np.dtype[Any]:
    """A `dtype` argument: Python's types stand for the dtypes of Python numbers here."""
    if isinstance(dtype, type) and dtype in (bool, int, float, complex):
        return promotion.in_force.rules.alone(dtype)
    return dtypes.as_dtype(dtype).numpy_dtype


def result_type(*arrays_and_dtypes: Any) -> DType:
    """The dtype that arrays, numbers and dtypes promote to.

    >>> tf.experimental.numpy.result_type(np.int32, np.float32)
    tf.float64
    """
    return dtypes.of(promotion.result_type(*arrays_and_dtypes))


def promote_types(type1: Any, type2: Any) -> np.dtype[Any]:
    """The dtype that two dtypes promote to.

    >>> tf.experimental.numpy.promote_types(np.int8, np.uint8)
    dtype('int16')
    """
    return promotion.result_type(numpy_dtype(type1), numpy_dtype(type2))


def issubdtype(arg1: Any, arg2: Any) -> bool:
    """Whether one dtype is below the other in NumPy's hierarchy.

    >>> tf.experimental.numpy.issubdtype(tf.float32, np.inexact)
    True
    """
    return bool(np.issubdtype(_numpy(arg1), _numpy(arg2)))


def finfo(dtype: Any) -> np.finfo[Any]:
    """The limits of a floating dtype.

    >>> int(tf.experimental.numpy.finfo(tf.float16).max)
    65504
    """
    return np.finfo(numpy_dtype(dtype))


def iinfo(int_type: Any) -> np.iinfo[Any]:
    """The limits of an integer dtype.

    >>> tf.experimental.numpy.iinfo(tf.int8).max
    127
    """
    return np.iinfo(numpy_dtype(int_type))


def _numpy(dtype: Any) -> Any:
    return dtype.as_numpy_dtype if isinstance(dtype, DType) else dtype
