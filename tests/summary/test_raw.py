import pytest
from tensorboard.compat.proto.summary_pb2 import Summary

from tests.summary.reading import events


def message(tag, value):
    return Summary(value=[Summary.Value(tag=tag, simple_value=value)]).SerializeToString()


def test_messages_are_written_as_they_are(tf, tmp_path):
    write = tf.summary.experimental.write_raw_pb
    assert not bool(write(message("a", 1.0)))
    with tf.summary.create_file_writer(tmp_path).as_default():
        assert bool(write(message("a", 1.0), step=3))
        write(tf.constant([message("b", 2.0), message("c", 3.0)]), step=4)
        with pytest.raises(ValueError, match="no step was given"):
            write(message("a", 1.0))
    found = [(value.tag, event.step) for event in events(tmp_path) for value in event.summary.value]
    assert found == [("a", 3), ("b", 4), ("c", 4)]


def test_misuse(tf, tmp_path):
    write = tf.summary.experimental.write_raw_pb
    with tf.summary.create_file_writer(tmp_path).as_default():
        with pytest.raises(TypeError, match="the bytes of a Summary message are needed; given"):
            write(3, step=0)
        with pytest.raises(ValueError, match=r"is not a Summary message\. Write message"):
            write(b"\xff\xff\xff", step=0)
