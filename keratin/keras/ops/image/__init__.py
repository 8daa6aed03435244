"""Images: resizing, transformations, colours, filters and patches."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
