"""keras.ops.numpy: those of keras.ops that NumPy has too.

>>> from keratin import keras
>>> keras.ops.numpy.mean is keras.ops.mean
True
"""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
