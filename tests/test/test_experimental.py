"""tf.test.experimental."""


def test_devices_are_waited_for(tf):
    x = tf.ones([100, 100])
    for _ in range(10):
        x = x @ x
    assert tf.test.experimental.sync_devices() is None
    assert x._value.is_ready()
