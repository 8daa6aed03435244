"""Outputs of several kinds, and what a person sees of them."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios


class Output:
    """Where text is written to, as a terminal or not."""

    encoding = "utf-8"

    def __init__(self, terminal=False):
        self.writes = []
        self.flushes = 0
        self.terminal = terminal

    def write(self, text):
        self.writes.append(text)

    def flush(self):
        self.flushes += 1

    def isatty(self):
        return self.terminal

    @property
    def text(self):
        return "".join(self.writes)


def a_terminal(monkeypatch):
    """Make standard output a terminal: called by tests, as pytest sets its own after fixtures."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    output = Output(terminal=True)
    monkeypatch.setattr(sys, "stdout", output)
    return output


class NotebookOutput(Output):
    """As the output of a notebook's kernel is: no terminal, of a class of ipykernel."""

    __module__ = "ipykernel.iostream"


def seen(text, columns=10_000):
    """The lines on a terminal of this width after a text; it knows what bars are written with."""
    rows, row, column = [[]], 0, 0
    for sign in re.sub(r"\x1b\[\d*m", "", text):
        if sign == "\r":
            column = 0
        elif sign == "\b":
            column = max(0, column - 1)
        elif sign == "\n":
            row += 1
        else:
            assert sign.isprintable(), repr(sign)
            if column >= columns:
                row, column = row + 1, 0
            while len(rows) <= row:
                rows.append([])
            rows[row][column : column + 1] = [sign]
            column += 1
        while len(rows) <= row:
            rows.append([])
    return ["".join(each).rstrip() for each in rows]


def in_notebook(text):
    """The text as JupyterLab shows it: what follows \\r is laid over the raw line before."""
    text = text.replace("\r\n", "\n")
    while found := re.search(r"^([^\r\n]*)\r+([^\r\n]*)", text, re.M):
        before, after = found.groups()
        laid = after + before[len(after) :]
        text = text[: found.start()] + laid + text[found.end() :]
    return re.sub(r"\x1b\[\d*m", "", text)


def without_times(lines):
    """Lines without the times in them, which are others in each run."""
    return [
        re.sub(r"\b\d+(:\d\d)*(us|ms|s)?(?=/step| \d+(us|ms|s)/step)", "T", each) for each in lines
    ]


def run_in_terminal(program, columns=100, timeout=180, environment=None):
    """Run Python code in a terminal of its own; what it wrote, errors included."""
    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=other,
        stdout=other,
        stderr=other,
        env={**kept, "TERM": "xterm-256color", **(environment or {})},
    )
    os.close(other)
    try:
        return _read(main, process, timeout).decode()
    finally:
        process.kill()
        process.wait()
        os.close(main)


def _read(main, process, timeout):
    found = b""
    while select.select([main], [], [], timeout)[0]:
        try:
            part = os.read(main, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        found += part
    process.wait(timeout)
    return found
