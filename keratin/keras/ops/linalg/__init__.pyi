# The exports of `keratin.keras.ops.linalg`, see `keratin/__init__.pyi`.

from keratin.keras.ops._linalg import cholesky as cholesky
from keratin.keras.ops._linalg import cholesky_inverse as cholesky_inverse
from keratin.keras.ops._linalg import det as det
from keratin.keras.ops._linalg import eig as eig
from keratin.keras.ops._linalg import eigh as eigh
from keratin.keras.ops._linalg import inv as inv
from keratin.keras.ops._linalg import jvp as jvp
from keratin.keras.ops._linalg import lstsq as lstsq
from keratin.keras.ops._linalg import lu_factor as lu_factor
from keratin.keras.ops._linalg import matrix_rank as matrix_rank
from keratin.keras.ops._linalg import norm as norm
from keratin.keras.ops._linalg import pinv as pinv
from keratin.keras.ops._linalg import qr as qr
from keratin.keras.ops._linalg import solve as solve
from keratin.keras.ops._linalg import solve_triangular as solve_triangular
from keratin.keras.ops._linalg import svd as svd
