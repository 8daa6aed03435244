"""Configs as Keras 2 wrote them."""

import pytest

from keratin import keras
from keratin.keras.utils import legacy
from tests.harness.real_keras import real


def double(x):
    return 2 * x


OBJECTS = [
    ("initializers", "GlorotUniform", {"seed": 3}),
    ("regularizers", "L1L2", {"l1": 0.1, "l2": 0.2}),
    ("losses", "Hinge", {"name": "mine"}),
    ("layers", "Dense", {"units": 2, "activation": "relu", "name": "d"}),
]


@pytest.mark.parametrize(("space", "name", "options"), OBJECTS, ids=str)
def test_objects_are_written_as_by_keras(space, name, options):
    ours = getattr(getattr(keras, space), name)(**options)
    theirs = getattr(getattr(real, space), name)(**options)
    config = legacy.serialize_keras_object(ours)
    assert config == real.utils.legacy.serialize_keras_object(theirs)
    back = legacy.deserialize_keras_object(config)
    assert type(back) is type(ours) and back.get_config() == ours.get_config()


class Holder:
    """An object that gives another one, and a function, as they are."""

    def get_config(self):
        return {"inner": keras.initializers.Zeros(), "function": double, "number": 3}


def test_objects_within_objects_are_written_likewise():
    assert legacy.serialize_keras_object(Holder()) == {
        "class_name": "Holder",
        "config": {
            "inner": {"class_name": "Zeros", "config": {}},
            "function": "double",
            "number": 3,
        },
    }


def test_functions_are_names():
    assert legacy.serialize_keras_object(double) == "double"
    assert legacy.serialize_keras_object(None) is legacy.deserialize_keras_object(None) is None
    assert legacy.deserialize_keras_object("double", custom_objects={"double": double}) is double
    assert legacy.deserialize_keras_object("double", module_objects={"double": double}) is double
    assert legacy.deserialize_keras_object(double) is double
    with keras.utils.custom_object_scope({"Zeros": keras.initializers.Zeros}):
        assert isinstance(legacy.deserialize_keras_object("Zeros"), keras.initializers.Zeros)


def test_errors():
    with pytest.raises(ValueError, match=r"There is no loss 'duoble'. Did you mean 'double'"):
        legacy.deserialize_keras_object("duoble", {"double": double}, printable_module_name="loss")
    with pytest.raises(ValueError, match=r"The object is given by a config.*given 3 of type int"):
        legacy.deserialize_keras_object(3)
    with pytest.raises(ValueError, match=r"cannot be written: 3 has no get_config"):
        legacy.serialize_keras_object(3)
