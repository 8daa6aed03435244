"""tf.xla: the compiler, which everything is compiled by."""

from keratin import _lazy
from keratin.xla import experimental as experimental

_lazy.advise(__name__)
