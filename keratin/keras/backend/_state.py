"""What a program keeps: names and the learning phase; functions of symbolic tensors."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from typing import Any

from keratin._engine import errors
from keratin._engine.control_flow import cond
from keratin._engine.nest import map_structure
from keratin._engine.tape import GradientTape
from keratin._engine.tensor import convert_to_tensor
from keratin.keras._core import names
from keratin.keras._core.graph import Function
from keratin.keras._core.settings import settings
from keratin.keras._core.symbolic import KerasTensor, OpCall, node_of, symbolic_tensors
from keratin.keras.backend._variables import get_value, is_tensor
from keratin.keras.layers._call import call_context
from keratin.math._casting import cast as _cast

# ------------------------------------------------------------------------ the process


def get_uid(prefix: str = "") -> int:
    """A number that goes up by one each time it is asked for.

    >>> keras.backend.get_uid("example"), keras.backend.get_uid("example")
    (1, 2)
    """
    return names.uid(prefix)


def reset_uids() -> None:
    """Start the numbers of names anew.

    >>> keras.backend.reset_uids()
    """
    names.reset()


def clear_session(free_memory: bool = True) -> None:
    """Forget names and the learning phase, and (`free_memory`) what nothing refers to any more.

    >>> keras.backend.clear_session()
    """
    names.reset()
    settings.learning_phase = None
    if free_memory:
        gc.collect()


def get_session(op_input_list: Any = ()) -> Any:
    """Refused: values are computed when ops are called.

    >>> keras.backend.get_session()
    Traceback (most recent call last):
    ...
    keratin.errors.UnimplementedError: ...
    """
    raise errors.UnimplementedError(
        "get_session: there are no sessions; ops compute their values when they are called. Use "
        "keras.backend.get_value(x) or x.numpy() instead of session.run(x)"
    )


def set_session(session: Any) -> None:
    """Refused, see `get_session`.

    >>> keras.backend.set_session(None)
    Traceback (most recent call last):
    ...
    keratin.errors.UnimplementedError: ...
    """
    raise errors.UnimplementedError(
        "set_session: there are no sessions. Leave the call out; tf.config sets up devices"
    )


def manual_variable_initialization(value: bool) -> None:
    """Accepts False: variables are initialized when they are made.

    >>> keras.backend.manual_variable_initialization(False)
    """
    if value:
        raise errors.UnimplementedError(
            "manual_variable_initialization(True): variables have their values from the start. "
            "Leave the call out"
        )


def learning_phase() -> Any:
    """1 while training, else 0: that of the layer that is being called, or of the program.

    >>> keras.backend.learning_phase()
    0
    """
    for known in (call_context.training, settings.learning_phase):
        if known is not None:
            return known if hasattr(known, "dtype") else int(known)
    return 0


def set_learning_phase(value: Any) -> None:
    """Set what `learning_phase` says, to 0 or 1.

    >>> keras.backend.set_learning_phase(0)
    """
    if value not in (0, 1):
        raise ValueError(f"set_learning_phase: the phase is 0 or 1; given {value!r}")
    settings.learning_phase = bool(value)


class learning_phase_scope:
    """Within it, `learning_phase` says 0 or 1.

    >>> with keras.backend.learning_phase_scope(1):
    ...     keras.backend.learning_phase()
    1
    """

    def __init__(self, value: Any):
        self.value = value
        self._outer: list[bool | None] = []

    def __enter__(self) -> None:
        self._outer.append(settings.learning_phase)
        set_learning_phase(self.value)

    def __exit__(self, *_: Any) -> None:
        settings.learning_phase = self._outer.pop()


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """`x` while training, else `alt`; both may be functions, of which one is called.

    >>> keras.backend.in_train_phase(lambda: 1, lambda: 2, training=True)
    1
    """
    training = learning_phase() if training is None else training
    if not is_tensor(training):
        chosen = x if training else alt
        return chosen() if callable(chosen) else chosen
    first, second = (each if callable(each) else (lambda each=each: each) for each in (x, alt))
    return cond(_cast(training, "bool"), first, second)


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """`alt` while training, else `x`.

    >>> keras.backend.in_test_phase(lambda: 1, lambda: 2, training=True)
    2
    """
    return in_train_phase(alt, x, training)


# ------------------------------------------------------------------------ symbolic functions


def function(
    inputs: Any, outputs: Any, updates: Any = None, name: str | None = None, **kwargs: Any
) -> Callable[[Any], Any]:
    """A function, from lists of arrays to NumPy arrays, of symbolic inputs and outputs.

    Where `learning_phase()` is the last of the inputs, 0 or 1 is given there.

    >>> x = keras.Input((2,))
    >>> double = keras.backend.function([x], [2 * x])
    >>> double([np.ones((1, 2))])
    [array([[2., 2.]], dtype=float32)]
    """
    if updates:
        raise errors.UnimplementedError(
            "function: updates are not part of symbolic functions. Write a tf.function that "
            "assigns to the variables"
        )
    if kwargs:
        raise errors.unknown_keyword(
            "keras.backend.function", next(iter(kwargs)), ["inputs", "outputs", "updates", "name"]
        )
    listed = list(inputs) if isinstance(inputs, (list, tuple)) else inputs
    phased = isinstance(listed, list) and bool(listed) and isinstance(listed[-1], int)
    graph = Function(listed[:-1] if phased else listed, outputs, name=name)

    def call(values: Any) -> Any:
        training = None
        if phased:
            *values, training = values
        return map_structure(get_value, _evaluated(graph, values, training))

    return call


def _evaluated(graph: Function, values: Any, training: Any) -> Any:
    """The outputs of a graph, its layers told whether it is training."""
    outer = call_context.training
    call_context.training = None if training is None else bool(training)
    try:
        return graph(values)
    finally:
        call_context.training = outer


def gradients(loss: Any, variables: Any) -> list[Any]:
    """The gradients of a symbolic loss by symbolic tensors and variables, symbolic too.

    >>> x = keras.Input((2,))
    >>> gradient = keras.backend.gradients(tf.reduce_sum(x * x), [x])
    >>> keras.backend.function([x], gradient)([np.array([[1.0, 2.0]])])
    [array([[2., 4.]], dtype=float32)]
    """
    listed = list(variables) if isinstance(variables, (list, tuple)) else [variables]
    if not symbolic_tensors(loss):
        raise RuntimeError(
            "keras.backend.gradients takes a loss computed of symbolic tensors, such as the output "
            "of a model. For values, record the computation: with tf.GradientTape() as tape: ...; "
            f"tape.gradient(loss, variables). At {errors.user_location()}."
        )
    symbolic = [each for each in listed if isinstance(each, KerasTensor)]
    given = [*symbolic, *_roots(symbolic_tensors(loss), symbolic)]
    graph = Function(given, loss)

    def gradient(*values: Any) -> Any:
        tensors = [convert_to_tensor(value) for value in values]
        of_symbolic = iter(tensors)
        sources = [next(of_symbolic) if isinstance(e, KerasTensor) else e for e in listed]
        with GradientTape() as tape:
            for source in sources:
                tape.watch(source)
            result = graph(tensors)
        found = tape.gradient(result, sources, unconnected_gradients="zero")
        return list(found)

    gradient.__name__ = "gradients"
    found: list[Any] = OpCall(gradient)(*given)
    return found


def _roots(outputs: Sequence[KerasTensor], stops: Sequence[KerasTensor]) -> list[KerasTensor]:
    """The inputs that outputs are computed of, other than through `stops`."""
    seen = {id(tensor) for tensor in stops}
    roots, waiting = [], list(outputs)
    while waiting:
        tensor = waiting.pop()
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        node = node_of(tensor)
        if node is None or node.is_input:
            roots.append(tensor)
        else:
            waiting.extend(node.input_tensors)
    return roots
