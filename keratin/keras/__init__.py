"""Keras: layers, models and training.

>>> from keratin import keras
>>> keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).output_shape
(None, 2)

What the package exports stands in `__init__.pyi`, and is imported when it is first used.
"""

from keratin._lazy import attach
from keratin.keras._core.api_version import API_VERSION

__version__ = API_VERSION

__getattr__, __dir__ = attach(__name__, __file__)
