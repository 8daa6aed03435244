"""tf.experimental.numpy: over axes."""

import numpy as np
import pytest

from tests.harness.parity import boolean, c64, case, f32, i8, i32, parity, u8

HOLES = np.array([[1, np.nan, 3], [np.nan, 5, 6]], np.float32)


def both(name, x, **options):
    """A reduction over all axes, and over one that is kept."""
    return [
        case(name, lambda tf, x: getattr(tf.experimental.numpy, name)(x), x, **options),
        case(
            name + "_axis",
            lambda tf, x: getattr(tf.experimental.numpy, name)(x, axis=1, keepdims=True),
            x,
            **options,
        ),
    ]


CASES = [
    *both("sum", f32(2, 3)),
    *both("prod", f32(2, 3)),
    *both("mean", f32(2, 3)),
    *both("var", f32(2, 3)),
    *both("std", f32(2, 3)),
    *both("max", f32(2, 3)),
    *both("min", f32(2, 3)),
    *both("amax", i32(2, 3)),
    *both("amin", i32(2, 3)),
    *both("ptp", f32(2, 3)),
    *both("all", i32(2, 3, low=0, high=2)),
    *both("any", boolean(2, 3)),
    *both("nansum", HOLES),
    *both("nanprod", HOLES),
    *both("nanmean", HOLES),
    case("sum_int8", lambda tf, x: tf.experimental.numpy.sum(x), i8(3)),
    case("sum_uint8", lambda tf, x: tf.experimental.numpy.sum(x), u8(3)),
    case("sum_bool", lambda tf, x: tf.experimental.numpy.sum(x), boolean(3)),
    case("sum_dtype", lambda tf, x: tf.experimental.numpy.sum(x, dtype=np.float64), f32(3)),
    case("sum_axes", lambda tf, x: tf.experimental.numpy.sum(x, (0, 2)), f32(2, 3, 2)),
    case("mean_int", lambda tf, x: tf.experimental.numpy.mean(x), i32(3)),
    case("var_complex", lambda tf, x: tf.experimental.numpy.var(x), c64(3), grad=[]),
    case("max_bool", lambda tf, x: tf.experimental.numpy.max(x, 0), boolean(2, 3)),
    case("average", lambda tf, x: tf.experimental.numpy.average(x, 0), f32(2, 3)),
    case(
        "average_weights",
        lambda tf, x, w: tf.experimental.numpy.average(x, 1, w, returned=True),
        f32(2, 3),
        f32(3, low=0.5, high=2.0),
    ),
    case(
        "average_returned", lambda tf, x: tf.experimental.numpy.average(x, 1, None, True), f32(2, 3)
    ),
    case("count_nonzero", lambda tf, x: tf.experimental.numpy.count_nonzero(x, 1), i32(2, 3)),
    case("argmax", lambda tf, x: tf.experimental.numpy.argmax(x), f32(2, 3)),
    case("argmax_axis", lambda tf, x: tf.experimental.numpy.argmax(x, 1), f32(2, 3)),
    case("argmin", lambda tf, x: tf.experimental.numpy.argmin(x, 0), i32(2, 3)),
    case("cumsum", lambda tf, x: tf.experimental.numpy.cumsum(x), f32(2, 3)),
    case("cumsum_axis", lambda tf, x: tf.experimental.numpy.cumsum(x, 1), i8(2, 3)),
    case("cumprod", lambda tf, x: tf.experimental.numpy.cumprod(x, 0), f32(2, 3)),
    case("sort", lambda tf, x: tf.experimental.numpy.sort(x), f32(2, 3)),
    case("sort_axis", lambda tf, x: tf.experimental.numpy.sort(x, 0), i32(2, 3)),
    case("sort_flat", lambda tf, x: tf.experimental.numpy.sort(x, None), i32(2, 3)),
    case("argsort", lambda tf, x: tf.experimental.numpy.argsort(x), f32(2, 3)),
    case("argsort_stable", lambda tf, x: tf.experimental.numpy.argsort(x, 0, "stable"), i32(4, 2)),
    case("diff", lambda tf, x: tf.experimental.numpy.diff(x), f32(2, 3)),
    case("diff_twice", lambda tf, x: tf.experimental.numpy.diff(x, 2, 0), i32(4, 2)),
]

test_parity = parity("experimental_numpy_reduction", CASES)


def test_the_running_sum_of_booleans_as_numpy(tf):
    found = tf.experimental.numpy.cumsum(tf.constant([True, False, True]))
    np.testing.assert_array_equal(found.numpy(), [1, 1, 2])
    assert found.dtype == tf.int64


def test_the_variance_with_fewer_degrees_of_freedom_as_numpy(tf):
    x = np.array([[1.0, 2.0, 4.0]])
    found = tf.experimental.numpy.var(x, ddof=1)
    np.testing.assert_allclose(found.numpy(), np.var(x, ddof=1))


@pytest.mark.parametrize("name", ["amax", "amin", "mean", "var"])
def test_out_is_refused(tf, name):
    with pytest.raises(ValueError, match="cannot be written into"):
        getattr(tf.experimental.numpy, name)([1.0], out=np.zeros(1))


def test_weights_of_another_shape_need_an_axis(tf):
    with pytest.raises(ValueError, match="give an axis"):
        tf.experimental.numpy.average([[1.0, 2.0]], weights=[1.0, 2.0])


def test_sort_refuses_fields_and_unknown_kinds(tf):
    with pytest.raises(ValueError, match="structured"):
        tf.experimental.numpy.sort([1], order="name")
    with pytest.raises(ValueError, match="stable"):
        tf.experimental.numpy.sort([1], kind="bubble")
