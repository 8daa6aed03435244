"""Dtype policies, compared with Keras."""

import numpy as np
import pytest

from keratin import keras
from keratin.keras import dtype_policies
from tests.harness.real_keras import real

NAMES = ["float32", "float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16", "int8"]


@pytest.mark.parametrize("name", NAMES)
def test_names_and_configs(name):
    ours, theirs = keras.DTypePolicy(name), real.DTypePolicy(name)
    for attribute in ("name", "compute_dtype", "variable_dtype", "quantization_mode"):
        assert getattr(ours, attribute) == getattr(theirs, attribute)
    assert repr(ours) == repr(theirs)
    config = dtype_policies.serialize(ours)
    assert config == real.dtype_policies.serialize(theirs)
    assert dtype_policies.deserialize(config) == ours == dtype_policies.get(name)


def test_get(tf):
    assert dtype_policies.get(None) == keras.config.dtype_policy()
    assert dtype_policies.get(tf.float16).name == dtype_policies.get(np.float16).name == "float16"
    assert dtype_policies.get({"name": "bfloat16"}).name == "bfloat16"
    policy = keras.DTypePolicy("float16")
    assert dtype_policies.get(policy) is policy
    for wrong in ("float33", object()):
        with pytest.raises(ValueError, match="dtype policy"):
            dtype_policies.get(wrong)
    with pytest.raises(TypeError, match="name must be a string such as 'mixed_float16'; given 3"):
        keras.DTypePolicy(3)


def test_a_name_left_out_is_the_policy_in_force():
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        assert keras.DTypePolicy().name == keras.mixed_precision.global_policy().name
        assert keras.mixed_precision.Policy is keras.DTypePolicy
    finally:
        keras.mixed_precision.set_global_policy(None)
    assert keras.DTypePolicy().name == "float32"


def test_convert_input(tf):
    policy = keras.DTypePolicy("mixed_float16")
    x = tf.ones(2)
    assert policy.convert_input(x, True, "float16").dtype == "float16"
    assert policy.convert_input(x, False, "float16") is x
    whole = tf.constant([1])
    assert policy.convert_input(whole, True, "float16") is whole


def maps():
    ours = dtype_policies.DTypePolicyMap("float16")
    theirs = real.dtype_policies.DTypePolicyMap("float16")
    for policies, space in ((ours, dtype_policies), (theirs, real.dtype_policies)):
        policies["encoder/dense"] = space.get("bfloat16")
        policies["decoder/.*"] = space.get("int8_from_float32")
    return ours, theirs


def test_a_map():
    ours, theirs = maps()
    for path in ("encoder/dense", "encoder", "decoder/a/b", "xdecoder/a"):
        assert ours[path].name == theirs[path].name
    for attribute in ("name", "compute_dtype", "variable_dtype", "quantization_mode"):
        assert getattr(ours, attribute) == getattr(theirs, attribute)
    config = dtype_policies.serialize(ours)
    assert config == real.dtype_policies.serialize(theirs)
    again = dtype_policies.deserialize(config)
    assert again == ours and list(again) == ["encoder/dense", "decoder/.*"]
    assert ours.pop("encoder/dense").name == "bfloat16" and len(ours) == 1
    del ours["decoder/.*"]
    assert "decoder/.*" not in ours and ours.default_policy.name == "float16"


def test_a_map_refuses():
    ours, _ = maps()
    with pytest.raises(ValueError, match=r"'encoder/dense' has the policy .*bfloat16.* already"):
        ours["encoder/dense"] = "float32"
    ours["decoder/a.*"] = "float32"
    with pytest.raises(ValueError, match="matches several keys"):
        ours["decoder/a"]
    with pytest.raises(ValueError, match="cannot be a DTypePolicyMap itself"):
        dtype_policies.DTypePolicyMap(ours)
    with pytest.raises(TypeError, match="policy_map must be a dictionary"):
        dtype_policies.DTypePolicyMap(None, ["float32"])
