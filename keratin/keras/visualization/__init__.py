"""Pictures of images with boxes and masks on them, and of what a model looks at."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
