import pytest

from keratin import keras
from keratin.keras import layers


@pytest.mark.parametrize(
    ("make", "attribute", "expected"),
    [
        (lambda: layers.Dense(output_dim=3), "units", 3),
        (lambda: layers.Dense(3, bias=False), "use_bias", False),
        (lambda: layers.Convolution1D(nb_filter=2, filter_length=3), "kernel_size", (3,)),
        (lambda: layers.Conv1D(2, 3, subsample_length=2), "strides", (2,)),
        (lambda: layers.Conv2D(2, 3, border_mode="same"), "padding", "same"),
        (lambda: layers.Conv2D(2, 3, dim_ordering="th"), "data_format", "channels_first"),
        (lambda: layers.Conv2D(2, 3, atrous_rate=(2, 2)), "dilation_rate", (2, 2)),
        (lambda: layers.MaxPooling1D(pool_length=3), "pool_size", (3,)),
        (lambda: layers.MaxPooling1D(2, stride=1), "strides", (1,)),
        (lambda: layers.UpSampling1D(length=3), "size", (3,)),
        (lambda: layers.Dropout(p=0.25), "rate", 0.25),
        (lambda: layers.GaussianNoise(sigma=0.25), "stddev", 0.25),
        (lambda: layers.Concatenate(concat_axis=1), "axis", 1),
    ],
)
def test_renamed_arguments(make, attribute, expected):
    assert getattr(make(), attribute) == expected


@pytest.mark.parametrize(
    ("arguments", "attribute", "expected"),
    [
        ({"init": "he_normal"}, "kernel_initializer", "HeNormal"),
        ({"W_regularizer": "l2"}, "kernel_regularizer", "L2"),
        ({"b_regularizer": "l1"}, "bias_regularizer", "L1"),
        ({"W_constraint": "max_norm"}, "kernel_constraint", "MaxNorm"),
    ],
)
def test_renamed_objects(arguments, attribute, expected):
    assert type(getattr(layers.Dense(2, **arguments), attribute)).__name__ == expected


@pytest.mark.parametrize(
    ("arguments", "shape"),
    [
        ({"input_shape": (4,)}, (None, 4)),
        ({"input_shape": [4]}, (None, 4)),
        ({"input_dim": 4}, (None, 4)),
        ({"input_dim": 4, "input_length": 5}, (None, 5, 4)),
        ({"batch_input_shape": (8, 4)}, (8, 4)),
        ({"input_shape": (4,), "batch_size": 8}, (8, 4)),
    ],
)
def test_the_first_layer_says_the_shape_of_the_input(arguments, shape):
    model = keras.Sequential([layers.Dense(2, **arguments)])
    assert model.input_shape == shape and model.built


def test_an_embedding_says_the_length_of_its_input():
    model = keras.Sequential([layers.Embedding(10, 3, input_length=5), layers.Flatten()])
    assert model.output_shape == (None, 15)


def test_first_weights():
    weights = [[[1.0], [2.0]], [3.0]]
    model = keras.Sequential([layers.Dense(1, input_dim=2, weights=weights)])
    assert model([[1.0, 1.0]]).numpy() == [[6.0]]


def test_a_shape_that_is_a_number_is_answered_with_a_comma():
    with pytest.raises(ValueError, match=r"Write input_shape=\(4,\)"):
        layers.Dense(2, input_shape=4)


def test_nothing_is_swallowed():
    with pytest.raises(TypeError, match=r"no argument 'activaton'\. Did you mean 'activation'"):
        layers.Dense(2, activaton="relu")
