import sys

from keratin import keras
from tests.keras.training.models import data, regression

X, Y = data(40)


class Terminal:
    """An output that can be written over."""

    encoding = "utf-8"

    def __init__(self):
        self.writes = []

    def write(self, text):
        self.writes.append(text)

    def flush(self): ...

    def isatty(self):
        return True


def test_a_terminal_is_written_over(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    regression().fit(X, Y, epochs=2, batch_size=10, verbose="auto")
    text = "".join(terminal.writes)
    assert text.count("\n") == 4
    assert "\r" in text
    assert "\x1b[32m" in text


def test_at_most_ten_lines_a_second(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    logger = keras.callbacks.ProgbarLogger()
    logger.set_params({"verbose": 1, "epochs": 1, "steps": 5000})
    logger.on_epoch_begin(0)
    for batch in range(5000):
        logger.on_train_batch_end(batch, {"loss": 1.0})
    logger.on_epoch_end(0, {"loss": 1.0})
    assert len(terminal.writes) < 20


def test_into_a_pipe_goes_a_line_an_epoch(capsys):
    model = regression()
    model.fit(X, Y, batch_size=10, verbose=1)
    out = capsys.readouterr().out
    assert out.startswith("4/4 ━━━━━━━━━━━━━━━━━━━━ ")
    assert out.count("\n") == 1
    assert "\x1b" not in out
    model.evaluate(X, Y, verbose=2)
    assert capsys.readouterr().out.startswith("2/2 - ")
    model.predict(X, verbose=1)
    assert capsys.readouterr().out.startswith("2/2 ━━━")


def test_an_unknown_number_of_steps(capsys):
    def batches():
        for _ in range(3):
            yield X[:10], Y[:10]

    regression().fit(batches(), verbose=2)
    assert capsys.readouterr().out.startswith("3/3 - ")


def test_a_file_has_no_bar_of_its_own(capsys):
    keras.config.disable_interactive_logging()
    try:
        regression().fit(X, Y, verbose=2)
    finally:
        keras.config.enable_interactive_logging()
    assert capsys.readouterr().out == ""
