"""Functions called again and again under the names of `K`: along an axis, or by a condition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from keratin import array
from keratin._engine import functional
from keratin._engine.control_flow import cond
from keratin._engine.nest import flatten, map_structure
from keratin.math._casting import cast


def map_fn(fn: Callable[..., Any], elems: Any, name: str | None = None, dtype: Any = None) -> Any:
    """A function applied to each element along the first axis.

    >>> keras.backend.map_fn(lambda x: 2 * x, keras.backend.constant([1, 2])).numpy()
    array([2., 4.], dtype=float32)
    """
    return functional.map_fn(fn, elems, dtype=dtype)


def foldl(
    fn: Callable[..., Any], elems: Any, initializer: Any = None, name: str | None = None
) -> Any:
    """What a function of what has been accumulated and of an element makes, from the first on.

    >>> keras.backend.foldl(lambda total, x: total - x, keras.backend.constant([1, 2, 3])).numpy()
    np.float32(-4.0)
    """
    return functional.foldl(fn, elems, initializer)


def foldr(
    fn: Callable[..., Any], elems: Any, initializer: Any = None, name: str | None = None
) -> Any:
    """What a function of what has been accumulated and of an element makes, from the last on.

    >>> keras.backend.foldr(lambda total, x: total - x, keras.backend.constant([1, 2, 3])).numpy()
    np.float32(0.0)
    """
    return functional.foldr(fn, elems, initializer)


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One of two values: of the whole by a scalar, of each element by a tensor of conditions.

    Values of a scalar condition may be functions, of which one is called.

    >>> keras.backend.switch(tf.constant([True, False]), [[1], [1]], [[2], [2]]).numpy()
    array([[1],
           [2]], dtype=int32)
    """
    condition = cast(condition, "bool")
    if not len(condition.shape):
        first, second = (
            each if callable(each) else (lambda each=each: array.identity(each))
            for each in (then_expression, else_expression)
        )
        return cond(condition, first, second)
    first, second = (
        array.identity(each() if callable(each) else each)
        for each in (then_expression, else_expression)
    )
    return array.where(_along(condition, len(first.shape)), first, second)


def _along(condition: Any, rank: int) -> Any:
    """Conditions with as many axes as what they choose of; those that are new are the last."""
    if len(condition.shape) > rank:
        raise ValueError(
            f"switch: the condition has {len(condition.shape)} dimensions, more than the values, "
            f"which have {rank}"
        )
    for _ in range(rank - len(condition.shape)):
        condition = array.expand_dims(condition, -1)
    return condition


def rnn(
    step_function: Callable[[Any, Any], Any],
    inputs: Any,
    initial_states: Sequence[Any],
    go_backwards: bool = False,
    mask: Any = None,
    constants: Sequence[Any] | None = None,
    unroll: bool = False,
    input_length: Any = None,
    time_major: bool = False,
    zero_output_for_mask: bool = False,
    return_all_outputs: bool = True,
) -> tuple[Any, Any, Any]:
    """Go along the time axis: `step_function(input, states)` gives an output and new states.

    Returns the last output, all outputs [batch, time, ...] and the last states. Where a mask is
    false, states stay as they are, and the output is the one before, or 0. `input_length` is how
    many steps each example has; `constants` are added to the states that the function is given.

    >>> last, outputs, states = keras.backend.rnn(
    ...     lambda x, states: (x + states[0], [x + states[0]]), tf.ones((1, 3, 2)),
    ...     [tf.zeros((1, 2))])
    >>> outputs.numpy()[0, :, 0]
    array([1., 2., 3.], dtype=float32)
    """
    inputs = inputs if time_major else map_structure(_time_first, inputs)
    steps = flatten(inputs)[0].shape[0]
    masks = _masks(mask, input_length, steps, time_major, go_backwards)
    if go_backwards:
        inputs = map_structure(lambda x: array.reverse(x, [0]), inputs)
    constants = tuple(constants or ())

    def advance(before: Any, now: Any) -> Any:
        last, states = before
        x, known = now
        output, new_states = step_function(x, (*states, *constants))
        new_states = tuple(new_states)
        if masks is not None:
            kept = map_structure(array.zeros_like, last) if zero_output_for_mask else last
            output = map_structure(lambda new, old: _chosen(known, new, old), output, kept)
            new_states = map_structure(
                lambda new, old: _chosen(known, new, old), new_states, states
            )
        return output, new_states

    states = tuple(initial_states)
    first = map_structure(lambda x: x[0], inputs)
    zero = map_structure(array.zeros_like, step_function(first, (*states, *constants))[0])
    if unroll:
        outputs, states = _unrolled(advance, inputs, masks, (zero, states), steps)
    else:
        elements = (inputs, array.zeros([steps]) if masks is None else masks)
        outputs, all_states = functional.scan(advance, elements, (zero, states))
        states = map_structure(lambda x: x[-1], all_states)
    last = map_structure(lambda x: x[-1], outputs)
    if not return_all_outputs:
        outputs = map_structure(lambda x: x[-1:], outputs)
    if not time_major:
        outputs = map_structure(_time_first, outputs)
    return last, outputs, states


def _unrolled(advance: Any, inputs: Any, masks: Any, carried: Any, steps: int) -> Any:
    outputs = []
    for i in range(steps):
        x = map_structure(lambda x, i=i: x[i], inputs)
        carried = advance(carried, (x, None if masks is None else masks[i]))
        outputs.append(carried[0])
    return map_structure(lambda *each: array.stack(each), *outputs), carried[1]


def _time_first(x: Any) -> Any:
    """The first two axes exchanged."""
    return array.transpose(x, [1, 0, *range(2, len(x.shape))])


def _masks(mask: Any, input_length: Any, steps: int, time_major: bool, backwards: bool) -> Any:
    """For each step, in the order of going, which examples have it: [time, batch]; None: all."""
    if mask is not None:
        mask = cast(mask, "bool")
        mask = mask if time_major else _time_first(mask)
        return array.reverse(mask, [0]) if backwards else mask
    if input_length is None:
        return None
    lengths = array.reshape(cast(input_length, "int32"), [1, -1])
    known = array.reshape(array.range(steps), [-1, 1]) < lengths
    return array.reverse(known, [0]) if backwards else known


def _chosen(known: Any, new: Any, old: Any) -> Any:
    """`new` for the examples that have the step, `old` for others."""
    for _ in range(len(new.shape) - len(known.shape)):
        known = array.expand_dims(known, -1)
    return array.where(known, new, old)
