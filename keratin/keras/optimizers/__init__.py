"""Optimizers: how gradients change the weights.

>>> optimizer = keras.optimizers.Adam(learning_rate=0.01)
>>> weights = keras.Variable([1.0, 2.0])
>>> optimizer.apply([tf.constant([1.0, -1.0])], [weights])
>>> weights.numpy().round(3)
array([0.99, 2.01], dtype=float32)
"""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
