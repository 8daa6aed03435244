"""Reductions that pass over NaN."""

import numpy as np
import pytest

from tests.keras.ops.agreement import bools, check, floats, ints, row

X = floats(2, 3, 2)
X[0, 1, 1] = X[1, 2, 0] = np.nan
WHOLE = ints(2, 3, 2)
EMPTY = np.array([[np.nan, np.nan], [1.0, np.nan]], np.float32)
NAMES = ["nansum", "nanprod", "nanmean", "nanvar", "nanstd", "nanmax", "nanmin"]

ROWS = [
    *[row(name, X) for name in NAMES],
    *[row(name, X, axis=1, keepdims=True) for name in NAMES],
    *[row(name, X, (0, 2)) for name in NAMES],
    *[row(name, WHOLE, 0) for name in [*NAMES, "nanargmax", "nanargmin", "nancumsum"]],
    *[row(name, bools(2, 3), 0) for name in ["nansum", "nanprod", "nanmean", "nanmax"]],
    *[row(name, EMPTY, 1) for name in [*NAMES, "nanargmax", "nanargmin"]],
    *[row(name, X) for name in ("nanargmax", "nanargmin", "nancumsum", "nancumprod")],
    *[row(name, X, axis=1, keepdims=True) for name in ("nanargmax", "nanargmin")],
    *[row(name, X, -1) for name in ("nancumsum", "nancumprod")],
    row("nancumsum", WHOLE, 0, "float32"),
    row("nancumprod", WHOLE, dtype="float32"),
    *[row(name, X[0, :1], gradient=True) for name in ["nansum", "nanprod", "nanmean", "nanmax"]],
]


@pytest.mark.parametrize("given", ROWS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_agreement_with_keras(tf, given):
    check(tf, given)
