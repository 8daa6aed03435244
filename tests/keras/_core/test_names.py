import pytest

from keratin import keras
from keratin.keras._core import names


@pytest.fixture(autouse=True)
def _counts():
    counts = names.snapshot()
    names.reset()
    yield
    names.restore(counts)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Dense", "dense"),
        ("Conv2D", "conv2d"),
        ("Conv2DTranspose", "conv2d_transpose"),
        ("BatchNormalization", "batch_normalization"),
        ("LSTM", "lstm"),
        ("GlobalMaxPooling1D", "global_max_pooling1d"),
        ("ReLU", "re_lu"),
        ("MyOwn_Layer", "my_own__layer"),
    ],
)
def test_names_of_classes(given, expected):
    from tests.harness.real_keras import real

    assert names.snake_case(given) == expected
    assert real.src.utils.naming.to_snake_case(given) == expected


def test_layers_are_numbered_until_the_session_is_cleared():
    made = [keras.layers.Dense(1).name for _ in range(3)]
    assert made == ["dense", "dense_1", "dense_2"]
    keras.utils.clear_session()
    assert keras.layers.Dense(1).name == "dense"


def test_counts_can_be_set_back():
    before = names.snapshot()
    assert names.unique("a") == "a"
    names.restore(before)
    assert names.unique("a") == "a"


def test_numbers():
    assert [names.uid("x"), names.uid("x")] == [1, 2]
