"""Python's control flow over tensors, as a program: the same values as run step by step."""

import numpy as np
import pytest

from tests.harness.parity import case, f32, i32, parity


def converted(function):
    """A row: `function(tf)` returns the Python function that is compiled and run."""

    def run(tf, *inputs):
        return tf.function(function(tf))(*inputs)

    return run


def absolute(tf):
    def f(x):
        if tf.reduce_sum(x) < 0:
            return -x
        return x

    return f


def chain(tf):
    def f(x):
        if x > 10:
            y = x * 2
        elif x > 0:
            y = x * 3
        else:
            y = -x
        return y

    return f


def collatz(tf):
    def f(n):
        steps = 0
        while n > 1:
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
            steps += 1
        return steps

    return f


def jumps(tf):
    def f(n):
        total = 0
        for i in tf.range(n):
            if i % 2 == 0:
                continue
            if i > 7:
                break
            total += i
        return total

    return f


def return_in_loop(tf):
    def f(x):
        for _ in tf.range(10):
            if x > 20.0:
                return x
            x = x * 2.0
        return -x

    return f


def over_rows(tf):
    def f(x):
        total = tf.zeros([2])
        for row in x:
            total = total * 0.5 + row
        return total

    return f


def logic(tf):
    def f(x):
        if (x > 0 and x < 5) or not x != 7:  # noqa: SIM202
            y = 1
        else:
            y = 2
        return y if x > 2 else y + 10

    return f


def short_circuit(tf):
    def f(x, flag=None):
        if flag is not None and flag > 3:
            return x
        return x + 1.0

    return f


def collects(tf):
    def f(x):
        array = tf.TensorArray(tf.float32, size=0, dynamic_size=True)
        for i in tf.range(4):
            array = array.write(i, x * tf.cast(i, tf.float32))
        return array.stack()

    return f


def helper_is_converted(tf):
    def clip(v):
        if v > 1.0:
            v = tf.constant(1.0)
        return v

    def f(x):
        return clip(x) + clip(x * 0.1)

    return f


def python_range(tf):
    def f(x, n):
        for _ in range(n):
            x = x * 1.5
        for i in range(3):
            x = x + i
        return x

    return f


def while_true(tf):
    def f(x):
        while True:
            x = x * 2.0
            if x > 50.0:
                break
        return x

    return f


def undefined_before(tf):
    def f(n):
        i = 0
        while i < n:
            last = i * 10
            i += 1
        return last

    return f


def tuples(tf):
    def f(n):
        a, b = 0, 1
        while b < n:
            a, b = b, a + b
        return a, b

    return f


def lists_of_python(tf):
    def f(x):
        parts = []
        for i in range(3):
            parts.append(x * i)
        return tf.stack(parts)

    return f


def dictionaries(tf):
    def f(x):
        state = {"count": 0, "value": x}
        while state["value"] < 30.0:
            state["value"] = state["value"] * 2.0
            state["count"] += 1
        return state["value"], state["count"]

    return f


def break_in_python_loop(tf):
    def f(x):
        for i in range(6):
            if x > 10.0:
                break
            x = x + i
        return x

    return f


def gradient_through(tf):
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x
            for _ in tf.range(3):
                if y < 5.0:
                    y = y * x
        return tape.gradient(y, x)

    return f


def early_returns(tf):
    def f(x):
        if x > 100.0:
            return x
        if x > 10.0:
            return x * 2.0
        return x * 3.0

    return f


ONE = {"vectorize": False}
CASES = [
    case("if_return", converted(absolute), f32(3)),
    case("elif", converted(chain), f32()),
    case("collatz", converted(collatz), i32(low=27, high=28), **ONE),
    case("jumps", converted(jumps), i32(low=20, high=21), **ONE),
    case("over_rows", converted(over_rows), f32(4, 2)),
    case("logic", converted(logic), i32(low=3, high=4)),
    case("short_circuit", converted(short_circuit), f32()),
    case("collects", converted(collects), f32(2)),
    case("helper_is_converted", converted(helper_is_converted), f32(low=2, high=3)),
    case("python_range", converted(python_range), f32(), i32(low=4, high=5), grad=[0], **ONE),
    case("tuples", converted(tuples), i32(low=50, high=51), **ONE),
    case("lists_of_python", converted(lists_of_python), f32(2)),
    case("dictionaries", converted(dictionaries), f32(low=1, high=2), **ONE),
    case("early_returns", converted(early_returns), f32()),
    case("gradient_through", converted(gradient_through), f32(low=1, high=2), grad=[], **ONE),
]
test_parity = parity("_engine_staging", CASES)


def test_a_return_within_a_loop(tf):
    f = tf.function(return_in_loop(tf))
    assert f(tf.constant(1.5)).numpy() == 24.0
    assert f(tf.constant(0.001)).numpy() == np.float32(-0.001 * 1024)


def test_a_loop_that_only_a_break_ends(tf):
    assert tf.function(while_true(tf))(tf.constant(1.5)).numpy() == 96.0


def test_a_name_first_set_in_a_loop(tf):
    assert tf.function(undefined_before(tf))(tf.constant(4)).numpy() == 30


def test_break_on_a_tensor_in_pythons_loop(tf):
    assert tf.function(break_in_python_loop(tf))(tf.constant(9.0)).numpy() == 12.0


def test_print_runs_while_tracing_or_on_request_with_the_program(tf, capsys):
    def f(x):
        print("value", x)
        return x

    traced = tf.function(f)
    traced(tf.constant(3.0))
    traced(tf.constant(4.0))
    assert capsys.readouterr().out.count('value Tensor("') == 1
    features = tf.autograph.experimental.Feature.BUILTIN_FUNCTIONS
    running = tf.function(f, experimental_autograph_options=features)
    running(tf.constant(3.0))
    running(tf.constant(4.0))
    assert capsys.readouterr().err == "value 3\nvalue 4\n"


def test_assert_in_a_function(tf):
    @tf.function
    def f(x):
        assert x > 0.0, "x must be positive"
        return x

    assert f(tf.constant(3.0)).numpy() == 3.0
    with pytest.raises(tf.errors.InvalidArgumentError, match="x must be positive"):
        f(tf.constant(-3.0))


def test_builtins_of_traced_values(tf):
    @tf.function
    def f(x):
        return float(x) + 1.0, int(x) + 1, len(tf.ones([3])), abs(-x)

    found = f(tf.constant(2.5))
    assert [float(v) for v in found] == [3.5, 3.0, 3.0, 2.5]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda tf: _missing_name(tf), "'y' gets no value in the else branch"),
        (lambda tf: _missing_return(tf), "return a value from each"),
        (lambda tf: _growing(tf), "has shape (1,) before the loop and (2,) after a round"),
        (lambda tf: _changing_dtype(tf), "has dtype int32 before the loop and float32"),
        (lambda tf: _object(tf), "Python objects"),
        (lambda tf: _scalar_loop(tf), "cannot iterate over a scalar tensor"),
    ],
)
def test_what_cannot_be_staged_names_the_line(tf, make, expected):
    f = make(tf)
    with pytest.raises((TypeError, ValueError)) as caught:
        tf.function(f)(tf.constant(1.0))
    text = str(caught.value)
    assert expected in text
    assert "test_staging.py, line" in text
    first = f.__code__.co_firstlineno
    line = int(text.rsplit("line ", 1)[1].rstrip("."))
    assert first < line < first + 8


def _missing_name(tf):
    def f(x):
        if x > 0:
            y = x
        return y

    return f


def _missing_return(tf):
    def f(x):  # noqa: RET503
        if x > 0:
            return x

    return f


def _growing(tf):
    def f(x):
        rows = tf.reshape(x, [1])
        while tf.reduce_sum(rows) < 10.0:
            rows = tf.concat([rows, rows], 0)
        return rows

    return f


def _changing_dtype(tf):
    def f(x):
        total = tf.constant(0)
        while tf.cast(total, tf.float32) < x:
            total = tf.cast(total, tf.float32) + x
        return total

    return f


def _object(tf):
    def f(x):
        if x > 0:
            kind = "positive"
        else:
            kind = "negative"
        return kind

    return f


def _scalar_loop(tf):
    def f(x):
        for part in x:
            x = x + part
        return x

    return f


def test_loop_options_limit_a_loop(tf):
    @tf.function
    def f(x):
        while x < 1000.0:
            tf.autograph.experimental.set_loop_options(maximum_iterations=3)
            x = tf.multiply(x, 2.0)
        return x

    assert f(tf.constant(1.0)).numpy() == 8.0


def test_tensor_arrays_written_in_one_branch(tf):
    @tf.function
    def in_a_loop(n):
        array = tf.TensorArray(tf.int32, size=6)
        for i in tf.range(n):
            if i % 2 == 0:
                continue
            array = array.write(i, i * 10)
        return array.stack()

    @tf.function
    def on_both_sides(x):
        array = tf.TensorArray(tf.float32, size=2)
        if x > 0:
            array = array.write(0, x)
        else:
            array = array.write(1, x)
        return array.stack()

    assert in_a_loop(tf.constant(6)).numpy().tolist() == [0, 10, 0, 30, 0, 50]
    assert on_both_sides(tf.constant(3.0)).numpy().tolist() == [3.0, 0.0]
    assert on_both_sides(tf.constant(-3.0)).numpy().tolist() == [0.0, -3.0]


def test_returns_from_loops_of_python(tf):
    @tf.function
    def endless(x):
        while True:
            x = x * 2
            if x > 50:
                return x

    @tf.function
    def counted(x):
        for _ in range(5):
            x = x * 2
            if x > 50:
                return x
        return -x

    assert endless(tf.constant(3)).numpy() == 96
    assert counted(tf.constant(3)).numpy() == 96
    assert counted(tf.constant(1)).numpy() == -32
