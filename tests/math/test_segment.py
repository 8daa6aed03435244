import numpy as np
import pytest

from tests.harness.parity import bf16, c64, case, f16, f32, f64, i32, i64, parity, u8

REDUCTIONS = ["sum", "mean", "prod", "max", "min"]
UNSORTED = [*REDUCTIONS, "sqrt_n"]
IDS = np.array([0, 0, 2, 2, 2], np.int32)
MIXED = np.array([2, 0, -1, 2, 0], np.int64)
TIES = np.array([1, 1, 0, 3, 3], np.float32)
ZEROS = np.array([0, 2, 0, 0, 3], np.float32)


def ordered(name):
    return lambda tf, x: getattr(tf.math, f"segment_{name}")(x, IDS)


def unsorted(name, ids=MIXED, count=4):
    return lambda tf, x: getattr(tf.math, f"unsorted_segment_{name}")(x, ids, count)


CASES = [
    *[case(f"{n}_float32", ordered(n), f32(5, 2)) for n in REDUCTIONS],
    *[case(f"{n}_float64", ordered(n), f64(5)) for n in REDUCTIONS],
    *[case(f"{n}_float16", ordered(n), f16(5)) for n in REDUCTIONS],
    *[case(f"{n}_int32", ordered(n), i32(5)) for n in REDUCTIONS],
    *[case(f"{n}_uint8", ordered(n), u8(5)) for n in REDUCTIONS],
    *[case(f"{n}_ties", ordered(n), TIES) for n in REDUCTIONS],
    *[case(f"{n}_zeros", ordered(n), ZEROS) for n in REDUCTIONS],
    *[case(f"{n}_complex", ordered(n), c64(5), grad=[]) for n in ("sum", "mean", "prod")],
    *[
        case(
            f"{n}_of_nothing",
            lambda tf, x, n=n: getattr(tf.math, f"segment_{n}")(x, tf.zeros([0], tf.int32)),
            f32(0, 2),
            grad=[],
        )
        for n in REDUCTIONS
    ],
    *[case(f"unsorted_{n}_float32", unsorted(n), f32(5, 2)) for n in UNSORTED],
    *[case(f"unsorted_{n}_float64", unsorted(n), f64(5)) for n in UNSORTED],
    *[case(f"unsorted_{n}_bfloat16", unsorted(n), bf16(5)) for n in REDUCTIONS],
    *[case(f"unsorted_{n}_int64", unsorted(n), i64(5)) for n in REDUCTIONS],
    *[case(f"unsorted_{n}_uint8", unsorted(n), u8(5)) for n in ("sum", "prod", "max", "min")],
    *[case(f"unsorted_{n}_ties", unsorted(n, IDS), TIES) for n in UNSORTED],
    *[case(f"unsorted_{n}_zeros", unsorted(n, IDS), ZEROS) for n in UNSORTED],
    *[
        case(f"unsorted_{n}_matrix_of_ids", unsorted(n, np.array([[0, 2], [2, 2]])), f32(2, 2, 3))
        for n in UNSORTED
    ],
    *[
        case(
            f"unsorted_{n}_ids_of_tensor",
            lambda tf, x, ids, n=n: getattr(tf.math, f"unsorted_segment_{n}")(x, ids, 3),
            f32(4),
            np.array([2, 0, 0, 2], np.int32),
        )
        for n in UNSORTED
    ],
    case("unsorted_sum_complex", unsorted("sum"), c64(5)),
]
test_parity = parity("math_segment", CASES)


def test_ids_must_ascend(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"ascending order.*unsorted"):
        tf.math.segment_sum([1.0, 2.0, 3.0], [0, 2, 1])


def test_one_id_for_each_row(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="one id for each row"):
        tf.math.segment_sum([1.0, 2.0, 3.0], [0, 1])
    with pytest.raises(tf.errors.InvalidArgumentError, match="one id for each row"):
        tf.math.unsorted_segment_sum([1.0, 2.0, 3.0], [0, 1], 2)


def test_negative_number_of_segments(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="num_segments=-1 is negative"):
        tf.math.unsorted_segment_max([1.0], [0], -1)


def test_ids_that_are_traced(tf):
    @tf.function
    def by_segment(x, ids):
        return tf.math.segment_sum(x, ids)

    with pytest.raises(ValueError, match=r"unsorted_segment_sum.*num_segments"):
        by_segment(tf.constant([1.0, 2.0]), tf.constant([0, 1]))


def test_rows_beyond_the_last_segment_are_left_out(tf):
    total = tf.math.unsorted_segment_sum([1.0, 2.0, 4.0], [0, 5, 1], 2)
    assert total.numpy().tolist() == [1.0, 4.0]


def test_narrow_ids_of_many_segments(tf):
    total = tf.math.unsorted_segment_sum([1.0, 2.0], tf.constant([-1, 100], tf.int8), 300)
    assert total.numpy().sum() == 2.0 and total.numpy()[100] == 2.0
