import numpy as np
import pytest

from tests.harness.parity import case, f32, f64, i32, i64, parity

LIST = np.array([1, 1, 3], np.int32)
ROWS = np.array([[1, 1, 3], [0, 0, 1]], np.int32)
NOTHING = np.zeros(0, np.int32)
EDGES = np.array([-1, 0, 1.5, 2, 4.999, 5, 15], np.float32)


def counts(*inputs, **options):
    return (lambda tf, x: tf.math.bincount(x, **options), *inputs)


CASES = [
    *[
        case(name, *counts(x, **options), traced=False)
        for name, x, options in [
            ("bincount", LIST, {}),
            ("bincount_int64", LIST.astype(np.int64), {}),
            ("bincount_matrix", ROWS, {}),
            ("bincount_axis_0", ROWS, {"axis": 0}),
            ("bincount_rows", ROWS, {"axis": -1}),
            ("bincount_one_row", LIST, {"axis": -1}),
            ("bincount_binary", LIST, {"binary_output": True}),
            ("bincount_binary_rows", ROWS, {"axis": -1, "binary_output": True}),
            ("bincount_minlength", LIST, {"minlength": 6}),
            ("bincount_maxlength", LIST, {"maxlength": 2}),
            ("bincount_both_lengths", LIST, {"minlength": 2, "maxlength": 3}),
            ("bincount_dtype", LIST, {"dtype": "float32"}),
            ("bincount_dtype_int64", LIST, {"dtype": "int64"}),
            ("bincount_nothing", NOTHING, {}),
            ("bincount_nothing_minlength", NOTHING, {"minlength": 3}),
            ("bincount_scalar", np.array(3, np.int32), {}),
            ("bincount_weights", LIST, {"weights": [1.0, 2.0, 3.0]}),
            ("bincount_weights_int", LIST, {"weights": [1, 2, 3], "dtype": "float32"}),
            ("bincount_weights_rows", ROWS, {"weights": [[1.0, 2, 3], [4, 5, 6]], "axis": -1}),
        ]
    ],
    case("bincount_fixed_length", *counts(LIST, minlength=5, maxlength=5), vectorize=False),
    case(
        "bincount_weights_float64",
        lambda tf, x, w: tf.math.bincount(x, weights=w),
        LIST,
        f64(3),
        grad=[],
        traced=False,
    ),
    case(
        "confusion_matrix",
        lambda tf, x, y: tf.math.confusion_matrix(x, y),
        i32(6, low=0, high=4),
        i32(6, low=0, high=4),
        traced=False,
    ),
    case(
        "confusion_matrix_num_classes",
        lambda tf, x, y: tf.math.confusion_matrix(x, y, num_classes=4),
        i32(6, low=0, high=4),
        i64(6, low=0, high=4),
    ),
    case(
        "confusion_matrix_weights",
        lambda tf, x, y, w: tf.math.confusion_matrix(x, y, 4, weights=w, dtype=tf.float32),
        i32(6, low=0, high=4),
        i32(6, low=0, high=4),
        f32(6),
    ),
    case(
        "confusion_matrix_weights_cast",
        lambda tf, x: tf.math.confusion_matrix(x, x, 4, weights=[0.5, 2.0, 1.7]),
        np.array([1, 2, 2], np.int32),
    ),
    case(
        "confusion_matrix_column",
        lambda tf, x, y: tf.math.confusion_matrix(x, y, 4),
        i32(5, 1, low=0, high=4),
        i32(5, low=0, high=4),
    ),
    case(
        "confusion_matrix_of_floats",
        lambda tf, x: tf.math.confusion_matrix(x, x, 4),
        np.array([1.0, 2.0], np.float32),
        grad=[],
    ),
    *[
        case(
            f"{name}_{x.dtype.name}",
            lambda tf, x, name=name: getattr(tf, name)(x, tf.constant([0, 5], x.dtype), nbins=5),
            x,
            grad=[],
        )
        for name in ("histogram_fixed_width", "histogram_fixed_width_bins")
        for x in (EDGES, EDGES.astype(np.float64))
    ],
    case("histogram_int", lambda tf, x: tf.histogram_fixed_width(x, [0, 5], nbins=3), i32(9)),
    case(
        "histogram_int64",
        lambda tf, x: tf.histogram_fixed_width(x, [0.0, 1.0], dtype=tf.int64),
        f32(5),
        grad=[],
    ),
    case(
        "histogram_bins_matrix",
        lambda tf, x: tf.histogram_fixed_width_bins(x, [-1.0, 1.0], nbins=4),
        f32(2, 3),
        grad=[],
    ),
    case(
        "histogram_range_of_tensor",
        lambda tf, x, r: tf.histogram_fixed_width(x, r, nbins=4),
        f32(9),
        np.array([-1, 1], np.float32),
        grad=[],
        vectorize=(0,),
    ),
]
test_parity = parity("math_statistics", CASES)


def test_bincount_of_what_cannot_be_counted(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="negative value -1"):
        tf.math.bincount([-1, 1])
    with pytest.raises(tf.errors.InvalidArgumentError, match="float32 and rank 1"):
        tf.math.bincount([1.0, 2.0])
    with pytest.raises(ValueError, match="axis=1"):
        tf.math.bincount(ROWS, axis=1)
    with pytest.raises(ValueError, match="exclude each other"):
        tf.math.bincount(LIST, weights=[1, 2, 3], binary_output=True)
    with pytest.raises(ValueError, match="each value needs one weight"):
        tf.math.bincount(LIST, weights=[1, 2])


def test_narrow_integers_are_counted_in_any_number_of_bins(tf):
    found = tf.math.bincount(tf.constant([1, 1, 3], tf.uint8), minlength=300).numpy()
    assert found.shape == (300,) and found[:4].tolist() == [0, 2, 0, 1]
    rows = tf.zeros([200, 1], tf.int8)
    assert tf.math.bincount(rows, axis=-1).numpy().tolist() == [[1]] * 200


def test_bincount_of_unknown_length(tf):
    with pytest.raises(ValueError, match="minlength and maxlength the same number"):
        tf.function(tf.math.bincount)(tf.constant(LIST))


def test_classes_there_cannot_be(tf):
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="labels holds 5, but num_classes is 3"
    ):
        tf.math.confusion_matrix([1, 5], [2, 2], num_classes=3)
    with pytest.raises(tf.errors.InvalidArgumentError, match="predictions holds -5"):
        tf.math.confusion_matrix([1, 2], [2, -5])
    with pytest.raises(tf.errors.InvalidArgumentError, match="two lists of equal length"):
        tf.math.confusion_matrix([1, 2, 3], [2, 2])
    with pytest.raises(ValueError, match="Give num_classes"):
        tf.function(tf.math.confusion_matrix)(tf.constant(LIST), tf.constant(LIST))


def test_bins_there_cannot_be(tf):
    with pytest.raises(tf.errors.InvalidArgumentError, match="nbins=0"):
        tf.histogram_fixed_width([1.0], [0.0, 5.0], nbins=0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="two numbers are expected"):
        tf.histogram_fixed_width([1.0], [0.0, 5.0, 6.0])
