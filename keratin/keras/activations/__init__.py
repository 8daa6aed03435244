"""Activations: functions that are applied to the outputs of layers."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
