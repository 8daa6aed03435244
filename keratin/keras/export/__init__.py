"""Models as programs that run without their code."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
