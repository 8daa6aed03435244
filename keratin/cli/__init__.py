"""The command line: `keratin board LOGDIR`, or `python -m keratin board LOGDIR`."""

from keratin.cli._main import main as main
