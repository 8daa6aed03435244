"""Functions applied along the first axis."""

import pytest

from tests.harness.parity import case, f32, i32, parity


def compiled(function):
    def run(tf, *inputs):
        return tf.function(lambda *tensors: function(tf, *tensors), autograph=False)(*inputs)

    return run


def both(name, function, *inputs, **options):
    """The row as it is, and compiled."""
    options = {"vectorize": False, "traced": False, **options}
    return [
        case(name, function, *inputs, **options),
        case(name + "_compiled", compiled(function), *inputs, **options),
    ]


def with_capture(tf, x, w):
    return tf.vectorized_map(lambda row: tf.reduce_sum(row * w), x)


CASES = [
    *both("map_fn", lambda tf, x: tf.map_fn(lambda r: r * r + 1.0, x), f32(3, 2)),
    *both(
        "map_fn_pair",
        lambda tf, x, y: tf.map_fn(lambda p: p[0] * p[1], (x, y), fn_output_signature=tf.float32),
        f32(3),
        f32(3),
    ),
    *both(
        "map_fn_many",
        lambda tf, x: tf.map_fn(
            lambda r: (r, tf.reduce_sum(r)), x, fn_output_signature=(tf.float32, tf.float32)
        ),
        f32(2, 2),
    ),
    *both("scan", lambda tf, x: tf.scan(lambda a, r: a * 0.5 + r, x), f32(4, 2)),
    *both(
        "scan_start",
        lambda tf, x: tf.scan(lambda a, r: a * r, x, initializer=tf.ones([2])),
        f32(3, 2),
    ),
    *both("scan_reverse", lambda tf, x: tf.scan(lambda a, r: a * 0.5 + r, x, reverse=True), f32(4)),
    *both(
        "scan_structure",
        lambda tf, x: tf.scan(
            lambda a, r: (a[0] + r, a[1] * r), x, initializer=(tf.zeros([]), tf.ones([]))
        ),
        f32(3),
    ),
    *both("foldl", lambda tf, x: tf.foldl(lambda a, r: a * 0.5 + r, x), f32(4)),
    *both("foldr", lambda tf, x: tf.foldr(lambda a, r: a * 0.5 + r, x), f32(4)),
    *both("foldl_start", lambda tf, x: tf.foldl(lambda a, r: a + r, x, initializer=10), i32(4)),
    *both(
        "vectorized_map",
        lambda tf, x: tf.vectorized_map(lambda r: tf.reduce_sum(r) * r, x),
        f32(3, 2),
    ),
    *both(
        "vectorized_map_pair",
        lambda tf, x, y: tf.vectorized_map(lambda p: (p[0] @ p[1], p[1]), (x, y)),
        f32(3, 2, 2),
        f32(3, 2, 2),
    ),
    *both("vectorized_map_capture", with_capture, f32(3, 2), f32(2)),
]
test_parity = parity("_engine_functional", CASES)


@pytest.mark.parametrize(
    ("misuse", "expected"),
    [
        (lambda tf: tf.map_fn(3, tf.ones([2])), "fn must be callable"),
        (lambda tf: tf.map_fn(tf.abs, tf.constant(1.0)), "no first axis"),
        (lambda tf: tf.map_fn(tf.abs, []), "elems is empty"),
        (lambda tf: tf.map_fn(lambda p: p[0], (tf.ones([2]), tf.ones([3]))), "differ in length"),
        (lambda tf: tf.map_fn(tf.abs, tf.ones([2]), fn_output_signature=tf.int32), "int32"),
        (lambda tf: tf.foldl(lambda a, r: a, tf.zeros([0])), "no initializer"),
        (lambda tf: tf.vectorized_map(None, tf.ones([2])), "fn must be callable"),
    ],
)
def test_misuse_is_answered_with_a_remedy(tf, misuse, expected):
    with pytest.raises((TypeError, ValueError)) as caught:
        misuse(tf)
    assert expected in str(caught.value)


def test_a_shared_variable_cannot_be_assigned_by_all_elements(tf):
    v = tf.Variable(0.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"tf\.map_fn"):
        tf.vectorized_map(lambda x: (v.assign(x), x)[1], tf.ones([2]))
    assert v.numpy() == 0.0
