"""Policies of quantized layers, compared with Keras."""

import pytest

from keratin.keras import dtype_policies
from tests.harness.real_keras import real

NAMES = [
    "int8_from_float32",
    "int8_from_mixed_bfloat16",
    "int4_from_float32",
    "int4/64_from_float32",
    "int4/-1_from_mixed_float16",
    "float8_from_bfloat16",
    "gptq/4/128_from_float32",
    "gptq/8/-1_from_mixed_bfloat16",
    "awq/4/-1_from_float32",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_and_configs(name):
    ours, theirs = dtype_policies.get(name), real.dtype_policies.get(name)
    for attribute in ("name", "compute_dtype", "variable_dtype", "quantization_mode"):
        assert getattr(ours, attribute) == getattr(theirs, attribute)
    for number in ("block_size", "weight_bits", "group_size", "amax_history_length"):
        assert getattr(ours, number, None) == getattr(theirs, number, None)
    assert type(ours).__name__ == type(theirs).__name__
    config = dtype_policies.serialize(ours)
    assert config == real.dtype_policies.serialize(theirs)
    assert dtype_policies.deserialize(config) == ours != dtype_policies.get("float32")
    assert hash(dtype_policies.get(name)) == hash(ours)


def test_a_source_left_out_is_the_policy_in_force():
    assert dtype_policies.QuantizedDTypePolicy("int8").name == "int8_from_float32"


ERRORS = {
    "gptq/5/128_from_float32": "weight_bits must be 2 or 3 or 4 or 8; given '5'",
    "awq/4/0_from_float32": "group_size must be a positive integer, or -1; given '0'",
    "int4/x_from_float32": "block_size must be a positive integer, or -1; given 'x'",
    "gptq/4_from_float32": "mode must be 'gptq/<weight_bits>/<group_size>'; given 'gptq/4'",
    "int8_from_float16": "'int8' overflows where layers compute in float16",
    "int9_from_float32": "There is no dtype policy 'int9_from_float32'. .* int8, float8, int4",
    "int8_from_float33": "There is no dtype policy 'float33'",
}


@pytest.mark.parametrize("name,message", ERRORS.items())
def test_errors(name, message):
    with pytest.raises(ValueError, match=message):
        dtype_policies.get(name)


def test_a_history_is_a_number_of_steps():
    with pytest.raises(TypeError, match="amax_history_length must be an integer; given 'a'"):
        dtype_policies.QuantizedFloat8DTypePolicy("float8", "float32", "a")
