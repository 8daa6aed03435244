import pytest

from keratin import keras
from keratin.keras import constraints, initializers, losses


@pytest.mark.parametrize("spelling", ["glorot_uniform", "GlorotUniform", "glorotuniform"])
def test_spellings(spelling):
    assert type(initializers.get(spelling)).__name__ == "GlorotUniform"


def test_none_instances_classes_functions_and_configs():
    zeros = initializers.Zeros()
    assert initializers.get(None) is None
    assert initializers.get(zeros) is zeros
    assert isinstance(initializers.get(initializers.Zeros), initializers.Zeros)
    config = initializers.serialize(initializers.Constant(3.0))
    assert initializers.get(config).value == 3.0
    assert initializers.get({"class_name": "Ones", "config": {}}).get_config() == {}


def test_unknown_names_are_answered_with_the_nearest():
    with pytest.raises(
        ValueError, match=r"Unknown constraint: 'max_nrom'. Did you mean 'max_norm'"
    ):
        constraints.get("max_nrom")


def test_what_is_no_member_is_named():
    with pytest.raises(ValueError, match="This is no loss: 3"):
        losses.get(3)


def test_objects_of_the_user_are_found_by_name():
    with keras.saving.custom_object_scope({"my_loss": abs}):
        assert losses.get("my_loss") is abs
