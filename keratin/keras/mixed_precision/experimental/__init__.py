"""Mixed precision as TensorFlow 2.0 to 2.3 called it."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
