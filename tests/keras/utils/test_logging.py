"""Whether messages go to the screen."""

import io
import logging
import sys

import pytest

from keratin.keras import config, utils
from keratin.keras.utils._logging import print_message


@pytest.fixture(autouse=True)
def _on_again():
    yield
    utils.enable_interactive_logging()


def test_messages_go_to_the_screen(capsys):
    print_message("hello")
    print_message("there", line_break=False)
    assert capsys.readouterr().out == "hello\nthere"


def test_messages_are_logged(capsys, caplog):
    utils.disable_interactive_logging()
    assert not utils.is_interactive_logging_enabled()
    with caplog.at_level(logging.INFO, "keratin"):
        print_message("\b\b\rhello\n")
    assert caplog.messages == ["hello"] and capsys.readouterr().out == ""


def test_there_is_one_switch():
    assert config.disable_interactive_logging is utils.disable_interactive_logging


def test_a_screen_that_knows_ascii_only(monkeypatch):
    screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", screen)
    print_message("━ done")
    screen.flush()
    assert screen.buffer.getvalue() == b"? done\n"
