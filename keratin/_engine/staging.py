"""The operators that rewritten code calls in place of `if`, `while`, `for`, `and` and their kin.

Each is Python's own on ordinary values, and stages a program on traced tensors.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util  # noqa: F401 - malt uses it without importing it
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax.numpy as jnp
from malt.operators.variables import Undefined, UndefinedReturnValue

from keratin._engine import errors, host
from keratin._engine.block import array_of
from keratin._engine.control_flow import TO_INDEX, cond, is_staged, predicate, staged_switch
from keratin._engine.kernel import Kernel, apply
from keratin._engine.loop import (
    LOOP_BODY,
    DynamicRange,
    capacity,
    staged_scan,
    staged_while,
    zeros_like,
)
from keratin._engine.operators import operators
from keratin._engine.state import context
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin._engine.tensor_array import TensorArray
from keratin._engine.variable import Variable


def if_stmt(
    test: Any,
    body: Callable[[], None],
    orelse: Callable[[], None],
    get_state: Callable[[], Any],
    set_state: Callable[[Any], None],
    symbol_names: Sequence[str],
    nouts: int,
) -> None:
    """`if`: staged when the condition is traced."""
    if not is_staged(test):
        (body if test else orelse)()
        return
    before = list(get_state())

    def branch(function: Callable[[], None]) -> Callable[[], Any]:
        def run() -> list[Any]:
            set_state(tuple(before))
            function()
            return [_opaque(value) for value in get_state()[:nouts]]

        return run

    branches, names = (branch(body), branch(orelse)), symbol_names[:nouts]
    results: dict[str, Any] = {}
    try:
        ends = _staged_if(test, *branches, names, results)
    except TypeError:
        if not _allocate(before, results):
            raise
        ends = _staged_if(test, *branches, names, {})
    set_state((*[_clear(value) for value in ends], *before[nouts:]))


def _allocate(before: list[Any], results: dict[str, Any]) -> bool:
    """Give tensor arrays that the branches write differently one buffer each, for another try."""
    changed = False
    for place, written in enumerate(zip(*results.values(), strict=True)):
        start = before[place]
        if all([isinstance(value, TensorArray) for value in (start, *written)]):
            allocated = start.allocated(written)
            changed = changed or allocated is not start
            before[place] = allocated
    return changed


class _Name:
    """What a name without a value stands as in a branch's result."""

    def __init__(self, value: Any):
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Name) and type(other.value) is type(self.value)

    def __hash__(self) -> int:
        return 0


def _opaque(value: Any) -> Any:
    return _Name(value) if isinstance(value, (Undefined, UndefinedReturnValue)) else value


def _clear(value: Any) -> Any:
    return value.value if isinstance(value, _Name) else value


def _staged_if(
    test: Any,
    body: Callable[[], Any],
    orelse: Callable[[], Any],
    names: Sequence[str],
    results: dict[str, Any],
) -> Any:

    def keep(label: str, function: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            results[label] = function()
            return results[label]

        return run

    scalar = _scalar(test)
    index = apply(TO_INDEX, [scalar], [array_of(scalar)])
    branches = [keep("the else branch", orelse), keep("the if branch", body)]
    labels = ["the else branch", "the if branch"]
    try:
        return staged_switch(index, branches, labels, "if")
    except TypeError as error:
        filled = _with_returns(branches, results)
        if filled is None:
            raise _mismatch(names, results) or error from None
    return staged_switch(index, filled, labels, "if")


def _with_returns(
    branches: Sequence[Callable[[], Any]], results: dict[str, Any]
) -> list[Callable[[], Any]] | None:
    """In a loop, branches that go on where another returns: they return zeros, never to be used.

    Whether a value was returned is a flag of its own, which guards all code after the loop.
    """
    if not _in_loop(context.scope) or len(results) < 2:
        return None
    places = {}
    for one, other in (tuple(results.values()), tuple(results.values())[::-1]):
        for place, (missing, there) in enumerate(zip(one, other, strict=True)):
            nothing = isinstance(missing, _Name) and isinstance(missing.value, UndefinedReturnValue)
            if nothing and not isinstance(there, _Name):
                places[place] = there
    if not places:
        return None

    def filling(function: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            values = list(function())
            for place, example in places.items():
                if isinstance(values[place], _Name):
                    values[place] = zeros_like(example)
            return values

        return run

    return [filling(branch) for branch in branches]


def _in_loop(scope: Any) -> bool:
    if context.python_loops:
        return True
    while scope is not None:
        if scope.name == LOOP_BODY:
            return True
        scope = scope.parent
    return False


def _scalar(test: Any) -> Any:
    return predicate(test, "if")


def _mismatch(names: Sequence[str], results: dict[str, Any]) -> Exception | None:
    """The error for a name that only one branch gives a value, or None if that is not it."""
    if len(results) < 2:
        return None
    (one_label, one), (other_label, other) = results.items()
    for name, first, second in zip(names, one, other, strict=True):
        for label, missing, there in ((one_label, first, second), (other_label, second, first)):
            if isinstance(missing, _Name) and not isinstance(there, _Name):
                if isinstance(missing.value, UndefinedReturnValue):
                    return ValueError(
                        f"`return` happens in one branch only: {label} returns nothing. With a "
                        "condition that is a tensor both branches are compiled; return a value "
                        f"from each. At {errors.user_location()}."
                    )
                return ValueError(
                    f"The name {name!r} gets no value in {label} of an `if` whose condition is a "
                    f"tensor. Both branches are compiled: give {name!r} a value before the `if`, "
                    f"or in both branches. At {errors.user_location()}."
                )
            if missing is None and there is not None:
                return TypeError(
                    f"The name {name!r} is None after {label}, and a tensor after the other. "
                    f"Give it a tensor of the same dtype and shape. At {errors.user_location()}."
                )
    return None


def if_exp(
    test: Any, if_true: Callable[[], Any], if_false: Callable[[], Any], expr_repr: str
) -> Any:
    """`a if test else b`."""
    if is_staged(test):
        return cond(test, if_true, if_false)
    return if_true() if test else if_false()


@contextlib.contextmanager
def _python_loop() -> Iterator[None]:
    """Note that Python's own loop runs, from which a `return` may depend on a tensor."""
    context.python_loops += 1
    try:
        yield
    finally:
        context.python_loops -= 1


def while_stmt(
    test: Callable[[], Any],
    body: Callable[[], None],
    get_state: Callable[[], Any],
    set_state: Callable[[Any], None],
    symbol_names: Sequence[str],
    opts: dict[str, Any],
) -> None:
    """`while`: staged from the first round on whose condition is a tensor."""
    while True:
        keeps_on = test()
        if is_tensor_like(keeps_on) and context.scope is not None:
            _staged_while(test, body, get_state, set_state, symbol_names, opts)
            return
        if not keeps_on:
            return
        with _python_loop():
            body()


def is_tensor_like(value: Any) -> bool:
    return isinstance(value, (Tensor, Variable))


def _staged_while(
    test: Callable[[], Any],
    body: Callable[[], None],
    get_state: Callable[[], Any],
    set_state: Callable[[Any], None],
    symbol_names: Sequence[str],
    opts: dict[str, Any],
) -> None:
    def check(*values: Any) -> Any:
        set_state(values)
        return test()

    def step(*values: Any) -> list[Any]:
        set_state(values)
        body()
        return list(get_state())

    limit = opts.get("maximum_iterations")
    before = list(get_state())
    values = staged_while(check, step, before, symbol_names, "while", limit)
    set_state(tuple(values))


def for_stmt(
    iterated: Any,
    extra_test: Callable[[], Any] | None,
    body: Callable[[Any], None],
    get_state: Callable[[], Any],
    set_state: Callable[[Any], None],
    symbol_names: Sequence[str],
    opts: dict[str, Any],
) -> None:
    """`for`: staged over tensors and unknown ranges, Python's over everything else."""
    arguments = (extra_test, body, get_state, set_state, symbol_names, opts)
    if isinstance(iterated, DynamicRange):
        _for_range(iterated, *arguments)
    elif is_tensor_like(iterated) and context.scope is not None:
        _for_tensor(convert_to_tensor(iterated), *arguments)
    elif hasattr(type(iterated), "__keratin_for__") and context.scope is not None:
        iterated.__keratin_for__(*arguments)
    else:
        _for_python(iterated, extra_test, body, get_state, set_state, symbol_names)


def _for_python(
    iterated: Any,
    extra_test: Callable[[], Any] | None,
    body: Callable[[Any], None],
    get_state: Callable[[], Any],
    set_state: Callable[[Any], None],
    symbol_names: Sequence[str],
) -> None:
    """Python's loop; once `break` depends on a tensor, the later rounds are staged `if`s."""
    for item in iterated:
        keeps_on = True if extra_test is None else extra_test()
        if is_staged(keeps_on):
            if_stmt(
                keeps_on,
                functools.partial(body, item),
                lambda: None,
                get_state,
                set_state,
                symbol_names,
                len(symbol_names),
            )
        elif not keeps_on:
            break
        else:
            with _python_loop():
                body(item)


def _for_tensor(
    elements: Tensor,
    extra_test: Callable[[], Any] | None,
    body: Callable[[Any], None],
    get_state: Callable[[], Any],
    set_state: Callable[[Any], None],
    symbol_names: Sequence[str],
    opts: dict[str, Any],
) -> None:
    if not elements.ndim:
        raise TypeError(
            f"for: cannot iterate over a scalar tensor; its shape is (). At "
            f"{errors.user_location()}."
        )
    length = int(elements._value.shape[0])
    if extra_test is not None:
        rows = DynamicRange(0, length, 1)
        _for_range(
            rows,
            extra_test,
            lambda i: body(operators.gather(elements, i)),
            get_state,
            set_state,
            symbol_names,
            opts,
        )
        return

    def step(*given: Any) -> tuple[list[Any], Any]:
        set_state(given[:-1])
        body(given[-1])
        return list(get_state()), None

    before = list(get_state())
    with capacity(length):
        values, _ = staged_scan(step, before, elements, length, symbol_names, "for")
    set_state(tuple(values))


def _for_range(
    bounds: DynamicRange,
    extra_test: Callable[[], Any] | None,
    body: Callable[[Any], None],
    get_state: Callable[[], Any],
    set_state: Callable[[Any], None],
    symbol_names: Sequence[str],
    opts: dict[str, Any],
) -> None:
    """A loop over a range of unknown length: a `while` with a counter."""
    start, limit, delta = (convert_to_tensor(v) for v in (bounds.start, bounds.limit, bounds.delta))

    def check(place: Any, *values: Any) -> Any:
        inside = apply(
            _WITHIN,
            [place, limit, delta],
            [array_of(v) for v in (place, limit, delta)],
        )
        if extra_test is None:
            return inside
        set_state(values)
        return and_(lambda: inside, extra_test)

    def step(place: Any, *values: Any) -> list[Any]:
        set_state(values)
        body(place)
        return [operators.add(place, delta), *get_state()]

    before = [start, *get_state()]
    names = ["the counter of the loop", *symbol_names]
    known = isinstance(bounds.limit, int) and isinstance(bounds.start, int)
    with capacity(bounds.limit if known else None):
        values = staged_while(check, step, before, names, "for", opts.get("maximum_iterations"))
    set_state(tuple(values[1:]))


def _within(place: Any, limit: Any, delta: Any) -> Any:
    return jnp.where(delta > 0, place < limit, place > limit)


_WITHIN = Kernel("within", _within)


def and_(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """`a and b`."""
    value = first()
    if is_staged(value) or (is_tensor_like(value) and context.scope is not None):
        return operators.logical_and(value, second())
    return value and second()


def or_(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """`a or b`."""
    value = first()
    if is_staged(value) or (is_tensor_like(value) and context.scope is not None):
        return operators.logical_or(value, second())
    return value or second()


def not_(value: Any) -> Any:
    """`not a`."""
    if is_staged(value) or (is_tensor_like(value) and context.scope is not None):
        return operators.logical_not(value)
    return not value


def eq(first: Any, second: Any) -> Any:
    """`a == b`."""
    return first == second


def not_eq(first: Any, second: Any) -> Any:
    """`a != b`."""
    return first != second


def assert_stmt(test: Any, message: Callable[[], Any]) -> None:
    """`assert`: checked when the program runs, if the condition is traced."""
    if not is_staged(test):
        assert test, message()
        return
    text = message()
    where = errors.user_location()

    def check(value: Any) -> None:
        if not value.all():
            raise errors.InvalidArgumentError(f"assertion failed: {text!s}. At {where}.")

    host.call_on_host(check, test)
