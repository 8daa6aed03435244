"""The division of tables, which each of the two data sets tests with its own file."""

import numpy as np
import pytest

from keratin.keras.datasets import _housing, boston_housing
from tests.keras.datasets.published import npz, publish  # noqa: F401


@pytest.mark.parametrize("test_split", [0, 0.25, 0.99])
def test_samples_are_kept_whole_and_once(publish, test_split):  # noqa: F811
    x = np.arange(20.0).reshape(10, 2)
    publish(boston_housing, "_FILE", [npz(x=x, y=x[:, 0])])
    train, test = _housing.load(boston_housing._FILE, "a.npz", test_split, seed=1)
    assert len(test[0]) == 10 - int(10 * (1 - test_split))
    rows = np.concatenate([train[0], test[0]])
    assert rows[:, 0].tolist() == [*train[1], *test[1]] != x[:, 0].tolist()
    assert sorted(rows.tolist()) == x.tolist()


@pytest.mark.parametrize("test_split", [-0.1, 1, 1.5])
def test_a_share_that_is_none_is_an_error(test_split):
    with pytest.raises(ValueError, match=rf"abc\.load_data: test_split .* given {test_split}"):
        _housing.check_split("abc", test_split)
