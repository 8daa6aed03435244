"""Keys of parts equal those that TensorFlow wrote, and sort as their numbers do."""

import pytest

from keratin.train._slices import _signed, slice_key


def test_keys_of_tensorflow():
    v = b"v/.ATTRIBUTES/VARIABLE_VALUE"
    assert slice_key(v.decode(), [(5, 5)]) == b"\0" + v + b"\0\1\1\1\x85\x85"
    assert slice_key("sc/a", [(2, 2), (0, None)]) == b"\0sc/a\0\1\1\2\x82\x82\x80\x7f"


def test_numbers_sort_as_their_bytes_do():
    numbers = [*range(-200, 200), 2**13, 2**20, 2**31, 2**40, 2**48, 2**55, 2**56, 2**62, 2**63 - 1]
    numbers += [-number for number in numbers]
    assert sorted(numbers, key=_signed) == sorted(numbers)


@pytest.mark.parametrize(
    ("number", "encoded"),
    [
        (63, b"\xbf"),
        (64, b"\xc0\x40"),
        (-64, b"\x40"),
        (-65, b"\x3f\xbf"),
        (2**62, b"\xff\xc0" + bytes([0x40]) + bytes(7)),
    ],
)
def test_numbers(number, encoded):
    assert _signed(number) == encoded


def test_zeros_in_names_are_told_apart():
    assert slice_key("a\0b", []) == b"\0a\0\xffb\0\1\0"
