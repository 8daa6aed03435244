"""Event files, read by TensorBoard's own reader."""

import glob
from pathlib import Path
from typing import NamedTuple

from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util import tensor_util


class Written(NamedTuple):
    """A summary of a file."""

    tag: str
    step: int
    value: object
    plugin: str


def files(folder):
    return sorted(glob.glob(f"{folder}/*tfevents*"))


def events(folder):
    return [event for path in files(folder) for event in EventFileLoader(path).Load()]


def read(folder):
    """All summaries of a folder, in order."""
    return [
        Written(
            value.tag,
            event.step,
            tensor_util.make_ndarray(value.tensor),
            value.metadata.plugin_data.plugin_name,
        )
        for event in events(folder)
        for value in event.summary.value
    ]


def scalars(folder):
    """Tag to pairs of step and value."""
    found: dict = {}
    for each in read(folder):
        if each.plugin == "scalars":
            found.setdefault(each.tag, []).append((each.step, float(each.value)))
    return found


def graphs(folder):
    return [event.graph_def for event in events(folder) if event.graph_def]


def only_file(folder) -> Path:
    (path,) = files(folder)
    return Path(path)
