"""`tf.saved_model.save`: an object's variables and compiled functions as a folder."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import jax

from keratin import version
from keratin._engine.dtype import of as dtype_of
from keratin.export import _objects
from keratin.export._folder import Writer
from keratin.export._objects import Graph
from keratin.export._options import SaveOptions

_DEFAULT = "serving_default"


def save(obj: Any, export_dir: Any, signatures: Any = None, options: Any = None) -> None:
    """Save the variables and compiled functions of an object, so that no code is needed to run it.

    Of each `tf.function` among the attributes, the programs it was traced for are saved, or the one
    of its `input_signature`, for any size where a size is None. A folder that is there is replaced.

    Args:
        obj: A `tf.Module`, a layer or model of Keras, or an object that was loaded.
        export_dir: The folder.
        signatures: A function with an `input_signature`, a concrete function, or a dictionary of
            them: what `load(...).signatures` holds. By default the one function of `obj` that has
            an `input_signature`.
        options: `tf.saved_model.SaveOptions`.

    >>> class Scale(tf.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.factor = tf.Variable(2.0)
    ...     @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    ...     def __call__(self, x):
    ...         return x * self.factor
    >>> tf.saved_model.save(Scale(), "scale")
    >>> tf.saved_model.load("scale")([1.0, 2.0, 3.0]).numpy()
    array([2., 4., 6.], dtype=float32)
    """
    if options is not None and not isinstance(options, SaveOptions):
        raise TypeError(f"save: options are tf.saved_model.SaveOptions; given {options!r}")
    options = options or SaveOptions()
    _objects.check_savable(obj)
    named = _named_signatures(obj, signatures)
    writer = Writer(export_dir)
    try:
        _write(obj, named, options, writer)
    except BaseException:
        writer.discard()
        raise


def _named_signatures(obj: Any, signatures: Any) -> dict[str, Any]:
    if signatures is None:
        found = _objects.default_signature(obj)
        return {} if found is None else {_DEFAULT: found}
    if not isinstance(signatures, Mapping):
        return {_DEFAULT: signatures}
    for name in signatures:
        if not isinstance(name, str):
            raise ValueError(f"save: signatures have names; given {name!r}")
    return dict(signatures)


def _write(obj: Any, signatures: dict[str, Any], options: SaveOptions, writer: Writer) -> None:
    graph = Graph(writer, options)
    entries = {name: graph.signature(value, name) for name, value in signatures.items()}
    default = getattr(obj, "_default_save_signature", None)
    graph.called = obj if any(value is default for value in signatures.values()) else None
    root = graph.add(obj, type(obj).__name__)
    aliases = _objects.aliases_of(options.function_aliases, graph)
    arrays = _objects.arrays_of(graph)
    manifest = {
        "written_by": {"keratin": version.VERSION, "jax": jax.__version__},
        "saved": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tags": ["serve", *(tag for tag in options.extra_tags or () if tag != "serve")],
        "signatures": entries,
        "root": root,
        "nodes": graph.nodes,
        "functions": graph.functions,
        "aliases": aliases,
        "variables": graph.described_variables(),
        "constants": [_described(array) for array in graph.constants],
        "weights": writer.arrays(arrays),
    }
    writer.finish(manifest)


def _described(array: Any) -> dict[str, Any]:
    return {"shape": list(array.shape), "dtype": dtype_of(array.dtype).name}
