"""Dtype policies: what layers compute in, and what they keep variables in."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
