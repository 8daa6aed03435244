"""Kinds of distributed values, for `isinstance`."""

import abc


class PerReplica(abc.ABC):  # noqa: B024 - classes of values register themselves
    """A value that each replica has one of its own of.

    >>> isinstance(tf.constant(1), tf.types.experimental.distributed.PerReplica)
    False
    """


class Mirrored(abc.ABC):  # noqa: B024 - classes of values register themselves
    """A value that is the same on all replicas.

    >>> isinstance(tf.constant(1), tf.types.experimental.distributed.Mirrored)
    False
    """
