"""tf.experimental: NumPy's API, and what TensorFlow calls experimental outside of namespaces."""

from keratin import _lazy
from keratin.experimental import numpy as numpy

_lazy.advise(__name__)
