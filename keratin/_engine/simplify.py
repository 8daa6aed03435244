"""Common subexpressions computed once, unused ones dropped: on the traced program, before XLA.

XLA does the same, but only after it has been handed everything; a smaller program compiles faster.
"""

from __future__ import annotations

from typing import Any

import jax.extend.core as jax_core
import numpy as np


def simplified(program: Any) -> Any:
    """An equal closed program in which no equation stands twice or for nothing."""
    equations, renamed = _merged(program.jaxpr.eqns)
    outputs = [_renamed(variable, renamed) for variable in program.jaxpr.outvars]
    equations = _needed(equations, outputs)
    jaxpr = program.jaxpr.replace(eqns=equations, outvars=outputs)
    return jax_core.ClosedJaxpr(jaxpr, program.consts)


def _merged(equations: list[Any]) -> tuple[list[Any], dict[Any, Any]]:
    """The equations without repetitions, and what the dropped results are called now."""
    seen: dict[Any, Any] = {}
    renamed: dict[Any, Any] = {}
    kept = []
    for equation in equations:
        inputs = [_renamed(variable, renamed) for variable in equation.invars]
        equation = equation.replace(invars=inputs)
        key = _key(equation)
        earlier = seen.get(key) if key is not None else None
        if earlier is None:
            if key is not None:
                seen[key] = equation
            kept.append(equation)
            continue
        renamed.update(zip(equation.outvars, earlier.outvars, strict=True))
    return kept, renamed


def _renamed(variable: Any, renamed: dict[Any, Any]) -> Any:
    return variable if isinstance(variable, jax_core.Literal) else renamed.get(variable, variable)


def _key(equation: Any) -> Any:
    """What makes two equations equal; None for one that must not be merged."""
    if equation.effects or "callback" in equation.primitive.name:
        return None
    inputs = tuple([_input_key(variable) for variable in equation.invars])
    try:
        key = (equation.primitive, inputs, tuple(sorted(equation.params.items(), key=_first)))
        hash(key)
    except TypeError:
        return None
    return key


def _first(item: tuple[str, Any]) -> str:
    return item[0]


def _input_key(variable: Any) -> Any:
    if not isinstance(variable, jax_core.Literal):
        return variable
    value = np.asarray(variable.val)
    return "literal", value.dtype, value.shape, value.tobytes()


def _needed(equations: list[Any], outputs: list[Any]) -> list[Any]:
    needed = {v for v in outputs if not isinstance(v, jax_core.Literal)}
    kept = []
    for equation in reversed(equations):
        if equation.effects or any(variable in needed for variable in equation.outvars):
            needed.update(v for v in equation.invars if not isinstance(v, jax_core.Literal))
            kept.append(equation)
    return kept[::-1]
