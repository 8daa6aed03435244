import numpy as np
import pytest

from keratin import keras


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda: keras.Input((3,)), (None, 3)),
        (lambda: keras.Input(shape=[3, None]), (None, 3, None)),
        (lambda: keras.Input((3,), batch_size=2), (2, 3)),
        (lambda: keras.Input(batch_shape=(4, 3)), (4, 3)),
        (lambda: keras.Input(batch_input_shape=(4, 3)), (4, 3)),
        (lambda: keras.Input(()), (None,)),
    ],
)
def test_shapes(make, shape):
    assert make().shape == shape


def test_dtypes_and_names():
    x = keras.Input((3,), dtype="int32", name="ids")
    assert x.dtype == "int32" and x.name == "ids"
    layer = x._keras_history[0]
    assert layer.name == "ids" and layer.dtype == "int32"
    assert keras.layers.InputLayer.from_config(layer.get_config()).batch_shape == (None, 3)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: keras.Input(), r"give the shape of one example"),
        (lambda: keras.Input(3), r"Write shape=\(3,\)"),
        (lambda: keras.Input((3,), batch_shape=(1, 3)), "not both"),
        (lambda: keras.Input((3, "a")), "'a' is neither"),
        (lambda: keras.Input(tensor=np.ones(3)), "input_tensor is a symbolic tensor"),
    ],
)
def test_mistakes_are_named(make, said):
    with pytest.raises(ValueError, match=said):
        make()
