"""Settings of the process, from a file and the environment."""

import json

import pytest

from keratin.keras._core.settings import Settings, keras_home, standardize_data_format


def test_a_file_is_read(tmp_path):
    found = {"floatx": "float64", "epsilon": 1e-5, "image_data_format": "channels_first"}
    (tmp_path / "keras.json").write_text(json.dumps({**found, "backend": "torch"}))
    settings = Settings()
    settings.read(tmp_path, {})
    assert {name: getattr(settings, name) for name in found} == found
    assert Settings.floatx == "float32"


def test_without_a_file(tmp_path):
    settings = Settings()
    settings.read(tmp_path, {"KERAS_MAX_EPOCHS": "3", "KERAS_MAX_STEPS_PER_EPOCH": ""})
    assert (settings.floatx, settings.max_epochs, settings.max_steps_per_epoch) == (
        "float32",
        3,
        None,
    )
    (tmp_path / "keras.json").write_text("no JSON")
    settings.read(tmp_path, {})
    assert settings.floatx == "float32"


@pytest.mark.parametrize(
    "name,value", [("floatx", "int8"), ("epsilon", "a"), ("image_data_format", 3)]
)
def test_a_file_with_something_wrong(tmp_path, name, value):
    (tmp_path / "keras.json").write_text(json.dumps({name: value}))
    with pytest.raises(ValueError, match=rf"keras\.json: .* given {value!r}"):
        Settings().read(tmp_path, {})


def test_home(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert keras_home() == tmp_path
    monkeypatch.delenv("KERAS_HOME")
    assert keras_home().name == ".keras"


def test_data_formats():
    assert standardize_data_format(None) == "channels_last"
    assert standardize_data_format("Channels_First") == "channels_first"
