"""The rewriting of source, asked for and kept off."""

import pytest


def absolute(x):
    return -x if x < 0 else x


def test_source_and_graph_of_a_function(tf):
    text = tf.autograph.to_code(absolute)
    assert "if_exp" in text
    f = tf.autograph.to_graph(absolute)
    assert f(tf.constant(-1.0)).numpy() == 1.0


def test_do_not_convert(tf):
    @tf.autograph.experimental.do_not_convert
    def plain(x):
        return bool(x > 0)

    @tf.function
    def f(x):
        return plain(x)

    with pytest.raises(tf.errors.OperatorNotAllowedInGraphError):
        f(tf.constant(1.0))
