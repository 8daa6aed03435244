"""tf.experimental.numpy: moving elements about."""

import numpy as np
import pytest

from tests.harness.parity import boolean, case, f32, f64, i32, i64, parity

CASES = [
    case("shape", lambda tf, x: tf.experimental.numpy.shape(x), f32(2, 3)),
    case("ndim", lambda tf, x: tf.experimental.numpy.ndim(x), f32(2, 3)),
    case("reshape", lambda tf, x: tf.experimental.numpy.reshape(x, (3, -1)), f32(2, 3)),
    case("reshape_f", lambda tf, x: tf.experimental.numpy.reshape(x, (3, -1), "F"), f32(2, 3)),
    case("ravel", lambda tf, x: tf.experimental.numpy.ravel(x), f32(2, 3)),
    case("flatten", lambda tf, x: tf.experimental.numpy.flatten(x, "F"), f32(2, 3)),
    case("expand_dims", lambda tf, x: tf.experimental.numpy.expand_dims(x, -1), f32(2, 3)),
    case("squeeze", lambda tf, x: tf.experimental.numpy.squeeze(x), f32(1, 2, 1)),
    case("squeeze_axis", lambda tf, x: tf.experimental.numpy.squeeze(x, 0), f32(1, 2, 1)),
    case("transpose", lambda tf, x: tf.experimental.numpy.transpose(x), f32(2, 3, 1)),
    case(
        "transpose_axes", lambda tf, x: tf.experimental.numpy.transpose(x, (1, 0, 2)), f32(2, 3, 1)
    ),
    case("swapaxes", lambda tf, x: tf.experimental.numpy.swapaxes(x, 0, -1), f32(2, 3, 1)),
    case("moveaxis", lambda tf, x: tf.experimental.numpy.moveaxis(x, 0, 2), f32(2, 3, 1)),
    case(
        "moveaxis_lists",
        lambda tf, x: tf.experimental.numpy.moveaxis(x, [0, 1], [-1, 0]),
        f32(2, 3, 1),
    ),
    case("broadcast_to", lambda tf, x: tf.experimental.numpy.broadcast_to(x, (2, 3)), f32(3)),
    case(
        "broadcast_arrays",
        lambda tf, x, y: tf.experimental.numpy.broadcast_arrays(x, y),
        f32(3),
        i32(2, 1),
    ),
    case("atleast_1d", lambda tf, x: tf.experimental.numpy.atleast_1d(x), f32()),
    case("atleast_2d", lambda tf, x, y: tf.experimental.numpy.atleast_2d(x, y), f32(3), f32()),
    case("atleast_3d", lambda tf, x, y: tf.experimental.numpy.atleast_3d(x, y), f32(3), f32(2, 3)),
    case(
        "concatenate",
        lambda tf, x, y: tf.experimental.numpy.concatenate([x, y], 1),
        f32(2, 3),
        i32(2, 1),
    ),
    case("append", lambda tf, x: tf.experimental.numpy.append(x, [1.5]), f32(2, 2)),
    case(
        "append_axis", lambda tf, x, y: tf.experimental.numpy.append(x, y, 0), f32(2, 2), f64(1, 2)
    ),
    case("stack", lambda tf, x, y: tf.experimental.numpy.stack([x, y], 1), f32(2, 3), i64(2, 3)),
    case("stack_array", lambda tf, x: tf.experimental.numpy.stack(x, 1), f32(2, 3)),
    case("hstack", lambda tf, x, y: tf.experimental.numpy.hstack([x, y]), f32(2, 3), f32(2, 1)),
    case("hstack_1d", lambda tf, x, y: tf.experimental.numpy.hstack((x, y)), f32(2), f32(1)),
    case("vstack", lambda tf, x, y: tf.experimental.numpy.vstack([x, y]), f32(3), f32(2, 3)),
    case("dstack", lambda tf, x, y: tf.experimental.numpy.dstack([x, y]), f32(3), f32(3)),
    case("split", lambda tf, x: tf.experimental.numpy.split(x, 2), f32(4, 2)),
    case("split_indices", lambda tf, x: tf.experimental.numpy.split(x, [1, 3], axis=1), f32(2, 4)),
    case("hsplit", lambda tf, x: tf.experimental.numpy.hsplit(x, 2), f32(4)),
    case("vsplit", lambda tf, x: tf.experimental.numpy.vsplit(x, [1]), f32(2, 2)),
    case("dsplit", lambda tf, x: tf.experimental.numpy.dsplit(x, 2), f32(1, 2, 4)),
    case("repeat", lambda tf, x: tf.experimental.numpy.repeat(x, 2), f32(2, 2)),
    case("repeat_axis", lambda tf, x: tf.experimental.numpy.repeat(x, [1, 2], 1), f32(2, 2)),
    case("tile", lambda tf, x: tf.experimental.numpy.tile(x, (2, 1, 2)), f32(2, 2)),
    case("flip", lambda tf, x: tf.experimental.numpy.flip(x), f32(2, 3)),
    case("flip_axis", lambda tf, x: tf.experimental.numpy.flip(x, 1), f32(2, 3)),
    case("fliplr", lambda tf, x: tf.experimental.numpy.fliplr(x), f32(2, 3)),
    case("flipud", lambda tf, x: tf.experimental.numpy.flipud(x), f32(2, 3)),
    case("roll", lambda tf, x: tf.experimental.numpy.roll(x, 4), f32(2, 3)),
    case("roll_axis", lambda tf, x: tf.experimental.numpy.roll(x, -1, 1), f32(2, 3)),
    case("rot90", lambda tf, x: tf.experimental.numpy.rot90(x), f32(2, 3)),
    case("rot90_three", lambda tf, x: tf.experimental.numpy.rot90(x, 3, (1, 2)), f32(2, 3, 2)),
    case(
        "pad", lambda tf, x: tf.experimental.numpy.pad(x, [[1, 0], [0, 2]], "constant"), f32(2, 3)
    ),
    case(
        "pad_value",
        lambda tf, x: tf.experimental.numpy.pad(x, [[1, 1]], "constant", constant_values=5),
        i32(2),
    ),
    case("pad_reflect", lambda tf, x: tf.experimental.numpy.pad(x, [[2, 1]], "reflect"), f32(4)),
    case(
        "pad_symmetric", lambda tf, x: tf.experimental.numpy.pad(x, [[2, 1]], "symmetric"), f32(4)
    ),
    case("diagonal", lambda tf, x: tf.experimental.numpy.diagonal(x), f32(2, 3)),
    case("diagonal_axes", lambda tf, x: tf.experimental.numpy.diagonal(x, 1, 0, 2), f32(2, 3, 3)),
    case("trace", lambda tf, x: tf.experimental.numpy.trace(x, 1), f32(3, 3)),
    case("trace_axes", lambda tf, x: tf.experimental.numpy.trace(x, 0, 1, 2), f32(2, 3, 3)),
    case(
        "where",
        lambda tf, c, x, y: tf.experimental.numpy.where(c, x, y),
        boolean(3),
        f32(2, 3),
        i32(3),
    ),
    case("where_numbers", lambda tf, c: tf.experimental.numpy.where(c, 1, 0.5), i32(3)),
    case("where_alone", lambda tf, c: tf.experimental.numpy.where(c), i32(2, 3), traced=False),
    case("nonzero", lambda tf, x: tf.experimental.numpy.nonzero(x), i32(2, 3), traced=False),
    case(
        "select",
        lambda tf, x: tf.experimental.numpy.select([x < 0, x < 1], [x, x * 2], 7.0),
        f32(5),
    ),
    case(
        "compress",
        lambda tf, x: tf.experimental.numpy.compress([True, False, True], x, 1),
        f32(2, 3),
        traced=False,
    ),
    case(
        "compress_flat",
        lambda tf, x: tf.experimental.numpy.compress([False, True], x),
        f32(2, 3),
        traced=False,
    ),
    case("take", lambda tf, x: tf.experimental.numpy.take(x, [[0, 5], [9, 1]]), f32(2, 3)),
    case("take_axis", lambda tf, x: tf.experimental.numpy.take(x, [2, 0], 1), f32(2, 3)),
    case("take_wrap", lambda tf, x: tf.experimental.numpy.take(x, [7, -1], mode="wrap"), f32(3)),
    case(
        "take_along_axis",
        lambda tf, x, i: tf.experimental.numpy.take_along_axis(x, i, 1),
        f32(2, 3),
        i32(2, 2, low=0, high=3),
    ),
    case(
        "take_along_negative",
        lambda tf, x: tf.experimental.numpy.take_along_axis(x, np.array([[-1]]), -1),
        f32(2, 3),
    ),
]

test_parity = parity("experimental_numpy_manipulation", CASES)


def test_size_counts(tf):
    assert tf.experimental.numpy.size(np.zeros([2, 3])) == 6
    with pytest.raises(NotImplementedError, match="axis"):
        tf.experimental.numpy.size([1], axis=0)


@pytest.mark.parametrize("mode", ["edge", "maximum", "linear_ramp"])
def test_pad_modes_as_numpy(tf, mode):
    x = np.array([1.0, 4.0, 2.0])
    found = tf.experimental.numpy.pad(x, [[1, 2]], mode)
    np.testing.assert_allclose(found.numpy(), np.pad(x, [[1, 2]], mode))


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (ValueError, lambda tnp: tnp.reshape([1], [1], "K")),
        (ValueError, lambda tnp: tnp.where([True], 1)),
        (ValueError, lambda tnp: tnp.take([1], [0], out=np.zeros(1))),
        (ValueError, lambda tnp: tnp.take([1], [0], mode="raise")),
        (ValueError, lambda tnp: tnp.select([[True]], [])),
        (ValueError, lambda tnp: tnp.split([1, 2, 3], [2, 1])),
        (ValueError, lambda tnp: tnp.broadcast_arrays([1], subok=True)),
        (TypeError, lambda tnp: tnp.pad([1], 1, "constant", colour=3)),
    ],
)
def test_what_is_refused(tf, error, call):
    with pytest.raises(error, match=r"given|takes|mode|decrease|written"):
        call(tf.experimental.numpy)


def test_concatenate_of_all_elements_as_numpy(tf):
    found = tf.experimental.numpy.concatenate([[[1, 2]], [3]], None)
    np.testing.assert_array_equal(found.numpy(), [1, 2, 3])
