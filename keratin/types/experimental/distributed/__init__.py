"""tf.types.experimental.distributed: values that differ, or not, between replicas."""

from keratin.types.experimental.distributed._values import Mirrored as Mirrored
from keratin.types.experimental.distributed._values import PerReplica as PerReplica
