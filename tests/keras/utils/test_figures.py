"""Figures of matplotlib."""

import sys
import types

import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from keratin.keras.utils import _figures


@pytest.fixture(autouse=True)
def _no_figures_left():
    yield
    pyplot.close("all")


def test_a_grid():
    figure, axes = _figures.grid("f", 5, 3, (2.0, 1.0))
    assert figure.get_size_inches().tolist() == [6, 2] and figure.axes == axes
    assert pyplot.fignum_exists(figure.number)
    own = Figure(figsize=(1, 1))
    found, axes = _figures.grid("f", 2, 2, (5.0, 5.0), own)
    assert found is own and len(axes) == 2 and own.get_size_inches().tolist() == [1, 1]


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"keras.f draws with .*pip install matplotlib"):
        _figures.pyplot("keras.f")


def test_notebooks_show_a_figure_once(monkeypatch):
    shown = []
    display = types.SimpleNamespace(display=shown.append)
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(display=display))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setattr(pyplot, "get_backend", lambda: "module://matplotlib_inline.backend_inline")
    figure, _ = _figures.grid("f", 1, 1, (1.0, 1.0))
    figure._ipython_display_()
    assert shown == [figure] and pyplot.get_fignums() == []  # which the end of the cell shows
    figure._ipython_display_()
    assert shown == [figure, figure]
