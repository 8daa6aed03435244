import http.server
import json
import threading
import urllib.parse

import numpy as np
import pytest

from keratin import keras


@pytest.fixture
def server():
    """A server that keeps what it is sent; its `status` is what it answers."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.server.seen.append((self.path, self.headers, body))
            self.send_response(self.server.status)
            self.end_headers()

        def log_message(self, *args): ...

    made = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    made.seen, made.status = [], 200
    made.address = f"http://127.0.0.1:{made.server_port}"
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


LOGS = {"loss": 0.5, "val": np.float32(0.25), "many": np.array([1.0, 2.0])}


def test_a_form_with_the_logs(server):
    keras.callbacks.RemoteMonitor(server.address, headers={"X-Run": "7"}).on_epoch_end(3, LOGS)
    path, headers, body = server.seen[0]
    assert path == "/publish/epoch/end/"
    assert headers["X-Run"] == "7"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    sent = json.loads(urllib.parse.parse_qs(body)["data"][0])
    assert sent == {"epoch": 3, "loss": 0.5, "val": 0.25, "many": [1.0, 2.0]}


def test_json_without_nan(server):
    monitor = keras.callbacks.RemoteMonitor(server.address, "/here", send_as_json=True)
    monitor.on_epoch_end(0, {"loss": float("nan")})
    path, headers, body = server.seen[0]
    assert (path, headers["Content-Type"]) == ("/here", "application/json")
    assert json.loads(body) == {"epoch": 0, "loss": None}


def test_a_server_that_refuses_or_is_not_there(server):
    server.status = 403
    monitor = keras.callbacks.RemoteMonitor(server.address)
    with pytest.warns(UserWarning, match="answered 403"):
        monitor.on_epoch_end(0, {})
    server.shutdown()
    server.server_close()
    with pytest.warns(UserWarning, match="could not reach the server at http"):
        monitor.on_epoch_end(0, {})


@pytest.mark.parametrize("root", ["localhost:9000", "file:///etc", "ftp://there"])
def test_only_web_servers(root):
    with pytest.raises(ValueError, match=r"root is an address such as 'http://localhost:9000'"):
        keras.callbacks.RemoteMonitor(root)
