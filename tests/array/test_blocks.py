"""Blocks of space moved into the batch and back, and patches of volumes."""

import pytest

from tests.harness.parity import case, f32, i32, i64, parity

CASES = [
    case(
        "space_to_batch",
        lambda tf, x: tf.space_to_batch(x, [2, 2], [[0, 0], [0, 0]]),
        f32(1, 4, 4, 2),
    ),
    case(
        "space_to_batch_padded",
        lambda tf, x: tf.space_to_batch_nd(x, [2, 3], [[1, 0], [2, 0]]),
        f32(2, 3, 4, 1),
    ),
    case("space_to_batch_line", lambda tf, x: tf.space_to_batch(x, [2], [[0, 1]]), i32(1, 3, 2)),
    case("space_to_batch_flat", lambda tf, x: tf.space_to_batch_nd(x, [2], [[0, 0]]), i64(2, 4)),
    case(
        "batch_to_space",
        lambda tf, x: tf.batch_to_space(x, [2, 2], [[0, 0], [0, 0]]),
        f32(4, 2, 2, 1),
    ),
    case(
        "batch_to_space_cropped",
        lambda tf, x: tf.batch_to_space(x, [2, 3], [[1, 0], [0, 2]]),
        f32(12, 2, 2, 1),
    ),
    case(
        "batch_to_space_number",
        lambda tf, x: tf.batch_to_space(x, 2, [[0, 0], [0, 1]]),
        i32(4, 2, 2),
    ),
    case("required_paddings", lambda tf: tf.required_space_to_batch_paddings([10, 11], [3, 4])),
    case(
        "required_paddings_base",
        lambda tf: tf.required_space_to_batch_paddings([10, 11], [3, 4], [[1, 0], [0, 2]]),
    ),
    case(
        "required_paddings_none",
        lambda tf: tf.required_space_to_batch_paddings(
            tf.zeros([0], tf.int32), tf.zeros([0], tf.int32)
        ),
    ),
    case(
        "patches",
        lambda tf, x: tf.extract_volume_patches(x, [1, 2, 2, 2, 1], [1, 1, 1, 1, 1], "VALID"),
        f32(1, 3, 3, 3, 2),
    ),
    case(
        "patches_same",
        lambda tf, x: tf.extract_volume_patches(x, [1, 2, 3, 2, 1], [1, 2, 1, 2, 1], "SAME"),
        f32(2, 3, 4, 3, 1),
    ),
    case(
        "patches_int",
        lambda tf, x: tf.extract_volume_patches(x, [1, 1, 2, 3, 1], [1, 1, 2, 1, 1], "VALID"),
        i32(1, 2, 4, 3, 1),
        grad=[],
    ),
    case(
        "patches_none",
        lambda tf, x: tf.extract_volume_patches(x, [1, 4, 2, 2, 1], [1, 1, 1, 1, 1], "VALID"),
        f32(1, 3, 3, 3, 1),
        grad=[],
    ),
]
test_parity = parity("array_blocks", CASES)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda tf, x: tf.space_to_batch(x, [3, 2], [[0, 0], [0, 0]]),
            ["axis 1 has size 4", "block size 3"],
        ),
        (lambda tf, x: tf.space_to_batch(x, [2, 2], [[0, 0]]), ["paddings", "2 axes"]),
        (lambda tf, x: tf.space_to_batch(x, [2, 2], [[-2, 0], [0, 0]]), ["0 or more"]),
        (lambda tf, x: tf.space_to_batch(x, [2, 0], [[0, 0], [0, 0]]), ["[2, 0]", "1 or more"]),
        (lambda tf, x: tf.space_to_batch(tf.zeros([4]), [2], [[0, 0]]), ["[4]", "batch"]),
        (lambda tf, x: tf.batch_to_space(x, [3, 2], [[0, 0], [0, 0]]), ["size 4", "6"]),
        (lambda tf, x: tf.batch_to_space(x, [2, 2], [[9, 0], [0, 0]]), ["crops", "size 8"]),
        (lambda tf, x: tf.extract_volume_patches(x, [1, 2, 2, 2, 1], [1] * 5, "VALID"), ["rank 4"]),
        (lambda tf, x: tf.extract_volume_patches(x, [2, 2, 2, 2, 1], [1] * 5, "VALID"), ["ksizes"]),
        (
            lambda tf, x: tf.extract_volume_patches(x[..., None], [1] * 5, [1] * 5, "X"),
            ["'SAME' or 'VALID'; given 'X'"],
        ),
    ],
)
def test_errors(tf, call, words):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        call(tf, tf.zeros([4, 4, 4, 1]))
    for word in words:
        assert word in str(caught.value)


def test_shape_and_blocks_must_match(tf):
    with pytest.raises(ValueError, match="same length"):
        tf.required_space_to_batch_paddings([10], [3, 4])


def test_batch_to_space_undoes_space_to_batch(tf):
    x = tf.reshape(tf.range(2 * 5 * 7), [2, 5, 7])
    paddings, crops = tf.required_space_to_batch_paddings([5, 7], [2, 3])
    there = tf.space_to_batch(x, [2, 3], paddings)
    assert (tf.batch_to_space(there, [2, 3], crops).numpy() == x.numpy()).all()
