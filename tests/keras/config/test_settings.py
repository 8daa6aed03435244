"""`keras.config`."""

import pytest

from keratin.keras import config
from tests.harness.real_keras import real

SETTINGS = {
    "floatx": ("float16", "float32"),
    "epsilon": (1e-5, 1e-7),
    "image_data_format": ("channels_first", "channels_last"),
    "max_epochs": (3, None),
    "max_steps_per_epoch": (2, None),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings(name):
    value, usual = SETTINGS[name]
    get, change = getattr(config, name), getattr(config, f"set_{name}")
    assert get() == usual == getattr(real.config, name)()
    try:
        change(value)
        assert get() == value
    finally:
        change(usual)
    assert get() == usual


def test_flash_attention():
    assert config.is_flash_attention_enabled() is None
    config.disable_flash_attention()
    assert config.is_flash_attention_enabled() is False
    config.enable_flash_attention()
    assert config.is_flash_attention_enabled() is None


def test_dtype_policies():
    try:
        config.set_dtype_policy("mixed_bfloat16")
        assert config.dtype_policy().compute_dtype == "bfloat16"
    finally:
        config.set_dtype_policy(None)
    assert config.dtype_policy().name == "float32"


def test_the_backend():
    assert config.backend() == "tensorflow"
    config.set_backend("tensorflow")
    with pytest.raises(ValueError, match="Keratin has one engine, XLA, and the programming model"):
        config.set_backend("jax")
    assert config.is_nnx_enabled() is False


def test_unsafe_deserialization_is_said_to_allow_nothing():
    with pytest.warns(UserWarning, match="never runs code that a file holds"):
        config.enable_unsafe_deserialization()


def test_names_are_one_object(tf):
    from keratin import keras

    assert config.enable_traceback_filtering is tf.debugging.enable_traceback_filtering
    assert config.disable_interactive_logging is keras.utils.disable_interactive_logging
    assert keras.backend.set_floatx is config.set_floatx


ERRORS = {
    "floatx": (lambda: config.set_floatx("int8"), "floatx must be 'float16', .* given 'int8'"),
    "epsilon": (lambda: config.set_epsilon("a"), "epsilon must be a number, such as 1e-7"),
    "format": (lambda: config.set_image_data_format("nchw"), "data_format must be 'channels_last'"),
    "no format": (lambda: config.set_image_data_format(None), "given None"),
    "epochs": (lambda: config.set_max_epochs(0), "max_epochs must be a positive integer, or None"),
}


@pytest.mark.parametrize("call,message", ERRORS.values(), ids=ERRORS)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
