"""tf.linalg.experimental: solvers that know a matrix by its products alone."""

from keratin.linalg._iterative import conjugate_gradient as conjugate_gradient
