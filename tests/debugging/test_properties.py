import numpy as np
import pytest

from tests.harness.parity import case, parity


def outcome(call, *args):
    """The class of the error, or "" where there is none."""
    try:
        call(*args)
    except (ValueError, TypeError) as error:
        known = (ValueError, TypeError)
        return next(kind.__name__ for kind in known if isinstance(error, kind))
    return ""


def dtypes(tf):
    values = [1, 1.0, "a", True, 1j, np.int8(1), np.float64(1)]
    tensors = [tf.constant(value) for value in values]
    d = tf.debugging
    return (
        [outcome(d.assert_integer, x) for x in tensors],
        [outcome(d.assert_type, x, tf.float64) for x in tensors],
        [d.is_numeric_tensor(x) for x in [*tensors, *values, None]],
    )


def same_float(tf):
    one, wide, integer = tf.constant(1.0), tf.constant(1.0, tf.float64), tf.constant(1)
    given = [
        ([], None), ([one], None), ([one, None], None), ([wide, wide], None), ([one, wide], None),
        ([one], tf.float32), ([one], tf.float64), ([integer], None), (None, tf.int32),
        (None, tf.float16), (None, None),
    ]  # fmt: skip
    found = []
    for tensors, dtype in given:
        try:
            found.append(tf.debugging.assert_same_float_dtype(tensors, dtype).name)
        except ValueError as error:
            found.append(type(error).__name__)
    return found


def ranks(tf):
    d = tf.debugging
    shapes = [[], [2], [2, 3]]
    values = [tf.zeros(shape) for shape in shapes]
    return (
        [outcome(d.assert_rank, x, r) for x in values for r in (0, 1, 2, tf.constant(1))],
        [outcome(d.assert_rank_at_least, x, r) for x in values for r in (0, 1, 2)],
        [outcome(d.assert_rank_in, x, r) for x in values for r in ([0], [1, 2], (0, 2))],
        [outcome(d.assert_scalar, x) for x in [*values, 1, "a", [1]]],
        [outcome(d.assert_proper_iterable, x) for x in ([1], (1,), {1: 2}, "a", 1, values[1])],
    )


SHAPES = [
    [([2, 3], ("N", "M"))],
    [([2, 3], ("N", "N"))],
    [([3, 3], ("N", "N"))],
    [([2, 3], "NM"), ([3], "M")],
    [([2, 3], "NM"), ([2], "M")],
    [([2, 3], ("N", 3)), ([2, 4], ("N", 4))],
    [([2, 3], ("N", 4))],
    [([2, 3], ("N", "3"))],
    [([7, 2, 3], (..., 3))],
    [([7, 2, 3], ("*", 2, "D"))],
    [([3], ("*", 2, "D"))],
    [([7, 3], (".", 3))],
    [([7, 3], (None, 3))],
    [([2, 3], ("N",))],
    [([2, 3], None)],
    [([], ())],
    [([], ("N",))],
    [([], (1,))],
    [([], (2,))],
    [([2, 3], 2)],
    [([2, 3], ("N", ..., "D"))],
]


def shapes(tf):
    return [
        outcome(tf.debugging.assert_shapes, [(tf.zeros(s), w) for s, w in pairs])
        for pairs in SHAPES
    ]


test_parity = parity(
    "debugging_properties",
    [
        case("dtypes", dtypes),
        case("same_float", same_float),
        case("ranks", ranks),
        case("shapes", shapes),
    ],
)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda t: t.assert_integer(1.5, message="m"), TypeError, "m\nx must be of an integer"),
        (lambda t: t.assert_type(1, "float32"), TypeError, r"it is int32. tf.cast\(x, tf.fl"),
        (lambda t: t.assert_rank([1], 2, message="m"), ValueError, r"m\nThe .* shape is \(1,\)"),
        (lambda t: t.assert_rank_in([1], [0, 2]), ValueError, "a rank among 0, 2, but"),
        (lambda t: t.assert_rank_at_least(1, 2), ValueError, "have rank 2 or more, but it"),
        (lambda t: t.assert_scalar([1]), ValueError, "rank 0, that of a scalar, but"),
        (lambda t: t.assert_rank([1], 1.5), ValueError, "A rank is one integer; given 1.5"),
        (lambda t: t.assert_proper_iterable("a"), TypeError, r"given str. Write \[values\]"),
    ],
)  # fmt: skip
def test_messages(tf, call, error, message):
    with pytest.raises(error, match=message):
        call(tf.debugging)


def test_shapes_that_contradict_each_other_are_both_shown(tf):
    pairs = [(tf.zeros([2, 3]), ("N", "M")), (tf.zeros([3]), ("N",))]
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.debugging.assert_shapes(pairs, data=[[7, 8]], message="the batch")
    message = caught.value.message
    assert message.startswith("the batch\nThe tensor 1, of shape (3,), has size 3 on axis 0")
    assert "but 'N' is 2: The tensor 0, of shape (2, 3), has size 2 on axis 0" in message
    assert "[7, 8]" in message


def test_shapes_are_known_while_tracing(tf):
    @tf.function
    def checked(x):
        tf.debugging.assert_rank(x, 2)
        return x

    with pytest.raises(ValueError, match="must have rank 2, but it has rank 1"):
        checked(tf.zeros([2]))
