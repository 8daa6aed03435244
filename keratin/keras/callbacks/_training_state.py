"""All that training depends on, in a file: to go on elsewhere as if nothing had happened.

The file is one of weights in the layout of Keras, which any `load_weights` reads. A group of its
own holds the rest: arrays, and a text (JSON) of plain values that refers to them.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from keratin._engine import random as streams
from keratin._engine.atomic import replacing
from keratin.keras._core import host_random
from keratin.keras.callbacks._snapshot import variables_of
from keratin.keras.saving import _h5, _weights
from keratin.keras.saving._errors import FileError, reading
from keratin.keras.saving._weights import TRAINING_STATE

_TEXT = "text"
_ARRAY = "array of number"


def write(path: str, model: Any, state: Mapping[str, Any] | None) -> None:
    """Write the variables of a model, and the state of training, atomically."""
    import h5py

    with replacing(path) as beside, h5py.File(beside, "w") as file:
        _weights.save(model, _weights.H5Sink(file))
        if state is not None:
            arrays: list[Any] = []
            text = json.dumps(packed(state, arrays))
            group = file.create_group(TRAINING_STATE)
            _h5.write(group, _TEXT, np.frombuffer(text.encode(), np.uint8))
            for number, array in enumerate(arrays):
                _h5.write(group, str(number), array)


def read(path: str, model: Any) -> Any:
    """Set the variables of a model; the state of training, None if the file has none."""
    import h5py

    with reading(path, "the backup"), h5py.File(path, "r") as file:
        state = _state_of(file)
        _weights.load(model, _weights.H5Source(file), path, strict_optimizer=True)
    return state


def _state_of(file: Any) -> Any:
    group = _h5.group_of(file, TRAINING_STATE)
    if group is None:
        return None
    text = _h5.dataset_of(group, _TEXT)
    if text is None:
        raise FileError(f"{group.name} has no {_TEXT!r}")
    value = json.loads(_h5.read(text).astype(np.uint8).tobytes())
    return unpacked(value, lambda number: _h5.read(_dataset(group, number)))


def _dataset(group: Any, number: Any) -> Any:
    found = _h5.dataset_of(group, str(int(number)))
    if found is None:
        raise FileError(f"{group.name} has no array of number {number}")
    return found


def packed(value: Any, arrays: list[Any]) -> Any:
    """Plain values, with arrays replaced by their numbers in a list.

    >>> from keratin.keras.callbacks._training_state import packed
    >>> arrays = []
    >>> packed({"best": 1.5, "weights": [np.zeros(2)]}, arrays), len(arrays)
    ({'best': 1.5, 'weights': [{'array of number': 0}]}, 1)
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, np.generic):
        return value
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str) or name == _ARRAY:
                raise TypeError(f"a dictionary has the key {name!r}. Use names")
        return {name: packed(each, arrays) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [packed(each, arrays) for each in value]
    array = np.asarray(value)
    if array.dtype.kind not in "biufcV":
        raise TypeError(
            f"{value!r} is a {type(value).__name__}. Numbers, text, arrays, lists and dictionaries "
            "of them can be kept"
        )
    arrays.append(array)
    return {_ARRAY: len(arrays) - 1}


def unpacked(value: Any, array: Any) -> Any:
    """What was packed; `array` gives the one of a number."""
    if isinstance(value, list):
        return [unpacked(each, array) for each in value]
    if isinstance(value, dict):
        if list(value) == [_ARRAY]:
            return array(value[_ARRAY])
        return {name: unpacked(each, array) for name, each in value.items()}
    return value


# What a process knows besides the variables of the model


def gathered(fitting: Any, epoch: int, step: int) -> dict[str, Any]:
    """The state of a `fit` of which `step` steps of an epoch are done."""
    model = fitting.model
    return {
        "fit": fitting.state(epoch, step),
        "metrics": _values(model.metrics_variables),
        "others": _values(_other_variables(model)),
        "callbacks": _states_of(fitting.callbacks.callbacks),
        "streams": streams.dump_streams(),
        "seeds": host_random.seeds_state(),
        "python": random.getstate(),
        "numpy": list(np.random.get_state()),
    }


def restore(fitting: Any, state: Mapping[str, Any]) -> None:
    """Have all be as it was; the variables of the model are."""
    model = fitting.model
    if state["fit"]["step"]:  # else they are reset
        _assign(model.metrics_variables, state["metrics"], "metrics")
    _assign(_other_variables(model), state["others"], "other variables that training writes")
    for callback, own in _matched(fitting.callbacks.callbacks, state["callbacks"]):
        callback.load_state_dict(own)
    streams.load_streams(state["streams"])
    host_random.set_seeds_state(state["seeds"])
    if not fitting.feed.is_read_again:
        # Else the data, read again from the beginning, draws the numbers that it drew.
        version, words, gauss = state["python"]
        random.setstate((version, tuple(words), gauss))
        np.random.set_state(tuple(state["numpy"]))


def _other_variables(model: Any) -> list[Any]:
    """What the steps of training write and neither the model nor its metrics hold."""
    known = {id(v) for v in [*variables_of(model), *model.metrics_variables]}
    written = model._programs.carried("train")
    return [v for v in written if id(v) not in known and not streams.is_global_state(v)]


def _values(variables: list[Any]) -> list[Any]:
    return [variable.numpy() for variable in variables]


def _assign(variables: list[Any], values: list[Any], what: str) -> None:
    shapes = [tuple(variable.shape) for variable in variables]
    found = [np.shape(value) for value in values]
    if shapes != found:
        raise FileError(
            f"The backup is of another training: its {what} have the shapes {found}, those of this "
            f"one {shapes}. Compile the model as it was compiled then, or remove the backup."
        )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(np.asarray(value, variable.dtype.numpy_dtype))


def _states_of(callbacks: list[Any]) -> list[Any]:
    """The states of the callbacks that tell them, each with the name of its class."""
    found = []
    for callback in callbacks:
        if hasattr(callback, "state_dict") and hasattr(callback, "load_state_dict"):
            name = type(callback).__name__
            try:
                state = packed(callback.state_dict(), [])
            except TypeError as error:
                raise TypeError(f"BackupAndRestore: state_dict of {name}: {error}.") from None
            del state
            found.append({"class": name, "state": callback.state_dict()})
    return found


def _matched(callbacks: list[Any], states: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Callbacks with the states of those of the same class; those that came new have none."""
    left = list(states)
    for callback in callbacks:
        if not hasattr(callback, "load_state_dict"):
            continue
        name = type(callback).__name__
        place = next((i for i, each in enumerate(left) if each["class"] == name), None)
        if place is not None:
            yield callback, left.pop(place)["state"]


def remove(path: str) -> None:
    """Remove a file, if it is there."""
    if os.path.exists(path):
        os.remove(path)
