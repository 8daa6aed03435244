import gc
import subprocess
import sys

import pytest

from tests.summary.reading import events, files, only_file, scalars


def test_a_file_begins_with_its_version_and_has_a_name_as_tensorflows(tf, tmp_path):
    writer = tf.summary.create_file_writer(tmp_path / "a" / "b")
    assert writer.logdir == str(tmp_path / "a" / "b")
    name = only_file(tmp_path / "a" / "b").name
    assert name.startswith("events.out.tfevents.")
    assert name.endswith(".v2")
    writer.close()
    (first,) = events(tmp_path / "a" / "b")
    assert first.file_version == "brain.Event:2"


def test_suffix_and_several_writers_of_one_folder(tf, tmp_path):
    for _ in range(2):
        with tf.summary.create_file_writer(tmp_path, filename_suffix=".mine").as_default(step=0):
            tf.summary.scalar("a", 1.0)
    assert len(files(tmp_path)) == 2
    assert all(path.endswith(".mine") for path in files(tmp_path))


def test_leaving_as_default_flushes(tf, tmp_path):
    writer = tf.summary.create_file_writer(tmp_path)
    with writer.as_default() as entered:
        assert entered is writer
        tf.summary.scalar("a", 1.0, step=0)
    assert scalars(tmp_path)["a"] == [(0, 1.0)]
    writer.close()


def test_writers_nest(tf, tmp_path):
    first = tf.summary.create_file_writer(tmp_path / "first")
    second = tf.summary.create_file_writer(tmp_path / "second")
    with first.as_default(step=1):
        with second.as_default(step=2), first.as_default():
            tf.summary.scalar("a", 0.5)
        tf.summary.scalar("b", 0.5)
        with second.as_default():
            tf.summary.scalar("c", 0.5)
    assert scalars(tmp_path / "first") == {"a": [(2, 0.5)], "b": [(1, 0.5)]}
    assert scalars(tmp_path / "second") == {"c": [(1, 0.5)]}


def test_flush_and_close(tf, tmp_path):
    writer = tf.summary.create_file_writer(tmp_path)
    with writer.as_default():
        tf.summary.scalar("a", 1.0, step=0)
        tf.summary.flush()
        assert len(scalars(tmp_path)["a"]) == 1
        tf.summary.scalar("a", 1.0, step=1)
        tf.summary.flush(writer)
        assert len(scalars(tmp_path)["a"]) == 2
    writer.close()
    writer.close()
    writer.flush()
    with pytest.raises(ValueError, match="a summary writer is needed; given 3"):
        tf.summary.flush(3)


def test_a_closed_writer_says_so(tf, tmp_path):
    writer = tf.summary.create_file_writer(tmp_path)
    with writer.as_default():
        writer.close()
        with pytest.raises(RuntimeError, match=r"is closed. Write before close\(\), or make"):
            tf.summary.scalar("a", 1.0, step=0)
    for use in (writer.as_default, writer.set_as_default, writer.init):
        with pytest.raises(RuntimeError, match=r"is already closed\. Make another one"):
            use()


def test_set_as_default_lasts(tf, tmp_path):
    code = (
        "import keratin as tf\n"
        f"tf.summary.create_file_writer({str(tmp_path)!r}).set_as_default(step=4)\n"
        "tf.summary.scalar('a', 2.0)\n"
    )
    # What was not flushed is written when Python ends.
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert scalars(tmp_path)["a"] == [(4, 2.0)]


def test_a_forgotten_writer_writes_what_is_left(tf, tmp_path):
    writer = tf.summary.create_file_writer(tmp_path)
    writer._add(lambda: _event(7))
    del writer
    gc.collect()
    assert [event.step for event in events(tmp_path)] == [0, 7]


def _event(step):
    from keratin.summary._protos import protos

    return protos().event.Event(step=step)


def test_a_writer_may_be_flushed_and_closed_within_a_function(tf, tmp_path):
    writer = tf.summary.create_file_writer(tmp_path)

    @tf.function
    def work(x):
        with writer.as_default():
            tf.summary.scalar("x", x, step=0)
        return x

    work(tf.constant(1.0))
    assert scalars(tmp_path)["x"] == [(0, 1.0)]

    @tf.function
    def end():
        writer.close()

    end()
    with pytest.raises(RuntimeError, match="already closed"):
        writer.init()


def test_the_writer_that_does_nothing(tf, tmp_path):
    writer = tf.summary.create_noop_writer()
    assert isinstance(writer, tf.summary.SummaryWriter)
    writer.set_as_default()
    writer.init()
    with tf.summary.create_file_writer(tmp_path).as_default(), writer.as_default(step=3):
        assert tf.summary.experimental.get_step() is None
        assert bool(tf.summary.scalar("a", 1.0, step=0))
    writer.flush()
    writer.close()
    assert len(scalars(tmp_path)["a"]) == 1


@pytest.mark.parametrize(
    "options, message",
    [
        ({"logdir": None}, "logdir is the path of a folder; given None of type NoneType"),
        ({"logdir": ""}, "logdir is empty"),
        ({"max_queue": -1}, "max_queue is a number, 0 or more; given -1"),
        ({"flush_millis": 2.5}, r"flush_millis is a number, 0 or more; given 2\.5"),
        ({"filename_suffix": "/../x"}, "filename_suffix is the end of a file's name"),
        ({"experimental_mesh": 3}, "experimental_mesh belongs to DTensor. Leave it None"),
    ],
)
def test_misuse(tf, tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        tf.summary.create_file_writer(**{"logdir": tmp_path} | options)


def test_folders_elsewhere_are_refused(tf):
    with pytest.raises(NotImplementedError, match="'gs://bucket/logs' is on another machine"):
        tf.summary.create_file_writer("gs://bucket/logs")


def test_tensors_as_arguments(tf, tmp_path):
    writer = tf.summary.create_file_writer(
        tf.constant(str(tmp_path)), tf.constant(3), tf.constant(9), tf.constant(".x")
    )
    writer.close()
    assert only_file(tmp_path).suffix == ".x"


def test_the_interface(tf):
    writer = tf.summary.SummaryWriter()
    for method in (writer.init, writer.flush, writer.close):
        with pytest.raises(NotImplementedError):
            method()
