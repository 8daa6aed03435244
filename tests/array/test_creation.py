"""Tensors made from nothing but a shape, a range or a few numbers."""

import numpy as np
import pytest

from tests.harness.parity import c64, case, f32, f64, i32, i64, parity, text, u8

CASES = [
    case("zeros", lambda tf: tf.zeros([2, 3])),
    case(
        "zeros_dtypes",
        lambda tf: [
            tf.zeros([2], d) for d in ("int64", "bool", "complex64", "uint8", "bfloat16", "string")
        ],
    ),
    case("zeros_number", lambda tf: tf.zeros(3)),
    case("zeros_scalar", lambda tf: tf.zeros([])),
    case("zeros_empty", lambda tf: tf.zeros([0, 2])),
    case("zeros_large", lambda tf: tf.zeros([100, 100], tf.int32)),
    case("zeros_of_shape", lambda tf, x: tf.zeros(tf.shape(x)), f32(2, 3)),
    case("zeros_mixed_shape", lambda tf, x: tf.zeros([tf.shape(x)[0], 4]), f32(2, 3)),
    case("ones", lambda tf: tf.ones([2, 3])),
    case(
        "ones_dtypes",
        lambda tf: [tf.ones([2], d) for d in ("int8", "bool", "complex128", "float16")],
    ),
    case("ones_large", lambda tf: tf.ones([100, 100])),
    case("zeros_like", lambda tf, x: tf.zeros_like(x), f32(2, 3)),
    case("zeros_like_dtype", lambda tf, x: tf.zeros_like(x, tf.int32), f32(2, 3)),
    case("zeros_like_strings", lambda tf, x: tf.zeros_like(x), text(["a", "b"])),
    case(
        "zeros_like_string_dtype",
        lambda tf, x: tf.zeros_like(x, tf.string),
        i32(2),
        vectorize=False,
        traced=False,
    ),
    case("ones_like", lambda tf, x: tf.ones_like(x), c64(2, 3)),
    case("ones_like_dtype", lambda tf, x: tf.ones_like(x, dtype="bool"), i64(2, 3)),
    case("ones_like_number", lambda tf: tf.ones_like(3)),
    case("fill", lambda tf: tf.fill([2, 3], 9)),
    case("fill_float", lambda tf: tf.fill([2], 0.5)),
    case("fill_bool", lambda tf: tf.fill([2], True)),
    case("fill_string", lambda tf: tf.fill([2], "a")),
    case("fill_tensor", lambda tf, x: tf.fill([2, 3], x), f32()),
    case("fill_tensor_int", lambda tf, x: tf.fill([2, 3], x), i64()),
    case("eye", lambda tf: tf.eye(3)),
    case("eye_wide", lambda tf: tf.eye(2, 4, dtype=tf.int32)),
    case("eye_batch", lambda tf: tf.eye(2, num_columns=3, batch_shape=[2, 1], dtype="complex64")),
    case("eye_bool", lambda tf: tf.eye(2, dtype=tf.bool)),
    case("eye_large", lambda tf: tf.eye(100, 50)),
    case("eye_of_shape", lambda tf, x: tf.eye(tf.shape(x)[0]), f32(3)),
    case("range", lambda tf: tf.range(5)),
    case("range_start", lambda tf: tf.range(3, 10, 3)),
    case("range_down", lambda tf: tf.range(10, 3, -3)),
    case("range_float", lambda tf: tf.range(0.0, 1.0, 0.3)),
    case("range_mixed", lambda tf: tf.range(1, 5.5)),
    case("range_empty", lambda tf: tf.range(3, 3)),
    case("range_big", lambda tf: tf.range(3_000_000_000, 3_000_000_002)),
    case("range_long", lambda tf: tf.range(5000)),
    case("range_long_float", lambda tf: tf.range(1.0, 5000.0, 0.5)),
    case("range_dtype", lambda tf: [tf.range(3, dtype=d) for d in ("float64", "int64", "float16")]),
    case("range_tensors", lambda tf, x, y: tf.range(x, y), np.int32(1), np.int64(3), traced=False),
    case("range_double", lambda tf, x: tf.range(x), np.float64(2.5), grad=[], traced=False),
    case("range_vector_of_one", lambda tf: tf.range([3])),
    case("range_of_shape", lambda tf, x: tf.range(tf.shape(x)[1]), f32(2, 3)),
    case("linspace", lambda tf, a, b: tf.linspace(a, b, 5), f32(), f32()),
    case("linspace_int", lambda tf: tf.linspace(0, 10, 4)),
    case("linspace_one", lambda tf, a, b: tf.linspace(a, b, 1), f32(), f32()),
    case("linspace_two", lambda tf, a, b: tf.linspace(a, b, 2), f64(), f64()),
    case("linspace_none", lambda tf: tf.linspace(2.0, 1.0, 0)),
    case("linspace_rows", lambda tf, a, b: tf.linspace(a, b, 3), f32(2), f32(2)),
    case("linspace_axis", lambda tf, a, b: tf.linspace(a, b, 3, axis=-1), f32(2), f32(2)),
    case("linspace_broadcast", lambda tf, a, b: tf.linspace(a, b, 3, axis=1), f32(2), f32()),
    case("one_hot", lambda tf: tf.one_hot([0, 2, -1, 5], 3)),
    case("one_hot_axis", lambda tf, x: tf.one_hot(x, 4, axis=0), i32(2, 3, low=0, high=4)),
    case("one_hot_middle", lambda tf, x: tf.one_hot(x, 4, axis=1), i64(2, 3, low=0, high=4)),
    case("one_hot_scalar", lambda tf, x: tf.one_hot(x, 4), np.int32(2)),
    case(
        "one_hot_values",
        lambda tf, x: tf.one_hot(x, 3, on_value=5.0, off_value=-1.0),
        i32(2, low=0, high=3),
    ),
    case("one_hot_on", lambda tf, x: tf.one_hot(x, 3, on_value=5), i32(2, low=0, high=3)),
    case("one_hot_off", lambda tf, x: tf.one_hot(x, 3, off_value=5), i32(2, low=0, high=3)),
    case(
        "one_hot_bool",
        lambda tf, x: tf.one_hot(x, 3, on_value=True, off_value=False),
        i32(2, low=0, high=3),
    ),
    case("one_hot_dtype", lambda tf, x: tf.one_hot(x, 3, dtype=tf.int64), u8(4)),
    case(
        "one_hot_half",
        lambda tf, x: tf.one_hot(x, 3, on_value=1, off_value=0, dtype=tf.float16),
        i32(2, low=0, high=3),
    ),
    case(
        "one_hot_strings",
        lambda tf, x: tf.one_hot(x, 3, on_value="a", off_value="b"),
        i32(2, low=0, high=3),
        traced=False,
    ),
    case("one_hot_depth_zero", lambda tf: tf.one_hot([0, 1], 0)),
    case(
        "one_hot_depth_tensor", lambda tf, x: tf.one_hot(x, tf.constant(3)), i32(2, low=0, high=3)
    ),
    case("sequence_mask", lambda tf, x: tf.sequence_mask(x, 5), i32(3, low=0, high=6)),
    case(
        "sequence_mask_own",
        lambda tf, x: tf.sequence_mask(x),
        i32(2, 2, low=0, high=6),
        traced=False,
    ),
    case(
        "sequence_mask_dtype",
        lambda tf, x: tf.sequence_mask(x, 3, tf.float32),
        i64(3, low=0, high=6),
    ),
    case("sequence_mask_scalar", lambda tf, x: tf.sequence_mask(x, 3), np.int32(2)),
    case("sequence_mask_float", lambda tf: tf.sequence_mask([1.5, 2.0], 3)),
    case("sequence_mask_empty", lambda tf, x: tf.sequence_mask(x), i32(0), traced=False),
    case("meshgrid", lambda tf, x, y: tf.meshgrid(x, y), f32(2), f32(3)),
    case(
        "meshgrid_ij",
        lambda tf, x, y, z: tf.meshgrid(x, y, z, indexing="ij"),
        i32(2),
        i32(3),
        i32(2),
    ),
    case("meshgrid_xy_three", lambda tf, x, y, z: tf.meshgrid(x, y, z), i32(2), i32(3), i32(2)),
    case("meshgrid_one", lambda tf, x: tf.meshgrid(x), f32(2)),
    case("meshgrid_matrix", lambda tf, x, y: tf.meshgrid(x, y), i32(2, 2), i32(3)),
    case("meshgrid_scalar", lambda tf, x, y: tf.meshgrid(x, y), f32(), f32(3)),
]
test_parity = parity("array_creation", CASES)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda tf: tf.zeros([-1]), ["[-1]", "0 or more"]),
        (lambda tf: tf.zeros([2.5]), ["integers", "2.5"]),
        (lambda tf: tf.zeros([None, 2]), ["[None, 2]", "not fully known"]),
        (lambda tf: tf.zeros(tf.TensorShape([None, 2])), ["[None, 2]", "not fully known"]),
        (lambda tf: tf.fill([2], [1, 2]), ["scalar", "[2]", "tf.tile"]),
        (lambda tf: tf.eye(-1), ["num_rows=[-1]"]),
        (lambda tf: tf.range(3, 1), ["limit=1", "start=3", "delta=1"]),
        (lambda tf: tf.range(3, 5, 0), ["delta is 0"]),
        (lambda tf: tf.range([1, 2]), ["limit", "one real number", "[2]"]),
        (lambda tf: tf.linspace(0.0, 1.0, -1), ["num=[-1]"]),
        (lambda tf: tf.linspace(0.0, 1.0, 2, axis=3), ["axis=3"]),
        (lambda tf: tf.one_hot([0, 2], -1), ["depth=[-1]"]),
        (lambda tf: tf.one_hot([0, 2], 3, axis=9), ["axis=9", "from -2 to 1"]),
        (lambda tf: tf.one_hot([0.0, 2.0], 3), ["float32", "tf.cast(indices, tf.int32)"]),
    ],
)
def test_errors(tf, call, words):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda tf: tf.ones([2], tf.string), "tf.fill"),
        (lambda tf: tf.ones_like(["a"]), "tf.fill"),
        (lambda tf: tf.range(2.5, dtype=tf.int32), "leave dtype out"),
        (
            lambda tf: tf.one_hot(
                [0], 3, on_value=tf.constant(1), off_value=tf.constant(0), dtype=tf.float16
            ),
            "on_value has dtype int32",
        ),
        (lambda tf: tf.meshgrid([1, 2], index="ij"), "Did you mean 'indexing'"),
    ],
)
def test_type_errors(tf, call, words):
    with pytest.raises(TypeError, match=words):
        call(tf)


def test_meshgrid_indexing_is_checked(tf):
    with pytest.raises(ValueError, match="'xy' or 'ij'; given 'x'"):
        tf.meshgrid([1, 2], indexing="x")


def test_layout_is_refused(tf):
    with pytest.raises(tf.errors.UnimplementedError, match=r"tf\.distribute"):
        tf.zeros([2], layout=object())


def test_constants_that_are_kept_do_not_change_with_a_variable(tf):
    variable = tf.Variable(tf.zeros([3]))

    @tf.function
    def step():
        variable.assign_add(tf.ones([3]))

    for _ in range(3):
        step()
    assert tf.zeros([3]).numpy().tolist() == [0.0, 0.0, 0.0]
    assert variable.numpy().tolist() == [3.0, 3.0, 3.0]
    variable.assign(tf.zeros([3]))
    step()
    assert tf.zeros([3]).numpy().tolist() == [0.0, 0.0, 0.0]


def test_a_range_of_a_computed_length_is_refused_while_tracing(tf):
    @tf.function
    def program(n):
        return tf.cast(tf.range(n), tf.float32)

    with pytest.raises(tf.errors.InvalidArgumentError, match=r"tf\.range\(maximum\) < n"):
        program(tf.constant(3))


def test_signed_zeros_are_told_apart(tf):
    with np.errstate(divide="ignore"):
        for zero in (0.0, -0.0, 0.0):
            assert (1 / tf.fill([2], zero).numpy() == np.copysign(np.inf, zero)).all()


def test_sequence_mask_needs_maxlen_while_tracing(tf):
    @tf.function
    def program(lengths):
        return tf.sequence_mask(lengths)

    with pytest.raises(tf.errors.InvalidArgumentError, match="maxlen must be given"):
        program(tf.constant([1, 2]))


def test_zeros_like_has_no_gradient(tf):
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.zeros_like(x)
    with pytest.warns(UserWarning):
        assert tape.gradient(y, x) is None
