"""TensorBoard in a browser, on what a training has written.

`python -m tests.workflows.test_board docs/tensorboard.png` makes the picture of the docs.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from keratin import keras
from keratin.summary import launch
from tests.harness import browser
from tests.summary.board_pages import Pages

# The colours of the runs, as lists of their parts.
COLOURS = """
[...document.querySelectorAll('.run-color-swatch')].map(
    each => getComputedStyle(each).backgroundColor.match(/[0-9]+/g).map(Number))
"""


def train(folder):
    keras.utils.set_random_seed(2)
    x = np.random.default_rng(0).uniform(-1, 1, (512, 4)).astype(np.float32)
    y = np.sin(3 * x[:, :1]) * x[:, 1:2]
    layers = [keras.layers.Dense(32, activation="relu", name=f"hidden_{i}") for i in (1, 2)]
    model = keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(1, name="out")])
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    board = keras.callbacks.TensorBoard(folder, histogram_freq=1)
    model.fit(x, y, epochs=30, validation_split=0.25, callbacks=[board], verbose=0)


def picture(folder):
    """A picture of the page with its charts drawn."""
    train(folder / "logs")
    with launch(folder / "logs", port=0, verbose=False) as board:
        pages = Pages(board.url)
        pages.when("plugin/scalars/tags", lambda tags: "epoch_mae" in tags.get("validation", {}))
        pages.when("plugin/histograms/tags", lambda tags: tags.get("train"))
        page = browser.Browser(folder / "profile")
        try:
            page.open(f"{board.url}?tagFilter=epoch_(loss|mae)|kernel&smoothing=0#timeseries")
            page.wait_for(
                lambda: page.value("document.querySelectorAll('scalar-card').length") == 2
            )
            page.wait_for(lambda: has_curves(page))
            return page.screenshot(), page.value("document.body.innerText")
        finally:
            page.close()


def has_curves(page):
    """Whether there is as much of the colour of each of the two runs as a curve has."""
    colours, pixels = page.value(COLOURS), page.pixels()
    near = [np.abs(pixels - colour).max(axis=-1) < 12 for colour in colours]
    return len(near) == 2 and all(int(each.sum()) > 500 for each in near)


@pytest.mark.slow
@pytest.mark.skipif(browser.PATH is None, reason="Chromium is not installed")
def test_charts_are_drawn(tmp_path):
    _, text = picture(tmp_path)
    for words in ("TensorBoard", "train", "validation", "epoch_loss", "epoch_mae", "HISTOGRAMS"):
        assert words.lower() in text.lower(), words


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        Path(sys.argv[1]).write_bytes(picture(Path(folder))[0])
