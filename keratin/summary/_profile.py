"""Profiles by JAX's profiler, in the folders where TensorBoard looks for them."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import jax


class _Running:
    """Where the profile that is being taken goes."""

    folder: Path | None = None
    # Used until the folder is known.
    temporary: Path | None = None


_running = _Running()


def start(folder: Any = None) -> None:
    """Begin to measure; the folder may be given at the end instead."""
    target = Path(os.fspath(folder)) if folder is not None else None
    temporary = None if target is not None else Path(tempfile.mkdtemp(prefix="keratin-profile-"))
    try:
        jax.profiler.start_trace(str(target or temporary))
    except RuntimeError as error:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        raise RuntimeError(
            f"The profiler cannot be started: {error}. One profile can be taken at a time: end the "
            "other one first."
        ) from None
    _running.folder, _running.temporary = target, temporary


def check_folder(folder: Any) -> None:
    """An error if it is not known where the profile is to go."""
    if folder is None and _running.folder is None:
        raise ValueError(
            "tf.summary.trace_export: there is no folder for the profile. Give profiler_outdir, "
            "to trace_on or here."
        )


def stop(folder: Any = None, keep: bool = True) -> None:
    """End the measurement, and have the profile in the folder, or nowhere."""
    target, temporary = _running.folder, _running.temporary
    _running.folder = _running.temporary = None
    before = set(_runs(target)) if target is not None else set()
    jax.profiler.stop_trace()
    if target is not None and not keep:
        for run in set(_runs(target)) - before:
            shutil.rmtree(run)
    if temporary is not None:
        if keep and folder is not None:
            place = Path(os.fspath(folder)) / "plugins" / "profile"
            place.mkdir(parents=True, exist_ok=True)
            for run in _runs(temporary):
                shutil.move(run, place / run.name)
        shutil.rmtree(temporary, ignore_errors=True)


def _runs(folder: Path) -> list[Path]:
    place = folder / "plugins" / "profile"
    return sorted(place.iterdir()) if place.is_dir() else []
