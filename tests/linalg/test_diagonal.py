"""Diagonals and bands of matrices."""

import numpy as np
import pytest

from tests.harness.parity import boolean, c64, case, f16, f32, i32, parity

ALIGNMENTS = ["RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT"]


def aligned(align):
    return [
        case(
            f"diag_band_{align}",
            lambda tf, x: tf.linalg.diag(x, k=(-1, 1), align=align, padding_value=9),
            f32(3, 3),
        ),
        case(
            f"diag_part_wide_{align}",
            lambda tf, x: tf.linalg.diag_part(x, k=(-1, 2), align=align, padding_value=-5),
            f32(3, 4),
        ),
        case(
            f"diag_part_tall_{align}",
            lambda tf, x: tf.linalg.diag_part(x, k=(-2, 1), align=align),
            f32(2, 4, 3),
        ),
        case(
            f"set_diag_band_{align}",
            lambda tf, x, d: tf.linalg.set_diag(x, d, k=(-1, 1), align=align),
            f32(3, 4),
            f32(3, 3),
        ),
    ]


CASES = [
    case("diag", lambda tf, x: tf.linalg.diag(x), f32(3)),
    case("diag_batch", lambda tf, x: tf.linalg.diag(x), f32(2, 3)),
    case("diag_int", lambda tf, x: tf.linalg.diag(x, k=1), i32(3)),
    case("diag_bool", lambda tf, x: tf.linalg.diag(x, padding_value=False), boolean(3)),
    case("diag_complex", lambda tf, x: tf.linalg.diag(x, k=-1), c64(3)),
    case("diag_named", lambda tf, x: tf.linalg.diag(x, "below", -1), f32(3)),
    case("diag_rows", lambda tf, x: tf.linalg.diag(x, num_rows=5), f32(3)),
    case("diag_rows_columns", lambda tf, x: tf.linalg.diag(x, num_rows=3, num_cols=5), f32(3)),
    case("diag_columns", lambda tf, x: tf.linalg.diag(x, num_cols=5, padding_value=7), f32(3)),
    case("diag_above_rows", lambda tf, x: tf.linalg.diag(x, k=1, num_rows=3), f32(3)),
    case("diag_above_more_rows", lambda tf, x: tf.linalg.diag(x, k=1, num_rows=5), f32(3)),
    case(
        "diag_above_columns", lambda tf, x: tf.linalg.diag(x, k=1, num_rows=3, num_cols=5), f32(3)
    ),
    case("diag_band_rows", lambda tf, x: tf.linalg.diag(x, k=(-1, 0), num_rows=4), f32(2, 3)),
    case("diag_band_above", lambda tf, x: tf.linalg.diag(x, k=(1, 2)), f32(2, 3)),
    case("diag_band_of_one", lambda tf, x: tf.linalg.diag(x, k=(1, 1)), f32(2, 3)),
    case("diag_part", lambda tf, x: tf.linalg.diag_part(x), f32(3, 3)),
    case("diag_part_batch", lambda tf, x: tf.linalg.diag_part(x), f32(2, 3, 4)),
    case("diag_part_above", lambda tf, x: tf.linalg.diag_part(x, k=1), i32(3, 4)),
    case("diag_part_below", lambda tf, x: tf.linalg.diag_part(x, k=-2), f32(3, 4)),
    case("diag_part_both_below", lambda tf, x: tf.linalg.diag_part(x, k=(-2, -1)), f32(3, 4)),
    case("set_diag", lambda tf, x, d: tf.linalg.set_diag(x, d), f32(3, 3), f32(3)),
    case("set_diag_batch", lambda tf, x, d: tf.linalg.set_diag(x, d), f32(2, 3, 2), f32(2, 2)),
    case("set_diag_above", lambda tf, x, d: tf.linalg.set_diag(x, d, k=1), f32(3, 4), f32(3)),
    case("set_diag_below", lambda tf, x, d: tf.linalg.set_diag(x, d, k=-1), i32(3, 4), i32(2)),
    case("band_part", lambda tf, x: tf.linalg.band_part(x, 1, 0), f32(3, 4)),
    case("band_part_lower", lambda tf, x: tf.linalg.band_part(x, -1, 0), f32(2, 3, 3)),
    case("band_part_upper", lambda tf, x: tf.linalg.band_part(x, 0, -1), i32(3, 4)),
    case("band_part_bool", lambda tf, x: tf.linalg.band_part(x, 0, 0), boolean(3, 3)),
    case("tensor_diag", lambda tf, x: tf.linalg.tensor_diag(x), f32(3)),
    case("tensor_diag_matrix", lambda tf, x: tf.linalg.tensor_diag(x), f32(2, 3)),
    case("tensor_diag_part", lambda tf, x: tf.linalg.tensor_diag_part(x), f32(2, 3, 2, 3)),
    case("tensor_diag_part_matrix", lambda tf, x: tf.linalg.tensor_diag_part(x), c64(3, 3)),
    case("trace", lambda tf, x: tf.linalg.trace(x), f32(3, 4)),
    case("trace_batch", lambda tf, x: tf.linalg.trace(x), f32(2, 3, 3)),
    case("trace_int", lambda tf, x: tf.linalg.trace(x), i32(3, 3)),
    case("trace_half", lambda tf, x: tf.linalg.trace(x), f16(3, 3)),
    case("matrix_transpose", lambda tf, x: tf.linalg.matrix_transpose(x), f32(2, 3, 4)),
    case(
        "matrix_transpose_conjugate",
        lambda tf, x: tf.linalg.matrix_transpose(x, conjugate=True),
        c64(2, 3),
    ),
    case("adjoint", lambda tf, x: tf.linalg.adjoint(x), c64(2, 3)),
    case("adjoint_real", lambda tf, x: tf.linalg.adjoint(x), f32(2, 3)),
    *[row for align in ALIGNMENTS for row in aligned(align)],
]

test_parity = parity("linalg_diagonal", CASES)

THREE, PAIR, WIDE = np.arange(3), np.ones((2, 3), "f"), np.ones((3, 4), "f")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda tf: tf.linalg.diag(THREE, num_rows=2, num_cols=2),
            "3 rows and 3 columns are needed",
        ),
        (lambda tf: tf.linalg.diag(THREE, num_rows=4, num_cols=4), "num_rows=3 or num_cols=3"),
        (lambda tf: tf.linalg.diag(PAIR, k=(0, 2)), "one for each diagonal from 0 to 2: 3"),
        (lambda tf: tf.linalg.diag(PAIR, k=(1, 0)), "write k=(0, 1)"),
        (lambda tf: tf.linalg.diag(PAIR, k=(0, 1, 2)), "k=(0, 1, 2) must be the number"),
        (lambda tf: tf.linalg.diag(PAIR, k=(0, 1), align="LEFT"), "one of RIGHT_LEFT"),
        (lambda tf: tf.linalg.diag(np.float32(1)), "rank 1 or more"),
        (lambda tf: tf.linalg.diag_part(WIDE, k=5), "have the diagonals -2 to 3"),
        (lambda tf: tf.linalg.diag_part(THREE), "rank 2 or more"),
        (lambda tf: tf.linalg.set_diag(WIDE, np.ones(2, "f"), k=1), "must have [3]"),
        (
            lambda tf: tf.linalg.band_part(WIDE, 4, 0),
            "num_lower=4 is larger than the number of",
        ),
        (lambda tf: tf.linalg.band_part(WIDE, 0, 5), "num_upper=5"),
        (lambda tf: tf.linalg.tensor_diag_part(WIDE), "first and second half"),
        (lambda tf: tf.linalg.tensor_diag(np.float32(1)), "rank 1 or more"),
        (lambda tf: tf.linalg.trace(THREE), "rank 2 or more"),
        (lambda tf: tf.linalg.adjoint(THREE), "rank 2 or more"),
    ],
)
def test_messages(tf, call, message):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf)
    assert message in str(caught.value)


def test_band_may_be_tensors(tf):
    lower = tf.linalg.band_part(WIDE, tf.constant(-1, tf.int64), tf.constant(0, tf.int64))
    np.testing.assert_array_equal(lower, np.tril(WIDE))
