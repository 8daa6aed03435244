"""Saving and loading models and weights: the format is told by the end of the name."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path
from typing import Any

from keratin._engine import errors
from keratin._engine.atomic import replacing
from keratin.keras.saving import _archive, _checkpoint, _legacy, _sharded, _weights
from keratin.keras.saving._errors import FileError, reading

_HDF5 = (".h5", ".hdf5")
_SHARDED = (".weights.h5", ".weights.json")


def save_model(
    model: Any, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any
) -> None:
    """Save a model with its weights, compile options and the state of its optimizer.

    The file is written beside its place and then moved there, so that it is whole or as it was.

    Args:
        model: The model.
        filepath: A path that ends in `.keras`, or `.h5` for the format of Keras 1 and 2; an open
            binary file is taken as well.
        overwrite: Whether to replace a file that is there; else it is asked for.
        zipped: False writes a folder of the members of a `.keras` file.
        kwargs: `include_optimizer=False` leaves out compile options and optimizer of an `.h5` file.

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    >>> keras.saving.save_model(model, "model.keras")
    >>> keras.saving.load_model("model.keras").count_params()
    4
    """
    include_optimizer = bool(kwargs.pop("include_optimizer", True))
    _check_former(kwargs, "save_model")
    _warn_unbuilt(model)
    if hasattr(filepath, "write"):
        _archive.save_to_stream(model, filepath)
        return
    path = _as_path(filepath)
    if not overwrite and os.path.exists(path) and not _agreed(path):
        return
    if zipped is False:
        if path.endswith((".keras", *_HDF5)):
            raise ValueError(
                f"save_model: zipped=False writes a folder, whose name has no ending such as "
                f"{Path(path).suffix!r}; given {path!r}"
            )
        _archive.save_folder(model, path)
    elif path.endswith(".keras"):
        _archive.save(model, path)
    elif path.endswith(_HDF5):
        _legacy.save(model, path, include_optimizer)
    else:
        raise ValueError(f"save_model: {_unknown_ending(path, '.keras')}")


def load_model(
    filepath: Any, custom_objects: Any = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """Load a model that `save_model` or `model.save` wrote, here or in Keras.

    Nothing that a file names is imported or run: classes and functions are those of the package,
    registered ones, and `custom_objects`. Where one is not known, a warning says so, and the model
    is made for inference alone, of the graph that Keratin keeps in files of such models.

    Args:
        filepath: The path, of a `.keras` or `.h5` file, or of a folder of the former's members.
        custom_objects: Classes and functions of yours by their names in the file.
        compile: Whether to compile the model as it was, with the state of the optimizer.
        safe_mode: Code in files is never run, whatever is said here.

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    >>> model.save("again.keras")
    >>> keras.models.load_model("again.keras").output_shape
    (None, 1)
    """
    if hasattr(filepath, "read"):
        return _archive.load(filepath, custom_objects, compile, safe_mode)
    path = _as_path(filepath)
    if not os.path.exists(path):
        raise FileNotFoundError(f"load_model: there is no file {path!r} in {os.getcwd()}")
    if os.path.isdir(path) and not os.path.exists(os.path.join(path, "config.json")):
        raise ValueError(f"load_model: the folder {path!r} has no config.json, so it is no model")
    if os.path.isdir(path) or zipfile.is_zipfile(path) or path.endswith(".keras"):
        return _archive.load(path, custom_objects, compile, safe_mode)
    if path.endswith(_HDF5):
        return _legacy.load(path, custom_objects, compile)
    raise ValueError(f"load_model: {_unknown_ending(path, '.keras')}")


def save_weights(
    model: Any, filepath: Any, overwrite: bool = True, max_shard_size: Any = None, **kwargs: Any
) -> None:
    """Save the weights of a model, and the state of its optimizer, without its config.

    Args:
        model: The model.
        filepath: A path that ends in `.weights.h5`; or in `.weights.json` for the index of several;
            or the name of a checkpoint of TensorFlow's, without an ending or with `.ckpt`.
        overwrite: Whether to replace a file that is there; else it is asked for.
        max_shard_size: The size of a file, in gigabytes, before another one is begun.
        kwargs: `objects_to_skip`: layers to leave out.

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    >>> keras.saving.save_weights(model, "model.weights.h5")
    >>> keras.saving.load_weights(model, "model.weights.h5")
    """
    without = tuple(kwargs.pop("objects_to_skip", None) or ())
    as_checkpoint = _checkpoint.is_meant(_as_path(filepath), kwargs.get("save_format"))
    _check_former(kwargs, "save_weights")
    path = _as_path(filepath)
    _check_built(model, "save_weights")
    there = os.path.exists(path) or _checkpoint.is_there(path)
    if not overwrite and there and not _agreed(path):
        return
    if as_checkpoint and not os.path.isdir(path):
        _checkpoint.save_weights(model, path)
        return
    if max_shard_size is not None and path.endswith(_SHARDED):
        _sharded.save(model, path, max_shard_size, without)
    elif path.endswith(".weights.h5"):
        with replacing(path) as beside:
            _write(model, beside, without)
    elif path.endswith(_HDF5):
        _legacy.save_weights(model, path)
    else:
        usual = ".weights.h5" if max_shard_size is None else ".weights.json"
        raise ValueError(f"save_weights: {_unknown_ending(path, usual)}")


def _write(model: Any, path: Path, without: tuple[Any, ...]) -> None:
    import h5py

    with h5py.File(path, "w") as file:
        _weights.save(model, _weights.H5Sink(file), without)


def load_weights(model: Any, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> Any:
    """Set the weights of a model from a file.

    Whatever the file lacks or has more than the model is an error that lists it. Of a checkpoint of
    TensorFlow's what is given back can be asked as `tf.train.Checkpoint.restore` says; else None.

    Args:
        model: The model, built.
        filepath: The path of a file of weights, or of a whole model.
        skip_mismatch: Whether to load what fits and warn of the rest.
        kwargs: `by_name=True` loads those layers whose names the file has; `objects_to_skip`
            are layers to leave as they are.

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    >>> model.save_weights("some.weights.h5")
    >>> keras.saving.load_weights(model, "some.weights.h5")
    """
    by_name = bool(kwargs.pop("by_name", False))
    without = tuple(kwargs.pop("objects_to_skip", None) or ())
    if kwargs:
        raise errors.unknown_keyword("load_weights", next(iter(kwargs)), _LOAD_NAMES)
    path = _as_path(filepath)
    if _checkpoint.is_there(path) and not by_name and not without:
        return _checkpoint.load_weights(model, path, skip_mismatch)
    if not os.path.exists(path):
        raise FileNotFoundError(f"load_weights: there is no file {path!r} in {os.getcwd()}")
    _check_built(model, "load_weights")
    with reading(path, "the weights"):
        if path.endswith(".keras"):
            _load_from_archive(model, path, skip_mismatch, without, by_name)
        elif path.endswith(".weights.json"):
            _sharded.load(model, path, skip_mismatch, without)
        elif path.endswith(_HDF5):
            _load_from_h5(model, path, skip_mismatch, without, by_name)
        else:
            raise FileError(f"load_weights: {_unknown_ending(path, '.weights.h5')}")
    return None


_LOAD_NAMES = ("filepath", "skip_mismatch", "by_name", "objects_to_skip")


def _load_from_archive(model: Any, path: str, skip: bool, without: Any, by_name: bool) -> None:
    with _archive.open_archive(path) as archive:
        members = _archive.members_of(archive, path)
        with _archive.open_weights(archive, members, model, path) as file:
            _load(model, file, path, skip, without, by_name)


def _load_from_h5(model: Any, path: str, skip: bool, without: Any, by_name: bool) -> None:
    import h5py

    with h5py.File(path, "r") as file:
        if path.endswith(".weights.h5") and "layer_names" not in file.attrs:
            _load(model, file, path, skip, without, by_name)
        else:
            _legacy.load_weights_of_file(model, file, path, skip, by_name)


def _load(model: Any, file: Any, path: str, skip: bool, without: Any, by_name: bool) -> None:
    source = _weights.H5Source(file)
    if by_name:
        _weights.load_by_name(model, source, path, skip)
    else:
        _weights.load(model, source, path, skip, without)


def _as_path(filepath: Any) -> str:
    path = os.fspath(filepath)
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if "://" in path:
        raise ValueError(
            f"{path!r} is an address. Models are saved to and loaded from files: fetch it first, "
            "for example with keras.utils.get_file"
        )
    return path


def _check_former(kwargs: dict[str, Any], name: str) -> None:
    """Take out what Keras 2 had, which says nothing that the path does not say."""
    for former in ("save_format", "options", "signatures", "save_traces"):
        kwargs.pop(former, None)
    if kwargs:
        known = ["filepath", "overwrite", "zipped", "include_optimizer", "max_shard_size"]
        raise errors.unknown_keyword(name, next(iter(kwargs)), known)


def _agreed(path: str) -> bool:
    """Whether the user says that a file may be replaced."""
    if not sys.stdin or not sys.stdin.isatty():
        raise FileExistsError(
            f"{path} exists, and overwrite=False. Remove it, save elsewhere, or give overwrite=True"
        )
    return input(f"{path} exists. Replace it? [y/n] ").strip().lower() in ("y", "yes")


def _warn_unbuilt(model: Any) -> None:
    if not model.built:
        errors.warn_user(
            f"The model {model.name!r} is not built, so it has no weights to save yet. Call it on "
            "data, or build(input_shape), first."
        )


def _check_built(model: Any, what: str) -> None:
    if not model.built:
        raise ValueError(
            f"{what}: the model {model.name!r} is not built, so it has no weights yet. Call it on "
            "data, or build(input_shape), first"
        )


def _unknown_ending(path: str, usual: str) -> str:
    return f"the format is told by the end of the name; given {path!r}. Use {usual!r}"
