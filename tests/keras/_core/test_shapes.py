import pytest

import keratin as tf
from keratin.keras._core.shapes import Shape, as_shape, is_shape, map_shapes


def test_a_shape_is_a_tuple_and_more():
    shape = as_shape([None, 2, 3])
    assert shape == (None, 2, 3) and isinstance(shape, tuple)
    assert shape.as_list() == [None, 2, 3] and shape.rank == shape.ndims == 3
    assert isinstance(shape[1:], Shape) and shape[1:].num_elements() == 6
    assert not shape.is_fully_defined() and shape.num_elements() is None
    assert (4, *shape[1:]) == (4,) + shape[1:] == (4, 2, 3)
    assert shape.is_compatible_with((7, 2, 3))


@pytest.mark.parametrize(
    ("given", "said"),
    [(None, "given None"), (3, r"Write \(3,\)"), ((2, -1), "no negative"), ((2, "a"), "'a' is")],
)
def test_what_is_no_shape(given, said):
    with pytest.raises(ValueError, match=said):
        as_shape(given)


def test_structures_of_shapes():
    assert is_shape((2, None)) and is_shape(tf.TensorShape([2]))
    assert not is_shape([(2,), (3,)]) and not is_shape({"a": (2,)})
    assert map_shapes(len, {"a": (1, 2), "b": [(1,), (1, 2, 3)]}) == {"a": 2, "b": [1, 3]}
