"""How much a program is worth compiling.

XLA:CPU has kernels of a newer kind and of an older kind. The newer ones are faster where much is
fused into one (a step with dropout and normalization takes two thirds of the time), and not for
single ops. To compile, they take 60 MB of memory more and half as much time again, which a program
of little work never earns back.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.extend.core as jax_core

# Operations on numbers in a run of a program that both kinds of kernels run equally fast: a step of
# a network of 30 units on 32 rows has a sixth of it.
_LITTLE_WORK = 1_000_000
# Nor does it earn back to be shared out among threads.
_CHEAPLY: dict[str, Any] = {
    "xla_cpu_use_fusion_emitters": False,
    "xla_cpu_parallel_codegen_split_count": 1,
}


def compiled(lowered: Any, program: Any) -> Any:
    """What was lowered, compiled as the work of the traced program demands.

    `program` may be a part that is repeated, such as the step of a loop.
    """
    options = cheap_options() if work_of(program) < _LITTLE_WORK else None
    return lowered.compile(compiler_options=options)


def jit_op(function: Callable[..., Any]) -> Any:
    """A function of one op's work, compiled when it is called; not to be traced."""
    return jax.jit(function, compiler_options=cheap_options())


@functools.cache
def cheap_options() -> dict[str, Any] | None:
    """Options with which this XLA compiles quickly, if it has them."""
    if jax.default_backend() != "cpu":
        return None
    if jax.__version_info__ >= (0, 11):  # earlier ones are known to have them
        try:
            jax.jit(lambda: 0).lower().compile(compiler_options=_CHEAPLY)
        except jax.errors.JaxRuntimeError:
            return None
    return _CHEAPLY


def work_of(program: Any) -> float:
    """About how many operations on numbers a run of a traced program takes; infinite if unknown.

    >>> program = jax.make_jaxpr(lambda x: x @ x + 1)(np.ones((10, 10)))
    >>> work_of(program.jaxpr)
    2100.0
    """
    return sum((_work_of_equation(equation) for equation in program.eqns), 0.0)


def _work_of_equation(equation: Any) -> float:
    name, params = equation.primitive.name, equation.params
    if name in ("while", "conv_general_dilated", "sort"):
        return math.inf
    inner = [work_of(each) for each in jax_core.jaxprs_in_params(params)]
    if name == "scan":
        return float(params["length"]) * sum(inner)
    if inner:
        return max(inner)
    sizes = [int(math.prod(v.aval.shape)) for v in [*equation.invars, *equation.outvars]]
    if name == "dot_general":
        (contracted, _), _ = params["dimension_numbers"]
        shape = equation.invars[0].aval.shape
        return 2.0 * sizes[-1] * math.prod([int(shape[axis]) for axis in contracted])
    return float(max(sizes, default=0))  # a call of Python may have neither inputs nor outputs
