"""Putting values at given indices: into zeros, or into a copy of a tensor."""

import numpy as np
import pytest

from tests.harness.parity import boolean, c64, case, f32, f64, i32, i64, parity, text

ROWS = np.array([[1], [3], [1]], np.int32)
CELLS = np.array([[0, 0], [1, 2], [0, 0]], np.int64)

CASES = [
    case("scatter_nd", lambda tf, i, u: tf.scatter_nd(i, u, [5]), ROWS, f32(3)),
    case("scatter_nd_slices", lambda tf, i, u: tf.scatter_nd(i, u, [4, 2]), ROWS, f32(3, 2)),
    case(
        "scatter_nd_cells",
        lambda tf, i, u: tf.scatter_nd(i, u, [2, 3]),
        CELLS,
        i64(3),
        vectorize=[1],
    ),
    case(
        "scatter_nd_batch",
        lambda tf, i, u: tf.scatter_nd(i, u, [4]),
        i32(2, 3, 1, low=0, high=4),
        f32(2, 3),
    ),
    case("scatter_nd_complex", lambda tf, i, u: tf.scatter_nd(i, u, [5]), ROWS, c64(3)),
    case("scatter_nd_bool", lambda tf, i: tf.scatter_nd(i, [True, True, False], [5]), ROWS),
    case("scatter_nd_empty", lambda tf, i, u: tf.scatter_nd(i, u, [3]), i32(0, 1), f32(0)),
    case(
        "scatter_nd_of_shape",
        lambda tf, i, u, x: tf.scatter_nd(i, u, tf.shape(x)),
        ROWS,
        f32(3),
        f32(5),
        grad=[1],
    ),
    case(
        "scatter_nd_ignore",
        lambda tf, u: tf.scatter_nd([[1], [7], [-1]], u, [5], bad_indices_policy="IGNORE"),
        f32(3),
        grad=[],
    ),
    case("scatter_nd_strings", lambda tf, u: tf.scatter_nd([[1], [3]], u, [5]), text(["a", "b"])),
    case("update", lambda tf, x, u: tf.tensor_scatter_nd_update(x, [[0], [2]], u), f32(3), f32(2)),
    case(
        "update_twice",
        lambda tf, x, i, u: tf.tensor_scatter_nd_update(x, i, u),
        f32(4),
        ROWS,
        f32(3),
    ),
    case(
        "update_rows",
        lambda tf, x, u: tf.tensor_scatter_nd_update(x, [[1]], u),
        i32(3, 2),
        i32(1, 2),
    ),
    case(
        "update_cells",
        lambda tf, x, i, u: tf.tensor_scatter_nd_update(x, i, u),
        f64(2, 3),
        CELLS,
        f64(3),
        vectorize=[0, 2],
    ),
    case("update_bool", lambda tf, x: tf.tensor_scatter_nd_update(x, [[1]], [True]), boolean(3)),
    case(
        "update_strings",
        lambda tf, x: tf.tensor_scatter_nd_update(x, [[0, 0]], ["q"]),
        text([["a", "b"], ["c", "d"]]),
    ),
    case("add", lambda tf, x, i, u: tf.tensor_scatter_nd_add(x, i, u), f32(4), ROWS, f32(3)),
    case(
        "add_complex", lambda tf, x, i, u: tf.tensor_scatter_nd_add(x, i, u), c64(4), ROWS, c64(3)
    ),
    case("sub", lambda tf, x, i, u: tf.tensor_scatter_nd_sub(x, i, u), f32(4, 2), ROWS, f32(3, 2)),
    case(
        "sub_int",
        lambda tf, x, i, u: tf.tensor_scatter_nd_sub(x, i, u),
        i64(2, 3),
        CELLS,
        i64(3),
        vectorize=[0, 2],
    ),
    case("min", lambda tf, x, i, u: tf.tensor_scatter_nd_min(x, i, u), f32(4), ROWS, f32(3)),
    case(
        "min_ties",
        lambda tf, x, u: tf.tensor_scatter_nd_min(x, [[0], [1], [0]], u),
        np.array([1, 2, 3], np.float32),
        np.array([1, 0, 1], np.float32),
    ),
    case("max", lambda tf, x, i, u: tf.tensor_scatter_nd_max(x, i, u), f32(4, 2), ROWS, f32(3, 2)),
    case(
        "max_ties",
        lambda tf, x, u: tf.tensor_scatter_nd_max(x, [[0], [1], [0]], u),
        np.array([1, 2, 3], np.float32),
        np.array([1, 5, 1], np.float32),
    ),
    case("max_int", lambda tf, x, i, u: tf.tensor_scatter_nd_max(x, i, u), i32(4), ROWS, i32(3)),
]
test_parity = parity("array_scattering", CASES)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda tf, x: tf.scatter_nd([[5]], [9], [5]), ["indices[0] = [5]", "[5]"]),
        (lambda tf, x: tf.scatter_nd([[-1]], [9], [5]), ["indices[0] = [-1]"]),
        (
            lambda tf, x: tf.scatter_nd([[1]], [9, 8], [5]),
            ["updates has shape [2]", "[1, 1]", "of shape [1]"],
        ),
        (lambda tf, x: tf.scatter_nd([[1, 1]], [3], [5]), ["length 2", "1 axes"]),
        (lambda tf, x: tf.scatter_nd([[1.0]], [3], [5]), ["float32", "tf.cast"]),
        (lambda tf, x: tf.scatter_nd(1, [3], [5]), ["scalar"]),
        (lambda tf, x: tf.tensor_scatter_nd_update(x, [[9]], [[0.0] * 4]), ["[9]", "[3, 4]"]),
        (lambda tf, x: tf.tensor_scatter_nd_update(x, [[1], [0]], [0.0] * 4), ["[4]", "[2, 4]"]),
        (lambda tf, x: tf.tensor_scatter_nd_update(x, [[1, 1]], 3.0), ["updates has shape []"]),
        (
            lambda tf, x: tf.tensor_scatter_nd_add(x, [[1, 1]], tf.constant([3])),
            ["float32", "int32"],
        ),
        (lambda tf, x: tf.tensor_scatter_nd_add([True], [[0]], [True]), ["bool"]),
        (lambda tf, x: tf.tensor_scatter_nd_max(x, [[3, 0]], [1.0]), ["[3, 0]"]),
        (
            lambda tf, x: tf.tensor_scatter_nd_add(x, [[0, 0]], [1.0], bad_indices_policy="X"),
            ["'X'"],
        ),
    ],
)
def test_errors(tf, call, words):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf, tf.zeros([3, 4]))
    for word in words:
        assert word in str(caught.value)


def test_updates_out_of_range_are_left_out_in_a_compiled_function(tf):
    @tf.function
    def program(i, u):
        return tf.scatter_nd(i, u, [3]), tf.tensor_scatter_nd_update(tf.zeros([3]), i, u)

    for result in program(tf.constant([[1], [3], [-1]]), tf.constant([1.0, 2.0, 3.0])):
        assert result.numpy().tolist() == [0.0, 1.0, 0.0]
