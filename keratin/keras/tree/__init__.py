"""Nested lists, tuples and dictionaries: flattened, rebuilt and mapped over."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
