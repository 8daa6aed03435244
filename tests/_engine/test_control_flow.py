"""Branches and loops, by function and eagerly: values, gradients, and what is refused."""

import pytest

from tests.harness.parity import case, f32, i32, parity


def in_function(function):
    """A row that runs `function(tf, ...)` compiled, whatever the harness does around it."""

    def run(tf, *inputs):
        return tf.function(lambda *tensors: function(tf, *tensors), autograph=False)(*inputs)

    return run


def switching(tf, i, x):
    return tf.switch_case(i[0], [lambda: x, lambda: x * x, lambda: tf.exp(x)])


def cases(tf, x):
    s = tf.reduce_sum(x)
    return tf.case(
        [(s > 100.0, lambda: x), (s > -100.0, lambda: x * x)], default=lambda: tf.zeros_like(x)
    )


SHORT = {"vectorize": False}
CASES = [
    case("cond", lambda tf, x: tf.cond(tf.reduce_sum(x) > 0, lambda: x * x, lambda: -x), f32(3)),
    case(
        "cond_compiled",
        in_function(lambda tf, x: tf.cond(tf.reduce_sum(x) > 0, lambda: x * x, lambda: -x)),
        f32(3),
    ),
    case(
        "cond_structure",
        in_function(
            lambda tf, x: tf.cond(
                x[0] > 0, lambda: {"a": x, "b": (x, 1)}, lambda: {"a": -x, "b": (x, 2)}
            )
        ),
        f32(3),
    ),
    case(
        "cond_numbers",
        in_function(lambda tf, x: tf.cond(x[0] > 0, lambda: 1.5, lambda: 2.5)),
        f32(3),
        grad=[],
    ),
    case(
        "cond_nested",
        in_function(
            lambda tf, x: tf.cond(
                x[0] > 0, lambda: tf.cond(x[1] > 0, lambda: x, lambda: 2 * x), lambda: 3 * x
            )
        ),
        f32(3),
    ),
    case("switch_case", switching, i32(1, low=0, high=3), f32(3)),
    case("switch_case_compiled", in_function(switching), i32(1, low=0, high=3), f32(3)),
    case("switch_default", in_function(switching), i32(1, low=7, high=8), f32(3)),
    case(
        "switch_table",
        in_function(
            lambda tf, i, x: tf.switch_case(
                i[0], {0: lambda: x, 1: lambda: 2 * x}, default=lambda: 3 * x
            )
        ),
        i32(1, low=1, high=2),
        f32(2),
    ),
    case("case", cases, f32(3)),
    case("case_compiled", in_function(cases), f32(3)),
]
test_parity = parity("_engine_control_flow", CASES)


def test_branches_assign_variables(tf):
    v, w = tf.Variable(0.0), tf.Variable(10.0)

    @tf.function
    def f(x):
        def up():
            v.assign_add(x)
            return v * 1.0

        def down():
            w.assign_sub(x)
            return w * 1.0

        return tf.cond(x > 0.0, up, down) + v

    assert f(tf.constant(2.0)).numpy() == 4.0
    assert (v.numpy(), w.numpy()) == (2.0, 10.0)
    assert f(tf.constant(-1.0)).numpy() == 13.0
    assert (v.numpy(), w.numpy()) == (2.0, 11.0)


@pytest.mark.parametrize(
    ("misuse", "expected"),
    [
        (lambda tf, x: tf.cond(x, lambda: x, lambda: x), "has dtype float32; a scalar bool"),
        (lambda tf, x: tf.cond(tf.stack([x > 0, x > 1]), lambda: x, lambda: x), "has shape (2,)"),
        (lambda tf, x: tf.cond(x > 0, x, x), "true_fn must be callable"),
        (lambda tf, x: tf.cond(x > 0, lambda: x, lambda: [x, x]), "different structures"),
        (lambda tf, x: tf.cond(x > 0, lambda: x, lambda: tf.cast(x, tf.int32)), "tf.cast"),
        (lambda tf, x: tf.cond(x > 0, lambda: x, lambda: tf.stack([x, x])), "same shapes"),
        (lambda tf, x: tf.switch_case(tf.cast(x, tf.int32), []), "branch_fns is empty"),
    ],
)
def test_misuse_is_answered_with_a_remedy(tf, misuse, expected):
    @tf.function(autograph=False)
    def f(x):
        return misuse(tf, x)

    with pytest.raises((TypeError, ValueError)) as caught:
        f(tf.constant(2.0))
    assert expected in str(caught.value)
    assert "jax" not in str(caught.value).lower()
