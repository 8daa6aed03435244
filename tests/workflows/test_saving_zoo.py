"""The zoo through each format: to Keras, from Keras, and back to Keratin."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from keratin import keras
from tests.keras.saving import exchange
from tests.keras.saving.zoo import ZOO

# One of each make; the others take as long again.
QUICK = ("nested", "dicts", "tower", "custom_parts", "options")


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(QUICK, id="some"),
        pytest.param(tuple(sorted(set(ZOO) - set(QUICK))), id="others", marks=pytest.mark.slow),
    ],
)
def test_models_pass_through_files_both_ways(names, tmp_path):
    theirs, ours = tmp_path / "to_keras", tmp_path / "from_keras"
    theirs.mkdir()
    ours.mkdir()
    assert exchange.write(keras, names, theirs) == {}
    assert exchange.read(keras, names, theirs) == {}
    done = subprocess.run(
        [sys.executable, "-m", "tests.keras.saving.exchange", theirs, ours, *names],
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "1"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {}
    assert exchange.read(keras, names, ours) == {}
