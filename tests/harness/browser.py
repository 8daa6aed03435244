"""Chromium without a window, steered through a pipe by its own protocol."""

import base64
import io
import itertools
import json
import os
import shutil
import subprocess
import time

import numpy as np
from PIL import Image

PATH = shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One page of a headless Chromium."""

    def __init__(self, folder, width=1280, height=800):
        to_read, self._send = os.pipe()
        self._receive, to_write = os.pipe()
        command = [
            PATH,
            "--headless",
            "--no-sandbox",
            "--no-first-run",
            "--hide-scrollbars",
            "--disable-background-networking",
            "--enable-unsafe-swiftshader",
            "--no-proxy-server",
            f"--user-data-dir={folder}",
            "--remote-debugging-pipe",
            "about:blank",
        ]

        # The browser reads from 3 and writes to 4: the shell puts the pipes there.
        script = f'exec "$@" 3</dev/fd/{to_read} 4>/dev/fd/{to_write}'
        self._process = subprocess.Popen(
            ["sh", "-c", script, "sh", *command],
            pass_fds=(to_read, to_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self._numbers = itertools.count(1)
        self._buffer = b""
        self._session = None
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(each["targetId"] for each in targets if each["type"] == "page")
        attached = self.call("Target.attachToTarget", targetId=page, flatten=True)
        self._session = attached["sessionId"]
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def call(self, method, **parameters):
        """Call a method of the protocol; its result."""
        message = {"id": next(self._numbers), "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == message["id"]:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def _next(self):
        while b"\0" not in self._buffer:
            data = os.read(self._receive, 1 << 20)
            assert data, "the browser has ended"
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(line)

    def open(self, url):
        """Go to an address."""
        self.call("Page.navigate", url=url)

    def value(self, expression):
        """The value of an expression of JavaScript in the page."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return found["result"].get("value")

    def wait_for(self, holds, seconds=120):
        """Wait until a function gives a true value; that."""
        end = time.monotonic() + seconds
        while True:
            found = holds()
            if found:
                return found
            assert time.monotonic() < end, self.value("document.body.innerText")
            time.sleep(0.3)

    def screenshot(self):
        """The page as a PNG file."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def pixels(self):
        """The page as an array."""
        return np.asarray(Image.open(io.BytesIO(self.screenshot())).convert("RGB")).astype(int)

    def close(self):
        """End the browser."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._send)
        os.close(self._receive)
