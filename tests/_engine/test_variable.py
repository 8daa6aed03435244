"""Variables: assignment, slices, operators, rules of creation."""

import copy
import pickle

import numpy as np
import pytest

from tests.harness.parity import case, f32, i32, parity


def after(change):
    """A row that makes a variable of its input, changes it and shows it."""

    def run(tf, x):
        v = tf.Variable(x)
        change(tf, v)
        return tf.identity(v)

    return run


def slices(tf, rows):
    return tf.IndexedSlices(tf.constant(rows, tf.float32), tf.constant([0, 2, 0][: len(rows)]))


CASES = [
    case("repr", lambda tf: [repr(tf.Variable(v, name="v")) for v in (1, [1.0, 2.0], [[1]])]),
    case("assign", after(lambda tf, v: v.assign([[1.0] * 3] * 2)), f32(2, 3)),
    case("assign_add", after(lambda tf, v: v.assign_add(v * 2)), f32(2, 3)),
    case("assign_sub", after(lambda tf, v: v.assign_sub([[1.0] * 3] * 2)), f32(2, 3)),
    case("chained", lambda tf: tf.Variable(1).assign_add(2).assign_sub(1).read_value()),
    case("slice_assign", after(lambda tf, v: v[0, 0].assign(3.0)), f32(2, 3)),
    case("slice_rows", after(lambda tf, v: v[1:, :2].assign([[5.0, 6.0]])), f32(2, 3)),
    case("slice_stride", after(lambda tf, v: v[::2].assign([7.0, 8.0])), f32(3)),
    case("slice_broadcast", after(lambda tf, v: v[0].assign(tf.zeros([3]))), f32(2, 3)),
    case("slice_add", after(lambda tf, v: v[0].assign(v[0] + v[1])), f32(2, 3)),
    case(
        "scatter_add",
        after(lambda tf, v: v.scatter_add(slices(tf, [[1.0], [2.0], [3.0]]))),
        f32(3, 1),
    ),
    case(
        "scatter_sub",
        after(lambda tf, v: v.scatter_sub(slices(tf, [[1.0], [2.0], [3.0]]))),
        f32(3, 1),
    ),
    case(
        "scatter_mul",
        after(lambda tf, v: v.scatter_mul(slices(tf, [[2.0], [3.0], [4.0]]))),
        f32(3, 1),
    ),
    case(
        "scatter_div",
        after(lambda tf, v: v.scatter_div(slices(tf, [[2.0], [4.0], [8.0]]))),
        f32(3, 1),
    ),
    case("scatter_max", after(lambda tf, v: v.scatter_max(slices(tf, [[0.1], [0.2]]))), f32(3, 1)),
    case("scatter_min", after(lambda tf, v: v.scatter_min(slices(tf, [[0.1], [0.2]]))), f32(3, 1)),
    case(
        "scatter_update",
        after(lambda tf, v: v.scatter_update(slices(tf, [[9.0], [8.0]]))),
        f32(3, 1),
    ),
    case("scatter_nd_add", after(lambda tf, v: v.scatter_nd_add([[0], [2]], [1.0, 2.0])), f32(3)),
    case("scatter_nd_sub", after(lambda tf, v: v.scatter_nd_sub([[0], [2]], [1.0, 2.0])), f32(3)),
    case("scatter_nd_update", after(lambda tf, v: v.scatter_nd_update([[1]], [9.0])), f32(3)),
    case(
        "batch_scatter_update",
        after(
            lambda tf, v: v.batch_scatter_update(
                tf.IndexedSlices(tf.constant([[1.0], [2.0]]), tf.constant([[0], [1]]))
            )
        ),
        f32(2, 2),
    ),
    case("sparse_read", lambda tf, x: tf.Variable(x).sparse_read([1, 1]), f32(2, 3), grad=[]),
    case("gather_nd", lambda tf, x: tf.Variable(x).gather_nd([[1, 0]]), f32(2, 3), grad=[]),
    case(
        "operators",
        lambda tf, x: (tf.Variable(x) * 2, 1 - tf.Variable(x), tf.Variable(x)[0]),
        f32(3),
        grad=[],
    ),
    case("from_callable", lambda tf: tf.Variable(lambda: tf.ones([2])).value()),
    case("dtype_given", lambda tf: tf.Variable(1, dtype=tf.float64).value()),
    case("int_add", after(lambda tf, v: v.assign_add(tf.ones_like(v))), i32(2)),
    case(
        "unknown_shape",
        lambda tf: tf.Variable([1.0], shape=tf.TensorShape(None)).assign([[1.0, 2.0]]).value(),
    ),
    case(
        "shape_and_name",
        lambda tf: (tf.Variable([1, 2], name="n").shape, tf.Variable(1, name="n").name),
    ),
    case("count_up_to", lambda tf: tf.Variable(1, dtype=tf.int64).value()),
]
for row in CASES:  # a variable is made anew for each row: eagerly, once
    object.__setattr__(row, "traced", False)
test_parity = parity("_engine_variable", CASES)


def test_inplace_operators_make_tensors_of_names(tf):
    v = tf.Variable(1.0)
    w = v
    w += 1.0
    assert isinstance(w, tf.Tensor)
    assert v.numpy() == 1.0


def test_assignment_does_not_reach_values_read_before(tf):
    v = tf.Variable([1.0, 2.0])
    before, array = v.value(), v.numpy()
    v.assign([5.0, 6.0])
    assert before.numpy().tolist() == [1.0, 2.0]
    assert array.tolist() == [1.0, 2.0]


def test_variables_made_of_each_other_are_apart(tf):
    v = tf.Variable([1.0])
    w = tf.Variable(v)
    u = tf.Variable([0.0])
    u.assign(v)

    @tf.function
    def change():
        v.assign_add([1.0])

    change()
    change()
    assert (v.numpy(), w.numpy(), u.numpy()) == (3.0, 1.0, 1.0)


def test_a_compiled_step_keeps_values_that_others_hold(tf):
    v = tf.Variable(tf.zeros([64]))

    @tf.function
    def step():
        v.assign_add(tf.ones([64]))

    held = [v.value()]
    for _ in range(3):
        step()
        held.append(tf.identity(v))
        assert np.asarray(v)[0] == len(held) - 1
    assert [h.numpy()[0] for h in held] == [0.0, 1.0, 2.0, 3.0]


def test_copies_and_pickles(tf):
    v = tf.Variable([1.0], name="v", trainable=False)
    for again in (copy.deepcopy(v), pickle.loads(pickle.dumps(v))):  # noqa: S301
        v.assign([2.0])
        assert again.numpy() == [1.0]
        assert (again.name, again.trainable) == ("v:0", False)
        v.assign([1.0])


@pytest.mark.parametrize(
    ("misuse", "expected"),
    [
        (lambda tf: tf.Variable(), "initial value"),
        (lambda tf: tf.Variable([1.0, 2.0], name="w").assign([1.0]), "'w:0'"),
        (lambda tf: tf.Variable([1.0, 2.0]).assign([1.0]), "shape (2,)"),
        (lambda tf: tf.Variable([1.0]).assign(tf.constant([1])), "tf.cast"),
        (lambda tf: tf.Variable(1).assign(1.5), "tf.cast"),
        (lambda tf: tf.Variable([1.0]).__setitem__(0, 2.0), ".assign(value)"),
        (lambda tf: tf.Variable([1.0], shape=[2]), "shape=(2,)"),
        (lambda tf: tf.Variable(tf.constant(1.0), dtype=tf.int32), "tf.cast"),
        (lambda tf: tf.Variable(1).to_proto(), "tf.train.Checkpoint"),
    ],
)
def test_misuse_is_answered_with_a_remedy(tf, misuse, expected):
    with pytest.raises((TypeError, ValueError, tf.errors.OpError)) as caught:
        misuse(tf)
    assert expected in str(caught.value)


def test_missing_attributes_are_answered_with_the_nearest(tf):
    v = tf.Variable([1.0, 2.0])
    for name, words in (
        ("asign_add", "A variable has no attribute 'asign_add'. Did you mean 'assign_add'"),
        ("astype", "tf.cast"),
        ("handle", "has no attribute 'handle'"),
    ):
        with pytest.raises(AttributeError, match=words):
            getattr(v, name)
    with pytest.raises(AttributeError, match="Did you mean 'assign_add'"):
        v[0].asign_add
