import numpy as np
import pytest

from tests.harness.parity import case, parity

PAIRS = [
    ([1, 2], [1, 2]),
    ([1, 2], [1, 3]),
    ([1, 2], [2, 3]),
    ([3, 4], [1, 2]),
    ([1, 2], 2),
    (3, [1, 2]),
    ([[1], [5]], [[2, 3]]),
    ([], []),
    (1.5, 1.5),
]
ASSERTS = ["equal", "none_equal", "less", "less_equal", "greater", "greater_equal"]
SIGNS = ["negative", "positive", "non_negative", "non_positive"]
VALUES = [[-1, -2], [0, 1], [1, 2], [0, -1], [], -1.5, 0.0, [-1, 1]]
NEAR = [
    (1.0, 1.0),
    (1.0, 1.000001),
    (1.0, 1.00001),
    (1000.0, 1000.001),
    (np.float64(1.0), np.float64(1.0000000001)),
    (np.float16(1.0), np.float16(1.005)),
    (np.float16(1.0), np.float16(1.02)),
    (1j, 1.0000001j),
    (np.nan, np.nan),
]


def holds(call, *args, **kwargs):
    """Whether an assert passes."""
    try:
        call(*args, **kwargs)
    except ValueError:
        return False
    except Exception as error:  # the one class that TensorFlow's asserts raise besides
        if type(error).__name__ != "InvalidArgumentError":
            raise
        return False
    return True


def pairs(tf):
    return [
        holds(getattr(tf.debugging, f"assert_{name}"), x, y) for name in ASSERTS for x, y in PAIRS
    ]


def signs(tf):
    return [holds(getattr(tf.debugging, f"assert_{name}"), x) for name in SIGNS for x in VALUES]


def near(tf):
    results = [holds(tf.debugging.assert_near, x, y) for x, y in NEAR]
    wide = [holds(tf.debugging.assert_near, 1.0, 1.5, rtol=r, atol=a) for r, a in LIMITS]
    return results + wide


LIMITS = [(0.1, 0.1), (0.4, 0.0), (0.0, 0.5), (0.0, 0.4), (0.3, 0.1)]

test_parity = parity(
    "debugging_asserts",
    [
        case("pairs", pairs),
        case("signs", signs),
        case("near", near),
        case("assert", lambda tf: [holds(tf.Assert, c, [1]) for c in (True, False)]),
    ],
)


@pytest.mark.parametrize(
    ("call", "lines"),
    [
        (
            lambda d: d.assert_equal([1, 2, 5], [1, 3, 4], message="the labels"),
            [
                "the labels",
                "x == y does not hold for 2 of 3 elements:",
                "  at [1]: x = 2, y = 3",
                "  at [2]: x = 5, y = 4",
                "x: shape (3,), int32, [1, 2, 5]",
                "y: shape (3,), int32, [1, 3, 4]",
            ],
        ),
        (
            lambda d: d.assert_less([[1], [5]], [[2, 3]], summarize=1),
            [
                "x < y does not hold for 2 of 4 elements:",
                "  at [1, 0]: x = 5, y = 2",
                "  and 1 more",
                "x: shape (2, 1), int32, [1, ...]",
            ],
        ),
        (lambda d: d.assert_less(range(9), range(9), summarize=-1), ["  at [8]: x = 8, y = 8"]),
        (
            lambda d: d.assert_equal("a", "b"),
            ["  x = b'a', y = b'b'"],
        ),
        (
            lambda d: d.assert_positive([1.0, 0.0]),
            ["x > 0 does not hold for 1 of 2 elements:", "  at [1]: x = 0.0"],
        ),
        (
            lambda d: d.assert_near([1.0, 2.0], [1.0, 2.5], atol=0.25, rtol=0.0),
            [
                "|x - y| < atol + rtol * |y| does not hold for 1 of 2 elements:",
                "  with atol = 0.25, rtol = 0.0",
                "  at [1]: x = 2.0, y = 2.5",
            ],
        ),
        (
            lambda d: d.Assert(False, ["the sizes", [1, 2, 3, 4]], summarize=2),
            ["The condition does not hold. Data: the sizes, [1, 2, ...]"],
        ),
    ],
)
def test_reports_show_where_and_what(tf, call, lines):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf.debugging)
    report = caught.value.message.splitlines()
    assert [line for line in lines if line not in report] == []
    assert report[-1].startswith(f"At {__file__}, line ")


def test_asserts_in_a_compiled_function_check_each_run(tf, capfd, caplog):
    @tf.function
    def checked(x):
        tf.debugging.assert_positive(x, message="the step")
        return x * 2

    assert checked(tf.constant(1.0)).numpy() == 2
    with pytest.raises(tf.errors.InvalidArgumentError, match="the step\nx > 0 does not hold"):
        checked(tf.constant(-1.0))
    assert checked(tf.constant(3.0)).numpy() == 6
    assert "jax" not in capfd.readouterr().err + caplog.text


def test_what_is_known_while_tracing_is_checked_then(tf):
    @tf.function
    def checked(x):
        tf.debugging.assert_equal(tf.shape(x)[0], 3)
        return x

    assert checked(tf.zeros([3])).shape == [3]
    with pytest.raises(tf.errors.InvalidArgumentError, match="x = 2, y = 3"):
        checked(tf.zeros([2]))


def test_asserts_are_seen_in_branches_and_loops(tf):
    @tf.function
    def checked(n):
        total = tf.constant(0)
        for i in tf.range(n):
            tf.debugging.assert_less(i, 3)
            total += i
        return total

    assert checked(tf.constant(3)).numpy() == 3
    with pytest.raises(tf.errors.InvalidArgumentError, match="x = 3, y = 3"):
        checked(tf.constant(4))


def test_asserts_stop_no_gradient(tf):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        tf.debugging.assert_greater(x, 0.0)
        y = x * x
    assert tape.gradient(y, x).numpy() == 6


def test_wrong_arguments(tf):
    with pytest.raises(TypeError, match="data must be a list of values to show; given int"):
        tf.Assert(False, 5)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"given int32\. Use tf"):
        tf.debugging.assert_near([1], [1])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[2\] and \[3\] cannot be"):
        tf.debugging.assert_equal([1, 2], [1, 2, 3])
