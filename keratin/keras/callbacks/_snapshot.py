"""The variables of a model as they were at a moment, to be read while training goes on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from keratin._engine import state
from keratin._engine.state import Scope
from keratin.keras.saving._walk import leaf_variables, walk


class Snapshot:
    """What the variables of a model, its optimizer and its metrics hold now.

    It copies nothing: a step that is about to overwrite an array works on a copy of it.

    >>> from keratin.keras.callbacks._snapshot import Snapshot
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> before = Snapshot(model)
    >>> model.set_weights([np.full((1, 1), 5.0), np.zeros(1)])
    >>> with before.read():
    ...     inside = model.get_weights()[0]
    >>> bool(inside[0, 0] == 5.0)
    False
    """

    def __init__(self, model: Any):
        # The variables are kept as well, so that no other one can get the id of one of them.
        self._variables = variables_of(model)
        self._arrays = {id(variable): variable._array for variable in self._variables}
        for variable in self._variables:
            variable._shared = True

    @contextlib.contextmanager
    def read(self) -> Iterator[None]:
        """Within, and in this thread, the variables have the values of the snapshot."""
        with state.enter(Scope(dict(self._arrays), name="snapshot")), state.listening(()):
            yield

    def restore(self) -> None:
        """Have the variables be as they were."""
        for variable in self._variables:
            variable._write(self._arrays[id(variable)], shared=True)

    def arrays(self) -> list[tuple[Any, Any]]:
        """The variables, and their arrays at that moment."""
        return [(variable, self._arrays[id(variable)]) for variable in self._variables]


def variables_of(model: Any) -> list[Any]:
    """All variables that a file of the model may hold, each once."""
    found = [variable for part in walk(model) for variable in leaf_variables(part.object)]
    found += getattr(model, "metrics_variables", [])
    return list({id(variable): variable for variable in found}.values())
