import argparse
import signal
import subprocess
import sys
import urllib.request
import webbrowser

import pytest

from keratin.cli import _board, main


@pytest.fixture
def logs(tf, tmp_path):
    with tf.summary.create_file_writer(tmp_path / "logs" / "run").as_default():
        tf.summary.scalar("a", 1.0, step=0)
    return tmp_path / "logs"


class FakeBoard:
    """Stands for a server that ends at once."""

    url = "http://localhost:1/"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def wait(self):
        return None


@pytest.fixture
def launched(monkeypatch):
    calls = []
    monkeypatch.setattr(_board, "launch", lambda *a, **k: calls.append((a, k)) or FakeBoard())
    monkeypatch.setattr(webbrowser, "open", lambda url: calls.append(url))
    return calls


def test_arguments_reach_tensorboard(launched, monkeypatch):
    former = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(_board, "_has_screen", lambda: True)
    line = "board logs --port 7 --host 0.0.0.0 --reload 2 --no-browser -- --samples_per_plugin x=1"
    assert main(line.split()) == 0
    extra = ["--reload_interval", "2.0", "--samples_per_plugin", "x=1"]
    assert launched == [(("logs", 7, "0.0.0.0"), {"arguments": extra})]
    assert signal.getsignal(signal.SIGTERM) is former


def test_a_browser_is_opened_where_there_is_a_screen(launched, monkeypatch):
    for screen in (True, False):
        monkeypatch.setattr(_board, "_has_screen", lambda screen=screen: screen)
        assert main(["board", "logs"]) == 0
    assert [call for call in launched if isinstance(call, str)] == [FakeBoard.url]


def test_defaults():
    parser = argparse.ArgumentParser()
    _board.configure(parser)
    options = parser.parse_args(["logs"])
    assert (options.port, options.host, options.no_browser) == (6006, "localhost", False)


def test_ctrl_c_ends_the_server(logs):
    command = [sys.executable, "-m", "keratin", "board", str(logs), "--no-browser", "--port", "0"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        address = process.stdout.readline()
        assert address.startswith("TensorBoard: http://localhost:")
        assert process.stdout.readline() == f"1 run in {logs}: run\n"
        url = address.split()[1]
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{url}data/environment", timeout=60) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, error) == (0, "")
    with pytest.raises(OSError):
        opener.open(f"{url}data/environment", timeout=5)
