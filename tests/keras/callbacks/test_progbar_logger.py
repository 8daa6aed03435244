"""Progress in terminals, notebooks, files and pipes."""

import contextlib
import itertools
import re
import subprocess
import sys
import time

import numpy as np
import pytest

from keratin import keras
from keratin.keras.training import passes
from keratin.keras.utils import _progbar
from tests.keras.callbacks.screens import (
    NotebookOutput,
    Output,
    a_terminal,
    in_notebook,
    run_in_terminal,
    seen,
    without_times,
)
from tests.keras.training.models import data, regression

X, Y = data(40)

# Keras and Keratin, from the same weights, over the same batches.
PROGRAM = """
{imports}
import warnings
warnings.filterwarnings("ignore")
import numpy as np
x = np.linspace(-1, 1, 400).reshape(100, 4).astype("float32")
y = x.sum(1, keepdims=True)
dense = keras.layers.Dense(1, kernel_initializer="zeros")
model = keras.Sequential([keras.Input((4,)), dense])
model.compile("sgd", "mse", metrics=["mae"])
options = dict(batch_size=16, shuffle=False)
model.fit(x, y, epochs=2, validation_split=0.2, **options)
model.evaluate(x, y, batch_size=16)
model.predict(x, batch_size=16)
model.fit(x, y, epochs=2, verbose=2, **options)
def batches():
    for _ in range(3):
        yield x[:10], y[:10]
model.fit(batches(), verbose="auto")
model.fit(x, y, verbose=0, **options)
"""


def program(imports):
    return PROGRAM.format(imports=imports)


def test_a_real_terminal_shows_what_keras_shows():
    ours = run_in_terminal(program("from keratin import keras"), columns=120)
    theirs = run_in_terminal(program("import keras"), 120, environment={"KERAS_BACKEND": "jax"})
    assert "\x1b[32m━" in ours and "\r" in ours
    found = without_times(seen(ours, 120))
    assert found == without_times(seen(theirs, 120))
    assert found[0] == "Epoch 1/2" and found[1].startswith(
        "5/5 ━━━━━━━━━━━━━━━━━━━━ T T/step - loss"
    )
    assert "val_mae" in found[1] and len(found) == 12 and found[-1] == ""


def test_a_pipe_gets_a_line_an_epoch_and_nothing_else():
    done = subprocess.run(
        [sys.executable, "-c", program("from keratin import keras")],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0 and done.stderr == ""
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", done.stdout)
    lines = without_times(done.stdout.splitlines())
    assert [re.sub(r"-.*", "", each).strip() for each in lines] == [
        "Epoch 1/2",
        "5/5 ━━━━━━━━━━━━━━━━━━━━ T T/step",
        "Epoch 2/2",
        "5/5 ━━━━━━━━━━━━━━━━━━━━ T T/step",
        "7/7 ━━━━━━━━━━━━━━━━━━━━ T T/step",
        "7/7 ━━━━━━━━━━━━━━━━━━━━ T T/step",
        "Epoch 1/2",
        "7/7",
        "Epoch 2/2",
        "7/7",
        "3/3 ━━━━━━━━━━━━━━━━━━━━ T T/step",
    ]


def put(monkeypatch, output):
    monkeypatch.setattr(sys, "stdout", output)
    return output


class Clock:
    """Time that passes when it is told to."""

    def __init__(self, monkeypatch):
        self.now = 1000.0
        monkeypatch.setattr(_progbar.time, "time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def epoch(clock, steps=5000, target=5000, seconds=1 / 512, logs=None, validation=0.0):
    """An epoch of which the logger is told step by step."""
    logger = keras.callbacks.ProgbarLogger()
    logger.set_params({"verbose": 1, "epochs": 1, "steps": target})
    logger.on_epoch_begin(0)
    for batch in range(steps):
        clock.now += seconds
        logger.on_train_batch_end(batch, logs or {"loss": 1.0})
    clock.now += validation
    logger.on_epoch_end(0, logs or {"loss": 1.0})


def test_at_most_ten_lines_a_second(monkeypatch, clock):
    terminal = a_terminal(monkeypatch)
    epoch(clock)  # of ten seconds
    assert 80 <= len(terminal.writes) <= 101
    assert seen(terminal.text) == [
        "5000/5000 ━━━━━━━━━━━━━━━━━━━━ 10s 2ms/step - loss: 1.0000",
        "",
    ]


def test_an_epoch_that_is_over_at_once_has_one_line(monkeypatch, clock):
    terminal = a_terminal(monkeypatch)
    epoch(clock, steps=3, target=3)
    assert len(terminal.writes) == 1


def test_validation_takes_no_part_in_the_time_of_a_step(monkeypatch, clock):
    terminal = a_terminal(monkeypatch)
    epoch(clock, steps=11, target=11, seconds=1.0, validation=60.0)
    assert " 71s 1s/step " in seen(terminal.text)[0]


def test_the_time_that_is_left(monkeypatch, clock):
    terminal = a_terminal(monkeypatch)
    epoch(clock, steps=2, target=7000, seconds=1.0)
    first = terminal.writes[0]
    assert "1:56:39" in first and "1s/step" in first


def test_narrow_terminals(clock, monkeypatch):
    terminal = a_terminal(monkeypatch)
    monkeypatch.setattr(_progbar, "_columns", lambda: 60)
    logs = {"loss": 1.0, "accuracy": 0.5, "val_loss": 3.0}
    epoch(clock, logs=logs)
    during = [seen(each)[0] for each in terminal.writes[:-1]]
    assert all(len(each) < 60 for each in during) and during[-1].endswith("loss: 1.0000")
    assert seen(terminal.text, 60) == [
        "5000/5000 ━━━━━━━━━━━━━━━━━━━━ 10s 2ms/step - loss: 1.0000 -",
        " accuracy: 0.5000 - val_loss: 3.0000",
        "",
    ]


@pytest.mark.parametrize("columns", [1, 5, 12, 31, 36, 400])
def test_terminals_of_any_width(clock, monkeypatch, columns):
    terminal = a_terminal(monkeypatch)
    monkeypatch.setattr(_progbar, "_columns", lambda: columns)
    epoch(clock, steps=300, target=300)
    assert all(len(seen(each)[0]) < columns for each in terminal.writes[:-1])


def test_a_terminal_that_becomes_narrower(clock, monkeypatch):
    terminal = a_terminal(monkeypatch)
    sizes = iter([120] * 40 + [40] * 1000)
    monkeypatch.setattr(_progbar, "_columns", lambda: next(sizes))
    epoch(clock, logs={"loss": 1.0, "a_long_name": 0.5, "another_long_name": 3.0})
    # The line before is not written over with blanks beyond the new edge, which would wrap.
    narrow = terminal.writes[25:-1]
    assert narrow and all(len(re.sub(r"\x1b\[\d*m|\r", "", each)) < 40 for each in narrow)


def test_shorter_lines_leave_nothing_behind(monkeypatch, clock):
    terminal = a_terminal(monkeypatch)
    bar = keras.utils.Progbar(10, interval=0, stateful_metrics=["loss", "other"])
    bar.update(1, [("loss", -123456.0)])
    bar.update(2, [("loss", 1.0)])
    assert seen(terminal.text)[0].endswith("loss: 1.0000")


def test_letters_of_two_columns(clock, monkeypatch):
    terminal = a_terminal(monkeypatch)
    monkeypatch.setattr(_progbar, "_columns", lambda: 56)
    bar = keras.utils.Progbar(10, interval=0)
    bar.update(1, [("損失", 1.0), ("x", 2.0)])
    line = seen(terminal.text)[0]
    assert line.endswith("損失: 1.0000") and len(line) + 2 < 56


def test_names_with_control_characters(monkeypatch, clock):
    terminal = a_terminal(monkeypatch)
    bar = keras.utils.Progbar(10, interval=0)
    bar.update(1, [("a\x1b[2J\nb", 1.0)])
    assert seen(terminal.text)[0].endswith(" - a?[2J?b: 1.0000")


def test_terminals_without_colors(clock, monkeypatch):
    terminal = a_terminal(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    bar = keras.utils.Progbar(10, width=10, interval=0)
    bar.update(4)
    assert "\x1b" not in terminal.text and " 4/10 ━━━━────── " in terminal.text


def test_dumb_terminals_get_whole_lines(clock, monkeypatch):
    terminal = a_terminal(monkeypatch)
    monkeypatch.setenv("TERM", "dumb")
    epoch(clock)
    assert len(terminal.writes) == 1 and terminal.text.isprintable() is False
    assert re.fullmatch(r"5000/5000 ━+ 10s 2ms/step - loss: 1.0000\n", terminal.text)


def test_outputs_that_know_ascii_only(monkeypatch, clock):
    terminal = a_terminal(monkeypatch)
    terminal.encoding = "ascii"
    bar = keras.utils.Progbar(10, width=10, interval=0)
    bar.update(4)
    assert seen(terminal.text)[0].startswith(" 4/10 ====...... ")


def test_notebooks(monkeypatch, clock):
    output = put(monkeypatch, NotebookOutput())
    epoch(clock, logs={"loss": 1.0})
    assert 40 <= len(output.writes) <= 51  # five a second
    assert output.flushes == 0  # the kernel sends what has gathered, so there is no flood
    lines = [each.rstrip() for each in in_notebook(output.text).split("\n")]
    assert lines == ["5000/5000 ━━━━━━━━━━━━━━━━━━━━ 10s 2ms/step - loss: 1.0000", ""]


def test_long_epochs_in_notebooks(monkeypatch, clock):
    output = put(monkeypatch, NotebookOutput())
    epoch(clock, steps=36000, target=36000, seconds=0.1)
    assert len(output.writes) < 2500  # in an hour


def test_lines_in_notebooks_leave_nothing_of_escape_sequences(monkeypatch, clock):
    output = put(monkeypatch, NotebookOutput())
    bar = keras.utils.Progbar(None, interval=0)
    bar.update(7, [("loss", -123456.0)])
    clock.now += 1
    bar.target = 8
    bar.update(7)
    clock.now += 1
    bar.update(8, [("loss", 1.0)])
    assert re.fullmatch(r"8/8 ━+ 2s 250ms/step - loss: 1.0000 *\n", in_notebook(output.text))


def test_output_of_a_notebook_that_is_sent_elsewhere(monkeypatch, clock):
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    output = Output()
    with contextlib.redirect_stdout(output):
        epoch(clock)
    assert len(output.writes) == 1 and "\r" not in output.text


def test_programs_without_a_console(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    regression().fit(X, Y, batch_size=10)


def test_an_unknown_number_of_steps(monkeypatch):
    terminal = a_terminal(monkeypatch)

    def batches():
        for _ in range(4):
            time.sleep(0.06)
            yield X[:10], Y[:10]

    regression().fit(batches(), verbose=1)
    assert re.search(r"\r +\d/Unknown .*?s.*?/step - loss: ", terminal.text)
    assert seen(terminal.text)[0].startswith("4/4 ━━━━━━━━━━━━━━━━━━━━ ")


def test_epochs_of_several_chunks_move_on(monkeypatch):
    terminal = a_terminal(monkeypatch)
    times = itertools.count(1000)
    monkeypatch.setattr(_progbar.time, "time", lambda: next(times))
    monkeypatch.setattr(passes, "CHUNK_SECONDS", 0.001)
    x, y = data(60_000)
    regression().fit(x, y, batch_size=1, epochs=2)
    lines = terminal.text.split("\n")
    counts = [[int(n) for n in re.findall(r"(\d+)/60000", each)] for each in lines]
    for each in (counts[1], counts[3]):
        assert len(set(each)) > 2 and each == sorted(each) and each[-1] == 60000


def test_evaluate_and_predict(capsys):
    model = regression()
    model.evaluate(X, Y, verbose=2)
    assert capsys.readouterr().out.startswith("2/2 - ")
    model.predict(X, verbose=1)
    assert re.fullmatch(r"2/2 ━{20} \d+s \d+\w+/step\n", capsys.readouterr().out)
    model.predict(X, verbose=0)
    model.evaluate(X, Y, verbose=0)
    assert capsys.readouterr().out == ""


def test_evaluation_within_fit_is_silent(capsys):
    model = regression()

    class Evaluates(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.evaluate(X, Y, verbose=0)

    model.fit(X, Y, validation_data=(X, Y), callbacks=[Evaluates()], verbose=2)
    assert capsys.readouterr().out.count("\n") == 1


def test_progress_is_logged_where_there_is_no_screen(monkeypatch, clock, caplog):
    terminal = a_terminal(monkeypatch)
    keras.config.disable_interactive_logging()
    try:
        with caplog.at_level("INFO", "keratin"):
            epoch(clock)
    finally:
        keras.config.enable_interactive_logging()
    assert terminal.writes == []
    (message,) = caplog.messages
    assert re.fullmatch(r"5000/5000 ━+ 10s 2ms/step - loss: 1.0000", message)


def test_verbose_is_checked():
    with pytest.raises(ValueError, match=r"verbose is 0 \(silent\).*given 7"):
        regression().fit(np.zeros((2, 4)), np.zeros((2, 1)), verbose=7)
