"""tf.experimental.numpy.random: random arrays, from the stream that `seed` restarts."""

from keratin.experimental.numpy.random._distributions import poisson as poisson
from keratin.experimental.numpy.random._distributions import rand as rand
from keratin.experimental.numpy.random._distributions import randint as randint
from keratin.experimental.numpy.random._distributions import randn as randn
from keratin.experimental.numpy.random._distributions import random as random
from keratin.experimental.numpy.random._distributions import seed as seed
from keratin.experimental.numpy.random._distributions import standard_normal as standard_normal
from keratin.experimental.numpy.random._distributions import uniform as uniform
