"""The functions that programs of Keras 1 and 2 call `K`, and what Keras 3 kept of them."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
