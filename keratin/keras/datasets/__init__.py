"""keras.datasets: small data sets to learn and to try with, downloaded once and kept.

`digits` comes with Keratin and needs no network.
"""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
