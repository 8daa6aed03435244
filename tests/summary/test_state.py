import threading

import pytest

from tests.summary.reading import scalars


@pytest.fixture
def writer(tf, tmp_path):
    writer = tf.summary.create_file_writer(tmp_path)
    with writer.as_default():
        yield writer
    writer.close()


def test_the_default_step(tf, tmp_path):
    experimental = tf.summary.experimental
    with tf.summary.create_file_writer(tmp_path).as_default(step=3):
        assert experimental.get_step() == 3
        tf.summary.scalar("a", 1.0)
        experimental.set_step(tf.Variable(8, dtype=tf.int64))
        tf.summary.scalar("a", 2.0)
    assert experimental.get_step() is None
    assert scalars(tmp_path)["a"] == [(3, 1.0), (8, 2.0)]


def test_a_step_is_needed(tf, tmp_path):
    with tf.summary.create_file_writer(tmp_path).as_default():
        with pytest.raises(ValueError, match=r"Give each summary its step=.*set_step\(step\)"):
            tf.summary.scalar("a", 1.0)
        with pytest.raises(ValueError, match="no step was given"):
            tf.summary.histogram("a", [1.0])


@pytest.mark.parametrize("step", [1.5, "a", True, [1, 2]])
def test_a_step_is_a_whole_number(tf, writer, step):
    with pytest.raises(TypeError, match="step is one whole number; given"):
        tf.summary.scalar("a", 1.0, step=step)


def test_a_step_of_several_numbers_is_refused(tf, writer):
    with pytest.raises(ValueError, match="step is one whole number"):
        tf.summary.scalar("a", 1.0, step=tf.constant([1, 2]))


def test_record_if(tf, tmp_path):
    with tf.summary.create_file_writer(tmp_path).as_default():
        assert bool(tf.summary.should_record_summaries())
        for condition in (False, tf.constant(False), lambda: False, tf.Variable(False)):
            with tf.summary.record_if(condition):
                assert not bool(tf.summary.should_record_summaries())
                assert not bool(tf.summary.scalar("no", 1.0, step=0))
                with tf.summary.record_if(lambda: tf.constant(True)):
                    assert bool(tf.summary.scalar("yes", 1.0, step=0))
    assert not bool(tf.summary.should_record_summaries())
    assert {tag: len(points) for tag, points in scalars(tmp_path).items()} == {"yes": 4}


def test_what_is_not_recorded_is_not_computed(tf, tmp_path):
    def never():
        raise AssertionError

    with tf.summary.create_file_writer(tmp_path).as_default(), tf.summary.record_if(False):
        assert not bool(tf.summary.write("a", never, step=0))
    assert not bool(tf.summary.write("a", never, step=0))


def test_a_condition_is_one_truth_value(tf, writer):
    refused = pytest.raises(ValueError, match="the condition is one truth value; given shape")
    with tf.summary.record_if(tf.constant(1)), refused:
        tf.summary.scalar("a", 1.0, step=0)


def test_each_thread_has_its_own_writer(tf, tmp_path):
    seen = []
    with tf.summary.create_file_writer(tmp_path).as_default(step=1):
        other = threading.Thread(target=lambda: seen.append(bool(tf.summary.scalar("a", 1.0))))
        other.start()
        other.join()
    assert seen == [False]
