import pytest

from keratin.keras import layers
from keratin.keras.layers._weighted import known_size, positive_integer


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "3", None])
def test_what_is_no_number_of_units(value):
    with pytest.raises(ValueError, match=f"units must be a whole number above 0; given {value!r}"):
        positive_integer(value, "units", "Dense")


def test_sizes_that_weights_need():
    assert known_size((None, 3), -1, layers.Dense(1)) == 3
    with pytest.raises(ValueError, match="needs the size of axis 1"):
        known_size((2, None), 1, layers.Dense(1))
