"""Files of the internet, kept on disk once they were fetched."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from keratin.keras.utils._archives import extract_archive
from keratin.keras.utils._logging import print_message
from keratin.keras.utils._progbar import Progbar

_CHUNK = 1 << 16


def get_file(
    fname: Any = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: Any = None,
    force_download: bool = False,
) -> str:
    """The path of a file (or, with `extract`, of the folder of an archive), downloaded if needed.

    It is kept in `cache_dir` (`$KERAS_HOME` or `~/.keras`), folder `cache_subdir`, and there only
    once it is complete and of the `file_hash` (MD5 or SHA-256) given. Archives are tar, tar.gz,
    tar.bz2, tar.xz and zip.

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "source.txt").write_text("hello")
    >>> path = keras.utils.get_file(origin=(folder / "source.txt").as_uri(), cache_dir=folder)
    Downloading data from file:...source.txt...
    >>> pathlib.Path(path).relative_to(folder).as_posix(), pathlib.Path(path).read_text()
    ('datasets/source.txt', 'hello')
    """
    if origin is None:
        raise ValueError("get_file: give origin, the URL of the file.")
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    folder = cache_folder(cache_dir) / cache_subdir
    folder.mkdir(parents=True, exist_ok=True)
    archive = extract or untar
    target, place = _targets(folder, _file_name(fname, origin), fname is not None, archive)
    if force_download or not _is_there(target, file_hash, hash_algorithm):
        _download(origin, target, file_hash, hash_algorithm)
    if not archive:
        return str(target)
    if not extract_archive(target, place, "tar" if untar else archive_format):
        raise ValueError(
            f"get_file: {target} (from {origin}) is not an archive of the format "
            f"{'tar' if untar else archive_format!r}; leave extract out if it is none."
        )
    return str(place)


def cache_folder(cache_dir: Any) -> Path:
    """Where files are kept: what was given, $KERAS_HOME, ~/.keras, or a temporary folder."""
    given = cache_dir or os.environ.get("KERAS_HOME") or Path("~") / ".keras"
    folder = Path(given).expanduser()
    with contextlib.suppress(OSError):  # where it may not be made, the temporary one serves
        folder.mkdir(parents=True, exist_ok=True)
    if os.access(folder, os.W_OK):
        return folder
    return Path(tempfile.gettempdir()) / ".keras"


def _file_name(fname: Any, origin: str) -> str:
    if not fname:
        name = Path(urllib.parse.unquote(urllib.parse.urlsplit(origin).path)).name
        if not name:
            raise ValueError(f"get_file: no file name is in the URL {origin!r}. Give fname.")
        return name
    name = os.fspath(fname)
    if name != os.path.basename(name) or name in (".", ".."):
        raise ValueError(
            f"get_file: fname is the name of a file, without folders; given {name!r}. Give the "
            "folder as cache_dir and cache_subdir."
        )
    return name


def _targets(folder: Path, name: str, named: bool, archive: bool) -> tuple[Path, Path]:
    """Where the file goes, and where the files in it go."""
    if not archive:
        return folder / name, folder / name
    if named and "." in name:
        return folder / name, folder / f"{name[: name.find('.')]}_extracted"
    return folder / f"{name}_archive", folder / name


def _is_there(target: Path, file_hash: str | None, algorithm: str) -> bool:
    if not target.exists():
        return False
    if file_hash is None or hash_of_file(target, algorithm, file_hash) == file_hash.lower():
        return True
    print_message(f"{target} is not of the hash {file_hash} (incomplete or old): downloading anew.")
    return False


def hash_of_file(path: Path, algorithm: str, file_hash: str = "") -> str:
    """The hash of a file by "md5", "sha256" or, by the length of `file_hash`, "auto"."""
    if algorithm not in ("auto", "md5", "sha256"):
        raise ValueError(f"hash_algorithm is 'auto', 'md5' or 'sha256'; given {algorithm!r}.")
    if algorithm == "auto":
        algorithm = "sha256" if len(file_hash) == 64 else "md5"
    with open(path, "rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _download(origin: str, target: Path, file_hash: str | None, algorithm: str) -> None:
    """Fetch a file beside its place, check it, and only then move it there."""
    print_message(f"Downloading data from {origin}")
    with _temporary(target) as (path, file):
        with _opened(origin) as response:
            total = response.headers.get("Content-Length")
            _copy(response, file, int(total) if total else None, origin)
        file.close()
        if file_hash is not None:
            found = hash_of_file(path, algorithm, file_hash)
            if found != file_hash.lower():
                raise ValueError(
                    f"get_file: what {origin} gave has the hash {found}, and {file_hash} was "
                    "expected: it is incomplete, or another file. Try again, or correct file_hash."
                )
        os.replace(path, target)


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[tuple[Path, Any]]:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        try:
            yield Path(name), file
        finally:
            Path(name).unlink(missing_ok=True)


@contextlib.contextmanager
def _opened(origin: str) -> Iterator[Any]:
    try:
        request = urllib.request.Request(origin, headers={"User-Agent": "keratin"})
        with urllib.request.urlopen(request, timeout=60) as response:
            yield response
    except urllib.error.HTTPError as error:
        raise OSError(f"get_file: {origin} answered {error.code}, {error.reason}.") from error
    except urllib.error.URLError as error:
        raise OSError(
            f"get_file: {origin} cannot be reached: {error.reason}. Check the URL and the network, "
            "or put the file into cache_dir yourself."
        ) from error


def _copy(response: Any, file: Any, total: int | None, origin: str) -> None:
    bar = Progbar(total, unit_name="byte")
    done = 0
    while chunk := response.read(_CHUNK):
        file.write(chunk)
        done += len(chunk)
        bar.update(done)
    if total is not None and done < total:
        raise OSError(f"get_file: {origin} ended after {done} of {total} bytes. Try again.")
    if total is None:
        bar.update(done, finalize=True)
