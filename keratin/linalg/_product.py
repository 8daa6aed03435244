"""Products of matrices and tensors: matmul, einsum, tensordot and their kin."""

from __future__ import annotations

import collections
import string
from typing import Any

import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.op import DTypeArg, T, Ts, op
from keratin.array._support import named
from keratin.linalg._matrix import oriented, require_broadcastable

_EINSUM_OPTIONS = ("name", "optimize", "greedy")
_OPTIMIZERS = ("greedy", "optimal", "branch-2", "branch-all", "auto", "auto-hq", "dp")


@op(T="number")
def matmul(
    a: T,
    b: T,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    output_type: DTypeArg = None,
    grad_a: bool = False,
    grad_b: bool = False,
):
    """The product of two matrices, or of two batches of them whose leading axes broadcast.

    `transpose_*` swaps the last two axes of an argument first, `adjoint_*` conjugates it too.
    `output_type` is the dtype of the sums and of the result, such as int32 for int8 arguments.
    `a_is_sparse`, `b_is_sparse`, `grad_a` and `grad_b` are hints, which change nothing here.

    >>> tf.matmul([[1.0, 2.0]], [[3.0], [4.0]])
    <tf.Tensor: shape=(1, 1), dtype=float32, numpy=array([[11.]], dtype=float32)>
    """
    _require_matrix("a", a)
    _require_matrix("b", b)
    _require_one_flag("a", transpose_a, adjoint_a)
    _require_one_flag("b", transpose_b, adjoint_b)
    if output_type is None and a.dtype in (np.int8, np.uint8):
        raise errors.InvalidArgumentError(
            f"sums of products do not fit {a.dtype}; say output_type=tf.int32"
        )
    left = oriented(a, transpose_a, adjoint_a)
    right = oriented(b, transpose_b, adjoint_b)
    if left.shape[-1] != right.shape[-2]:
        raise errors.InvalidArgumentError(_inner_mismatch(a, b, left, right))
    require_broadcastable("a", a, "b", b)
    return jnp.matmul(left, right, preferred_element_type=output_type)


@op(T="number")
def matvec(
    a: T,
    b: T,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
):
    """The product of a matrix and a vector; leading axes broadcast.

    `a_is_sparse` and `b_is_sparse` are hints, which change nothing here.

    >>> tf.linalg.matvec([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0])
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([3., 7.], dtype=float32)>
    """
    _require_matrix("a", a)
    _require_one_flag("a", transpose_a, adjoint_a)
    if b.ndim < 1:
        raise errors.InvalidArgumentError("b is a scalar, and must have at least one axis")
    left = oriented(a, transpose_a, adjoint_a)
    if left.shape[-1] != b.shape[-1]:
        raise errors.InvalidArgumentError(
            f"a{list(left.shape)} has rows of {left.shape[-1]} values, but b{list(b.shape)} holds "
            f"vectors of {b.shape[-1]}: they must be as long. Use tf.matmul if b is a matrix"
        )
    return jnp.matmul(left, b[..., None])[..., 0]


def _require_matrix(name: str, x: Any) -> None:
    if x.ndim >= 2:
        return
    remedy = (
        f"use tf.linalg.matvec, or make {name} a matrix by {name}[:, tf.newaxis]"
        if x.ndim
        else "use a * b to multiply by a scalar"
    )
    raise errors.InvalidArgumentError(
        f"{name} has shape {list(x.shape)}, rank {x.ndim}, and matrices have rank 2 or more: "
        + remedy
    )


def _require_one_flag(name: str, transpose: bool, adjoint: bool) -> None:
    if transpose and adjoint:
        raise errors.InvalidArgumentError(
            f"transpose_{name} and adjoint_{name} are both True: give one of them"
        )


def _inner_mismatch(a: Any, b: Any, left: Any, right: Any) -> str:
    remedies = [
        f"{flag}={value}"
        for flag, value, fits in (
            ("transpose_a", left is a, left.shape[-2] == right.shape[-2]),
            ("transpose_b", right is b, left.shape[-1] == right.shape[-1]),
        )
        if fits
    ]
    hint = f". {' or '.join(remedies)} would make them fit" if remedies else ""
    note = "" if left is a and right is b else " after transposing"
    return (
        f"the inner sizes of a{list(a.shape)} and b{list(b.shape)} differ{note}: a has "
        f"{left.shape[-1]} columns, b has {right.shape[-2]} rows{hint}"
    )


def einsum(equation: str, *inputs: T, **kwargs: Any) -> Any:
    """Sums of products over named axes (Einstein's summation).

    Each argument's axes are named by letters; axes that share a letter are multiplied, and those
    that are not named after `->` are summed. Without `->`, the letters that occur once are kept, in
    alphabetical order. `...` stands for any leading axes, which broadcast. `optimize` chooses how
    the order of three and more products is found: "greedy" (default), "optimal", "branch-2",
    "branch-all", "dp" or "auto".

    >>> tf.einsum("ij,jk->ik", [[1.0, 2.0]], [[3.0], [4.0]]).numpy()
    array([[11.]], dtype=float32)
    """
    unknown = sorted(set(kwargs) - set(_EINSUM_OPTIONS))
    if unknown:
        raise errors.unknown_keyword("einsum", unknown[0], _EINSUM_OPTIONS)
    return _einsum(list(inputs), equation, kwargs.get("optimize", "greedy"))


@named("einsum")
@op(T="number")
def _einsum(inputs: Ts, equation: str, optimize: str = "greedy"):
    terms, output = _parse(equation, [x.ndim for x in inputs])
    if optimize not in _OPTIMIZERS:
        raise errors.InvalidArgumentError(
            f"optimize={optimize!r}; expected one of {', '.join(_OPTIMIZERS)}"
        )
    _check_sizes(equation, terms, [x.shape for x in inputs])
    return jnp.einsum(
        f"{','.join(terms)}->{output}",
        *inputs,
        optimize=optimize if len(inputs) > 2 else "optimal",
        preferred_element_type=inputs[0].dtype,
    )


def _parse(equation: str, ranks: list[int]) -> tuple[list[str], str]:
    """The inputs' terms and the output's of an equation, which is checked."""
    text = "".join(equation.split())
    left, arrow, output = text.partition("->")
    terms = left.split(",")
    for term in [*terms, output]:
        if not set(term.replace("...", "", 1)) <= set(string.ascii_letters):
            raise errors.InvalidArgumentError(
                f"the equation {equation!r} cannot be read at {term!r}: a term is made of "
                "letters and at most one '...'; terms are separated by commas, and the output "
                "follows '->'"
            )
    if len(terms) != len(ranks):
        raise errors.InvalidArgumentError(
            f"the equation {equation!r} names {len(terms)} arguments, but {len(ranks)} are given"
        )
    counts = collections.Counter(left.replace("...", "").replace(",", ""))
    broadcast = _check_ranks(equation, terms, ranks)
    if not arrow:
        once = sorted(letter for letter, count in counts.items() if count == 1)
        output = ("..." if "..." in left else "") + "".join(once)
    letters = output.replace("...", "")
    for letter in letters:
        if letter not in counts:
            raise errors.InvalidArgumentError(
                f"the output of {equation!r} names the axis {letter!r}, which no argument has"
            )
        if letters.count(letter) > 1:
            raise errors.InvalidArgumentError(
                f"the output of {equation!r} names the axis {letter!r} more than once"
            )
    if broadcast and "..." not in output:
        raise errors.InvalidArgumentError(
            f"'...' stands for {broadcast} axes of the arguments of {equation!r}, and must be in "
            "the output as well; to sum over them, give them letters or use tf.reduce_sum"
        )
    return terms, output


def _check_ranks(equation: str, terms: list[str], ranks: list[int]) -> int:
    """The number of axes that '...' stands for."""
    broadcast = 0
    for position, (term, rank) in enumerate(zip(terms, ranks, strict=True)):
        letters = len(term.replace("...", ""))
        fits = rank >= letters if "..." in term else rank == letters
        if not fits:
            raise errors.InvalidArgumentError(
                f"argument {position} of {equation!r} has rank {rank}, but its term {term!r} "
                f"names {letters} axes"
            )
        broadcast = max(broadcast, rank - letters)
    return broadcast


def _check_sizes(equation: str, terms: list[str], shapes: list[tuple[int, ...]]) -> None:
    sizes: dict[str, tuple[int, int]] = {}
    for position, (term, shape) in enumerate(zip(terms, shapes, strict=True)):
        head, dots, tail = term.partition("...")
        named = [*zip(head, shape, strict=False)]
        named += zip(tail, shape[len(shape) - len(tail) :], strict=True) if dots else []
        for letter, size in named:
            first, known = sizes.setdefault(letter, (position, size))
            if size != known:
                raise errors.InvalidArgumentError(
                    f"the axis {letter!r} of {equation!r} has size {known} in argument {first} "
                    f"and {size} in argument {position}"
                )


@op(T="number")
def tensordot(a: T, b: T, axes: Any):
    """Sums products of two tensors over the given axes of each.

    `axes` is a number, the last n axes of `a` with the first n of `b`, or a pair: the axes of `a`
    and those of `b` that belong to them.

    >>> tf.tensordot([[1.0, 2.0], [3.0, 4.0]], [1.0, 10.0], axes=1)
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([21., 43.], dtype=float32)>
    """
    a_axes, b_axes = _contracted(a.ndim, b.ndim, axes)
    for i, j in zip(a_axes, b_axes, strict=True):
        if a.shape[i] != b.shape[j]:
            raise errors.InvalidArgumentError(
                f"axis {i} of a{list(a.shape)} has size {a.shape[i]}, and axis {j} of "
                f"b{list(b.shape)}, which is summed with it, has size {b.shape[j]}"
            )
    return jnp.tensordot(a, b, (a_axes, b_axes), preferred_element_type=a.dtype)


def _contracted(a_rank: int, b_rank: int, axes: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes of each argument that are summed, counted from the front."""
    if isinstance(axes, int):
        if not 0 <= axes <= min(a_rank, b_rank):
            raise errors.InvalidArgumentError(
                f"axes={axes} must lie between 0 and the smaller rank, {min(a_rank, b_rank)}; for "
                f"chosen axes give a pair, such as axes=[[{axes}], [0]]"
            )
        return tuple(range(a_rank - axes, a_rank)), tuple(range(axes))
    if len(axes) != 2:
        raise errors.InvalidArgumentError(
            f"axes={axes} must be a number, or a pair: the axes of a and the axes of b"
        )
    a_axes, b_axes = ((side,) if isinstance(side, int) else side for side in axes)
    if len(a_axes) != len(b_axes):
        raise errors.InvalidArgumentError(
            f"axes={axes} names {len(a_axes)} axes of a and {len(b_axes)} of b: each axis of a "
            "needs one of b"
        )
    return _counted("a", a_axes, a_rank), _counted("b", b_axes, b_rank)


def _counted(name: str, axes: tuple[int, ...], rank: int) -> tuple[int, ...]:
    for axis in axes:
        if not -rank <= axis < rank:
            raise errors.InvalidArgumentError(
                f"axis {axis} of {name} does not exist: its rank is {rank}"
            )
    return tuple(axis % rank for axis in axes)


@op(T="real")
def cross(a: T, b: T):
    """The cross products of vectors of three elements, along the last axis.

    >>> tf.linalg.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    <tf.Tensor: shape=(3,), dtype=float32, numpy=array([0., 0., 1.], dtype=float32)>
    """
    if a.shape != b.shape or a.shape[-1:] != (3,):
        raise errors.InvalidArgumentError(
            f"a{list(a.shape)} and b{list(b.shape)} must have one shape, with a last axis of 3"
        )
    return jnp.cross(a, b)
