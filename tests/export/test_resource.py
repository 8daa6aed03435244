"""Values beside variables."""

import gc

import pytest


def test_a_resource_is_made_once_and_destroyed(tf, tmp_path):
    events = []

    class Table(tf.saved_model.experimental.TrackableResource):
        def _create_resource(self):
            events.append("made")
            return tf.constant([1.0, 2.0])

        def _destroy_resource(self):
            events.append("gone")

    module = tf.Module()
    module.table = Table("CPU:0")
    module.f = tf.function(
        lambda x: x + module.table.resource_handle, input_signature=[tf.TensorSpec([2])]
    )
    assert module.f(tf.zeros([2])).numpy().tolist() == [1.0, 2.0]
    assert module.table.resource_handle.device.endswith("CPU:0")
    tf.saved_model.save(module, tmp_path)
    assert tf.saved_model.load(tmp_path).f(tf.zeros([2])).numpy().tolist() == [1.0, 2.0]
    assert events == ["made"]
    del module
    gc.collect()
    assert events == ["made", "gone"]
    with pytest.raises(NotImplementedError, match="override _create_resource"):
        _ = tf.saved_model.experimental.TrackableResource().resource_handle
