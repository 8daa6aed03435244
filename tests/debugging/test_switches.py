import pytest


def test_log_of_placement(tf, capfd):
    assert not tf.debugging.get_log_device_placement()
    tf.debugging.set_log_device_placement(True)
    try:
        assert tf.debugging.get_log_device_placement()
        tf.constant(1) + 2
        tf.function(lambda x: x * 3)(tf.constant(1))
    finally:
        tf.debugging.set_log_device_placement(False)
    tf.constant(1) - 2
    logged = capfd.readouterr().err
    assert "add: /job:localhost/replica:0/task:0/device:CPU:0" in logged
    assert "multiply: part of a compiled function" in logged
    assert "subtract" not in logged


def test_filtering_of_tracebacks(tf):
    assert tf.debugging.is_traceback_filtering_enabled()
    tf.debugging.disable_traceback_filtering()
    try:
        assert not tf.debugging.is_traceback_filtering_enabled()
    finally:
        tf.debugging.enable_traceback_filtering()
    assert tf.debugging.is_traceback_filtering_enabled()


def test_dumps_are_refused_with_what_to_do_instead(tf):
    with pytest.raises(tf.errors.UnimplementedError, match=r"enable_check_numerics\(\)"):
        tf.debugging.experimental.enable_dump_debug_info("/tmp/x")
    tf.debugging.experimental.disable_dump_debug_info()
