"""`.keras` files: a ZIP archive of config.json, metadata.json, model.weights.h5 and assets."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import struct
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any

from keratin._engine.atomic import replacing
from keratin.keras._core.custom_objects import CustomObjectScope
from keratin.keras._core.serialization import deserialize_keras_object, serialize_keras_object
from keratin.keras.saving import _continuing, _former_config, _traced, _weights
from keratin.keras.saving._errors import FileError, making, reading
from keratin.keras.saving._walk import size_of, walk
from keratin.keras.saving._window import Window

# The version of Keras whose format this is.
KERAS_VERSION = "3.15.1"

_CONFIG, _METADATA, _WEIGHTS, _ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets"
# The graph of a model with classes of the user's, see `_traced`.
_GRAPH = "keratin_graph.json"
# No architecture takes more than this; nor does a vocabulary.
_TEXT_LIMIT = 1 << 28
_ASSETS_LIMIT = 1 << 32
# Compressed weights of a model that is not known.
_UNPACKED_LIMIT = 1 << 32
# What HDF5 takes for a group and its entries.
_OVERHEAD = 1 << 14
# For each weight an optimizer keeps no more values than this.
_MOST_SLOTS = 8
_BLOCK = 1 << 22


def architecture(model: Any) -> str:
    """The config of a model as JSON."""
    return json.dumps(serialize_keras_object(model), allow_nan=True)


def metadata() -> str:
    """The version of the format, and the time."""
    now = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    return json.dumps({"keras_version": KERAS_VERSION, "date_saved": now})


# Writing


def save(model: Any, path: Any) -> None:
    """Write a model with its config, variables and assets."""
    config = architecture(model)
    with replacing(path) as beside, open(beside, "w+b") as file:
        _write(model, file, config)


def save_to_stream(model: Any, stream: Any) -> None:
    """Write a model to an open binary file."""
    config = architecture(model)
    if all(hasattr(stream, name) and getattr(stream, name)() for name in ("seekable", "readable")):
        _write(model, stream, config)
        return
    with tempfile.TemporaryFile() as file:
        _write(model, file, config)
        file.seek(0)
        shutil.copyfileobj(file, stream, _BLOCK)


def _write(model: Any, file: Any, config: str) -> None:
    """Write an archive to a file that can be read as well."""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(_METADATA, metadata())
        archive.writestr(_CONFIG, config)
        graph, text = _graph_of(model)
        if text is not None:
            archive.writestr(_GRAPH, text)
        _write_weights(model, archive, graph)
        with tempfile.TemporaryDirectory() as assets:
            for place in _save_assets(model, Path(assets)):
                archive.write(Path(assets) / place, f"{_ASSETS}/{place.as_posix()}")


def _graph_of(model: Any) -> tuple[Any, str | None]:
    """The traced graph and its description, if the model has classes of the user's."""
    graph = _traced.traced(model)
    text = None if graph is None else graph.text(_traced.places_of(model))
    return (None, None) if text is None else (graph, text)


def _write_weights(model: Any, archive: zipfile.ZipFile, graph: Any) -> None:
    """Have HDF5 write its file where it belongs in the archive, rather than copy it there."""
    file: Any = archive.fp
    info = zipfile.ZipInfo(_WEIGHTS, time.localtime()[:6])
    info.external_attr = 0o600 << 16
    info.CRC, info.header_offset = 0, archive.start_dir
    file.seek(info.header_offset)
    file.write(info.FileHeader(zip64=True))
    window = Window(file, file.tell())
    _save_weights(model, window, graph)
    info.file_size = info.compress_size = window.size
    info.CRC = _checksum(window, file)
    file.seek(info.header_offset)
    file.write(info.FileHeader(zip64=True))
    archive.start_dir = file.tell() + window.size
    file.seek(archive.start_dir)
    archive.filelist.append(info)
    archive.NameToInfo[info.filename] = info


def _checksum(window: Window, file: Any) -> int:
    """The checksum of what was written; meanwhile the disk gets it."""
    try:
        handle = file.fileno()
    except (AttributeError, OSError):
        return window.checksum()
    file.flush()
    with ThreadPoolExecutor(1) as pool:
        flushed = pool.submit(os.fsync, handle)
        found = window.checksum()
        flushed.result()
    return found


def _save_weights(model: Any, place: Any, graph: Any) -> None:
    import h5py

    with h5py.File(place, "w") as file:
        _weights.save(model, _weights.H5Sink(file))
        _continuing.save(model, file)
        if graph is not None:
            graph.write_constants(file)


def _save_assets(model: Any, folder: Path) -> list[Path]:
    """Have layers that keep files, such as vocabularies, write them; gives their relative paths."""
    for part in walk(model):
        if hasattr(part.object, "save_assets"):
            own = folder / part.path
            own.mkdir(parents=True, exist_ok=True)
            part.object.save_assets(str(own))
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def save_folder(model: Any, path: Any) -> None:
    """Write a model as a folder of the members of an archive, each of them atomically."""
    config = architecture(model)
    folder = Path(path)
    graph, graph_text = _graph_of(model)
    with replacing(folder / _WEIGHTS) as beside:
        _save_weights(model, beside, graph)
    with tempfile.TemporaryDirectory() as assets:
        for place in _save_assets(model, Path(assets)):
            with replacing(folder / _ASSETS / place) as beside:
                beside.write_bytes((Path(assets) / place).read_bytes())
    for name, text in ((_METADATA, metadata()), (_GRAPH, graph_text), (_CONFIG, config)):
        if text is None:
            (folder / name).unlink(missing_ok=True)
            continue
        with replacing(folder / name) as beside:
            beside.write_text(text)


# Reading


def load(path: Any, custom_objects: Any, compile: bool, safe_mode: bool) -> Any:
    """Read a model from a file, an open file, or a folder of the same members."""
    if not hasattr(path, "read") and os.path.isdir(path):
        return _load_folder(Path(path), custom_objects, compile, safe_mode)
    with reading(path, "the model"), open_archive(path) as archive:
        members = members_of(archive, path)
        config = read_json(archive, members, _CONFIG, path)
        is_former = _is_former(archive, members, path)
        if is_former:
            config = _former_config.architecture(config, "2")
        graph = read_text(archive, members, _GRAPH, path) if _GRAPH in members else None
        model = _traced.or_graph(
            lambda compile: model_of(config, custom_objects, compile, safe_mode, path),
            compile,
            graph,
            path,
        )
        with open_weights(archive, members, model, path) as file:
            options = compile and config.get("compile_config")
            _load_variables(model, file, path, options, is_former)
        _load_assets(model, archive, members, path)
    return model


def _is_former(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], path: Any) -> bool:
    """Whether TensorFlow's Keras 2 wrote the file: it had the form of today from 2.12 on."""
    about = read_json(archive, members, _METADATA, path) if _METADATA in members else {}
    version = about.get("keras_version") if isinstance(about, dict) else None
    return isinstance(version, str) and version.startswith("2.")


def _load_variables(
    model: Any, file: Any, path: Any, compile_config: Any, is_former: bool = False
) -> None:
    if _traced.is_graph(model):
        _traced.load(model, file, path)
        _traced.compile_for_evaluation(model, compile_config)
    else:
        source = _weights.H5Source(file, is_former)
        _weights.load(model, source, path, strict_optimizer=not is_former)
        _continuing.load(model, file)


def open_archive(path: Any) -> zipfile.ZipFile:
    """The archive at a path, or of an open file."""
    return zipfile.ZipFile(path, "r")


def members_of(archive: zipfile.ZipFile, path: Any) -> dict[str, zipfile.ZipInfo]:
    """The members by name, all of whose names are plain."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        parts = PurePosixPath(info.filename).parts
        if info.filename.startswith("/") or ".." in parts or "\\" in info.filename:
            raise FileError(f"{path}: the archive has a member {info.filename!r} outside of it")
        if info.filename in found:
            raise FileError(f"{path}: the archive has two members {info.filename!r}")
        if info.flag_bits & 1:
            raise FileError(f"{path}: the member {info.filename!r} is encrypted")
        found[info.filename] = info
    return found


def read_json(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, path: Any
) -> Any:
    """The value of a member of JSON, of bounded size."""
    return json.loads(read_text(archive, members, name, path))


def read_text(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, path: Any
) -> bytes:
    """A member of JSON, of bounded size."""
    if name not in members:
        raise FileError(
            f"{path}: the archive has no {name}, so it is no Keras model. It has "
            f"{sorted(members)[:10]}"
        )
    if members[name].file_size > _TEXT_LIMIT:
        raise FileError(f"{path}: {name} is of {members[name].file_size} bytes, too many for text")
    return _bounded(archive, members[name])


def _bounded(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as member:
        return member.read(info.file_size)


def model_of(config: Any, custom_objects: Any, compile: bool, safe_mode: bool, path: Any) -> Any:
    """The model of a config, compiled if the config and the caller say so."""
    if not isinstance(config, dict) or "class_name" not in config or "config" not in config:
        raise FileError(f"{path}: {_CONFIG} is not the config of a model")
    if not compile:
        config = {key: value for key, value in config.items() if key != "compile_config"}
    with CustomObjectScope(custom_objects), making(path):
        return deserialize_keras_object(config, safe_mode=safe_mode)


def open_weights(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], model: Any, path: Any
) -> Any:
    """The HDF5 file within an archive, read where it lies unless it is compressed."""
    import h5py

    info = members.get(_WEIGHTS)
    if info is None:
        raise FileError(f"{path}: the archive has no {_WEIGHTS}. It has {sorted(members)[:10]}")
    if info.compress_type == zipfile.ZIP_STORED and archive.fp is not None:
        return h5py.File(Window(archive.fp, _start(archive, info), info.file_size), "r")
    _check_unpacked(info, model, path)
    unpacked = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the HDF5 file
    with archive.open(info) as member:
        while block := member.read(_BLOCK):
            unpacked.write(block)
    return h5py.File(unpacked, "r")


def _check_unpacked(info: zipfile.ZipInfo, model: Any, path: Any) -> None:
    """Refuse what would fill the disk."""
    if model is None:
        if info.file_size > _UNPACKED_LIMIT:
            raise FileError(
                f"{path}: {info.filename} unpacks to {info.file_size} bytes. Take it out of the "
                "archive, as a file whose name ends in .weights.h5, and open that"
            )
        return
    parts = [part.object for part in walk(model)]
    own = sum(size_of(v) for part in parts for v in getattr(part, "variables", []))
    # With the state of an optimizer, which the model may lack.
    limit = _MOST_SLOTS * own + _OVERHEAD * len(parts) + (1 << 24)
    if info.file_size > limit:
        raise FileError(
            f"{path}: {info.filename} unpacks to {info.file_size} bytes, and the model's "
            f"variables take at most {limit}"
        )


def _start(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """Where the bytes of a member begin."""
    file: Any = archive.fp
    file.seek(info.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise FileError(f"The member {info.filename!r} of the archive does not begin with a header")
    name, extra = struct.unpack("<HH", header[26:30])
    return int(info.header_offset + 30 + name + extra)


def _load_assets(
    model: Any, archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], path: Any
) -> None:
    wanted = {p.path: p.object for p in walk(model) if hasattr(p.object, "load_assets")}
    if not wanted:
        return
    files = {n: info for n, info in members.items() if n.startswith(f"{_ASSETS}/")}
    if sum(info.file_size for info in files.values()) > _ASSETS_LIMIT:
        raise FileError(f"{path}: the assets unpack to more than {_ASSETS_LIMIT} bytes")
    with tempfile.TemporaryDirectory() as folder:
        for name, info in files.items():
            if info.is_dir():
                continue
            target = Path(folder) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(_bounded(archive, info))
        for place, part in wanted.items():
            own = Path(folder) / _ASSETS / place
            part.load_assets(str(own) if own.is_dir() else None)


def _load_folder(folder: Path, custom_objects: Any, compile: bool, safe_mode: bool) -> Any:
    import h5py

    with reading(folder, "the model"):
        for name in (_CONFIG, _GRAPH):
            if (folder / name).exists() and (folder / name).stat().st_size > _TEXT_LIMIT:
                raise FileError(f"{folder}: {name} is too large for text")
        config = json.loads((folder / _CONFIG).read_text())
        graph = (folder / _GRAPH).read_text() if (folder / _GRAPH).exists() else None
        model = _traced.or_graph(
            lambda compile: model_of(config, custom_objects, compile, safe_mode, folder),
            compile,
            graph,
            folder,
        )
        with h5py.File(folder / _WEIGHTS, "r") as file:
            _load_variables(model, file, folder, compile and config.get("compile_config"))
        for part in walk(model):
            own = folder / _ASSETS / part.path
            if hasattr(part.object, "load_assets"):
                part.object.load_assets(str(own) if own.is_dir() else None)
    return model
