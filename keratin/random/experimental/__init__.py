"""tf.random.experimental: other names, and shuffles."""

from keratin import _lazy
from keratin.random._generator import Generator as Generator
from keratin.random._generator import get_global_generator as get_global_generator
from keratin.random._generator import set_global_generator as set_global_generator
from keratin.random._index_shuffle import index_shuffle as index_shuffle
from keratin.random._seed import Algorithm as Algorithm
from keratin.random._seed import create_rng_state as create_rng_state
from keratin.random._seed import fold_in as stateless_fold_in
from keratin.random._seed import split as stateless_split
from keratin.random._stateless import stateless_shuffle as stateless_shuffle

_lazy.advise(__name__)
