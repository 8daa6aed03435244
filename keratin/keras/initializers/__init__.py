"""Initializers: what makes the first values of weights."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
