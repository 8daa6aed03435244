"""`plot_model` and `model_to_dot`."""

import shutil
import sys
import types
from xml.etree import ElementTree

import pytest
from PIL import Image

from keratin import keras
from keratin.keras import utils
from keratin.keras.utils import _plotting
from tests.keras.utils.plotted_models import row, two_heads


def test_files(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", None)
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


def test_what_is_no_model():
    for given in (keras.layers.Dense(2), [row()]):
        kind = type(given).__name__
        with pytest.raises(TypeError, match=rf"plot_model: model is a keras.Model; given {kind}\."):
            utils.plot_model(given)


class Graph:
    """As much of a graph of pydot as is asked for."""

    def __init__(self, *args, **options):
        self.args, self.options = args, options
        self.nodes, self.edges, self.subgraphs = [], [], []
        self.add_node, self.add_edge = self.nodes.append, self.edges.append
        self.add_subgraph = self.subgraphs.append

    def set_node_defaults(self, **options):
        self.defaults = options

    def create(self, format):
        if format == "gif":
            print("what pydot prints")
            raise AssertionError("dot failed")
        return f"{format}: {len(self.nodes)} nodes".encode()


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


def test_where_graphviz_fails_the_picture_is_drawn_all_the_same(pydot, tmp_path, capsys):
    utils.plot_model(row(), tmp_path / "a.gif", dpi=20)
    with Image.open(tmp_path / "a.gif") as image:
        assert image.format == "GIF"
    assert capsys.readouterr().out == ""


STRANGE = ['in"n\\er {x|y}', "<b>&", "a$b^", "名前"]


def strange():
    inner = [keras.Input((4,)), keras.layers.Dense(4, name=STRANGE[1])]
    nested = keras.Sequential(inner, name=STRANGE[0])
    others = [keras.layers.Dense(2, name=name) for name in STRANGE[2:]]
    return keras.Sequential([keras.Input((4,)), nested, *others])


def test_names_of_clusters(pydot):
    (cluster,) = utils.model_to_dot(strange(), expand_nested=True).subgraphs
    assert cluster.options["label"] == "<in&quot;n\\er {x|y}>"
    assert cluster.args[0].startswith("in_n_er__x_y_") and cluster.args[0].isidentifier()


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_real_graphviz(kind, tmp_path, monkeypatch):
    pytest.importorskip("pydot")
    if shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed")
    monkeypatch.setattr(_plotting, "to_svg", None)  # not drawn here
    monkeypatch.setattr(_plotting, "to_image", None)
    path = tmp_path / f"a.{kind}"
    for nested in (False, True):
        options = {"show_shapes": True, "show_layer_names": True, "show_trainable": True}
        utils.plot_model(strange(), path, expand_nested=nested, dpi=100, **options)
    if kind == "svg":
        root = ElementTree.parse(path).getroot()
        texts = "".join(root.itertext())
        assert all(name in texts for name in STRANGE)
        transform = root.find("{http://www.w3.org/2000/svg}g").get("transform")
        assert transform.startswith("scale(1 1)")  # all is on the page


def test_to_svg(tmp_path):
    model = two_heads()
    text = model.to_svg(tmp_path / "a.svg", expand_nested=True)
    assert text == (tmp_path / "a.svg").read_text(encoding="utf-8")
    utils.plot_model(
        model, tmp_path / "b.svg", show_shapes=True, show_layer_names=True, expand_nested=True
    )
    assert "(None, 8)" in text and "in_a" in text
    assert "in_a" not in model.to_svg()
    assert "relu" in model.to_svg(show_layer_activations=True, show_shapes=False)
    assert "float32" in model.to_svg(show_dtype=True) and "Trainable" in model.to_svg(
        show_trainable=True
    )
    assert model.to_svg(rankdir="LR") != model.to_svg() != model.to_svg(splines="curved")
    assert "price" not in model.to_svg(show_layer_names=False)
    with pytest.raises(ValueError, match=r"Model.to_svg: rankdir is one of TB"):
        model.to_svg(rankdir="up")
    with pytest.raises(ValueError, match=r"Model.to_svg: the model 'fresh' is not built yet"):
        keras.Sequential([keras.layers.Dense(2)], name="fresh").to_svg()


def test_without_pydot(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydot", None)
    with pytest.raises(ImportError, match=r"pip install pydot. keras.utils.plot_model draws"):
        utils.model_to_dot(row())
