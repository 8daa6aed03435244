"""keras.saving: configs, and the objects of the user that files may name."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
