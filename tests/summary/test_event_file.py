import os
import resource
import subprocess
import sys
import threading
import time

import pytest
from tensorboard.compat.tensorflow_stub import pywrap_tensorflow

from keratin.summary._event_file import EventFile, framed
from keratin.summary._protos import protos
from tests.summary.reading import events


def event(step):
    return lambda: protos().event.Event(step=step)


def steps(folder):
    return [each.step for each in events(folder)][1:]  # the first one is the version


def make(folder, max_queue=10, flush_millis=10**9):
    return EventFile(str(folder), max_queue, flush_millis, "")


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_events_wait_until_there_are_more_than_the_queue_holds(tmp_path):
    file = make(tmp_path, max_queue=3)
    for step in range(3):
        file.add(event(step))
    assert os.path.getsize(file.path) == 0 or steps(tmp_path) in ([], [0, 1, 2])
    file.add(event(3))
    wait_for(lambda: os.path.getsize(file.path) and len(steps(tmp_path)) == 4)
    file.close()
    assert steps(tmp_path) == [0, 1, 2, 3]


def test_events_wait_no_longer_than_said(tmp_path):
    file = make(tmp_path, max_queue=10**6, flush_millis=50)
    file.add(event(1))
    wait_for(lambda: os.path.getsize(file.path) and steps(tmp_path) == [1])
    file.close()


def test_hurry_writes_soon(tmp_path):
    file = make(tmp_path, max_queue=10**6)
    file.add(event(1))
    file.hurry()
    wait_for(lambda: os.path.getsize(file.path) and steps(tmp_path) == [1])
    file.close()


def test_a_record_is_read_by_tensorboard(tmp_path):
    path = tmp_path / "records"
    path.write_bytes(framed(b"one") + framed(b"x" * 9_000))
    reader = pywrap_tensorflow.PyRecordReader_New(str(path))
    reader.GetNext()
    assert reader.record() == b"one"
    reader.GetNext()
    assert reader.record() == b"x" * 9_000


def test_threads_lose_nothing(tmp_path):
    file = make(tmp_path, max_queue=5)

    def work(first):
        for step in range(first, first + 100):
            file.add(event(step))

    threads = [threading.Thread(target=work, args=(100 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    file.close()
    assert sorted(steps(tmp_path)) == list(range(400))


def test_a_reader_never_sees_a_part_of_a_record(tmp_path):
    file = make(tmp_path, max_queue=0)
    for step in range(200):
        file.add(event(step))
        seen = steps(tmp_path) if os.path.getsize(file.path) else []
        assert seen == list(range(len(seen)))
    file.close()
    assert steps(tmp_path) == list(range(200))


def test_a_full_disk_is_an_error_that_loses_nothing(tmp_path):
    code = f"""
import resource, signal, sys
sys.path.insert(0, {os.getcwd()!r})
from tests.summary.test_event_file import event, make, steps
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
file = make({str(tmp_path)!r})
file.add(event(1))
file.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (file.path.stat().st_size + 3, {resource.RLIM_INFINITY}))
file.add(event(2))
try:
    file.flush()
except OSError as error:
    print(error)
print(steps({str(tmp_path)!r}))
resource.setrlimit(resource.RLIMIT_FSIZE, ({resource.RLIM_INFINITY}, {resource.RLIM_INFINITY}))
file.add(event(3))
file.close()
print(steps({str(tmp_path)!r}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    message, full, after = done.stdout.splitlines()
    assert "summaries cannot be written" in message
    assert "Free some space" in message
    assert (full, after) == ("[1]", "[1, 2, 3]"), done.stderr


def test_an_error_of_the_thread_is_raised_where_the_next_event_is_added(tmp_path):
    file = make(tmp_path, max_queue=0)

    def broken():
        raise ValueError("broken")

    file.add(broken)
    wait_for(lambda: file._error is not None)
    with pytest.raises(ValueError, match="broken"):
        file.add(event(1))
    file.add(event(2))
    file.close()
    assert steps(tmp_path) == [2]


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "logs").write_text("")
    with pytest.raises(FileExistsError, match="cannot be a folder of summaries: there is a file"):
        make(tmp_path / "logs")
    with pytest.raises(FileExistsError, match="cannot be a folder of summaries"):
        make(tmp_path / "logs" / "deeper")


def test_another_process_is_told_to_make_its_own(tmp_path):
    file = make(tmp_path)
    file._process += 1  # as after a fork
    with pytest.raises(RuntimeError, match="belongs to the process that made it"):
        file.add(event(1))
    file.flush()
    file.close()
    file._process -= 1
    file.close()
    assert steps(tmp_path) == []
