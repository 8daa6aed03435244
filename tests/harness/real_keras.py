"""Keras itself, on its JAX backend: the oracle of parity tests.

It is only ever imported here, under its own name, and never shadowed.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"

import keras as real

assert real.backend.backend() == "jax"

__all__ = ["real"]
