"""Random numbers of Keras: of a seed, of a `SeedGenerator`, or of the stream of `set_seed`."""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
