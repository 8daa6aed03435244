"""tf.linalg.experimental: solvers that know a matrix by its products alone."""

from keratin import _lazy
from keratin.linalg._iterative import conjugate_gradient as conjugate_gradient

_lazy.advise(__name__)
