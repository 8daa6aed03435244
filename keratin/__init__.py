"""Keratin: the TensorFlow 2 and Keras programming model, rebuilt on one compiler.

>>> import keratin as tf
>>> tf.__version__
'0.1.0'

What the package exports stands in `__init__.pyi`, and is imported when it is first used.
"""

from keratin._lazy import attach

__version__ = "0.1.0"

__getattr__, __dir__ = attach(__name__, __file__)
