"""Prices of houses around Boston, 1978."""

from __future__ import annotations

from keratin.keras.datasets import _housing
from keratin.keras.datasets._remote import Remote, Split

_FILE = Remote(
    "boston_housing",
    "boston_housing.npz",
    "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
)


def load_data(path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113) -> Split:
    """506 places: 13 numbers each (float64), and the median price of a house in thousands.

    One of the numbers, "B", was made from the share of Black residents on the assumption that
    segregation raises prices. Use `california_housing` unless that is what you study.

    `path` is the name in the folder `datasets` of `~/.keras`; the samples are shuffled by `seed`
    and the last `test_split` of them kept for tests.

    >>> train, test = keras.datasets.boston_housing.load_data()  # doctest: +SKIP
    >>> train[0].shape, test[1].shape  # doctest: +SKIP
    ((404, 13), (102,))
    """
    _housing.check_split("boston_housing", test_split)
    return _housing.load(_FILE, path, test_split, seed)
