"""keras.ops: functions of tensors, with NumPy's names and Keras's promotion of dtypes.

>>> from keratin import keras
>>> keras.ops.add(keras.ops.ones(2, "int32"), 0.5).numpy()
array([1.5, 1.5], dtype=float32)

Each is an adapter of an op of Keratin's other namespaces, or one of its own where there is none.
"""

from keratin._lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
