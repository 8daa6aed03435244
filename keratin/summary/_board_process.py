"""The process that runs TensorBoard; started by `_server`, not meant to be imported.

It ends when the process that started it does, in whatever way that happens.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import types


def end_with_parent() -> None:
    """Stop when standard input, a pipe that the parent holds, comes to its end."""

    def watch() -> None:
        # Not by `sys.stdin`, whose lock would be held when Python ends.
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Run TensorBoard with the arguments of the command line."""
    from tensorboard import main as tensorboard

    tensorboard.run_main()


if __name__ == "__main__":
    end_with_parent()
    # TensorBoard would import TensorFlow if that is installed, which takes long and adds nothing.
    sys.modules["tensorboard.compat.notf"] = types.ModuleType("tensorboard.compat.notf")
    main()
