"""Callbacks: objects that are told what happens during training, and may act on it.

>>> stop = keras.callbacks.EarlyStopping(monitor="loss", patience=2)
>>> stop.monitor
'loss'
"""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
