import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras._core.symbolic import OpCall, node_of


def test_ops_of_every_kind_take_symbolic_tensors():
    x = keras.Input((3,))
    results = [
        x + 1,
        2 - x,
        -x,
        x > 0,
        x[:, 0],
        tf.concat([x, x], 1),
        tf.math.sin(x),
        tf.linalg.norm(x, axis=1),
        tf.nn.softmax(x),
        tf.nn.moments(x, [0])[1],
        keras.ops.mean(x, axis=-1),
        np.float32(2) * x,
    ]
    model = keras.Model(x, results)
    value = np.array([[1.0, -2.0, 3.0]], "float32")
    found = [np.asarray(v) for v in model(value)]
    np.testing.assert_allclose(found[1], 2 - value)
    np.testing.assert_allclose(found[7], [14**0.5], rtol=1e-6)
    np.testing.assert_allclose(found[10], value.mean(-1), rtol=1e-6)


def test_a_tensor_knows_what_made_it():
    x = keras.Input((3,), name="x")
    y = x * 2
    operation, index, place = y._keras_history
    assert isinstance(operation, OpCall) and (index, place) == (0, 0)
    assert node_of(y).input_tensors[0] is x
    assert repr(x) == (
        "<KerasTensor shape=(None, 3), dtype=float32, sparse=False, ragged=False, name=x>"
    )


@pytest.mark.parametrize(
    "use",
    [bool, float, int, np.asarray, lambda x: x.numpy(), lambda x: [1, 2][x]],
)
def test_there_is_no_value_to_use(use):
    with pytest.raises(TypeError, match=r"there is no value yet .* shape \(2,\).* keras.ops or tf"):
        use(keras.KerasTensor((2,)))


def test_no_length_and_no_assignment():
    x = keras.Input((3,))
    with pytest.raises(TypeError, match="its first size is not known"):
        len(x)
    with pytest.raises(TypeError, match=r"keras\.ops\.slice_update"):
        x[0] = 1.0


def test_errors_of_ops_name_shapes():
    with pytest.raises(Exception, match=r"matmul.*3.*4"):
        tf.matmul(keras.KerasTensor((2, 3)), keras.KerasTensor((4, 5)))


def test_the_output_of_an_operation_called_twice_is_the_first():
    layer = keras.layers.Dense(2, name="d")
    first, second = (layer(keras.Input((3,))) for _ in range(2))
    assert layer.get_output_at(0) is first and layer.get_output_at(1) is second
    assert layer.output is first
    with pytest.raises(AttributeError, match="has no input yet"):
        _ = keras.layers.Dense(2).input


def test_names_have_no_slashes():
    with pytest.raises(ValueError, match="without slashes"):
        keras.layers.Dense(2, name="a/b")


def test_subclasses_of_operation():
    class Scale(keras.Operation):
        def __init__(self, by, name=None):
            super().__init__(name)
            self.by = by

        def call(self, x):
            return x * self.by

    x = keras.Input((2,))
    model = keras.Model(x, Scale(3.0)(x))
    assert model(np.ones((1, 2))).numpy().tolist() == [[3.0, 3.0]]
