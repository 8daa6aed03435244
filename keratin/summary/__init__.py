"""`tf.summary`: figures, pictures and sounds of a run, in files that TensorBoard shows."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
