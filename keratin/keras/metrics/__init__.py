"""Metrics: figures kept over many batches.

>>> metric = keras.metrics.Mean()
>>> metric.update_state([1.0, 3.0])
>>> metric.result().numpy()
np.float32(2.0)
"""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
