"""What a program may do: compute. One that asks for anything else is not compiled.

A program is a module of StableHLO. Its operations are pure, but for those that talk to the host,
and for custom calls, which name a function of the process that runs them.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import jax.extend.mlir as jax_mlir
from jax.extend.mlir import ir, passmanager
from jax.extend.mlir.dialects import chlo, sdy, stablehlo

_DIALECTS = frozenset({"builtin", "func", "stablehlo", "chlo", "sdy"})
# They exchange data with the host or with other devices.
_REFUSED = frozenset(
    {
        *("stablehlo.infeed", "stablehlo.outfeed", "stablehlo.send", "stablehlo.recv"),
        *("stablehlo.create_token", "stablehlo.after_all", "stablehlo.custom_call"),
    }
)
# Custom calls that JAX makes of computations: LAPACK and its kin, random bits, unknown sizes.
_TARGETS = (
    r"lapack_[sdcz](potrf|geqrf|orgqr|ungqr|syevd|heevd|geev|gesdd|getrf|sytrd|hetrd)_ffi",
    r"lapack_[sdcz](gehrd|gees|trsm|gtsv)_ffi",
    r"(cu|hip)_lu_pivots_to_permutation",
    r"(cu|hip)solver_(getrf|geqrf|orgqr|potrf|syevd|gesvd|gesvdj|gesdd|sytrd)_ffi",
    r"cusparse_gtsv2_ffi",
    r"(cu|hip)_threefry2x32_ffi",
    r"Eigh|Qr|ProductOfElementaryHouseholderReflectors|LuDecomposition",
    r"ApproxTopK|stablehlo\.dynamic_(approx_top_k|reduce_window|rng_bit_generator|top_k)",
    r"shape_assertion",
    r"Sharding|annotate_device_placement",
)
_ALLOWED = re.compile("|".join(f"(?:{target})" for target in _TARGETS))
_VERSION = re.compile(rb"StableHLO_v(\d+\.\d+\.\d+)")
# Modules are nested by the bodies of loops and branches.
_DEPTH = 200


class RefusedError(ValueError):
    """A program that does more than compute."""


def check(module: bytes) -> None:
    """Read a serialized module, and refuse it if it may do anything but compute."""
    with _context() as context:
        try:
            parsed = jax_mlir.deserialize_portable_artifact(module, context)
            if not list(parsed.body.operations):
                raise ValueError("it is empty")
        except Exception as error:
            words = str(error).strip().split("\n")[0]
            raise RefusedError(f"it is no program that can be read: {words}") from None
        _walk(parsed.operation, 0)


@contextlib.contextmanager
def _context() -> Iterator[Any]:
    with ir.Context() as context:
        for dialect in (stablehlo, chlo, sdy):
            dialect.register_dialect(context)
        yield context


def without_places(module: bytes) -> bytes:
    """A module that does not say which lines of which files of the user it was made of."""
    version = _VERSION.search(module[:64])
    if version is None:
        return module
    with _context() as context:
        parsed = jax_mlir.deserialize_portable_artifact(module, context)
        passmanager.PassManager.parse("builtin.module(strip-debuginfo)").run(parsed.operation)
        return bytes(jax_mlir.serialize_portable_artifact(parsed, version[1].decode()))


def _walk(operation: Any, depth: int) -> None:
    if depth > _DEPTH:
        raise RefusedError(f"its parts are nested deeper than {_DEPTH}")
    name = operation.name
    if name == "stablehlo.custom_call":
        _check_call(operation)
    elif name.partition(".")[0] not in _DIALECTS or name in _REFUSED:
        raise RefusedError(f"it holds the operation {name!r}, which does more than compute")
    for region in operation.regions:
        for block in region.blocks:
            for inner in block.operations:
                _walk(inner.operation, depth + 1)


def _check_call(operation: Any) -> None:
    target = ir.StringAttr(operation.attributes["call_target_name"]).value
    if not _ALLOWED.fullmatch(target):
        raise RefusedError(
            f"it calls {target!r}, a function of the process that runs it and none of those that "
            "computations are made of"
        )
