"""tf.types: the types of annotations and of isinstance."""

from keratin.types import experimental as experimental
