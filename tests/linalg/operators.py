"""The rows that every class of linear operators is tested by."""

from typing import Any

import numpy as np

from tests.harness.parity import c64, case, f32

GROUPS = {
    "products": (
        "to_dense matmul matmul_adjoint matmul_adjoint_arg matvec diag_part add_to_tensor adjoint"
    ),
    "solutions": (
        "solve solve_adjoint solve_adjoint_arg solvevec determinant log_abs_determinant inverse"
    ),
    "trace": "trace",
    "cond": "cond",
    "eigvals": "eigvals",
    "cholesky": "cholesky",
}


def call(tf: Any, operator: Any, method: str, x: Any) -> Any:
    """A method of a square operator, on `x` of as many rows where it takes an argument."""
    name, _, variant = method.partition("_adjoint")
    if name in ("matmul", "solve"):
        if variant == "_arg":
            return getattr(operator, name)(tf.linalg.adjoint(x), adjoint_arg=True)
        return getattr(operator, name)(x, adjoint=method != name)
    if name in ("matvec", "solvevec"):
        return getattr(operator, name)(x[..., 0])
    if name == "add_to_tensor":
        square = tf.linalg.matmul(x, x, transpose_b=True)
        return operator.add_to_tensor(tf.broadcast_to(square, operator.shape))
    result = getattr(operator, method)()
    return result.to_dense() if method in ("adjoint", "inverse", "cholesky") else result


def rows(
    name: str, make: Any, *inputs: np.ndarray, groups: str, x: Any = None, **options: Any
) -> list[Any]:
    """A row per group of methods of the operator `make(tf.linalg, *tensors)`."""

    def run(tf: Any, group: str, x: Any, tensors: Any) -> Any:
        operator = make(tf.linalg, *tensors)
        return {method: call(tf, operator, method, x) for method in GROUPS[group].split()}

    x = f32(4, 2, seed=9) if x is None else x
    return [
        case(
            f"{name}_{group}",
            lambda tf, x, *tensors, group=group: run(tf, group, x, tensors),
            x,
            *inputs,
            **({"vectorize": False} | options),
        )
        for group in groups.split()
    ]


def positive(*shape: int, seed: int = 0) -> np.ndarray:
    """Numbers well away from zero."""
    return np.asarray(f32(*shape, low=0.5, high=2.0, seed=seed))


def definite(*shape: int, seed: int = 0) -> np.ndarray:
    """Symmetric positive definite matrices."""
    root = np.asarray(f32(*shape, seed=seed))
    return (root @ root.swapaxes(-1, -2) / shape[-1] + np.eye(shape[-1])).astype(np.float32)


def regular(*shape: int, seed: int = 0) -> np.ndarray:
    """Matrices far from singular."""
    return (np.asarray(f32(*shape, seed=seed)) / 2 + 2 * np.eye(shape[-1])).astype(np.float32)


def regular_complex(*shape: int, seed: int = 0) -> np.ndarray:
    """Complex matrices far from singular."""
    return (np.asarray(c64(*shape, seed=seed)) / 2 + 2 * np.eye(shape[-1])).astype(np.complex64)
