"""Gradient tapes and forward accumulators."""

import warnings

import pytest

from tests.harness.parity import c64, case, f32, parity


def gradient(function, persistent=False):
    """A row: the gradient of `function` by its first argument, from a tape of its own."""

    def run(tf, *inputs):
        with tf.GradientTape(persistent=persistent) as tape:
            tape.watch(inputs)
            y = function(tf, *inputs)
        return tape.gradient(y, list(inputs))

    return run


def motion(tf, t):
    with tf.GradientTape() as outer:
        outer.watch(t)
        with tf.GradientTape() as inner:
            inner.watch(t)
            position = 4.9 * t**2
        speed = inner.gradient(position, t)
    return position, speed, outer.gradient(speed, t)


def third(tf, x):
    with tf.GradientTape() as a:
        a.watch(x)
        with tf.GradientTape() as b:
            b.watch(x)
            with tf.GradientTape() as c:
                c.watch(x)
                y = tf.exp(x) * x**3
            first = c.gradient(y, x)
        second = b.gradient(first, x)
    return a.gradient(second, x)


def within_itself(tf, x):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x * x
        first = tape.gradient(y, x)
    return first, tape.gradient(first, x)


def hessian(tf, x):
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(x**3) * x[0]
        first = inner.gradient(y, x)
    return outer.jacobian(first, x)


def jacobians(tf, x):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.sin(x) * tf.reduce_sum(x)
    slow = tape.jacobian(y, x, experimental_use_pfor=False)
    return tape.jacobian(y, x), slow


def batch_jacobian(tf, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.stack([x[:, 0] * x[:, 1], x[:, 1] ** 2, x[:, 0]], axis=1)
    return tape.batch_jacobian(y, x)


def stopped(tf, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        with tape.stop_recording():
            z = y * x
        w = y + z
    return tape.gradient(w, x)


def identity_apart(tf, x):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.identity(x)
        z = x * y
    return tape.gradient(z, [x, y])


def structured(tf, x, y):
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        out = {"a": x * y, "b": [x + y, y]}
    return tape.gradient(out, {"x": x, "more": (y, x)})


CASES = [
    case("square", gradient(lambda tf, x: x * x), f32(3), grad=[]),
    case("several", gradient(lambda tf, x, y: tf.sin(x) * y + y), f32(3), f32(3), grad=[]),
    case("shared", gradient(lambda tf, x: (x + x) * x), f32(2), grad=[]),
    case("broadcast", gradient(lambda tf, x, y: x * y), f32(2, 3), f32(3), grad=[]),
    case("motion", motion, f32(), grad=[]),
    case("third", third, f32(), grad=[]),
    case("within_itself", within_itself, f32(2), grad=[]),
    case("hessian", hessian, f32(3), grad=[]),
    case("jacobians", jacobians, f32(3), grad=[], vectorize=False),
    case("batch_jacobian", batch_jacobian, f32(2, 2), grad=[], vectorize=False),
    case("stopped", stopped, f32(2), grad=[]),
    case("identity_apart", identity_apart, f32(2), grad=[]),
    case("structured", structured, f32(2), f32(2), grad=[]),
    case("complex_square", gradient(lambda tf, z: z * z), c64(3), grad=[]),
    case("complex_abs", gradient(lambda tf, z: tf.abs(z)), c64(3), grad=[]),
    case(
        "complex_product", gradient(lambda tf, z, w: z * tf.math.conj(w)), c64(2), c64(2), grad=[]
    ),
]
test_parity = parity("_engine_tape", CASES)


def test_constants_are_watched_on_request_only(tf):
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    with pytest.warns(UserWarning, match="was not watched: call tape.watch"):
        assert tape.gradient(y, x) is None
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    assert tape.gradient(y, x).numpy() == 6.0


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda tf, v: tf.cast(tf.cast(v, tf.int32), tf.float32) * 2.0, "integer dtype"),
        (lambda tf, v: tf.stop_gradient(v * 2.0), "stop_gradient"),
        (lambda tf, v: tf.constant(v.numpy()) * 2.0, "was not read|no recorded operation"),
        (lambda tf, v: tf.constant(1.0) * 2.0, "was not read"),
    ],
)
def test_none_is_explained(tf, make, reason):
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = make(tf, v)
    with pytest.warns(UserWarning, match=reason):
        assert tape.gradient(y, v) is None


def test_unconnected_gradients_can_be_zero(tf):
    x, z = tf.Variable([1.0, 2.0]), tf.Variable([[3.0]])
    with tf.GradientTape() as tape:
        y = x * 2.0
    assert tape.gradient(y, z, unconnected_gradients="zero").numpy().tolist() == [[0.0]]


def test_untrainable_variables_need_watch(tf):
    v = tf.Variable(2.0, trainable=False)
    with tf.GradientTape() as tape:
        tape.watch(v)
        y = v * v
    assert tape.gradient(y, v).numpy() == 4.0
    with tf.GradientTape() as tape:
        y = v * v
    with pytest.warns(UserWarning, match="not trainable"):
        assert tape.gradient(y, v) is None


def test_watch_accessed_variables_can_be_off(tf):
    v = tf.Variable(2.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        y = v * v
    assert tape.watched_variables() == ()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert tape.gradient(y, v) is None


def test_a_variable_assigned_in_between(tf):
    v = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = v * v
        v.assign(5.0)
        z = y * v
    assert z.numpy() == 20.0
    assert tape.gradient(z, v).numpy() == 2 * 2.0 * 5.0 + 4.0


def test_output_gradients_weigh(tf):
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    assert tape.gradient(y, x, output_gradients=[10.0, 1.0]).numpy().tolist() == [20.0, 4.0]


def test_reset_forgets(tf):
    v = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        v * v
        tape.reset()
        y = v * 3.0
    assert tape.gradient(y, v).numpy() == 3.0


@pytest.mark.parametrize(
    ("misuse", "expected"),
    [
        (lambda tf, tape, x, y: (tape.gradient(y, x), tape.gradient(y, x)), "persistent=True"),
        (lambda tf, tape, x, y: tape.gradient(y, 3.0), "sources are tensors"),
        (lambda tf, tape, x, y: tape.gradient(None, x), "target is None"),
        (lambda tf, tape, x, y: tape.watch(3.0), "tf.constant"),
        (
            lambda tf, tape, x, y: tape.gradient(y, x, output_gradients=[1.0, 2.0, 3.0]),
            "output_gradients",
        ),
        (lambda tf, tape, x, y: tape.batch_jacobian(y[0], x), "first dimensions"),
        (lambda tf, tape, x, y: tape.stop_recording().__enter__(), "not recording"),
    ],
)
def test_misuse_is_answered_with_a_remedy(tf, misuse, expected):
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    with pytest.raises((TypeError, ValueError, RuntimeError)) as caught:
        misuse(tf, tape, x, y)
    assert expected in str(caught.value)


def test_integers_warn_when_watched(tf):
    with tf.GradientTape() as tape, pytest.warns(UserWarning, match="tf.cast"):
        tape.watch(tf.constant(1))


def test_sources_keep_their_structure(tf):
    x = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    one, (two,) = tape.gradient(y, [x, [x]])
    assert one.numpy() == two.numpy() == 4.0
    assert list(tape.gradient(y, {"b": x, "a": (x,)})) == ["b", "a"]


def test_warnings_point_at_the_users_line(tf):
    with tf.GradientTape() as tape:
        y = tf.constant(1.0) * 2.0
    with pytest.warns(UserWarning) as caught:
        tape.gradient(y, tf.Variable(1.0))
    assert caught[0].filename == __file__
