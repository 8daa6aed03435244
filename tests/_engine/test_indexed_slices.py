"""Indexed slices."""

import pytest

from tests.harness.parity import case, f32, parity


def slices(tf, values):
    return tf.IndexedSlices(values, tf.constant([2, 0, 2]), tf.constant([4, 2]))


CASES = [
    case("dense", lambda tf, x: tf.convert_to_tensor(slices(tf, x)), f32(3, 2)),
    case(
        "attributes",
        lambda tf, x: (
            slices(tf, x).values,
            slices(tf, x).indices,
            slices(tf, x).shape,
            slices(tf, x).dtype,
        ),
        f32(3, 2),
    ),
    case("negated", lambda tf, x: tf.convert_to_tensor(-slices(tf, x)), f32(3, 2)),
    case("in_ops", lambda tf, x: tf.reduce_sum(slices(tf, x)), f32(3, 2)),
]
test_parity = parity("_engine_indexed_slices", CASES)


def test_without_a_shape_there_is_no_dense_form(tf):
    with pytest.raises(ValueError, match="dense_shape"):
        tf.convert_to_tensor(tf.IndexedSlices([1.0], [0]))


def test_they_go_through_functions(tf):
    f = tf.function(lambda s: tf.IndexedSlices(s.values * 2.0, s.indices, s.dense_shape))
    found = f(slices(tf, tf.ones([3, 2])))
    assert isinstance(found, tf.IndexedSlices)
    assert found.values.numpy().sum() == 12.0


def test_spec(tf):
    spec = tf.IndexedSlicesSpec([4, 2], tf.float32)
    assert spec == tf.IndexedSlicesSpec([4, 2], tf.float32)
    assert spec.value_type is tf.IndexedSlices
