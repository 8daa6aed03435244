"""tf.linalg: products, decompositions, solvers and functions of matrices."""

from keratin.linalg._decomposition import cholesky as cholesky
from keratin.linalg._decomposition import lu as lu
from keratin.linalg._decomposition import qr as qr
from keratin.linalg._decomposition import svd as svd
from keratin.linalg._diagonal import adjoint as adjoint
from keratin.linalg._diagonal import band_part as band_part
from keratin.linalg._diagonal import diag as diag
from keratin.linalg._diagonal import diag_part as diag_part
from keratin.linalg._diagonal import matrix_transpose as matrix_transpose
from keratin.linalg._diagonal import set_diag as set_diag
from keratin.linalg._diagonal import tensor_diag as tensor_diag
from keratin.linalg._diagonal import tensor_diag_part as tensor_diag_part
from keratin.linalg._diagonal import trace as trace
from keratin.linalg._eigen import eig as eig
from keratin.linalg._eigen import eigh as eigh
from keratin.linalg._eigen import eigh_tridiagonal as eigh_tridiagonal
from keratin.linalg._eigen import eigvals as eigvals
from keratin.linalg._eigen import eigvalsh as eigvalsh
from keratin.linalg._product import cross as cross
from keratin.linalg._product import einsum as einsum
from keratin.linalg._product import matmul as matmul
from keratin.linalg._product import matvec as matvec
from keratin.linalg._product import tensordot as tensordot
