"""Regularizers: penalties on weights and outputs, added to the loss."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
