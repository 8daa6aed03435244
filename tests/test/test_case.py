"""The test case."""

import os
import random
import subprocess
import sys

import numpy as np
import pytest


def run(tf, method):
    """Run a function as a test method; the result says what became of it."""
    case_class = type("Case", (tf.test.TestCase,), {"test_it": method})
    return case_class("test_it").run()


def test_failures_and_successes(tf):
    assert run(tf, lambda self: self.assertAllEqual([1], [1])).wasSuccessful()
    assert len(run(tf, lambda self: self.assertAllEqual([1], [2])).failures) == 1


def test_every_test_starts_from_the_same_seeds(tf):
    drawn = []

    def draw(self):
        drawn.append((random.random(), np.random.rand(), float(tf.random.uniform([]))))

    assert run(tf, draw).wasSuccessful() and run(tf, draw).wasSuccessful()
    assert drawn[0] == drawn[1]


def test_sessions_stand_for_what_they_were(tf):
    def use(self):
        for make in (self.session, self.cached_session, self.test_session):
            with make(use_gpu=True) as session:
                self.assertEqual(session.run([tf.constant(1)]), [1])
                self.assertEqual(session.run(lambda: tf.constant(2)), 2)
        with self.assertRaisesRegex(ValueError, "placeholders"), self.session() as session:
            session.run(1, feed_dict={1: 2})

    assert run(tf, use).errors == []


def test_the_name_of_the_session_is_no_test(tf):
    case_class = type("Case", (tf.test.TestCase,), {})
    assert len(case_class("test_session").run().skipped) == 1


def test_temporary_files_go_with_the_test(tf):
    paths = []

    def use(self):
        file = self.create_tempfile("a/b.txt", "text")
        file.write_text(" and more", mode="a")
        self.assertEqual(file.read_text(), "text and more")
        file.write_bytes(b"\0")
        self.assertEqual(file.read_bytes(), b"\0")
        with file.open_text() as text, file.open_bytes() as data:
            self.assertEqual((text.read(), data.read()), ("\0", b"\0"))
        folder = self.create_tempdir()
        inner = folder.mkdir("inner").create_file(content=b"bytes")
        self.assertStartsWith(inner.full_path, folder.full_path)
        self.assertTrue(os.path.exists(inner))
        self.assertEqual(os.path.commonpath([file, folder]), self.get_temp_dir())
        paths.append(self.get_temp_dir())

    result = run(tf, use)
    assert result.wasSuccessful(), result.errors
    assert not os.path.exists(paths[0])


def test_writes_to_a_stream_are_captured(tf, tmp_path):
    with open(tmp_path / "stream", "w") as stream:

        def use(self):
            with self.captureWritesToStream(stream) as captured:
                stream.write("from Python")
                stream.flush()
                os.write(stream.fileno(), b" and below")
            self.assertEqual(captured.contents(), "from Python and below")
            stream.write("after")

        assert run(tf, use).wasSuccessful()
    assert (tmp_path / "stream").read_text() == "after"


def test_threads_fail_their_test(tf):
    def good(self):
        thread = self.checkedThread(lambda x: None, args=[1])
        thread.start()
        thread.join()
        self.assertFalse(thread.is_alive())

    def bad(self):
        thread = self.checkedThread(self.fail, args=["in the thread"])
        thread.start()
        thread.join()

    def forgotten(self):
        self.checkedThread(int).start()

    assert run(tf, good).wasSuccessful()
    assert "in the thread" in run(tf, bad).failures[0][1]
    assert "not joined" in run(tf, forgotten).failures[0][1]


def test_properties_and_contexts(tf):
    def use(self):
        self.record_property("colour", "red")
        self.assertEqual(self.get_recorded_properties(), {"colour": "red"})
        value = self.enter_context(pytest.MonkeyPatch.context())
        self.assertIsInstance(value, pytest.MonkeyPatch)

    assert run(tf, use).wasSuccessful()


def test_main_runs_the_tests_of_a_program(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import keratin as tf\n"
        "class Adding(tf.test.TestCase):\n"
        "    def test_add(self):\n"
        "        self.assertAllEqual(tf.constant(1) + 1, 2)\n"
        "if __name__ == '__main__':\n"
        "    tf.test.main()\n"
    )
    done = subprocess.run([sys.executable, program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "OK" in done.stderr
