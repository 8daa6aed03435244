"""Kinds of distributed values."""


def test_classes_register_themselves(tf):
    kinds = tf.types.experimental.distributed

    class Copies:
        pass

    assert not isinstance(Copies(), kinds.Mirrored)
    kinds.Mirrored.register(Copies)
    assert isinstance(Copies(), kinds.Mirrored)
    assert not isinstance(Copies(), kinds.PerReplica)
