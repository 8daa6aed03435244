"""Constraints: what is done to weights after each update."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
