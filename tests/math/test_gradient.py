import pytest


@pytest.mark.parametrize("name", ["floor", "ceil", "rint", "round", "zero_fraction"])
def test_gradient_is_none_rather_than_zero(tf, name):
    x = tf.constant([0.3, 1.7])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = getattr(tf.math, name)(x)
    with pytest.warns(UserWarning, match="None"):
        assert tape.gradient(y, x) is None


def test_the_tape_goes_on_listening(tf):
    x = tf.constant(2.5)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.floor(x) * x
    assert tape.gradient(y, x).numpy() == 2.0


def test_the_tape_goes_on_after_an_error(tf):
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        with pytest.raises(ValueError, match="dtype int32"):
            tf.floor(tf.constant(1))
        y = x * x
    assert tape.gradient(y, x).numpy() == 4.0
