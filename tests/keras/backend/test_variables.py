"""Variables and values in `keras.backend`."""

import numpy as np
import pytest
import scipy.sparse

from keratin.keras import backend as K


def test_making(tf):
    v = K.variable([[1, 2]], name="v", constraint=abs)
    assert isinstance(v, tf.Variable) and v.name == "v" and v.constraint is abs
    assert K.dtype(v) == "float32" and K.int_shape(v) == (1, 2)
    assert K.dtype(K.variable(np.ones(2), dtype="float16")) == "float16"
    assert K.constant([1, 2], shape=(1, 2)).numpy().tolist() == [[1.0, 2.0]]
    assert K.zeros((2,), "int32").numpy().tolist() == [0, 0]
    assert K.ones((2,)).dtype == "float32" and K.is_variable(K.ones((2,)))
    assert K.eye(2).numpy().tolist() == [[1, 0], [0, 1]]
    assert K.random_uniform_variable((50,), 2, 3, seed=1).numpy().min() >= 2
    assert abs(K.random_normal_variable((500,), 5, 0.1).numpy().mean() - 5) < 0.1


def test_sparse_matrices():
    matrix = scipy.sparse.csr_matrix(np.array([[0, 2], [1, 0]]))
    sparse = K.variable(matrix)
    assert K.is_sparse(sparse) and not K.is_sparse(K.constant(1))
    assert K.eval(sparse).tolist() == [[0, 2], [1, 0]] and K.eval(sparse).dtype == np.float32


def test_values():
    v, w = K.variable([1.0]), K.variable(2.0)
    K.batch_set_value([(v, [3]), (w, 4)])
    assert [x.tolist() for x in K.batch_get_value([v, w])] == [[3.0], 4.0]
    K.set_value(v, [5])
    assert K.get_value(v).tolist() == [5.0] and K.get_value(7) == 7
    assert K.update(v, [1.0]) is v
    assert K.update_add(v, [2.0]).numpy() == [3.0] and K.update_sub(v, [1.0]).numpy() == [2.0]
    assert K.moving_average_update(v, [4.0], 0.75).numpy().tolist() == [2.5]


def test_what_a_tensor_is():
    x = K.placeholder((None, 3), name="x")
    assert K.int_shape(x) == (None, 3) and K.ndim(x) == 2
    assert K.is_keras_tensor(x) and K.is_placeholder(x) and not K.is_placeholder(x * 2)
    assert K.is_tensor(x) and K.is_tensor(K.constant(1)) and not K.is_tensor(np.ones(1))
    assert K.placeholder(ndim=3).shape == (None, None, None)
    assert K.count_params(K.zeros((2, 3))) == 6
    assert K.shape(np.ones((2, 3))).numpy().tolist() == [2, 3]
    with pytest.raises(ValueError, match=r"give shape=\(None, 3\), say, or ndim=2"):
        K.placeholder()


def test_casts():
    assert K.cast([1.7], "int32").numpy().tolist() == [1]
    array = K.cast_to_floatx(np.array([1, 2]))
    assert isinstance(array, np.ndarray) and array.dtype == np.float32
    assert K.cast_to_floatx(K.constant([1, 2], "int32")).dtype == "float32"


def test_print_tensor(capfd):
    assert K.print_tensor(K.constant(2.0), "y =").numpy() == 2.0
    assert "y = 2" in "".join(capfd.readouterr())
