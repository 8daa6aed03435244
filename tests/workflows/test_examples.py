"""The examples run as scripts, in a fresh process, and do what they say."""

import re
import subprocess
import sys

import numpy as np

from examples import digits
from tests.structure.source import ROOT


def run(*arguments):
    """What Python prints; a failure, or anything said as an error, ends the test."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_digits(tmp_path):
    picture = tmp_path / "pictures" / "digits.png"
    shown = run("examples/digits.py", str(picture))
    assert 'Model: "digit_reader"' in shown
    assert "Total params: 6,090" in shown
    assert re.findall(r"Epoch (\d+)/20", shown) == [str(i) for i in range(1, 21)]
    progress = r"43/43 \S+ .*accuracy: ([\d.]+) - loss: [\d.]+ - val_accuracy: ([\d.]+)"
    accuracies = re.findall(progress, shown)
    assert len(accuracies) == 20
    assert min(map(float, accuracies[-1])) > 0.95
    share = re.search(r"([\d.]+)% of 297 test images are read right", shown)
    assert share is not None and float(share[1]) > 90
    truths = re.findall(r"test image \d: (\d) is read as \d, [\d.]+% sure", shown)
    assert truths == ["1", "7", "4", "6", "3", "1", "3", "9"]
    assert shown.endswith(f"learning curves: {picture}\n")
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_digits_without_matplotlib(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    digits.draw({}, np.zeros((0, 8, 8)), [], tmp_path / "digits.png")
    expected = "no picture: matplotlib is not installed (pip install matplotlib)\n"
    assert capsys.readouterr().out == expected
    assert not (tmp_path / "digits.png").exists()


def test_linear_classifier(tmp_path):
    picture = tmp_path / "picture.png"
    shown = run("examples/linear_classifier.py", str(picture))
    losses = [float(value) for value in re.findall(r"loss ([\d.]+)", shown)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.1 * losses[0]
    share = re.search(r"([\d.]+)% of 2000 points are on their side", shown)
    assert share is not None and float(share[1]) > 99
    assert f"picture: {picture}" in shown
    assert picture.read_bytes().startswith(b"\x89PNG")
