"""tf.experimental: NumPy's API, and what TensorFlow calls experimental outside of namespaces."""

from keratin.experimental import numpy as numpy
