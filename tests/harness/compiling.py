"""How much the compiler works on the programs of tests.

Most of the time of most tests goes into XLA, whose slowest passes only make programs faster. Tests
run each program once or twice: without those passes they take half the time. What a test says of
values and errors holds with and without them, and `--optimized` runs all tests with them. Modules
that compare bits have programs compiled as users have them, always: they say

    pytestmark = pytest.mark.optimized
"""

from __future__ import annotations

from typing import Any

import jax
from jax._src import compiler

QUICK = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}

# There is no public way to give all programs options at run time; what later releases of JAX have
# in its place is not known.
_IS_KNOWN = jax.__version_info__ < (0, 11)
_get_compile_options = getattr(compiler, "get_compile_options", None)


def compile_quickly(quickly: bool) -> None:
    """From now on compile for the CPU in a third of the time, programs that run more slowly.

    Programs that were compiled the other way are forgotten.
    """
    if not _IS_KNOWN:
        return
    wanted = _quick_options if quickly and jax.default_backend() == "cpu" else _get_compile_options
    if compiler.get_compile_options is not wanted:
        compiler.get_compile_options = wanted
        jax.clear_caches()


def _quick_options(*args: Any, **kwargs: Any) -> Any:
    given = kwargs.pop("env_options_overrides", None) or {}
    return _get_compile_options(*args, **kwargs, env_options_overrides=QUICK | given)
