"""`plot_model` and `model_to_dot`."""

import sys
import types

import pytest
from PIL import Image

from keratin import keras
from keratin.keras import utils
from tests.keras.utils.plotted_models import row, two_heads


def test_files(tmp_path):
    for name, kind in (("a.png", "PNG"), ("b", "PNG"), ("c.jpg", "JPEG")):
        assert utils.plot_model(row(), tmp_path / name, dpi=50) is None
        with Image.open(tmp_path / name) as image:
            assert image.format == kind
    utils.plot_model(row(), str(tmp_path / "d.pdf"), dpi=50)
    assert (tmp_path / "d.pdf").read_bytes()[:4] == b"%PDF"
    utils.plot_model(two_heads(), tmp_path / "e.svg", show_layer_names=True, expand_nested=True)
    assert "encoder" in (tmp_path / "e.svg").read_text()


def test_the_resolution(tmp_path):
    sizes = []
    for dpi in (72, 144):
        utils.plot_model(row(), tmp_path / "a.png", dpi=dpi)
        with Image.open(tmp_path / "a.png") as image:
            sizes.append(image.size)
    assert abs(sizes[1][0] - 2 * sizes[0][0]) <= 1


def test_the_file_of_keras_is_the_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    utils.plot_model(row(), dpi=50)
    assert (tmp_path / "model.png").exists()


def test_pictures_are_returned_within_notebooks(tmp_path, monkeypatch):
    shown = types.SimpleNamespace(
        Image=lambda filename: ("image", filename), SVG=lambda filename: ("svg", filename)
    )
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(display=shown))
    for name, kind in (("a.png", "image"), ("a.svg", "svg")):
        assert utils.plot_model(row(), tmp_path / name, dpi=50) == (kind, str(tmp_path / name))
    assert utils.plot_model(row(), tmp_path / "a.pdf", dpi=50) is None


ERRORS = [
    ({"rankdir": "UP"}, ValueError, "rankdir is one of TB, BT, LR, RL; given 'UP'"),
    ({"splines": "curve"}, ValueError, "given 'curve'. Did you mean 'curved'"),
    ({"layer_range": ["a", "b"]}, ValueError, "layer_range is not part of Keras 3"),
    (
        {"show_shape": True},
        TypeError,
        r"plot_model\(\) has no argument 'show_shape'. Did you mean 'show",
    ),
    ({"to_file": "a.xyz"}, ValueError, r"'a.xyz' ends in .xyz, of which Pillow writes no pictures"),
]


@pytest.mark.parametrize(("options", "kind", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(options, kind, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind, match=message):
        utils.plot_model(row(), **{"to_file": "a.png", "dpi": 20, **options})


def test_models_that_are_not_built():
    model = keras.Sequential([keras.layers.Dense(2)], name="unbuilt")
    for function in (utils.plot_model, utils.model_to_dot):
        with pytest.raises(
            ValueError, match=r"the model 'unbuilt' is not built yet.*build\(input_sha"
        ):
            function(model)


class Graph:
    """As much of a graph of pydot as is asked for."""

    def __init__(self, *args, **options):
        self.args, self.options = args, options
        self.nodes, self.edges, self.subgraphs = [], [], []
        self.add_node, self.add_edge = self.nodes.append, self.edges.append
        self.add_subgraph = self.subgraphs.append

    def set_node_defaults(self, **options):
        self.defaults = options

    def create(self):
        return b""

    def write(self, path, format):
        with open(path, "w") as file:
            file.write(f"{format}: {len(self.nodes)} nodes")


@pytest.fixture
def pydot(monkeypatch):
    """A stand-in for pydot, which need not be installed."""
    module = types.SimpleNamespace(
        Dot=Graph,
        Cluster=Graph,
        Node=lambda *args, **options: (args, options),
        Edge=lambda *args, **options: args,
    )
    monkeypatch.setitem(sys.modules, "pydot", module)
    return module


def test_graphs_of_pydot(pydot):
    model = two_heads()
    dot = utils.model_to_dot(model, show_shapes=True, expand_nested=True, rankdir="LR", dpi=96)
    assert dot.options == {"rankdir": "LR", "concentrate": True, "dpi": 96, "splines": "ortho"}
    assert len(dot.nodes) == len(model.operations) - 1 and len(dot.edges) == 11
    (cluster,) = dot.subgraphs
    assert cluster.options["label"] == "encoder" and len(cluster.nodes) == 2
    labels = [options["label"] for _, options in dot.nodes]
    assert any("<b>features</b> (Dense)" in each and "(None, 8)" in each for each in labels)
    ends = {end for edge in dot.edges for end in edge}
    inner = {args[0] for args, _ in cluster.nodes}
    assert ends & inner == inner  # edges go to the layers within the nested model
    assert utils.model_to_dot(model, subgraph=True).options["label"] == "two_heads"


def test_graphviz_draws_where_it_is_installed(pydot, tmp_path):
    utils.plot_model(row(), tmp_path / "a.png")
    assert (tmp_path / "a.png").read_text() == "png: 2 nodes"


def test_without_pydot(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydot", None)
    with pytest.raises(ImportError, match=r"pip install pydot. keras.utils.plot_model draws"):
        utils.model_to_dot(row())
