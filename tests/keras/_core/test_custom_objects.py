import pytest

from keratin import keras
from keratin.keras._core import custom_objects


@pytest.fixture(autouse=True)
def _clean():
    before = dict(custom_objects._objects), dict(custom_objects._names)
    yield
    custom_objects._objects.clear()
    custom_objects._objects.update(before[0])
    custom_objects._names.clear()
    custom_objects._names.update(before[1])


def test_registered_objects_are_found_by_package_and_name():
    @keras.saving.register_keras_serializable("shop", "cost")
    def price(x):
        return x

    assert keras.saving.get_registered_name(price) == "shop>cost"
    assert keras.saving.get_registered_object("shop>cost") is price


def test_a_class_needs_a_config():
    with pytest.raises(ValueError, match="Plain has no get_config"):

        @keras.saving.register_keras_serializable()
        class Plain:
            pass


def test_scopes_are_nested_and_end():
    with keras.saving.custom_object_scope({"a": 1}):
        with keras.saving.CustomObjectScope({"a": 2}):
            assert keras.saving.get_registered_object("a") == 2
        assert keras.saving.get_registered_object("a") == 1
    assert keras.saving.get_registered_object("a") is None


def test_own_activations_by_name():
    with keras.saving.custom_object_scope({"twice": lambda x: x * 2}):
        layer = keras.layers.Activation("twice")
    assert layer([[3.0]]).numpy() == [[6.0]]
