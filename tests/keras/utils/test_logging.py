"""Whether messages go to the screen."""

import io
import logging
import sys

import pytest

from keratin.keras import config, utils
from keratin.keras.utils._logging import in_notebook, print_message
from tests.keras.callbacks.screens import NotebookOutput, Output


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


def test_a_program_without_a_console(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    print_message("hello")


def test_the_output_of_a_notebook_is_not_flushed(monkeypatch):
    for output, notebook in ((NotebookOutput(), True), (Output(), False)):
        monkeypatch.setattr(sys, "stdout", output)
        print_message("hello")
        assert in_notebook() is notebook and output.flushes == (not notebook)
