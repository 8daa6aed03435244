"""The progress bar, as it is written to the screen."""

import contextlib
import re
import sys

import pytest

from keratin.keras import utils
from keratin.keras.utils._progbar import output_kind
from tests.harness.real_keras import real
from tests.keras.callbacks.screens import NotebookOutput, Output, a_terminal

# Colors, and what went before on the same line; times differ from run to run.
_NOISE = [
    (r"\x1b\[\d+m", ""),
    (r"[\b\r]+", "\n"),
    (r"\d+(\.\d+)?(us|ms|s)", "T"),
    (r" +", " "),
    (r" \n", "\n"),
    (r" $", ""),
]


def written(kind, monkeypatch, updates, **options):
    """What a bar writes to a terminal."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    output = Output(terminal=True)
    with contextlib.redirect_stdout(output):
        bar = kind(interval=0, **options)
        for update in updates:
            bar.update(*update)
    text = output.text
    for pattern, other in _NOISE:
        text = re.sub(pattern, other, text)
    return text


CASES = [
    ({"target": 3}, [(1, [("loss", 2.0)]), (2, [("loss", 1.0)]), (3, [("loss", 0.5)])]),
    ({"target": 3, "stateful_metrics": ["loss"]}, [(1, [("loss", 2.0)]), (2, [("loss", 1.0)])]),
    ({"target": 3, "stateless_metrics": ["a"]}, [(1, [("a", 2.0)]), (2, [("a", 1.0), ("b", 3.0)])]),
    ({"target": None}, [(5, [("loss", 1e-5)]), (7, [("loss", 2e-5)])]),
    ({"target": None}, [(5, [("loss", 1.0)], True)]),
    ({"target": 12, "width": 5, "unit_name": "sample"}, [(0,), (6,), (12, [("loss", -3.0)])]),
    ({"target": 2, "verbose": 2}, [(1, [("loss", 2.0)]), (2, [("loss", 1.5)])]),
    ({"target": 2, "verbose": 0}, [(2, [("loss", 1.5)])]),
]


@pytest.mark.parametrize(("options", "updates"), CASES, ids=range(len(CASES)))
def test_a_terminal_shows_what_keras_shows(monkeypatch, options, updates):
    found = written(utils.Progbar, monkeypatch, updates, **options)
    assert found == written(real.utils.Progbar, monkeypatch, updates, **options)


def test_values_are_averages_until_the_last_ones_are_given(monkeypatch):
    terminal = a_terminal(monkeypatch)
    bar = utils.Progbar(4, interval=0)
    bar.add(1, [("loss", 4.0)])
    bar.add(2, [("loss", 1.0)])
    assert terminal.text.endswith("loss: 2.0000")
    bar.update(4, [("loss", 7.0)])
    assert terminal.text.endswith("loss: 7.0000\n")


def test_updates_come_no_faster_than_the_interval(monkeypatch):
    terminal = a_terminal(monkeypatch)
    bar = utils.Progbar(1000, interval=1000)
    for step in range(1, 1000):
        bar.update(step)
    assert terminal.text.count("/1000") == 1
    bar.update(1000)
    assert "1000/1000" in terminal.text


def test_a_file_has_the_last_line_alone(capsys):
    bar = utils.Progbar(3, interval=0, unit_name="sample")
    for step in range(4):
        bar.update(step, [("loss", 1.0)])
    assert re.fullmatch(r"3/3 ━{20} 0s \d+\w+/sample - loss: 1.0000\n", capsys.readouterr().out)
    bar = utils.Progbar(None)
    bar.add(5)
    assert capsys.readouterr().out == ""
    bar.update(9, finalize=True)
    assert re.fullmatch(r" +9/Unknown 0s \d+\w+/step\n", capsys.readouterr().out)


def test_a_bar_that_is_ended_early_is_not_full(capsys):
    utils.Progbar(10, width=10).update(4, finalize=True)
    assert capsys.readouterr().out.startswith(" 4/10 ━━━━────── ")


def test_verbose_is_checked():
    with pytest.raises(ValueError, match=r"verbose is 0 .*given 3"):
        utils.Progbar(1, verbose=3)


def test_tensors_are_shown_as_numbers(tf, capsys):
    utils.Progbar(1).update(1, [("loss", tf.constant(0.25))])
    assert "loss: 0.2500" in capsys.readouterr().out


def test_metrics_are_of_one_kind_or_the_other():
    with pytest.raises(ValueError, match="Both were given"):
        utils.Progbar(1, stateful_metrics=[], stateless_metrics=[])


def test_kinds_of_output(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("PYCHARM_HOSTED", raising=False)
    outputs = [
        (Output(terminal=True), "terminal"),
        (Output(), "file"),
        (NotebookOutput(), "notebook"),
        (object(), "file"),  # that cannot say what it is
        (None, "file"),
    ]
    for output, kind in outputs:
        monkeypatch.setattr(sys, "stdout", output)
        assert output_kind() == kind
    monkeypatch.setattr(sys, "stdout", Output())
    monkeypatch.setenv("PYCHARM_HOSTED", "1")
    assert output_kind() == "console"
    bar = utils.Progbar(4, interval=0)
    bar.update(1)
    bar.update(2)
    assert sys.stdout.text.count("\r") == 2
    utils.disable_interactive_logging()
    try:
        assert output_kind() == "file"
    finally:
        utils.enable_interactive_logging()
