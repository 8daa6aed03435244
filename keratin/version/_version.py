"""The version, and those of the compiler and of the graph format of TensorFlow."""

import jax

from keratin import __version__

VERSION = __version__
GIT_VERSION = f"v{__version__}"
COMPILER_VERSION = f"XLA of jax {jax.__version__}"

# The graph format that the API follows: that of TensorFlow 2.21.
GRAPH_DEF_VERSION = 2474
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0
