"""The examples run as scripts, in a fresh process, and do what they say."""

import re
import subprocess
import sys

from tests.structure.source import ROOT


def test_linear_classifier(tmp_path):
    picture = tmp_path / "picture.png"
    done = subprocess.run(
        [sys.executable, "examples/linear_classifier.py", str(picture)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    losses = [float(value) for value in re.findall(r"loss ([\d.]+)", done.stdout)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.1 * losses[0]
    share = re.search(r"([\d.]+)% of 2000 points are on their side", done.stdout)
    assert share is not None and float(share[1]) > 99
    assert f"picture: {picture}" in done.stdout
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert done.stderr == ""
