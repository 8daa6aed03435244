"""Name scopes."""

import pytest


def test_scopes_nest_and_end(tf):
    with tf.name_scope("a") as full:
        assert full == "a/"
        with tf.name_scope("b"):
            assert tf.get_current_name_scope() == "a/b"
            assert tf.Variable(1, name="v").name == "a/b/v:0"
        with tf.name_scope("c/"):
            assert tf.get_current_name_scope() == "c"
    assert tf.get_current_name_scope() == ""


def test_a_name_is_a_string(tf):
    with pytest.raises(ValueError, match="must be a string"):
        tf.name_scope(3)


def test_what_is_traced_is_named_by_its_scopes(tf):
    @tf.function
    def work(x):
        with tf.name_scope("outer"), tf.name_scope("inner"):
            y = x * 2.0
        with tf.name_scope("outer/again/"):
            return y + 1.0

    program = work.get_concrete_function(tf.TensorSpec([]))._traced_program
    stacks = [str(equation.source_info.name_stack) for equation in program.jaxpr.eqns]
    assert stacks == ["outer/inner", "again"]
