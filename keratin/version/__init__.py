"""tf.version: which version this is, and which formats it knows."""

from keratin import _lazy
from keratin.version._version import COMPILER_VERSION as COMPILER_VERSION
from keratin.version._version import GIT_VERSION as GIT_VERSION
from keratin.version._version import GRAPH_DEF_VERSION as GRAPH_DEF_VERSION
from keratin.version._version import (
    GRAPH_DEF_VERSION_MIN_CONSUMER as GRAPH_DEF_VERSION_MIN_CONSUMER,
)
from keratin.version._version import (
    GRAPH_DEF_VERSION_MIN_PRODUCER as GRAPH_DEF_VERSION_MIN_PRODUCER,
)
from keratin.version._version import VERSION as VERSION

_lazy.advise(__name__)
