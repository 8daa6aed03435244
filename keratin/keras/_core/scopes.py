"""Scopes of Keras: calls without effect on variables, symbolic calls, and recomputation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any

from keratin._engine import state
from keratin._engine.differentiation import recompute_grad
from keratin._engine.tensor import Tensor, convert_to_tensor, wrap


class StatelessScope:
    """Within it, assignments to variables are noted and leave the variables as they are.

    >>> v = keras.Variable(1.0)
    >>> with keras.StatelessScope(state_mapping=[(v, tf.constant(2.0))]) as scope:
    ...     _ = v.assign(v + 1.0)
    >>> float(scope.get_current_value(v)), float(v)
    (3.0, 1.0)
    """

    def __init__(
        self,
        state_mapping: Iterable[tuple[Any, Any]] | None = None,
        collect_losses: bool = False,
        initialize_variables: bool = True,
    ):
        self.collect_losses = collect_losses
        self.initialize_variables = initialize_variables
        self.losses: list[Any] = []
        self._given: dict[int, Any] = {}
        for variable, value in state_mapping or ():
            self.add_update((variable, value))
        self._entered: list[Any] = []

    def __enter__(self) -> StatelessScope:
        outer = state.context.scope
        self._scope = state.Scope(dict(self._given), parent=outer, name="stateless_scope")
        self._entered.append(outer)
        state.context.scope = self._scope
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        state.context.scope = self._entered.pop()
        self._given = dict(self._scope.values)

    def add_loss(self, loss: Any) -> None:
        """Note a loss."""
        self.losses.append(loss)

    def add_update(self, update: tuple[Any, Any]) -> None:
        """Set what a variable is within the scope."""
        variable, value = update
        array = convert_to_tensor(value, dtype_hint=variable.dtype)._value
        self._given[id(variable)] = array
        if state.context.scope is getattr(self, "_scope", None) is not None:
            self._scope.write_variable(variable, array)

    def get_current_value(self, variable: Any) -> Tensor | None:
        """What a variable is within the scope; None if it was neither given nor assigned."""
        scope = vars(self).get("_scope")
        found = (self._given if scope is None else scope.values).get(id(variable))
        return None if found is None else wrap(found)


class _Symbolic(threading.local):
    depth = 0


_symbolic = _Symbolic()


class SymbolicScope:
    """Marks code that puts a graph together; `in_symbolic_scope()` tells.

    Ops and layers see for themselves whether they are given symbolic tensors.

    >>> with keras.SymbolicScope():
    ...     x = keras.Input((2,)) * 2
    """

    def __enter__(self) -> SymbolicScope:
        _symbolic.depth += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _symbolic.depth -= 1


def in_symbolic_scope() -> bool:
    """Whether a `SymbolicScope` is open."""
    return _symbolic.depth > 0


class _Remat(threading.local):
    scope: RematScope | None = None


_remat = _Remat()
_MODES = ("full", "activations", "larger_than", "list_of_layers", None)


class RematScope:
    """Within it, layers are called so that their gradient computes them anew: less memory.

    `mode` says which: "full" all, "activations" those that are nothing but an activation,
    "larger_than" those whose output has more than `output_size_threshold` elements,
    "list_of_layers" those named in `layer_names`, None none of them.

    >>> with keras.RematScope(mode="full"):
    ...     y = keras.layers.Dense(2)(np.ones((1, 3)))
    """

    def __init__(
        self,
        mode: str | None = "full",
        output_size_threshold: int = 1024,
        layer_names: Sequence[str] | None = None,
    ):
        if mode not in _MODES:
            raise ValueError(
                f"RematScope: mode is {', '.join(map(repr, _MODES[:-1]))} or None; given {mode!r}"
            )
        self.mode = mode
        self.output_size_threshold = output_size_threshold
        self.layer_names = list(layer_names or ())
        self._outer: list[RematScope | None] = []

    def __enter__(self) -> RematScope:
        self._outer.append(_remat.scope)
        _remat.scope = self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _remat.scope = self._outer.pop()

    def covers(self, layer: Any, args: Sequence[Any]) -> bool:
        """Whether the call of a layer is to be computed anew for the gradient."""
        if self.mode == "list_of_layers":
            return layer.name in self.layer_names
        if self.mode == "activations":
            return getattr(layer, "activation", None) is not None
        if self.mode == "larger_than":
            return self._is_large(layer, args)
        return self.mode == "full"

    def _is_large(self, layer: Any, args: Sequence[Any]) -> bool:
        shape = layer.compute_output_shape(*[tuple(arg.shape) for arg in args[:1]])
        size = 1
        for each in shape[1:]:
            size *= each or 1
        return size > self.output_size_threshold


def rematerialized(layer: Any, args: Sequence[Any]) -> bool:
    """Whether the scope in force asks to compute the call of a layer anew for the gradient."""
    scope = _remat.scope
    return scope is not None and scope.covers(layer, args)


def remat(f: Callable[..., Any]) -> Callable[..., Any]:
    """Compute a function anew for its gradient instead of keeping what is between.

    >>> cheap = keras.remat(lambda x: tf.exp(x) * x)
    >>> float(cheap(tf.constant(0.0)))
    0.0
    """
    return recompute_grad(f)
