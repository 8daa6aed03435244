"""tf.saved_model: programs with their variables in folders, loaded without the code they came of.

The format is the project's own, see `docs/saved_model.md`.
"""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
