"""Low-discrepancy sequences: points that fill a cube evenly."""

from __future__ import annotations

import warnings

import numpy as np

from keratin._engine import errors
from keratin._engine.op import DTypeArg, op


@op(host=True)
def sobol_sample(dim: int, num_results: int, skip: int = 0, dtype: DTypeArg = "float32"):
    """`num_results` points of the Sobol sequence in the unit cube of `dim` dimensions.

    The sequence begins at the middle of the cube; `skip` leaves out points at its start.

    >>> tf.math.sobol_sample(2, 3).numpy()
    array([[0.5 , 0.5 ],
           [0.75, 0.25],
           [0.25, 0.75]], dtype=float32)
    """
    if dim < 1 or num_results < 1 or skip < 0:
        raise errors.InvalidArgumentError(
            f"dim={dim}, num_results={num_results}, skip={skip}; dim and num_results must be 1 or "
            "more, skip 0 or more."
        )
    if dtype not in (np.float32, np.float64):
        raise errors.InvalidArgumentError(
            f"dtype={np.dtype(dtype).name}; the points are float32 or float64."
        )
    from scipy.stats import qmc  # slow to import, and needed here alone

    sequence = qmc.Sobol(dim, scramble=False)
    sequence.fast_forward(skip + 1)  # its first point is the corner, which is left out
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that powers of two are better balanced
        return sequence.random(num_results).astype(dtype)
