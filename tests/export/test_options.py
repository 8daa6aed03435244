"""Options and assets."""

import pathlib

import pytest


def test_policies_are_read_from_words(tf):
    policy = tf.saved_model.experimental.VariablePolicy
    assert policy.from_obj(None) is policy.NONE
    assert policy.from_obj("Save_Variable_Devices") is policy.SAVE_VARIABLE_DEVICES
    assert policy.from_obj(policy.NONE) is policy.NONE
    with pytest.raises(ValueError, match=r"is one of .*'save_variable_devices'.*given 'other'"):
        policy.from_obj("other")


def test_options_keep_what_they_are_given(tf):
    options = tf.saved_model.SaveOptions(["Mine"], experimental_io_device="/job:localhost")
    assert options.namespace_whitelist == ["Mine"]
    assert options.experimental_io_device == "/job:localhost"
    assert options.function_aliases == {}
    with pytest.raises(ValueError, match=r"variables among files.*Leave it out"):
        tf.saved_model.SaveOptions(experimental_sharding_callback=lambda: None)
    assert tf.saved_model.LoadOptions(allow_partial_checkpoint=True).allow_partial_checkpoint


def test_assets_know_their_paths(tf, tmp_path):
    for path in (tmp_path / "x", str(tmp_path / "x"), tf.constant(str(tmp_path / "x"))):
        asset = tf.saved_model.Asset(path)
        assert pathlib.Path(asset.asset_path.numpy().decode()) == tmp_path / "x"
    assert "Asset" in repr(asset)
