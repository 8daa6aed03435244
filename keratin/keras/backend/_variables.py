"""Variables and tensors: making them, reading and setting values, asking what they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from keratin._engine import host
from keratin._engine.dtype import as_dtype
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.tensor import constant as engine_constant
from keratin._engine.variable import Variable as EngineVariable
from keratin.array import identity
from keratin.array import shape as shape_of
from keratin.keras import initializers
from keratin.keras._core.settings import settings
from keratin.keras._core.symbolic import KerasTensor, node_of
from keratin.keras._core.variable import Variable
from keratin.keras.layers.input_layer import Input
from keratin.math._casting import cast as _cast
from keratin.sparse import SparseTensor

# ------------------------------------------------------------------------ making


def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None) -> Any:
    """A variable of a value, of the default dtype unless another one is given.

    >>> keras.backend.variable([1, 2]).numpy()
    array([1., 2.], dtype=float32)
    """
    if hasattr(value, "tocoo"):
        return _sparse_of(value.tocoo(), dtype)
    wanted = as_dtype(dtype or settings.floatx)
    value = _cast(value, wanted) if hasattr(value, "dtype") else value
    return Variable(value, dtype=wanted, name=name, constraint=constraint)


def _sparse_of(matrix: Any, dtype: Any) -> SparseTensor:
    indices = np.stack([matrix.row, matrix.col], 1)
    values = np.asarray(matrix.data, as_dtype(dtype or settings.floatx).numpy_dtype)
    return SparseTensor(indices, values, matrix.shape)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Tensor:
    """A tensor of a value, of the default dtype unless another one is given.

    >>> keras.backend.constant(3, shape=(2,)).numpy()
    array([3., 3.], dtype=float32)
    """
    return engine_constant(value, dtype or settings.floatx, shape)


def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable of zeros.

    >>> keras.backend.zeros((2,)).numpy()
    array([0., 0.], dtype=float32)
    """
    return _filled("zeros", shape, dtype, name)


def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable of ones.

    >>> keras.backend.ones((2,)).numpy()
    array([1., 1.], dtype=float32)
    """
    return _filled("ones", shape, dtype, name)


def eye(size: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable that holds the identity matrix.

    >>> keras.backend.eye(2).numpy()
    array([[1., 0.],
           [0., 1.]], dtype=float32)
    """
    sizes = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
    return _filled("identity", sizes, dtype, name)


def random_uniform_variable(
    shape: Any,
    low: float,
    high: float,
    dtype: Any = None,
    name: str | None = None,
    seed: Any = None,
) -> Any:
    """A variable of uniform numbers.

    >>> keras.backend.random_uniform_variable((2, 3), 0, 1).shape
    TensorShape([2, 3])
    """
    return _filled(initializers.RandomUniform(low, high, seed), shape, dtype, name)


def random_normal_variable(
    shape: Any,
    mean: float,
    scale: float,
    dtype: Any = None,
    name: str | None = None,
    seed: Any = None,
) -> Any:
    """A variable of normal numbers of a mean and a deviation.

    >>> keras.backend.random_normal_variable((2, 3), 0, 1).shape
    TensorShape([2, 3])
    """
    return _filled(initializers.RandomNormal(mean, scale, seed), shape, dtype, name)


def _filled(initializer: Any, shape: Any, dtype: Any, name: str | None) -> Any:
    return Variable(initializer, tuple(shape), dtype or settings.floatx, name=name)


def placeholder(
    shape: Any = None,
    ndim: int | None = None,
    dtype: Any = None,
    sparse: bool = False,
    name: str | None = None,
    ragged: bool = False,
) -> KerasTensor:
    """A symbolic tensor; its shape includes the batch.

    >>> keras.backend.placeholder((None, 3)).shape
    (None, 3)
    """
    if shape is None:
        if ndim is None:
            raise ValueError("placeholder: give shape=(None, 3), say, or ndim=2")
        shape = (None,) * ndim
    dtype = dtype or settings.floatx
    return Input(batch_shape=tuple(shape), dtype=dtype, sparse=sparse, ragged=ragged, name=name)


# ------------------------------------------------------------------------ values


def get_value(x: Any) -> Any:
    """The value as NumPy.

    >>> keras.backend.get_value(keras.backend.variable([1.0]))
    array([1.], dtype=float32)
    """
    return x.numpy() if isinstance(x, (Tensor, EngineVariable)) else x


def batch_get_value(tensors: Iterable[Any]) -> list[Any]:
    """The values as NumPy.

    >>> keras.backend.batch_get_value([keras.backend.variable(2.0)])
    [np.float32(2.0)]
    """
    return [get_value(tensor) for tensor in tensors]


def set_value(x: Any, value: Any) -> None:
    """Set the value of a variable.

    >>> v = keras.backend.variable([1.0])
    >>> keras.backend.set_value(v, [5])
    >>> v.numpy()
    array([5.], dtype=float32)
    """
    x.assign(np.asarray(value, x.dtype.numpy_dtype))


def batch_set_value(tuples: Iterable[tuple[Any, Any]]) -> None:
    """Set the values of variables: pairs of a variable and its value.

    >>> v = keras.backend.variable([1.0])
    >>> keras.backend.batch_set_value([(v, [5])])
    >>> v.numpy()
    array([5.], dtype=float32)
    """
    for x, value in tuples:
        set_value(x, value)


def eval(x: Any) -> Any:
    """The value as NumPy, of a sparse tensor too.

    >>> keras.backend.eval(keras.backend.constant(2.0))
    np.float32(2.0)
    """
    return get_value(to_dense(x))


def update(x: Any, new_x: Any) -> Any:
    """Assign to a variable.

    >>> keras.backend.update(keras.backend.variable(1.0), 3.0).numpy()
    np.float32(3.0)
    """
    return x.assign(new_x)


def update_add(x: Any, increment: Any) -> Any:
    """Add to a variable.

    >>> keras.backend.update_add(keras.backend.variable(1.0), 3.0).numpy()
    np.float32(4.0)
    """
    return x.assign_add(increment)


def update_sub(x: Any, decrement: Any) -> Any:
    """Subtract from a variable.

    >>> keras.backend.update_sub(keras.backend.variable(1.0), 3.0).numpy()
    np.float32(-2.0)
    """
    return x.assign_sub(decrement)


def moving_average_update(x: Any, value: Any, momentum: Any) -> Any:
    """Move a variable towards a value, by 1 - momentum of the way.

    >>> keras.backend.moving_average_update(keras.backend.variable(1.0), 3.0, 0.75).numpy()
    np.float32(1.5)
    """
    value = _cast(value, x.dtype)
    return x.assign_sub((identity(x) - value) * _cast(1 - momentum, x.dtype))


def print_tensor(x: Any, message: str = "", summarize: int = 3) -> Any:
    """Print a tensor when it is computed, and return it.

    >>> y = keras.backend.print_tensor(keras.backend.constant(2.0), "y =")
    """
    host.print(message, x, summarize=summarize)
    return x


# ------------------------------------------------------------------------ what a tensor is


def shape(x: Any) -> Any:
    """The shape as a tensor.

    >>> keras.backend.shape(np.ones((2, 3))).numpy()
    array([2, 3], dtype=int32)
    """
    return shape_of(x)


def int_shape(x: Any) -> tuple[int | None, ...] | None:
    """The shape as a tuple, with None for what is not known.

    >>> keras.backend.int_shape(keras.Input((3,)))
    (None, 3)
    """
    own = x.shape if hasattr(x, "shape") else convert_to_tensor(x).shape
    return None if getattr(own, "rank", 0) is None else tuple(own)


def ndim(x: Any) -> int | None:
    """The number of dimensions.

    >>> keras.backend.ndim(np.ones((2, 3)))
    2
    """
    sizes = int_shape(x)
    return None if sizes is None else len(sizes)


def dtype(x: Any) -> str:
    """The name of the dtype.

    >>> keras.backend.dtype(keras.backend.constant(1.0))
    'float32'
    """
    return as_dtype(x.dtype).name


def count_params(x: Any) -> int:
    """How many elements a variable or tensor has.

    >>> keras.backend.count_params(keras.backend.zeros((2, 3)))
    6
    """
    sizes: Any = tuple(x.shape)
    return int(np.prod(sizes, dtype=np.int64))


def cast(x: Any, dtype: Any) -> Any:
    """The tensor in another dtype.

    >>> keras.backend.cast([1.5], "int32").numpy()
    array([1], dtype=int32)
    """
    return _cast(x, dtype)


def cast_to_floatx(x: Any) -> Any:
    """A NumPy array or tensor in the default dtype.

    >>> keras.backend.cast_to_floatx(np.array([1, 2]))
    array([1., 2.], dtype=float32)
    """
    if hasattr(x, "dtype") and not isinstance(x, (np.ndarray, np.generic)):
        return _cast(x, settings.floatx)
    return np.asarray(x, as_dtype(settings.floatx).numpy_dtype)


def is_sparse(tensor: Any) -> bool:
    """Whether a tensor is sparse.

    >>> keras.backend.is_sparse(np.ones(3))
    False
    """
    return isinstance(tensor, SparseTensor) or bool(getattr(tensor, "sparse", False))


def to_dense(tensor: Any) -> Any:
    """A sparse tensor as a dense one; others as they are.

    >>> keras.backend.to_dense(tf.SparseTensor([[0, 1]], [5.0], [1, 3])).numpy()
    array([[0., 5., 0.]], dtype=float32)
    """
    if not isinstance(tensor, SparseTensor):
        return tensor
    sizes: Any = tuple(tensor.shape)
    dense = np.zeros(sizes, tensor.values.dtype.numpy_dtype)
    dense[tuple(tensor.indices.numpy().T)] = tensor.values.numpy()
    return convert_to_tensor(dense)


def is_keras_tensor(x: Any) -> bool:
    """Whether a value is a symbolic tensor.

    >>> keras.backend.is_keras_tensor(keras.Input((3,)))
    True
    """
    return isinstance(x, KerasTensor)


def is_placeholder(x: Any) -> bool:
    """Whether a value is a symbolic tensor that stands for an input.

    >>> keras.backend.is_placeholder(keras.Input((3,)))
    True
    """
    node = node_of(x) if isinstance(x, KerasTensor) else None
    return node is not None and node.is_input


def is_tensor(x: Any) -> bool:
    """Whether a value is a tensor, a variable or a symbolic tensor.

    >>> keras.backend.is_tensor(np.ones(3))
    False
    """
    return isinstance(x, (Tensor, EngineVariable, KerasTensor, SparseTensor))


def is_variable(x: Any) -> bool:
    """Whether a value is a variable.

    >>> keras.backend.is_variable(keras.backend.variable(1.0))
    True
    """
    return isinstance(x, EngineVariable)
