"""The files of a saved program, written so that a folder holds the former or the new one whole.

The manifest names every other file, and each writing gives its files names of their own. So the
moment at which the new manifest takes the place of the former is the moment at which one becomes
the other; what nothing names any more is removed afterwards.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from keratin._engine.atomic import disk_error, replacing
from keratin._engine.spec import TensorSpec
from keratin.export._structure import FolderError, dtype_of, record, shape_of

MANIFEST = "saved_model.json"
PROGRAMS, VARIABLES, ASSETS, DEBUG = "programs", "variables", "assets", "debug"
_FOLDERS = (PROGRAMS, VARIABLES, ASSETS, DEBUG)
FORMAT, VERSION = "keratin.saved_model", 1
_MANIFEST_LIMIT = 1 << 28
_PROGRAM_LIMIT = 1 << 31
_BLOCK = 1 << 22
# Names that this file gives, and so may remove.
_OURS = re.compile(r"[0-9a-f]{16}\.(stablehlo|mlir|h5)|[0-9a-f]{8}_.+")


class Writer:
    """Writes the files of a folder; `finish` makes them count."""

    def __init__(self, folder: Any):
        self.folder = Path(os.path.realpath(folder))
        self._given = folder
        self._is_new = not self.folder.exists()
        self._written: set[str] = set()

    def program(self, data: bytes) -> dict[str, Any]:
        """Write a program, and say how it is found and known again."""
        digest = hashlib.sha256(data).hexdigest()
        name = f"{PROGRAMS}/{digest[:16]}.stablehlo"
        if name not in self._written:
            with self._file(name) as path:
                path.write_bytes(data)
        return {"file": name, "bytes": len(data), "sha256": digest}

    def debug(self, entry: dict[str, Any], text: str) -> None:
        """Write the text of a program, for people to read; nothing reads it back."""
        name = f"{DEBUG}/{entry['sha256'][:16]}.mlir"
        with self._file(name) as path:
            path.write_text(text, "utf-8")

    def arrays(self, arrays: Sequence[Any]) -> dict[str, Any]:
        """Write arrays to an HDF5 file, each under its number."""
        import h5py

        name = f"{VARIABLES}/{secrets.token_hex(8)}.h5"
        with self._file(name) as path, h5py.File(path, "w") as file:
            for number, array in enumerate(arrays):
                file.create_dataset(str(number), data=_stored(np.asarray(array)))
        return {"file": name, "bytes": (self.folder / name).stat().st_size}

    def asset(self, source: Any) -> dict[str, Any]:
        """Copy a file."""
        if not os.path.isfile(source):
            raise FileNotFoundError(f"The asset {os.fspath(source)!r} is no file that exists")
        name = f"{ASSETS}/{secrets.token_hex(4)}_{os.path.basename(source)[-200:]}"
        with self._file(name) as path:
            shutil.copyfile(source, path)
        return {"file": name}

    @contextlib.contextmanager
    def _file(self, name: str) -> Iterator[Path]:
        self._written.add(name)
        with _explained(self._given), replacing(self.folder / name) as path:
            yield path

    def finish(self, manifest: dict[str, Any]) -> None:
        """Write the manifest, and remove files of the former one."""
        text = json.dumps({"format": FORMAT, "version": VERSION, **manifest}, allow_nan=False)
        with _explained(self._given), replacing(self.folder / MANIFEST) as path:
            path.write_text(text, "utf-8")
        self._sweep()

    def discard(self) -> None:
        """Remove what was written, where the rest could not be."""
        former = _named_by(self.folder)
        for name in self._written - former:
            with contextlib.suppress(OSError):
                (self.folder / name).unlink()
        for inner in (*_FOLDERS, *(["."] if self._is_new else [])):
            with contextlib.suppress(OSError):
                (self.folder / inner).rmdir()

    def _sweep(self) -> None:
        for inner in _FOLDERS:
            for path in (self.folder / inner).glob("*"):
                if _OURS.fullmatch(path.name) and f"{inner}/{path.name}" not in self._written:
                    with contextlib.suppress(OSError):
                        path.unlink()


@contextlib.contextmanager
def _explained(folder: Any) -> Iterator[None]:
    """Have errors of the disk speak of the folder that was asked for."""
    try:
        yield
    except OSError as error:
        cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
        raise disk_error(folder, cause) from cause


def _named_by(folder: Path) -> set[str]:
    """The files that the manifest in a folder names."""
    try:
        text = (folder / MANIFEST).read_text("utf-8")
    except (OSError, ValueError):
        return set()
    return set(re.findall(rf'"((?:{"|".join(_FOLDERS)})/[^"]+)"', text))


def _stored(array: np.ndarray) -> np.ndarray:
    """An array of a dtype that HDF5 knows: bytes of the same size for bfloat16 and its kin."""
    if array.dtype.kind == "V" or array.dtype.name not in _NATIVE:
        return array.view(f"u{array.dtype.itemsize}")
    return array


_NATIVE = frozenset(
    {
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    }
)


class Reader:
    """Reads the files of a folder with mistrust."""

    def __init__(self, folder: Any):
        self.given = os.fspath(folder)
        self.folder = Path(os.path.realpath(self.given))
        self.manifest = self._manifest()

    def _manifest(self) -> dict[str, Any]:
        _check_kind(self.given, self.folder)
        with self._open(MANIFEST, _MANIFEST_LIMIT) as file:
            data = file.read()
        where = f"{self.given}: {MANIFEST}"
        try:
            manifest = json.loads(data.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise FolderError(
                f"{where} cannot be read: {error}. The file is damaged or cut short"
            ) from None
        manifest = record(manifest, where, ("format", "version"))
        if manifest["format"] != FORMAT:
            raise FolderError(f"{where} is of another format: {str(manifest['format'])[:80]!r}")
        if manifest["version"] != VERSION:
            raise FolderError(
                f"{where} is of version {str(manifest['version'])[:20]}; this Keratin reads "
                f"version {VERSION}. Load it with the Keratin that wrote it, or a newer one"
            )
        return manifest

    def program(self, entry: Any, where: str) -> bytes:
        """The bytes of a program, which are those that were written."""
        entry = record(entry, where, ("file", "bytes", "sha256"))
        name = _member(entry["file"], PROGRAMS, where)
        with self._open(name, _PROGRAM_LIMIT) as file:
            size = os.fstat(file.fileno()).st_size
            if size != entry["bytes"]:
                raise FolderError(
                    f"{self.given}: {name} has {size} bytes, where {entry['bytes']!r} are "
                    "expected. The file is damaged or cut short"
                )
            data: bytes = file.read()
        if hashlib.sha256(data).hexdigest() != entry["sha256"]:
            raise FolderError(
                f"{self.given}: {name} is not what was written: its SHA-256 differs. The file is "
                "damaged"
            )
        return data

    def blocks(self, entry: Any, folder: str) -> Iterator[bytes]:
        """The bytes of a file in blocks."""
        with self._open(_member(entry["file"], folder, self.given), None) as file:
            while block := file.read(_BLOCK):
                yield block

    def asset(self, entry: Any, where: str) -> str:
        """The path of an asset."""
        name = _member(record(entry, where, ("file",))["file"], ASSETS, where)
        with self._open(name, None):
            return str(Path(self.given) / name)

    def arrays(self, entry: Any, specs: Sequence[Any], where: str) -> Iterator[np.ndarray]:
        """The arrays of a file, whose shapes and dtypes are known, one after the other."""
        import h5py

        name = _member(record(entry, where, ("file",))["file"], VARIABLES, where)
        with self._open(name, None) as handle:
            try:
                with h5py.File(handle, "r") as file:
                    for number, spec in enumerate(specs):
                        yield _array(file, str(number), spec, f"{self.given}: {name}")
            except FolderError:
                raise
            except (OSError, KeyError, RuntimeError, ValueError, TypeError) as error:
                raise FolderError(
                    f"{self.given}: {name} cannot be read: {error}. The file is damaged or cut "
                    "short"
                ) from None

    @contextlib.contextmanager
    def _open(self, name: str, limit: int | None) -> Iterator[Any]:
        """A file of the folder itself: no link, no pipe, not too large."""
        path = self.folder / name
        with contextlib.ExitStack() as stack:
            try:
                for part in (path.parent, path):
                    if part != self.folder and stat.S_ISLNK(os.lstat(part).st_mode):
                        raise FolderError(f"{self.given}: {name} is a link, which is not followed")
                if not stat.S_ISREG(os.lstat(path).st_mode):
                    raise FolderError(f"{self.given}: {name} is no file")
                file = stack.enter_context(open(path, "rb"))
            except FileNotFoundError:
                raise FolderError(f"{self.given}: {name} is missing") from None
            if limit is not None and os.fstat(file.fileno()).st_size > limit:
                raise FolderError(f"{self.given}: {name} has more than {limit} bytes")
            yield file


def _check_kind(given: str, folder: Path) -> None:
    if not folder.exists():
        raise OSError(f"There is no folder {given!r} in {os.getcwd()}")
    if not folder.is_dir():
        raise OSError(f"{given!r} is a file; a saved model is a folder")
    if (folder / MANIFEST).exists():
        return
    for name in ("saved_model.pb", "saved_model.pbtxt"):
        if (folder / name).exists():
            raise FolderError(
                f"{given} is a SavedModel of TensorFlow: {name} is a graph of TensorFlow's ops, "
                "which nothing here runs. Its weights can be read: "
                f"tf.train.load_checkpoint({os.path.join(given, 'variables', 'variables')!r}). "
                "Build the model anew, and set them"
            )
    raise OSError(
        f"{given!r} holds no {MANIFEST}: it is no saved model, or one whose saving was broken off"
    )


def _member(name: Any, folder: str, where: str) -> str:
    """The name of a file directly in one of the folders; never a path to elsewhere."""
    if isinstance(name, str) and name.isprintable() and len(name) < 300:
        head, _, tail = name.partition("/")
        if head == folder and tail not in ("", ".", "..") and not set(tail) & set("/\\:"):
            return name
    raise FolderError(f"{where}: {str(name)[:80]!r} is no file in {folder}/")


def _array(file: Any, name: str, spec: Any, where: str) -> np.ndarray:
    """A data set of this very file that takes the room there that it says."""
    import h5py

    link = file.get(name, getlink=True)
    if not isinstance(link, h5py.HardLink):
        raise FolderError(f"{where} has no data set {name!r} of its own")
    data = file[name]
    if not isinstance(data, h5py.Dataset) or data.is_virtual:
        raise FolderError(f"{where}: {name} is no data set, or keeps its data elsewhere")
    plist = data.id.get_create_plist()
    if plist.get_external_count() or plist.get_nfilters() or data.chunks is not None:
        raise FolderError(f"{where}: {name} is not laid out as saved models are")
    shape, dtype = tuple(spec.shape.as_list()), spec.dtype.numpy_dtype
    stored = _stored(np.empty(0, dtype)).dtype
    if data.shape != shape or data.dtype != stored:
        raise FolderError(
            f"{where}: {name} is expected to be {dtype.name} of shape {list(shape)}; found "
            f"{data.dtype} of shape {list(data.shape or ())}"
        )
    if data.id.get_storage_size() != data.size * stored.itemsize:
        raise FolderError(f"{where}: {name} is cut short")
    values = np.empty(shape, stored)
    if values.size:
        data.read_direct(values)
    return values.view(dtype)


def array_spec(entry: Any, where: str) -> TensorSpec:
    """The shape and dtype of an array, as the manifest has them."""
    entry = record(entry, where, ("shape", "dtype"))
    shape = shape_of(entry["shape"], where)
    if not shape.is_fully_defined():
        raise FolderError(f"{where}: an array has all of its sizes")
    return TensorSpec(shape, dtype_of(entry["dtype"], where))
