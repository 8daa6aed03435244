"""Losses by name, and as plain values."""

import pytest

from keratin.keras import losses
from keratin.keras._core import custom_objects
from tests.harness.real_keras import real

OLD_NAMES = {
    "mse": "mean_squared_error",
    "MSE": "mean_squared_error",
    "mae": "mean_absolute_error",
    "MAE": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "MAPE": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "MSLE": "mean_squared_logarithmic_error",
    "kld": "kl_divergence",
    "KLD": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
    "bce": "binary_crossentropy",
    "BCE": "binary_crossentropy",
    "cosine_proximity": "cosine_similarity",
    "cosine": "cosine_similarity",
    "huber_loss": "huber",
}
NAMES = [name for name in dir(real.losses) if name[0] != "_"]
FUNCTIONS = [n for n in NAMES if n.islower() and n not in ("get", "serialize", "deserialize")]
CLASSES = [n for n in NAMES if not n.islower() and n != "Loss"]


def test_all_that_keras_has_is_there():
    assert set(NAMES) <= set(dir(losses))
    assert len(FUNCTIONS) >= 22 and len(CLASSES) >= 22


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_by_name(name):
    function = losses.get(name)
    assert function is getattr(losses, name) and losses.get(function) is function
    assert losses.serialize(function)["config"] == name
    theirs = real.losses.serialize(getattr(real.losses, name))
    for config in (losses.serialize(function), theirs, name):
        assert losses.deserialize(config) is function
    if name != "categorical_generalized_cross_entropy":  # which real Keras does not find itself
        read = real.losses.deserialize(losses.serialize(function))
        assert read is getattr(real.losses, name)


@pytest.mark.parametrize("name", CLASSES)
def test_classes_by_name(name):
    made = losses.get(name)
    assert type(made) is getattr(losses, name)
    assert type(losses.get(type(made))) is type(made) and losses.get(made) is made
    config = {"class_name": name, "config": {"reduction": "sum"}}
    assert losses.get(config).reduction == losses.deserialize(config).reduction == "sum"
    assert made.name == getattr(real.losses, name)().name


@pytest.mark.parametrize(("old", "name"), OLD_NAMES.items())
def test_old_names(old, name):
    assert losses.get(old) is getattr(losses, name)


def test_none_and_custom_objects():
    assert losses.get(None) is None

    def mine(y_true, y_pred):
        return y_pred

    with custom_objects.CustomObjectScope({"mine": mine}):
        assert losses.get("mine") is mine
    assert losses.deserialize("mine", {"mine": mine}) is mine
    assert losses.deserialize(losses.serialize(mine), {"mine": mine}) is mine
    assert losses.get(mine) is mine


def test_unknown_losses():
    with pytest.raises(ValueError, match=r"'mean_squred_error'. Did you mean 'mean_squared_error'"):
        losses.get("mean_squred_error")
    with pytest.raises(ValueError, match=r"This is no loss: 3. Give its name, such as"):
        losses.get(3)
    with pytest.raises((TypeError, ValueError), match=r"Unheard"):
        losses.deserialize({"class_name": "Unheard", "config": {}})
