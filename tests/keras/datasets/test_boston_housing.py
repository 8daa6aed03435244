"""Boston: as Keras divides the same file."""

import numpy as np
import pytest

from keratin.keras.datasets import boston_housing
from tests.keras.datasets.published import npz, publish, same, theirs  # noqa: F401


@pytest.mark.parametrize("options", [{}, {"test_split": 0.33, "seed": 5}, {"test_split": 0}])
def test_parity(publish, options):  # noqa: F811
    random = np.random.default_rng(0)
    content = npz(x=random.random((50, 13)), y=random.random(50))
    publish(boston_housing, "_FILE", [content])
    same(boston_housing.load_data(**options), theirs("boston_housing").load_data(**options))


def test_errors():
    with pytest.raises(ValueError, match=r"boston_housing\.load_data: test_split is .* given 2"):
        boston_housing.load_data(test_split=2)
