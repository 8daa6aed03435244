"""tf.linalg: products, decompositions, solvers and functions of matrices."""

from keratin import _lazy
from keratin.array import eye as eye
from keratin.linalg import experimental as experimental
from keratin.linalg._banded import banded_triangular_solve as banded_triangular_solve
from keratin.linalg._banded import tridiagonal_matmul as tridiagonal_matmul
from keratin.linalg._banded import tridiagonal_solve as tridiagonal_solve
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
from keratin.linalg._function import det as det
from keratin.linalg._function import expm as expm
from keratin.linalg._function import logdet as logdet
from keratin.linalg._function import logm as logm
from keratin.linalg._function import slogdet as slogdet
from keratin.linalg._function import sqrtm as sqrtm
from keratin.linalg._norm import global_norm as global_norm
from keratin.linalg._norm import norm as norm
from keratin.linalg._norm import normalize as normalize
from keratin.linalg._operator import LinearOperator as LinearOperator
from keratin.linalg._operator_blocks import LinearOperatorBlockDiag as LinearOperatorBlockDiag
from keratin.linalg._operator_blocks import (
    LinearOperatorBlockLowerTriangular as LinearOperatorBlockLowerTriangular,
)
from keratin.linalg._operator_circulant import LinearOperatorCirculant as LinearOperatorCirculant
from keratin.linalg._operator_circulant import (
    LinearOperatorCirculant2D as LinearOperatorCirculant2D,
)
from keratin.linalg._operator_circulant import (
    LinearOperatorCirculant3D as LinearOperatorCirculant3D,
)
from keratin.linalg._operator_circulant import LinearOperatorToeplitz as LinearOperatorToeplitz
from keratin.linalg._operator_composed import LinearOperatorAdjoint as LinearOperatorAdjoint
from keratin.linalg._operator_composed import LinearOperatorComposition as LinearOperatorComposition
from keratin.linalg._operator_composed import LinearOperatorInversion as LinearOperatorInversion
from keratin.linalg._operator_diagonal import LinearOperatorDiag as LinearOperatorDiag
from keratin.linalg._operator_diagonal import LinearOperatorIdentity as LinearOperatorIdentity
from keratin.linalg._operator_diagonal import (
    LinearOperatorScaledIdentity as LinearOperatorScaledIdentity,
)
from keratin.linalg._operator_diagonal import LinearOperatorZeros as LinearOperatorZeros
from keratin.linalg._operator_simple import LinearOperatorFullMatrix as LinearOperatorFullMatrix
from keratin.linalg._operator_simple import LinearOperatorHouseholder as LinearOperatorHouseholder
from keratin.linalg._operator_simple import (
    LinearOperatorLowerTriangular as LinearOperatorLowerTriangular,
)
from keratin.linalg._operator_simple import LinearOperatorPermutation as LinearOperatorPermutation
from keratin.linalg._operator_simple import LinearOperatorTridiag as LinearOperatorTridiag
from keratin.linalg._operator_structured import LinearOperatorKronecker as LinearOperatorKronecker
from keratin.linalg._operator_structured import (
    LinearOperatorLowRankUpdate as LinearOperatorLowRankUpdate,
)
from keratin.linalg._product import cross as cross
from keratin.linalg._product import einsum as einsum
from keratin.linalg._product import matmul as matmul
from keratin.linalg._product import matvec as matvec
from keratin.linalg._product import tensordot as tensordot
from keratin.linalg._solve import cholesky_solve as cholesky_solve
from keratin.linalg._solve import inv as inv
from keratin.linalg._solve import lstsq as lstsq
from keratin.linalg._solve import lu_matrix_inverse as lu_matrix_inverse
from keratin.linalg._solve import lu_reconstruct as lu_reconstruct
from keratin.linalg._solve import lu_solve as lu_solve
from keratin.linalg._solve import matrix_rank as matrix_rank
from keratin.linalg._solve import pinv as pinv
from keratin.linalg._solve import solve as solve
from keratin.linalg._solve import triangular_solve as triangular_solve
from keratin.math import l2_normalize as l2_normalize

_lazy.advise(__name__)
