"""Prices of houses in the districts of California, 1990."""

from __future__ import annotations

from keratin._engine import errors
from keratin.keras.datasets import _housing
from keratin.keras.datasets._remote import Remote, Split

_FILE = Remote(
    "california_housing",
    "california_housing.npz",
    "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
)
_SIZES = {"small": 600, "large": None}


def load_data(
    version: str = "large",
    path: str = "california_housing.npz",
    test_split: float = 0.2,
    seed: int = 113,
) -> Split:
    """20,640 districts, or the first 600 ("small"): 8 numbers each, and the median price.

    The numbers, of float32, are the median income, age of the houses, rooms and bedrooms of a
    household, population, people in a household, latitude and longitude. Prices are in dollars.

    `path` is the name in the folder `datasets` of `~/.keras`; the samples are shuffled by `seed`
    and the last `test_split` of them kept for tests.

    >>> train, test = keras.datasets.california_housing.load_data("small")  # doctest: +SKIP
    >>> train[0].shape, test[1].shape  # doctest: +SKIP
    ((480, 8), (120,))
    """
    _housing.check_split("california_housing", test_split)
    if version not in _SIZES:
        raise ValueError(
            "keras.datasets.california_housing.load_data: version is 'small' or 'large'; given "
            f"{version!r}.{errors.nearest(str(version), _SIZES)}"
        )
    return _housing.load(_FILE, path, test_split, seed, _SIZES[version])
