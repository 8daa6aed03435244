import subprocess
import sys

import pytest

from keratin.cli import main
from keratin.cli._main import COMMANDS


@pytest.mark.parametrize(
    "arguments, line",
    [
        (["bord"], "keratin: there is no command 'bord'. Did you mean 'board'?"),
        (["board"], "keratin board: the following arguments are required: LOGDIR."),
        (["board", "logs", "--prt", "3"], "keratin board: unknown: --prt 3."),
        (
            ["board", "logs", "--port", "x"],
            "keratin board: argument --port: invalid int value: 'x'.",
        ),
        (["--nothing"], "keratin: unrecognized arguments: --nothing."),
    ],
)
def test_a_wrong_command_line_is_a_line_and_exit_code_2(capsys, arguments, line):
    assert main(arguments) == 2
    output, error = capsys.readouterr()
    assert output == ""
    assert error.startswith(line)
    assert error.endswith("--help` says what it takes.\n")
    assert error.count("\n") == 1


def test_what_goes_wrong_is_a_line_and_exit_code_1(capsys, tmp_path):
    assert main(["board", str(tmp_path / "none")]) == 1
    output, error = capsys.readouterr()
    assert output == ""
    assert error.startswith("keratin board: ")
    assert "does not exist" in error
    assert error.count("\n") == 1


def test_only_some_commands_take_what_stands_after_two_dashes(capsys, monkeypatch):
    monkeypatch.setattr("keratin.cli._board.TAKES_REST", False)
    assert main(["board", "logs", "--", "more"]) == 2
    assert capsys.readouterr().err.startswith("keratin board: unknown: -- more.")


def test_help_names_all_commands(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for name, (_, purpose) in COMMANDS.items():
        assert name in text
        assert purpose in text
    assert main([]) == 2
    assert capsys.readouterr().err.startswith("usage: keratin")


def test_python_m_keratin(tf):
    run = [sys.executable, "-m", "keratin", "--version"]
    done = subprocess.run(run, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"keratin {tf.__version__}\n", "")
