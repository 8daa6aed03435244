"""tf.random: distributions, shuffles, seeds and generators."""

from keratin import _lazy
from keratin.random import experimental as experimental
from keratin.random._candidate import all_candidate_sampler as all_candidate_sampler
from keratin.random._candidate import (
    fixed_unigram_candidate_sampler as fixed_unigram_candidate_sampler,
)
from keratin.random._candidate import (
    learned_unigram_candidate_sampler as learned_unigram_candidate_sampler,
)
from keratin.random._candidate import log_uniform_candidate_sampler as log_uniform_candidate_sampler
from keratin.random._candidate import uniform_candidate_sampler as uniform_candidate_sampler
from keratin.random._generator import Generator as Generator
from keratin.random._generator import get_global_generator as get_global_generator
from keratin.random._generator import set_global_generator as set_global_generator
from keratin.random._seed import Algorithm as Algorithm
from keratin.random._seed import create_rng_state as create_rng_state
from keratin.random._seed import fold_in as fold_in
from keratin.random._seed import set_seed as set_seed
from keratin.random._seed import split as split
from keratin.random._stateful import categorical as categorical
from keratin.random._stateful import gamma as gamma
from keratin.random._stateful import normal as normal
from keratin.random._stateful import poisson as poisson
from keratin.random._stateful import shuffle as shuffle
from keratin.random._stateful import truncated_normal as truncated_normal
from keratin.random._stateful import uniform as uniform
from keratin.random._stateless import stateless_binomial as stateless_binomial
from keratin.random._stateless import stateless_categorical as stateless_categorical
from keratin.random._stateless import stateless_gamma as stateless_gamma
from keratin.random._stateless import stateless_normal as stateless_normal
from keratin.random._stateless import (
    stateless_parameterized_truncated_normal as stateless_parameterized_truncated_normal,
)
from keratin.random._stateless import stateless_poisson as stateless_poisson
from keratin.random._stateless import stateless_truncated_normal as stateless_truncated_normal
from keratin.random._stateless import stateless_uniform as stateless_uniform

_lazy.advise(__name__)
