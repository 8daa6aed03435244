"""Neural network ops: activations, convolutions, pools, normalisation, losses, attention."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
