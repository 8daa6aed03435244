"""Losses: how far predictions are from what they should be.

As classes, which reduce the losses of samples to one number, and as functions, which do not:

>>> round(float(keras.losses.MeanSquaredError()([[1.0], [2.0]], [[1.0], [4.0]])), 4)
2.0
>>> keras.losses.mean_squared_error([[1.0], [2.0]], [[1.0], [4.0]]).numpy()
array([0., 4.], dtype=float32)
"""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
