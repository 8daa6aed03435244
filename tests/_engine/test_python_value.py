"""What Python values become as tensors, and which are refused."""

import re

import pytest


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([1, "a"], "mixes types"),
        (["a", 1], "mixes types"),
        ([[1, 2], ["a", "b"]], "mixes types"),
        ([True, 2], "mixes types"),
        ([[True], [1.5]], "mixes types"),
        ([1, None], "Cannot convert None of type NoneType, in [1, None],"),
        (["a", None], "Cannot convert None"),
        ([{"a": 1}], "Cannot convert {'a': 1} of type dict"),
        ([[1], [2, 3]], "ragged"),
        (2**70, "Write it as a float"),
        (None, "a value is missing"),
    ],
)
def test_what_is_no_tensor_is_named_with_its_place(tf, value, words):
    for make in (tf.constant, tf.convert_to_tensor, tf.Variable, tf.abs):
        if value is None and make is not tf.constant:
            continue
        with pytest.raises(ValueError, match=re.escape(words)) as raised:
            make(value)
        assert re.search(r"[^.]\. At \S+test_python_value\.py, line \d+\.$", str(raised.value))
        assert str(raised.value).count(" At ") == 1


def test_booleans_are_numbers_after_a_number_or_where_a_dtype_asks(tf):
    assert tf.constant([1, True]).numpy().tolist() == [1, 1]
    assert tf.constant([True, 2], tf.int32).numpy().tolist() == [1, 2]
    assert tf.constant(True, tf.float32).numpy() == 1.0
    with pytest.raises(TypeError, match="of kind int"):
        tf.constant(1, tf.bool)
