"""What users read when an op fails."""

import pytest


def test_errors_name_op_arguments_and_line_and_hide_jax(tf):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.constant([[1.0, 2.0]]) @ tf.constant([[1.0, 2.0]])
    text = str(caught.value)
    assert text.startswith("tf.matmul: ")
    assert "shape (1, 2) float32" in text
    assert "test_explain.py, line" in text
    trace, modules = caught.value.__traceback__, []
    while trace is not None:
        modules.append(trace.tb_frame.f_globals["__name__"])
        trace = trace.tb_next
    assert not any(name.startswith("jax") for name in modules)
