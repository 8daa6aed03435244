import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.summary.reading import files


def is_listening(port):
    with contextlib.closing(socket.socket()) as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.slow
def test_it_ends_when_the_process_that_started_it_is_killed(tf, tmp_path):
    with tf.summary.create_file_writer(tmp_path).as_default():
        tf.summary.scalar("a", 1.0, step=0)
    assert files(tmp_path)
    code = (
        "import sys, time, keratin.summary\n"
        f"board = keratin.summary.launch({str(tmp_path)!r}, port=0, verbose=False)\n"
        "print(board.url, flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        port = int(parent.stdout.readline().strip().rstrip("/").rpartition(":")[2])
        assert is_listening(port)
    finally:
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    end = time.monotonic() + 60
    while is_listening(port):
        assert time.monotonic() < end
        time.sleep(0.2)
