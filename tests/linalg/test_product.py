"""Products of matrices and tensors."""

import numpy as np
import pytest

from tests.harness.parity import bf16, c64, c128, case, f16, f32, f64, i8, i32, i64, parity

CASES = [
    case("matmul", lambda tf, a, b: tf.matmul(a, b), f32(2, 3), f32(3, 4)),
    case("matmul_float64", lambda tf, a, b: tf.matmul(a, b), f64(2, 3), f64(3, 4)),
    case("matmul_float16", lambda tf, a, b: tf.matmul(a, b), f16(2, 3), f16(3, 4)),
    case("matmul_bfloat16", lambda tf, a, b: tf.matmul(a, b), bf16(2, 3), bf16(3, 4), rtol=2e-2),
    case("matmul_int32", lambda tf, a, b: tf.matmul(a, b), i32(2, 3), i32(3, 4)),
    case("matmul_int64", lambda tf, a, b: tf.matmul(a, b), i64(2, 3), i64(3, 4)),
    case("matmul_complex", lambda tf, a, b: tf.matmul(a, b), c64(2, 3), c64(3, 4)),
    case(
        "matmul_output_type",
        lambda tf, a, b: tf.matmul(a, b, output_type=tf.int32),
        i8(2, 3),
        i8(3, 4),
    ),
    case(
        "matmul_transposed",
        lambda tf, a, b: tf.matmul(a, b, transpose_a=True, transpose_b=True),
        f32(3, 2),
        f32(4, 3),
    ),
    case(
        "matmul_adjoint",
        lambda tf, a, b: tf.linalg.matmul(a, b, adjoint_a=True, adjoint_b=True),
        c128(3, 2),
        c128(4, 3),
    ),
    case(
        "matmul_adjoint_real",
        lambda tf, a, b: tf.matmul(a, b, adjoint_a=True),
        f32(3, 2),
        f32(3, 4),
    ),
    case("matmul_batch", lambda tf, a, b: tf.matmul(a, b), f32(2, 2, 3), f32(2, 3, 2)),
    case("matmul_broadcast", lambda tf, a, b: tf.matmul(a, b), f32(2, 1, 2, 3), f32(3, 3, 2)),
    case("matmul_broadcast_matrix", lambda tf, a, b: tf.matmul(a, b), f32(2, 2, 3), f32(3, 4)),
    case("matmul_matrix_by_batch", lambda tf, a, b: tf.matmul(a, b), f32(2, 3), f32(2, 3, 2)),
    case("matmul_empty", lambda tf, a, b: tf.matmul(a, b), f32(2, 0), f32(0, 3)),
    case(
        "matmul_sparse_hint",
        lambda tf, a, b: tf.matmul(a, b, a_is_sparse=True),
        f32(2, 3),
        f32(3, 4),
    ),
    case("matvec", lambda tf, a, b: tf.linalg.matvec(a, b), f32(2, 3), f32(3)),
    case("matvec_batch", lambda tf, a, b: tf.linalg.matvec(a, b), f32(2, 2, 3), f32(3)),
    case(
        "matvec_transposed",
        lambda tf, a, b: tf.linalg.matvec(a, b, transpose_a=True),
        f32(3, 2),
        f32(4, 3),
    ),
    case(
        "matvec_adjoint",
        lambda tf, a, b: tf.linalg.matvec(a, b, adjoint_a=True),
        c64(3, 2),
        c64(3),
    ),
    case("einsum_matmul", lambda tf, a, b: tf.einsum("ij,jk->ik", a, b), f32(2, 3), f32(3, 4)),
    case("einsum_spaces", lambda tf, a, b: tf.einsum(" ij , jk -> ki", a, b), f32(2, 3), f32(3, 4)),
    case("einsum_implicit", lambda tf, a, b: tf.einsum("ij,jk", a, b), f32(2, 3), f32(3, 4)),
    case("einsum_implicit_transpose", lambda tf, a: tf.einsum("ba", a), f32(2, 3)),
    case("einsum_sum", lambda tf, a: tf.einsum("ij->", a), f32(2, 3)),
    case("einsum_trace", lambda tf, a: tf.einsum("ii", a), f32(3, 3)),
    case("einsum_diagonal", lambda tf, a: tf.einsum("...ii->...i", a), f32(2, 3, 3)),
    case("einsum_repeated", lambda tf, a, b: tf.einsum("iij,j->i", a, b), f32(2, 2, 3), f32(3)),
    case("einsum_outer", lambda tf, a, b: tf.einsum("i,j->ij", a, b), f32(2), f32(3)),
    case("einsum_all_summed", lambda tf, a, b: tf.einsum("i,j->", a, b), f32(2), f32(3)),
    case("einsum_elementwise", lambda tf, a, b: tf.einsum("ij,ij->ij", a, b), f32(2, 3), f32(2, 3)),
    case(
        "einsum_ellipsis",
        lambda tf, a, b: tf.einsum("...ij,...jk->...ik", a, b),
        f32(2, 1, 2, 3),
        f32(3, 3, 2),
    ),
    case(
        "einsum_ellipsis_implicit",
        lambda tf, a, b: tf.einsum("...j,jk", a, b),
        f32(2, 2, 3),
        f32(3, 2),
    ),
    case(
        "einsum_ellipsis_behind", lambda tf, a, b: tf.einsum("i...,i->...", a, b), f32(3, 2), f32(3)
    ),
    case("einsum_upper_case", lambda tf, a, b: tf.einsum("aB,Bc", a, b), f32(2, 3), f32(3, 2)),
    case(
        "einsum_three",
        lambda tf, a, b, c: tf.einsum("ij,jk,kl->il", a, b, c, optimize="optimal"),
        f32(2, 3),
        f32(3, 4),
        f32(4, 2),
    ),
    case(
        "einsum_attention",
        lambda tf, q, k: tf.einsum("bthd,bshd->bhts", q, k),
        f32(2, 3, 2, 2),
        f32(2, 4, 2, 2),
    ),
    case("einsum_int32", lambda tf, a, b: tf.einsum("ij,jk->ik", a, b), i32(2, 3), i32(3, 4)),
    case("einsum_int32_sum", lambda tf, a: tf.einsum("ij->i", a), i32(2, 3)),
    case("einsum_complex", lambda tf, a, b: tf.einsum("ij,kj->ik", a, b), c128(2, 3), c128(4, 3)),
    case("tensordot", lambda tf, a, b: tf.tensordot(a, b, 1), f32(2, 3), f32(3, 4)),
    case("tensordot_outer", lambda tf, a, b: tf.tensordot(a, b, 0), f32(2), f32(3)),
    case("tensordot_two", lambda tf, a, b: tf.tensordot(a, b, 2), f32(2, 3, 4), f32(3, 4, 2)),
    case("tensordot_pair", lambda tf, a, b: tf.tensordot(a, b, [0, 0]), f32(3, 2), f32(3, 4)),
    case(
        "tensordot_axes",
        lambda tf, a, b: tf.tensordot(a, b, [[0, -1], [1, 0]]),
        f32(3, 2, 4),
        f32(4, 3, 2),
    ),
    case("tensordot_int", lambda tf, a, b: tf.tensordot(a, b, [[0], [0]]), i32(3, 2), i32(3, 4)),
    case("tensordot_complex", lambda tf, a, b: tf.tensordot(a, b, 1), c64(2, 3), c64(3, 4)),
    case("cross", lambda tf, a, b: tf.linalg.cross(a, b), f32(2, 3), f32(2, 3)),
    case("cross_int", lambda tf, a, b: tf.linalg.cross(a, b), i32(3), i32(3)),
]

test_parity = parity("linalg_product", CASES)

MATRIX, WIDE, VECTOR = np.ones((3, 3), "f"), np.ones((2, 3), "f"), np.ones(3, "f")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda tf: tf.matmul(WIDE, WIDE),
            "b[2, 3] differ: a has 3 columns, b has 2 rows. transpose_a=True or transpose_b=True",
        ),
        (
            lambda tf: tf.matmul(WIDE, MATRIX[:2], transpose_b=True, transpose_a=True),
            "differ after",
        ),
        (lambda tf: tf.matmul(MATRIX, VECTOR), "tf.linalg.matvec"),
        (lambda tf: tf.matmul(MATRIX, np.float32(2)), "a * b"),
        (lambda tf: tf.matmul(np.ones((2, 3, 3), "f"), np.ones((3, 3, 3), "f")), "[2] and [3]"),
        (lambda tf: tf.matmul(MATRIX, MATRIX, transpose_a=True, adjoint_a=True), "one of them"),
        (lambda tf: tf.matmul(np.ones((2, 2), "b"), np.ones((2, 2), "b")), "output_type=tf.int32"),
        (lambda tf: tf.matmul(tf.ones((2, 2)), tf.ones((2, 2), tf.float64)), "tf.cast"),
        (lambda tf: tf.linalg.matvec(WIDE, WIDE.T), "vectors of 2"),
        (lambda tf: tf.linalg.matvec(WIDE, np.float32(1)), "scalar"),
        (lambda tf: tf.einsum("ij,jk->ik", MATRIX), "names 2 arguments, but 1"),
        (lambda tf: tf.einsum("ij,jk->il", MATRIX, MATRIX), "names the axis 'l', which no"),
        (lambda tf: tf.einsum("i->ii", VECTOR), "more than once"),
        (lambda tf: tf.einsum("ijk,jk->i", MATRIX, MATRIX), "argument 0 of 'ijk,jk->i' has rank 2"),
        (lambda tf: tf.einsum("ij,jk->ik", WIDE, WIDE), "size 3 in argument 0 and 2 in argument 1"),
        (lambda tf: tf.einsum("...ij->ij", MATRIX[None]), "must be in the output"),
        (lambda tf: tf.einsum("i1,1j->ij", MATRIX, MATRIX), "cannot be read at 'i1'"),
        (lambda tf: tf.einsum("ij,jk->ik", MATRIX, MATRIX, optimize="fast"), "branch-2"),
        (lambda tf: tf.tensordot(MATRIX, MATRIX, -1), "between 0 and"),
        (lambda tf: tf.tensordot(MATRIX, MATRIX, 3), "between 0 and"),
        (lambda tf: tf.tensordot(MATRIX, MATRIX, [[0], [0, 1]]), "1 axes of a and 2 of b"),
        (lambda tf: tf.tensordot(MATRIX, MATRIX, [[0]]), "must be a number, or a pair"),
        (lambda tf: tf.tensordot(MATRIX, MATRIX, [[4], [0]]), "axis 4 of a does not exist"),
        (lambda tf: tf.tensordot(WIDE, MATRIX, [[0], [0]]), "has size 2, and axis 0"),
        (lambda tf: tf.linalg.cross(VECTOR[:2], VECTOR[:2]), "last axis of 3"),
    ],
)
def test_messages(tf, call, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf)
    assert message in str(caught.value)


def test_einsum_refuses_unknown_keywords(tf):
    with pytest.raises(TypeError, match=r"no argument 'optimise'.*'optimize'"):
        tf.einsum("ij->ji", MATRIX, optimise="greedy")


def test_axes_may_be_a_tensor(tf):
    result = tf.tensordot(MATRIX, MATRIX, tf.constant([[0], [1]]))
    np.testing.assert_array_equal(result, np.full((3, 3), 3.0))


def test_public_names_are_one_object(tf):
    assert tf.matmul is tf.linalg.matmul
    assert tf.einsum is tf.linalg.einsum
    assert tf.tensordot is tf.linalg.tensordot
