"""tf.types: the types of annotations and of isinstance."""

from keratin import _lazy
from keratin.types import experimental as experimental

_lazy.advise(__name__)
