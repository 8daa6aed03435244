"""Embeddings, in the files that TensorBoard's projector reads."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keratin._engine import errors
from keratin._engine.atomic import replacing
from keratin.keras.layers.embedding import Embedding


class Projector:
    """The config of the projector, and a table of the weights of each `Embedding` layer."""

    def __init__(
        self,
        folder: str,
        model: Any,
        metadata: str | os.PathLike[str] | Mapping[str, Any] | None,
        names: Sequence[str] | None,
    ):
        self._folder = Path(folder)
        self._layers = _embeddings(model, names)
        self._metadata = _by_layer(metadata, self._layers)

    def write(self) -> None:
        """Write the weights as they are now."""
        for layer in self._layers:
            with replacing(self._folder / _file_of(layer)) as path:
                np.savetxt(path, np.asarray(layer.embeddings), "%.7g", delimiter="\t")
        config = self._config()
        with replacing(self._folder / "projector_config.pbtxt") as path:
            path.write_text(config, encoding="utf-8")

    def _config(self) -> str:
        from google.protobuf import text_format
        from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

        config = ProjectorConfig()
        for layer in self._layers:
            entry = config.embeddings.add(tensor_name=layer.name, tensor_path=_file_of(layer))
            entry.tensor_shape.extend(int(size) for size in layer.embeddings.shape)
            if layer.name in self._metadata:
                entry.metadata_path = self._near(self._metadata[layer.name])
        return str(text_format.MessageToString(config))

    def _near(self, path: Path) -> str:
        """The path of labels as the projector takes it: of a file within the folder.

        Keras has the config in the folder above, and paths begin there.
        """
        if not path.is_absolute() and (self._folder / path).exists():
            return path.as_posix()
        for place in (self._folder.parent / path, path):
            if place.exists():
                shutil.copyfile(place, self._folder / path.name)
                break
        return path.name


def _embeddings(model: Any, names: Sequence[str] | None) -> list[Any]:
    layers = [each for each in model._flatten_layers() if isinstance(each, Embedding)]
    if names is None:
        return layers
    known = {layer.name: layer for layer in layers}
    for name in names:
        if name not in known:
            raise ValueError(
                f"TensorBoard: embeddings_layer_names: {name!r} is no Embedding layer of the "
                f"model.{errors.nearest(name, known)} It has: {', '.join(known) or 'none'}."
            )
    return [known[name] for name in names]


def _by_layer(metadata: Any, layers: list[Any]) -> dict[str, Path]:
    names = [layer.name for layer in layers]
    if metadata is None:
        return {}
    if not isinstance(metadata, Mapping):
        return dict.fromkeys(names, Path(metadata))
    for name in metadata:
        if name not in names:
            raise ValueError(
                f"TensorBoard: embeddings_metadata: {name!r} is no Embedding layer of the model."
                f"{errors.nearest(name, names)} It has: {', '.join(names) or 'none'}."
            )
    return {name: Path(path) for name, path in metadata.items()}


def _file_of(layer: Any) -> str:
    return re.sub(r"[^\w.\-]", "_", f"{layer.name}.tsv")
