"""`tf.autograph`: Python's control flow over tensors, as programs."""

from keratin import _lazy
from keratin._engine.autograph import set_verbosity as set_verbosity
from keratin._engine.autograph import to_code as to_code
from keratin._engine.autograph import to_graph as to_graph
from keratin._engine.autograph import trace as trace
from keratin.autograph import experimental as experimental

_lazy.advise(__name__)
