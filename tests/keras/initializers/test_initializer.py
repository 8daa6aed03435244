"""How initializers are found, and initializers of the user's own."""

import numpy as np
import pytest

from keratin import keras
from keratin.keras import initializers
from tests.harness.real_keras import real

NAMES = [n for n in dir(real.initializers) if n[0] != "_" and n not in ("get", "serialize")]
CLASSES = [n for n in NAMES if n not in ("deserialize", "Initializer")]


@pytest.mark.parametrize("name", [*CLASSES, "normal", "uniform", "one", "zero"])
def test_names(name):
    theirs = getattr(real.initializers, name, None) or type(real.initializers.get(name))
    found = initializers.get(name)
    assert type(found).__name__ == theirs.__name__
    expected = {"gain": 1.0} if theirs is real.initializers.Identity else theirs().get_config()
    assert found.get_config() == expected


def test_aliases_are_one_object():
    assert initializers.glorot_uniform is initializers.GlorotUniform
    assert initializers.IdentityInitializer is initializers.identity is initializers.Identity


def test_get():
    function = lambda shape, dtype=None: np.ones(shape)  # noqa: E731
    assert initializers.get(function) is function and initializers.get(None) is None
    assert type(initializers.get(initializers.Ones)) is initializers.Ones
    made = initializers.get({"class_name": "Constant", "config": {"value": 2.0}})
    assert made.value == 2.0
    with pytest.raises(ValueError, match=r"Unknown initializer: 'glorot'\. Did you mean 'glorot"):
        initializers.get("glorot")
    with pytest.raises(ValueError, match="This is no initializer: 3"):
        initializers.get(3)


def test_files_of_keras_2_name_a_dtype():
    config = {"class_name": "GlorotUniform", "config": {"seed": 1, "dtype": "float32"}}
    assert initializers.deserialize(config).seed == 1


class Halves(initializers.Initializer):
    def __init__(self, factor=1.0):
        self.factor = factor

    def __call__(self, shape, dtype=None):
        return np.full(shape, 0.5 * self.factor, "float32")


def test_an_initializer_of_ones_own():
    init = Halves(3.0)
    assert init.get_config() == {"factor": 3.0} and init.clone().factor == 3.0
    again = initializers.deserialize(initializers.serialize(init), {"Halves": Halves})
    assert isinstance(again, Halves) and again.factor == 3.0
    assert keras.Variable(init, shape=(2,)).numpy().tolist() == [1.5, 1.5]
    with pytest.raises(NotImplementedError, match="overrides __call__"):
        initializers.Initializer()((2,))
