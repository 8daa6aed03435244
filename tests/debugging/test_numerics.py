import contextlib

import numpy as np
import pytest

from tests.harness.parity import case, f32, parity

test_parity = parity(
    "debugging_numerics",
    [
        case("check_numerics", lambda tf, x: tf.debugging.check_numerics(x, "m"), f32(2, 3)),
        case("assert_all_finite", lambda tf, x: tf.debugging.assert_all_finite(x, "m"), f32(3)),
    ],
)


@contextlib.contextmanager
def checking(tf, **limits):
    tf.debugging.enable_check_numerics(**limits)
    try:
        yield
    finally:
        tf.debugging.disable_check_numerics()


@pytest.mark.parametrize(
    ("value", "found"),
    [([1, np.nan], "NaN"), ([np.inf], "Inf"), ([-np.inf, np.nan], "Inf and NaN")],
)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_what_is_not_finite_is_counted_and_found(tf, value, found, dtype):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.debugging.check_numerics(tf.constant(value, dtype), "the loss")
    assert f"the loss : Tensor had {found} values. Of {len(value)} elements" in str(caught.value)
    assert f"the first is at [{0 if value[0] != 1 else 1}]" in str(caught.value)
    assert f"{__file__}, line " in str(caught.value)


def test_only_floating_numbers_are_taken(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="takes floating numbers; given int32"):
        tf.debugging.check_numerics([1], "m")


def test_a_compiled_function_checks_each_run(tf):
    @tf.function
    def checked(x):
        return tf.debugging.check_numerics(tf.math.log(x), "the logarithm")

    assert checked(tf.constant(1.0)).numpy() == 0
    with pytest.raises(tf.errors.InvalidArgumentError, match="the logarithm : Tensor had NaN"):
        checked(tf.constant(-1.0))


def test_every_op_is_checked_while_that_is_enabled(tf):
    with checking(tf):
        assert tf.math.log(1.0).numpy() == 0
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            tf.constant([1.0, 2.0]) / [1.0, 0.0]
    message = str(caught.value)
    assert "The result of tf.truediv, of dtype float32, holds Inf." in message
    assert "input 1: <tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 0.]" in message
    assert "in test_every_op_is_checked_while_that_is_enabled" in message
    assert np.isnan(tf.math.log(-1.0).numpy())


def test_ops_that_move_values_pass(tf):
    values = tf.constant([1.0, np.nan])
    with checking(tf):
        assert np.isnan(tf.reshape(values, [2, 1]).numpy()[1, 0])
        assert np.isnan(values[1].numpy())
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"tf\.add"):
            values + 1


def test_functions_compiled_meanwhile_are_checked(tf):
    with checking(tf):

        @tf.function
        def compiled(x):
            return tf.math.log(x) * 2

        assert compiled(tf.constant(1.0)).numpy() == 0
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"result of tf\.log"):
            compiled(tf.constant(-1.0))


def test_the_stack_is_cut_to_the_limits(tf):
    with checking(tf, stack_height_limit=1, path_length_limit=10):
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            tf.math.log(-1.0)
        last = str(caught.value).splitlines()[-1]
        assert last.startswith(f"...{__file__[-10:]}, line ")


def test_enabling_twice_is_enabling_once(tf):
    with checking(tf), checking(tf):
        pass
    assert np.isnan(tf.math.log(-1.0).numpy())
