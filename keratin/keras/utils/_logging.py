"""Whether messages go to the screen or to Python's logging."""

from __future__ import annotations

import logging
import sys

from keratin.keras._core.settings import settings

logger = logging.getLogger("keratin")


def enable_interactive_logging() -> None:
    """Have progress bars and messages written to the screen; it is so from the start.

    >>> keras.utils.enable_interactive_logging()
    """
    settings.interactive_logging = True


def disable_interactive_logging() -> None:
    """Have progress and messages sent to the logger "keratin" instead of the screen.

    >>> keras.utils.disable_interactive_logging()
    >>> keras.utils.is_interactive_logging_enabled()
    False
    >>> keras.utils.enable_interactive_logging()
    """
    settings.interactive_logging = False


def is_interactive_logging_enabled() -> bool:
    """Whether messages go to the screen.

    >>> keras.utils.is_interactive_logging_enabled()
    True
    """
    return settings.interactive_logging


def print_message(message: str, line_break: bool = True) -> None:
    """Write a message to the screen, or log it."""
    if not settings.interactive_logging:
        logger.info(message.strip("\b\r\n"))
        return
    if sys.stdout is None:  # a program without a console
        return
    text = message + "\n" if line_break else message
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:  # a terminal that knows ASCII only
        sys.stdout.write(text.encode("ascii", "replace").decode("ascii"))
    if not in_notebook():  # whose kernel gathers what comes within a fraction of a second
        sys.stdout.flush()


def in_notebook() -> bool:
    """Whether what is printed goes to a notebook: what counts is the stream, not the program."""
    return type(sys.stdout).__module__.partition(".")[0] == "ipykernel"
