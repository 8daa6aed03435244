"""Configs of objects as Keras 2 wrote them."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
