"""Batches put together and taken apart."""

import pytest

from keratin.keras import utils
from tests.harness.real_keras import real


@pytest.mark.parametrize("data", [1, {"a": 1}, (1,), [1, 2], (1, 2, 3), ([1], 2)], ids=str)
def test_unpacking_is_that_of_keras(data):
    assert utils.unpack_x_y_sample_weight(data) == real.utils.unpack_x_y_sample_weight(data)


@pytest.mark.parametrize("data", [(1,), ([1],), ((1,),), (1, 2), (1, 2, 3)], ids=str)
def test_packing_is_that_of_keras(data):
    assert utils.pack_x_y_sample_weight(*data) == real.utils.pack_x_y_sample_weight(*data)


@pytest.mark.parametrize("data", [(), (1, 2, 3, 4)])
def test_too_many_parts(data):
    with pytest.raises(
        ValueError, match=rf"given a tuple of {len(data)}: .*\(\(input_1, input_2\)"
    ):
        utils.unpack_x_y_sample_weight(data)
