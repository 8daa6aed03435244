"""The commands, and what is the same for all of them: arguments, errors, exit codes.

A command is a file with `configure(parser)`, which adds its arguments, and `run(options)`, which
gives the exit code. 0: it went well; 1: it did not; 2: the command line is wrong. With
`TAKES_REST = True` it finds what stands after `--` in `options.rest`.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from keratin._engine import errors
from keratin.version import VERSION

# Each command's file and what it is for, in the order of the help.
COMMANDS = {
    "board": ("keratin.cli._board", "show the summaries of runs in TensorBoard"),
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line, in a line, and exit with 2."""
        message = message if message.endswith((".", "?")) else f"{message}."
        self.exit(2, f"{self.prog}: {message} `{self.prog} --help` says what it takes.\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code.

    >>> from keratin.cli import main
    >>> main(["board", "no-such-folder"])
    1
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(given)
    except SystemExit as error:  # argparse, after it has said why
        return int(error.code or 0)


def _run(given: list[str]) -> int:
    given, rest = _divided(given)
    parser = _Parser(prog="keratin", description="The command line of Keratin.")
    parser.add_argument("--version", action="version", version=f"keratin {VERSION}")
    parsers = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)
    commands = {}
    for name, (_, purpose) in COMMANDS.items():
        sentence = f"{purpose[0].upper()}{purpose[1:]}."
        commands[name] = parsers.add_parser(name, help=purpose, description=sentence)
    chosen = next((word for word in given if not word.startswith("-")), None)
    if chosen is None:
        parser.parse_args(given)
        parser.print_help(sys.stderr)
        return 2
    if chosen not in commands:
        parser.error(f"there is no command {chosen!r}.{errors.nearest(chosen, COMMANDS)}")
    _load(chosen).configure(commands[chosen])
    options, unknown = parser.parse_known_args(given)
    options.rest = rest
    if rest and not getattr(_load(chosen), "TAKES_REST", False):
        unknown = [*unknown, "--", *rest]
    if unknown:
        commands[chosen].error(f"unknown: {' '.join(unknown)}.")
    return _guarded(chosen, options)


def _divided(given: list[str]) -> tuple[list[str], list[str]]:
    """The arguments before and after `--`."""
    if "--" not in given:
        return given, []
    place = given.index("--")
    return given[:place], given[place + 1 :]


def _load(name: str) -> Any:
    """The file of a command, imported when it is asked for."""
    return importlib.import_module(COMMANDS[name][0])


def _guarded(name: str, options: argparse.Namespace) -> int:
    """Run a command; what it raises on purpose is a line on stderr."""
    try:
        return int(_load(name).run(options))
    except (OSError, RuntimeError, ValueError, LookupError) as error:
        reason = " ".join(str(error).split())
        print(f"keratin {name}: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
