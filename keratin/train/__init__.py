"""tf.train: checkpoints, and what belongs to training loops of one's own."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
