"""Mixed precision: half precision for arithmetic, single precision for weights."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
