"""`keratin board LOGDIR`: TensorBoard."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import webbrowser
from typing import Any

from keratin.summary._server import launch

TAKES_REST = True


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("logdir", metavar="LOGDIR", help="the folder that summaries are in")
    parser.add_argument(
        "--port", type=int, default=6006, help="the port, or the next free one after it; 0 for any"
    )
    parser.add_argument(
        "--host", default="localhost", help="the address to listen at; 0.0.0.0 for everyone"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument(
        "--reload", type=float, default=5.0, metavar="SECONDS", help="how often to look for news"
    )
    parser.epilog = "What stands after -- is given to TensorBoard as it is."


def run(options: argparse.Namespace) -> int:
    """Run TensorBoard until it is stopped, by Ctrl-C for example."""
    former = signal.signal(signal.SIGTERM, _interrupt)
    try:
        _show(options)
    finally:
        signal.signal(signal.SIGTERM, former)
    return 0


def _show(options: argparse.Namespace) -> None:
    extra = ["--reload_interval", str(options.reload), *options.rest]
    with launch(options.logdir, options.port, options.host, arguments=extra) as board:
        print("Stop it with Ctrl-C.", flush=True)
        if not options.no_browser and _has_screen():
            webbrowser.open(board.url)
        board.wait()


def _interrupt(*_: Any) -> None:
    """End as with Ctrl-C, so that the server ends too."""
    raise KeyboardInterrupt


def _has_screen() -> bool:
    """Whether a browser would have a window, and not take the terminal."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
