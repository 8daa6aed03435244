"""Telling a server of each epoch."""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin.keras.callbacks._callback import Callback, Logs

# A server that does not answer must not hold up training for long.
_SECONDS = 10.0


class RemoteMonitor(Callback):
    """Sends the logs of each epoch to a web server, by POST.

    A server that cannot be reached, or that refuses, is warned of; training goes on.

    Args:
        root: The address of the server, `http://` or `https://`.
        path: What is appended to it.
        field: The field of the form that holds the logs as JSON.
        headers: Headers to send along.
        send_as_json: Whether to send the JSON itself in place of a form.

    >>> keras.callbacks.RemoteMonitor(root="http://localhost:8080").path
    '/publish/epoch/end/'
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
        send_as_json: bool = False,
    ):
        super().__init__()
        if urllib.parse.urlsplit(root).scheme not in ("http", "https"):
            raise ValueError(
                f"RemoteMonitor: root is an address such as 'http://localhost:9000'; given {root!r}"
            )
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Send the logs."""
        values = {name: _plain(value) for name, value in (logs or {}).items()}
        request = self._request({"epoch": epoch, **values})
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS):
                pass
        except urllib.error.HTTPError as error:
            errors.warn_user(
                f"RemoteMonitor: the server at {self.root} answered {error.code} {error.reason}."
            )
        except OSError as error:
            errors.warn_user(
                f"RemoteMonitor: could not reach the server at {self.root}: {error}. Is it "
                "running, and is root= its address?"
            )

    def _request(self, values: dict[str, Any]) -> urllib.request.Request:
        if self.send_as_json:
            # JSON proper knows neither NaN nor infinity.
            body = json.dumps({name: _finite(value) for name, value in values.items()})
            kind = "application/json"
        else:
            body = urllib.parse.urlencode({self.field: json.dumps(values)})
            kind = "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, **(self.headers or {})}
        return urllib.request.Request(self.root + self.path, body.encode(), headers, method="POST")


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
