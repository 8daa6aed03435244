"""Helpers around models: data on disk, progress bars, seeds, pictures of models."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
