"""Models as notebooks show them."""

from html.parser import HTMLParser

from keratin import keras
from tests.keras.utils.plotted_models import subclass, two_heads


class Table(HTMLParser):
    """The texts of the cells, row by row, and all tags."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.tags, self.inside = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.rows[-1][-1] += data


def test_a_row_of_layers():
    layers = [keras.layers.Dense(3, name="first"), keras.layers.Dense(2, name="second")]
    html = keras.Sequential([keras.Input((4,)), *layers], name="row")._repr_html_()
    assert Table(html).rows == [
        ["Layer (type)", "Output Shape", "Param #"],
        ["first (Dense)", "(None, 3)", "15"],
        ["second (Dense)", "(None, 2)", "8"],
    ]
    assert "<b>row</b> (Sequential)" in html and "Total params: 23 (92.00 B)" in html
    assert "max-height" not in html


def test_branches():
    rows = Table(two_heads()._repr_html_()).rows
    assert rows[0][-1] == "Connected to"
    assert ["residual (Add)", "(None, 8)", "0", "features[0][0], narrow[0][0]"] in rows


def test_subclasses_and_models_that_are_not_built():
    assert Table(subclass()._repr_html_()).rows[2][:3] == ["inner (Dense)", "(None, 2)", "8"]
    html = keras.Sequential([keras.layers.Dense(2, name="out")])._repr_html_()
    assert Table(html).rows[1] == ["out (Dense)", "?", "0 (unbuilt)"]


def test_names_are_text():
    name = '<script>alert(1)<b>&"'
    layer = keras.layers.Dense(2, name=name)
    html = keras.Sequential([keras.Input((4,)), layer], name="<img src=x>")._repr_html_()
    table = Table(html)
    assert table.rows[1][0] == f"{name} (Dense)"
    assert not {"script", "img"} & set(table.tags)


def test_long_tables_scroll():
    layers = [keras.layers.ReLU() for _ in range(40)]
    html = keras.Sequential([keras.Input((4,)), *layers])._repr_html_()
    assert "max-height" in html and len(Table(html).rows) == 41
