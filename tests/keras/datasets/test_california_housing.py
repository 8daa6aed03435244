"""California: as Keras divides the same file."""

import numpy as np
import pytest

from keratin.keras.datasets import california_housing
from tests.keras.datasets.published import npz, publish, same, theirs  # noqa: F401


@pytest.mark.parametrize(
    "options", [{}, {"version": "small"}, {"version": "large", "test_split": 0.5, "seed": 5}]
)
def test_parity(publish, options):  # noqa: F811
    random = np.random.default_rng(0)
    content = npz(x=random.random((700, 8), np.float32), y=random.random(700, np.float32))
    publish(california_housing, "_FILE", [content])
    found = california_housing.load_data(**options)
    same(found, theirs("california_housing").load_data(**options))
    assert sum(len(x) for x, _ in found) == (600 if "small" in options.values() else 700)


def test_errors():
    with pytest.raises(ValueError, match=r"test_split is .* given -1"):
        california_housing.load_data(test_split=-1)
    with pytest.raises(ValueError, match=r"version is 'small' or 'large'; given 'larg'. Did you"):
        california_housing.load_data("larg")
