"""The update of all variables as one compiled program, for optimizers that are called eagerly."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from keratin._engine.concrete import ConcreteFunction
from keratin._engine.function import Function
from keratin._engine.tensor import convert_to_tensor, wrap

if TYPE_CHECKING:
    from keratin._engine.variable import Variable
    from keratin.keras.optimizers._optimizer import Optimizer


class UpdateProgram(Function):
    """The gradients go in as arguments; variables are read and written.

    The slots are donated: nobody else holds their arrays. Those of the weights somebody does after
    an eager forward pass; to copy them only to give the copies away would be of no use. Small
    arrays are never donated: there is nothing to gain.
    """

    def __init__(self, optimizer: Optimizer, variables: list[Variable], donates: bool):
        # An optimizer and its programs must not keep each other alive.
        reference = weakref.ref(optimizer)

        def update(*arguments: Any) -> None:
            owner = reference()
            assert owner is not None
            owner._update_traced(arguments, variables)

        super().__init__(
            update,
            name=f"{optimizer.name}.apply_gradients",
            use_autograph=False,
            reduce_retracing=True,
        )
        self._kept = frozenset() if donates else frozenset([id(v) for v in variables])

    def _lookup(self, args: Any, kwargs: Any) -> tuple[ConcreteFunction, list[Any]]:
        concrete, leaves = super()._lookup(args, kwargs)
        if concrete._compiled is None:
            _keep(concrete, self._kept)
        return concrete, leaves


_SMALL = 1 << 12  # bytes


def _keep(concrete: ConcreteFunction, kept: frozenset[int]) -> None:
    """Have a program that is not compiled yet leave the arrays of these variables alone."""
    donated = [
        donate and id(variable) not in kept and variable._array.nbytes > _SMALL
        for donate, variable in zip(concrete._donated, concrete._read, strict=True)
    ]
    inputs = len(concrete._tensor_at) + len(concrete._captured)
    concrete._donated = donated
    concrete._donated_at = [inputs + place for place, donate in enumerate(donated) if donate]


class StatelessProgram(Function):
    """An optimizer's update as a function of arrays alone."""

    def __init__(self, optimizer: Optimizer):
        reference = weakref.ref(optimizer)

        def update(state: list[Any], gradients: list[Any], weights: list[Any]) -> Any:
            owner = reference()
            assert owner is not None
            return owner._update_stateless(state, gradients, weights)

        super().__init__(
            update,
            name=f"{optimizer.name}.stateless_apply",
            use_autograph=False,
            reduce_retracing=True,
        )


def as_arrays(values: Any) -> list[Any]:
    """Tensors of what may be tensors, variables, arrays of JAX or of NumPy."""
    return [None if value is None else wrap(convert_to_tensor(value)._value) for value in values]
