import numpy as np
import pytest

from keratin import keras
from keratin.keras.training.indices import embedded

WRONG = np.array([[1, 2, 3], [4, 7, 5]])
RIGHT = WRONG % 7


def sequential():
    model = keras.Sequential(
        [
            keras.Input((3,), name="words"),
            keras.layers.Embedding(7, 2, name="table"),
            keras.layers.Flatten(),
            keras.layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse")
    return model


CALLS = {
    "fit": lambda model, x: model.fit(x, np.ones(2), verbose=0),
    "evaluate": lambda model, x: model.evaluate(x, np.ones(2), verbose=0),
    "predict": lambda model, x: model.predict(x, verbose=0),
    "train_on_batch": lambda model, x: model.train_on_batch(x, np.ones(2)),
    "predict_on_batch": lambda model, x: model.predict_on_batch(x),
}


@pytest.mark.parametrize("method", CALLS)
def test_a_number_without_a_vector_is_named_before_any_step(method):
    model = sequential()
    CALLS[method](model, RIGHT)
    before = model.get_weights()
    # The second time `predict` has a program at hand, and looks all the same.
    for _ in range(2):
        with pytest.raises(ValueError) as error:
            CALLS[method](model, WRONG)
        for part in (
            f"{method}(): the input 'words' holds 7 at [1, 1], and the layer 'table' (Embedding)",
            "has vectors for 0 to 6 (input_dim=7). Give the layer input_dim=8 or more",
            "test_indices.py",
        ):
            assert part in str(error.value)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_negative_numbers_and_numbers_given_as_floats():
    model = sequential()
    with pytest.raises(ValueError, match=r"holds -1 at \[0, 0\].*Vectors are counted from 0"):
        model.predict(RIGHT - 2, verbose=0)
    with pytest.raises(ValueError, match=r"holds 7\.0 at \[1, 1\]"):
        model.predict(WRONG.astype("float64"), verbose=0)
    assert model.predict(RIGHT.astype("float64"), verbose=0).shape == (2, 1)


def test_validation_data_is_looked_at_too():
    with pytest.raises(ValueError, match="the input 'words' holds 7"):
        sequential().fit(RIGHT, np.ones(2), validation_data=(WRONG, np.ones(2)), verbose=0)


def test_which_input_goes_into_which_embedding():
    ids = keras.Input((3,), dtype="int32", name="ids")
    numbers = keras.Input((3,), name="numbers")
    table = keras.layers.Embedding(7, 1, name="table")
    own = keras.layers.Flatten()(table(ids))
    shifted = keras.layers.Flatten()(table(ids - 1))
    outputs = keras.layers.Dense(1)(keras.layers.Concatenate()([own, shifted, numbers]))
    model = keras.Model({"numbers": numbers, "ids": ids}, outputs)
    assert [(place, layer.name) for place, layer in embedded(model)] == [(0, "table")]
    floats = np.full((2, 3), 100.0, "float32")
    with pytest.raises(ValueError, match="the input 'ids' holds 7"):
        model.predict({"ids": WRONG, "numbers": floats}, verbose=0)
    assert model.predict({"ids": RIGHT, "numbers": floats}, verbose=0).shape == (2, 1)


def test_models_that_are_given_by_their_call_are_not_looked_into():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.table = keras.layers.Embedding(7, 2)

        def call(self, x):
            return self.table(x % 7)

    assert Own().predict(WRONG, verbose=0).shape == (2, 3, 2)
