"""tf.xla: the compiler, which everything is compiled by."""

from keratin.xla import experimental as experimental
