"""Weights in the files of `tf.train.Checkpoint`, as Keras 2 saved them by default."""

from __future__ import annotations

import os
from typing import Any

from keratin._engine import errors
from keratin._engine.errors import table
from keratin.keras.saving._errors import FileError
from keratin.train._checkpoint import Checkpoint
from keratin.train._reader import open_bundle, read_graph
from keratin.train._restoration import Restoration
from keratin.train._state_file import checkpoint_exists, update_checkpoint_state
from keratin.train._status import CheckpointLoadStatus

# What stands beside the weights in such files, and a model may lack.
_BESIDE = frozenset(
    {
        *("optimizer", "save_counter", "keras_api", "root", "_compiled_trainable_state"),
        *("loss_tracker", "compiled_metrics", "_loss_tracker", "_metrics", "train_function"),
    }
)


def is_meant(path: str, save_format: Any) -> bool:
    """Whether weights are to be written as a checkpoint: Keras 2's form, or a name without end."""
    name = os.path.basename(path)
    return save_format in ("tf", "tensorflow") or (
        bool(name) and ("." not in name or name.endswith(".ckpt"))
    )


def is_there(path: str) -> bool:
    """Whether there is a checkpoint of this name."""
    return checkpoint_exists(path)


def save_weights(model: Any, path: str) -> None:
    """Write the weights, and the optimizer, and note them as the last in the folder."""
    Checkpoint(model).write(path)
    update_checkpoint_state(os.path.dirname(path), path, [path])


def load_weights(model: Any, path: str, skip_mismatch: bool) -> CheckpointLoadStatus:
    """Set the weights; those of layers that are not built yet get their values when they are."""
    bundle = open_bundle(path)
    nodes = read_graph(bundle)
    if nodes is None:
        raise FileError(
            f"{path}: the checkpoint knows variables by name alone. Restore it by "
            "tf.train.Checkpoint(model).restore(path), or read tf.train.load_variable"
        )
    restoration = Restoration(bundle, nodes)
    checkpoint = Checkpoint(model)

    def review(wrong: list[tuple[str, str, str]]) -> None:
        rows = list(wrong)
        if model.built:
            rows += _missing(model, restoration)
            rows += restoration.unused(restoration.nodes_behind(_BESIDE))
        if rows and not skip_mismatch:
            raise FileError(
                f"{path}: {len(rows)} variables of the checkpoint and of the model "
                f"{model.name!r} do not fit together:\n{table(rows)}\n"
                "Nothing was loaded. Build the model as it was built when it was saved, or load "
                "what fits with skip_mismatch=True"
            )
        if rows:
            errors.warn_user(
                f"{path}: {len(rows)} variables were not loaded (skip_mismatch=True):\n"
                f"{table(rows)}"
            )

    restoration.start(checkpoint, review)
    return CheckpointLoadStatus(restoration, checkpoint)


def _missing(model: Any, restoration: Restoration) -> list[tuple[str, str, str]]:
    """The weights that the file lacks, other than those whose shapes differ."""
    return [
        (variable.path, f"{tuple(variable.shape)} {variable.dtype.name}", "nothing")
        for variable in model.weights
        if not restoration.has_values_for(variable)
    ]
