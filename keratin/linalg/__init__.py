"""tf.linalg: products, decompositions, solvers and functions of matrices."""

from keratin.linalg._product import cross as cross
from keratin.linalg._product import einsum as einsum
from keratin.linalg._product import matmul as matmul
from keratin.linalg._product import matvec as matvec
from keratin.linalg._product import tensordot as tensordot
