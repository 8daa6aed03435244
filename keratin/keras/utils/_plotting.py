"""Pictures of models: by Graphviz where it is installed, else drawn here."""

from __future__ import annotations

import contextlib
import io
import re
from html import escape
from pathlib import Path
from typing import Any

from keratin._engine import errors
from keratin.keras.utils._drawing import drawn, to_image, to_svg
from keratin.keras.utils._picture import Box, Picture, Shown, picture_of

_DIRECTIONS = ("TB", "BT", "LR", "RL")
_SPLINES = ("ortho", "curved", "polyline", "spline", "line")
_ALIASES = {"jpg": "jpeg", "tif": "tiff"}


def model_to_dot(
    model: Any,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """A model as a graph of pydot (`pydot.Dot`, or `pydot.Cluster` for a `subgraph`).

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> import importlib.util
    >>> if importlib.util.find_spec("pydot"):
    ...     text = keras.utils.model_to_dot(model).to_string()
    """
    _check(model, rankdir, splines, kwargs, "model_to_dot")
    try:
        import pydot  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise ImportError(
            "model_to_dot makes graphs of pydot, which is not installed: pip install pydot. "
            "keras.utils.plot_model draws a model without it."
        ) from None
    shown = Shown(
        show_shapes,
        show_dtype,
        show_layer_names,
        show_layer_activations,
        show_trainable,
        expand_nested,
    )
    picture = picture_of(model, shown)
    if subgraph:
        return _cluster(picture, pydot)
    dot = pydot.Dot(rankdir=rankdir, concentrate=True, dpi=dpi, splines=splines)
    dot.set_node_defaults(shape="plain")  # others read signs such as { and | in names
    return _filled(dot, picture, pydot)


def _cluster(picture: Picture, pydot: Any) -> Any:
    # Graphviz takes a label as HTML for what it is; a name with other signs might end a string.
    plain = picture.title.isidentifier()
    name = picture.title if plain else re.sub(r"\W", "_", picture.title) + str(id(picture))
    label = picture.title if plain else f"<{escape(picture.title)}>"
    cluster = pydot.Cluster(name, style="dashed", label=label, labeljust="l")
    return _filled(cluster, picture, pydot)


def _filled(dot: Any, picture: Picture, pydot: Any) -> Any:
    for key, box in picture.boxes.items():
        if box.inner is not None:
            dot.add_subgraph(_cluster(box.inner, pydot))
            continue
        options = {"fontname": "Helvetica", "margin": "0", "shape": "plain"}
        node = pydot.Node(str(key), label=_label(box), **options)
        dot.add_node(node)
    for source, target in picture.edges:
        outer, inner = picture.boxes[source].inner, picture.boxes[target].inner
        start = source if outer is None else outer.exit(0)
        stop = target if inner is None else inner.entry(0)
        dot.add_edge(pydot.Edge(str(start), str(stop), penwidth="2"))
    return dot


def _label(box: Box) -> str:
    """The rows of a box as the table that Graphviz takes for a label."""
    columns = max(len(row) for row in box.rows)
    rows = []
    for index, row in enumerate(box.rows):
        span = f' colspan="{columns}"' if len(row) == 1 else ""
        cells = "".join(
            f'<td bgcolor="{cell.color}"{span}><font point-size="{14 if index else 16}" '
            f'color="{cell.text_color}">{_marked(cell.runs)}</font></td>'
            for cell in row
        )
        rows.append(f"<tr>{cells}</tr>")
    table = "".join(rows)
    return f'<<table border="0" cellborder="1" bgcolor="black" cellpadding="10">{table}</table>>'


def _marked(runs: Any) -> str:
    return "".join(f"<b>{escape(text)}</b>" if bold else escape(text) for text, bold in runs)


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """Draw a model into a file: .svg, .png, .pdf and whatever else Pillow writes.

    Graphviz draws it where it and pydot are installed. `rankdir` is where data flows to ("TB",
    from top to bottom, or "LR"), `splines` how edges run ("ortho", "curved", "polyline").
    Within Jupyter the picture is returned.

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.svg"
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="out")])
    >>> _ = keras.utils.plot_model(model, path, show_layer_names=True)
    >>> "out" in path.read_text()
    True
    """
    _check(model, rankdir, splines, kwargs, "plot_model")
    shown = Shown(
        show_shapes,
        show_dtype,
        show_layer_names,
        show_layer_activations,
        show_trainable,
        expand_nested,
    )
    path = Path(to_file)
    kind = path.suffix[1:].lower() or "png"
    # SVG has no pixels, and Graphviz would draw beyond the page at other resolutions.
    density = 72 if kind == "svg" else dpi
    options = (show_shapes, show_dtype, show_layer_names, rankdir, expand_nested, density, False)
    more = {"show_trainable": show_trainable, "splines": splines}
    by_graphviz = _by_graphviz(model, kind, *options, show_layer_activations, **more)
    if by_graphviz is not None:
        path.write_bytes(by_graphviz)
    elif kind == "svg":
        svg_of(model, shown, rankdir, splines, path)
    else:
        _save_image(picture_of(model, shown), path, kind, rankdir, splines, dpi)
    return _shown_in_notebook(path, kind)


def svg_of(model: Any, shown: Shown, rankdir: str, splines: str, path: Any = None) -> str:
    """`Model.to_svg`."""
    _check(model, rankdir, splines, {}, "Model.to_svg")
    text = to_svg(drawn(picture_of(model, shown), rankdir, splines))
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text


def _by_graphviz(model: Any, kind: str, *options: Any, **more: Any) -> bytes | None:
    """The file as Graphviz draws it; None where it is not installed, or cannot draw it."""
    try:
        dot = model_to_dot(model, *options, **more)
    except ImportError:
        return None
    heard = io.StringIO()  # what pydot prints where it fails
    try:
        with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
            found = dot.create(format=kind)
    except Exception:  # versions of pydot have errors of their own where `dot` is missing or fails
        return None
    return bytes(found) or None


def _save_image(
    picture: Picture, path: Path, kind: str, rankdir: str, splines: str, dpi: int
) -> None:
    image = to_image(drawn(picture, rankdir, splines), dpi)
    try:
        image.save(path, format=_ALIASES.get(kind, kind), dpi=(dpi, dpi))
    except KeyError:
        raise ValueError(
            f"plot_model: {path.name!r} ends in .{kind}, of which Pillow writes no pictures. Use "
            ".png, .svg or .pdf."
        ) from None


def _shown_in_notebook(path: Path, kind: str) -> Any:
    if kind == "pdf":
        return None
    try:
        from IPython import display  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    if kind == "svg":
        return display.SVG(filename=str(path))
    return display.Image(filename=str(path))


def _check(model: Any, rankdir: str, splines: str, kwargs: dict[str, Any], name: str) -> None:
    if not hasattr(model, "_whole_graph"):
        raise TypeError(
            f"{name}: model is a keras.Model; given {type(model).__name__}. Of a layer, make one: "
            "keras.Sequential([keras.Input(shape), layer])."
        )
    if not model.built:
        raise ValueError(
            f"{name}: the model {model.name!r} is not built yet, so that its "
            "layers have no shapes. Call it on data, or call build(input_shape), first."
        )
    if rankdir not in _DIRECTIONS:
        raise ValueError(f"{name}: rankdir is one of {', '.join(_DIRECTIONS)}; given {rankdir!r}.")
    if splines not in _SPLINES:
        raise ValueError(
            f"{name}: splines is one of {', '.join(_SPLINES)}; given {splines!r}."
            f"{errors.nearest(str(splines), _SPLINES)}"
        )
    if kwargs.pop("layer_range", None) is not None:
        raise ValueError(f"{name}: layer_range is not part of Keras 3. Plot a part of the model.")
    if kwargs:
        known = ["show_shapes", "show_dtype", "show_layer_names", "rankdir", "expand_nested", "dpi"]
        known += ["show_layer_activations", "show_trainable", "splines"]
        raise errors.unknown_keyword(f"keras.utils.{name}", next(iter(kwargs)), known)
