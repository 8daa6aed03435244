import numpy as np
import pytest

from keratin.summary._protos import plugin_metadata
from tests.summary.reading import read, scalars


def test_any_tensor_for_any_plugin(tf, tmp_path):
    metadata = plugin_metadata("scalars", None)
    with tf.summary.create_file_writer(tmp_path).as_default():
        assert bool(tf.summary.write("plain", tf.range(3), step=0))
        assert bool(tf.summary.write("lazy", lambda: np.float32(2), step=1, metadata=metadata))
        tf.summary.write("bytes", 3.0, step=2, metadata=metadata.SerializeToString())
        tf.summary.write("text", ["a", "b"], step=3)
    found = {each.tag: each for each in read(tmp_path)}
    assert found["plain"].value.tolist() == [0, 1, 2]
    assert found["plain"].value.dtype == np.int32
    assert found["text"].value.tolist() == [b"a", b"b"]
    assert scalars(tmp_path) == {"lazy": [(1, 2.0)], "bytes": [(2, 3.0)]}


def test_scopes_of_summaries_of_ones_own(tf):
    with tf.name_scope("a"), tf.summary.experimental.summary_scope("b c!") as (tag, scope):
        assert (tag, scope) == ("a/b c!", "a/bc/")
        assert tf.get_current_name_scope() == "a/bc"
    with tf.summary.experimental.summary_scope("", "mine") as (tag, scope):
        assert (tag, scope) == ("mine", "mine/")
    with tf.summary.experimental.summary_scope("!", "mine") as (tag, scope):
        assert (tag, scope) == ("!", "mine/")


# In compiled functions


def test_a_compiled_function_writes_each_time_it_runs(tf, tmp_path):
    step = tf.Variable(10, dtype=tf.int64)

    @tf.function
    def work(x):
        with tf.name_scope("work"):
            tf.summary.scalar("mean", tf.reduce_mean(x), step=step)
            tf.summary.histogram("all", x, step=step, buckets=2)
            tf.summary.text("note", "constant", step=step)
            tf.summary.image("picture", x[tf.newaxis, :, :, tf.newaxis], step=step)
        step.assign_add(1)
        return x + 1

    with tf.summary.create_file_writer(tmp_path).as_default():
        for value in (0.0, 1.0):
            np.testing.assert_array_equal(work(tf.fill([2, 2], value)), np.full((2, 2), value + 1))
    assert scalars(tmp_path)["work/mean"] == [(10, 0.0), (11, 1.0)]
    tags = [(each.tag, each.step) for each in read(tmp_path)]
    names = ["work/mean", "work/all", "work/note", "work/picture"]
    assert tags == [(name, at) for at in (10, 11) for name in names]


def test_order_within_loops_and_branches(tf, tmp_path):
    @tf.function
    def work(n):
        total = 0
        for i in tf.range(n):
            if i % 2 == 0:
                tf.summary.scalar("even", i, step=tf.cast(i, tf.int64))
            total += i
        tf.summary.scalar("total", total, step=0)
        return total

    with tf.summary.create_file_writer(tmp_path).as_default():
        work(tf.constant(5))
    found = [(each.tag, each.step, float(each.value)) for each in read(tmp_path)]
    assert found == [("even", 0, 0.0), ("even", 2, 2.0), ("even", 4, 4.0), ("total", 0, 10.0)]


def test_conditions_that_are_tensors(tf, tmp_path):
    step = tf.Variable(0, dtype=tf.int64)
    asked = []

    @tf.function
    def work(x):
        with tf.summary.record_if(lambda: step % 2 == 0):
            written = tf.summary.scalar("x", x, step=step)
            tf.summary.write("lazy", lambda: asked.append(1) or x * 2, step=step)
        step.assign_add(1)
        return written

    with tf.summary.create_file_writer(tmp_path).as_default():
        assert [bool(work(tf.constant(float(i)))) for i in range(4)] == [True, False, True, False]
    assert scalars(tmp_path)["x"] == [(0, 0.0), (2, 2.0)]
    assert [each.step for each in read(tmp_path) if each.tag == "lazy"] == [0, 2]
    assert asked == [1]


def test_numbers_given_to_a_function_are_those_of_its_trace(tf, tmp_path):
    @tf.function
    def work(x):
        tf.summary.scalar("x", x)
        return x

    with tf.summary.create_file_writer(tmp_path).as_default():
        for step in (1, 2):
            tf.summary.experimental.set_step(step)
            work(tf.constant(3.0))
    tf.summary.experimental.set_step(None)
    assert scalars(tmp_path)["x"] == [(1, 3.0), (1, 3.0)]


def test_without_a_writer_a_function_calls_nothing_on_the_host(tf):
    @tf.function
    def work(x):
        tf.summary.scalar("x", x, step=0)
        return x

    text = str(work.get_concrete_function(tf.TensorSpec([])).graph_program)
    assert "callback" not in text


def test_misuse_within_a_function_is_seen_when_it_is_traced(tf, tmp_path):
    @tf.function
    def no_step(x):
        tf.summary.scalar("x", x)

    @tf.function
    def no_scalar(x):
        tf.summary.scalar("x", x, step=0)

    with tf.summary.create_file_writer(tmp_path).as_default():
        with pytest.raises(ValueError, match="no step was given"):
            no_step(tf.constant(1.0))
        with pytest.raises(ValueError, match=r"'x' is one number; given shape \(3,\)"):
            no_scalar(tf.zeros(3))


def test_a_function_that_writes_to_a_closed_writer_says_so(tf, tmp_path):
    @tf.function
    def work(x):
        tf.summary.scalar("x", x, step=0)
        return x

    writer = tf.summary.create_file_writer(tmp_path)
    with writer.as_default():
        work(tf.constant(1.0))
    writer.close()
    with pytest.raises(RuntimeError, match=r"is closed. Write before close\(\)"):
        work(tf.constant(2.0))


def test_gradients_flow_past_summaries(tf, tmp_path):
    @tf.function
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x
            tf.summary.scalar("y", y, step=0)
        return tape.gradient(y, x)

    with tf.summary.create_file_writer(tmp_path).as_default():
        assert float(slope(tf.constant(3.0))) == 6.0
    assert scalars(tmp_path)["y"] == [(0, 9.0)]
