"""Bounding boxes: their formats, what happens to them with images, and how far they overlap."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
