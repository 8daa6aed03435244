"""Compiled functions: signatures, variables, captured tensors, methods, errors."""

import gc
import weakref

import numpy as np
import pytest

from tests.harness.parity import case, f32, i32, parity


def compiled(function, **options):
    """A row that runs `function(tf, ...)` as a tf.function."""

    def run(tf, *inputs):
        return tf.function(lambda *tensors: function(tf, *tensors), **options)(*inputs)

    return run


def twice_under_tape(tf, x):
    @tf.function
    def f(x):
        return tf.sin(x) * x

    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        first = inner.gradient(y, x)
    return y, first, outer.gradient(first, x)


def tape_inside(tf, x):
    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.tanh(x) * x
        return tape.gradient(y, x)

    return f(x)


def structures(tf, x):
    @tf.function
    def f(inputs, scale=2.0):
        return {"sum": inputs["a"] + inputs["b"][0], "pair": (inputs["a"] * scale, None)}

    return f({"a": x, "b": [x * 2]}, scale=3.0)["sum"], f({"a": x, "b": [x]})["pair"][0]


CASES = [
    case("plain", compiled(lambda tf, x: x * 2 + 1), f32(3)),
    case("returns_many", compiled(lambda tf, x: (x, [x + 1], {"k": x})), f32(2)),
    case("returns_python", compiled(lambda tf, x: (3, x)), f32(2), grad=[]),
    case("no_autograph", compiled(lambda tf, x: tf.where(x > 0, x, -x), autograph=False), f32(3)),
    case("twice_under_tape", twice_under_tape, f32(3), grad=[]),
    case("tape_inside", tape_inside, f32(3), grad=[]),
    case("structures", structures, f32(2)),
    case(
        "shape_arithmetic", compiled(lambda tf, x: tf.reshape(x, [tf.shape(x)[1], -1])), f32(2, 3)
    ),
    case("zeros_of_shape", compiled(lambda tf, x: tf.zeros(tf.shape(x)) + x), f32(2, 3)),
    case("range_of_shape", compiled(lambda tf, x: tf.range(tf.shape(x)[0])), f32(4), grad=[]),
    case("integers", compiled(lambda tf, x: x // 2 + x % 3), i32(4)),
]
test_parity = parity("_engine_function", CASES)


def test_traces_once_a_signature(tf, capsys):
    @tf.function
    def f(x, flag=True):
        print("tracing")
        return x + 1 if flag else x - 1

    f(tf.constant(1.0))
    f(tf.constant(2.0))
    f(tf.constant([1.0]))
    f(tf.constant([2.0]), flag=True)
    f(tf.constant([3.0]), False)
    assert capsys.readouterr().out.count("tracing") == f.experimental_get_tracing_count() == 3


def test_numpy_arguments_are_tensors(tf):
    @tf.function
    def f(x):
        assert isinstance(x, tf.Tensor)
        return x * 2

    assert f(np.float32(3.0)).numpy() == 6.0
    assert f(np.array([1.0, 2.0])).dtype == tf.float64
    assert f.experimental_get_tracing_count() == 2


def test_variables_are_read_and_written(tf):
    v = tf.Variable(1.0)

    @tf.function
    def step(x):
        before = v.value()
        v.assign_add(x)
        after = v.read_value()
        v.assign(after * 2.0)
        return before, after

    assert [t.numpy() for t in step(tf.constant(2.0))] == [1.0, 3.0]
    assert v.numpy() == 6.0
    v.assign(0.0)
    assert [t.numpy() for t in step(tf.constant(2.0))] == [0.0, 2.0]
    assert step.experimental_get_tracing_count() == 1


def test_a_variable_argument_is_not_tied_to_the_first(tf):
    @tf.function
    def add_one(v):
        v.assign_add(1.0)
        return v * 10.0

    a, b = tf.Variable(1.0), tf.Variable(5.0)
    assert add_one(a).numpy() == 20.0
    assert add_one(b).numpy() == 60.0
    assert (a.numpy(), b.numpy()) == (2.0, 6.0)
    assert add_one.experimental_get_tracing_count() == 1


def test_methods_have_traces_of_their_own_and_do_not_keep_instances(tf):
    class Scaler:
        def __init__(self, factor):
            self.factor = factor

        @tf.function
        def scale(self, x):
            return x * self.factor

    two, three = Scaler(2.0), Scaler(3.0)
    x = tf.constant(1.0)
    assert (two.scale(x).numpy(), three.scale(x).numpy()) == (2.0, 3.0)
    assert two.scale.experimental_get_tracing_count() == 1
    assert Scaler(4.0).scale(x).numpy() == 4.0
    gone = weakref.ref(two)
    del two
    gc.collect()
    assert gone() is None


def test_gradients_through_a_function_reach_variables(tf):
    w = tf.Variable([[1.0], [2.0]])

    @tf.function
    def model(x):
        return tf.reduce_sum(x @ w)

    x = tf.constant([[3.0, 4.0]])
    for _ in range(3):
        with tf.GradientTape() as tape:
            y = model(x) ** 2
        assert tape.gradient(y, w).numpy().ravel().tolist() == [2 * 11 * 3.0, 2 * 11 * 4.0]


def test_a_training_step_with_everything_inside(tf):
    w = tf.Variable(0.0)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((w * x - y) ** 2)
        w.assign_sub(0.1 * tape.gradient(loss, w))
        return loss

    x = tf.constant([1.0, 2.0])
    losses = [float(step(x, 3.0 * x)) for _ in range(30)]
    assert losses[-1] < 1e-6 < losses[0]
    assert abs(float(w) - 3.0) < 1e-3


def test_functions_call_functions_and_themselves(tf):
    @tf.function
    def double(x):
        return x * 2

    def power(x, n):
        return x if n == 0 else double(power(x, n - 1))

    assert tf.function(power)(tf.constant(1.0), 5).numpy() == 32.0


def test_input_signature(tf):
    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
    def f(x):
        return tf.reduce_sum(x, 0)

    assert f([[1, 2], [3, 4]]).numpy().tolist() == [4.0, 6.0]
    assert f(tf.ones([5, 2])).numpy().tolist() == [5.0, 5.0]
    with pytest.raises(TypeError, match=r"expected TensorSpec\(shape=\(None, 2\)"):
        f(tf.ones([2, 3]))
    with pytest.raises(TypeError, match="missing a required argument: 'x'"):
        f()


def test_running_eagerly_for_debugging(tf):
    seen = []

    @tf.function
    def f(x):
        seen.append(x.numpy())
        return x

    tf.config.run_functions_eagerly(True)
    try:
        f(tf.constant(4.0))
    finally:
        tf.config.run_functions_eagerly(False)
    assert seen == [4.0]


def test_many_traces_warn_once_and_name_the_argument(tf):
    @tf.function
    def f(x, count):
        return x * count

    with pytest.warns(UserWarning) as caught:
        for count in range(12):
            f(tf.constant(1.0), count)
    messages = [str(w.message) for w in caught]
    assert len(messages) == 1
    assert "the argument 'count' changes: it was 4, now it is 5" in messages[0]
    assert "tf.constant(n)" in messages[0]


def test_same_bits_eager_and_compiled(tf):
    def f(x):
        return tf.stack([x * 3.0, tf.random.uniform([17]), tf.random.normal([17])])

    x = tf.constant(np.linspace(-1, 1, 17, dtype="f"))
    compiled = tf.function(f)
    runs = []
    for function in (f, compiled, compiled):
        tf.random.set_seed(3)
        runs.append([function(x).numpy().tobytes() for _ in range(3)])
    assert runs[0] == runs[1] == runs[2]


def test_unknown_keyword_names_the_nearest(tf):
    @tf.function
    def f(inputs, training=False):
        return inputs

    with pytest.raises(TypeError, match="Did you mean 'training'"):
        f(tf.constant(1.0), trainin=True)


@pytest.fixture
def leak(tf):
    kept = []

    @tf.function
    def f(x):
        kept.append(x * 2)
        return x

    f(tf.constant(1.0))
    return kept[0]


def message(call):
    with pytest.raises(Exception) as caught:
        call()
    frames = []
    trace = caught.value.__traceback__
    while trace is not None:
        frames.append(trace.tb_frame.f_globals.get("__name__", ""))
        trace = trace.tb_next
    assert not any(name.partition(".")[0] in ("jax", "jaxlib") for name in frames), frames
    assert "jax" not in str(caught.value).lower()
    return str(caught.value)


def test_errors_inside_a_function_name_the_users_line(tf):
    @tf.function
    def f(x):
        y = x + 1.0
        return y + tf.constant([1, 2])  # the line at fault

    text = message(lambda: f(tf.constant([1.0, 2.0])))
    assert "x is float32, y is int32" in text
    line = f.python_function.__code__.co_firstlineno + 3
    assert f"test_function.py, line {line}" in text


def test_a_leaked_tensor_is_explained(tf, leak):
    text = message(lambda: leak + 1.0)
    assert "side effect" in text
    assert "tf.Variable" in text


def test_values_are_not_there_while_tracing(tf):
    @tf.function(autograph=False)
    def asks(x):
        return 1 if x > 0 else 2

    @tf.function
    def reads(x):
        return x.numpy()

    assert "tf.cond" in message(lambda: asks(tf.constant(1.0)))
    assert "tf.py_function" in message(lambda: reads(tf.constant(1.0)))


def test_a_shape_that_depends_on_values_is_refused(tf):
    @tf.function
    def f(x):
        return tf.boolean_mask(x, x > 0)

    text = message(lambda: f(tf.constant([1.0, -1.0])))
    assert "tf.where" in text


def test_dictionaries_keep_their_order(tf):
    @tf.function
    def f(inputs):
        assert list(inputs) == ["b", "a"]
        return {key: (value + 1, {"z": value, "y": value}) for key, value in inputs.items()}

    found = f({"b": tf.constant(1), "a": tf.constant(2)})
    assert list(found) == ["b", "a"]
    assert list(found["b"][1]) == ["z", "y"]
    assert found["a"][0].numpy() == 3


def test_tensors_and_arrays_can_be_defaults(tf):
    @tf.function
    def f(x, y=tf.constant([1.0, 2.0]), z=np.ones(2, np.float32)):  # noqa: B008
        return x * y + z

    assert f(2.0).numpy().tolist() == [3.0, 5.0]


def test_arguments_print_with_their_names(tf, capsys):
    @tf.function
    def f(inputs, scale):
        print("Tracing", inputs, scale)
        return inputs * scale

    f(tf.constant(1), tf.constant(2))
    expected = 'Tracing Tensor("inputs:0", shape=(), dtype=int32) Tensor("scale:0"'
    assert capsys.readouterr().out.startswith(expected)
    with pytest.raises(TypeError, match=r"f\(\): missing a required argument: 'scale'"):
        f(tf.constant(1))
