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

    def use_and_save():
        module = tf.Module()
        module.table = table = Table("CPU:0")
        spec = [tf.TensorSpec([2])]
        module.f = tf.function(lambda x: x + table.resource_handle, input_signature=spec)
        assert module.f(tf.zeros([2])).numpy().tolist() == [1.0, 2.0]
        assert table.resource_handle.device.endswith("CPU:0")
        tf.saved_model.save(module, tmp_path)

    use_and_save()
    assert tf.saved_model.load(tmp_path).f(tf.zeros([2])).numpy().tolist() == [1.0, 2.0]
    gc.collect()
    assert events == ["made", "gone"]
    with pytest.raises(NotImplementedError, match="override _create_resource"):
        _ = tf.saved_model.experimental.TrackableResource().resource_handle
