"""Structures of x, y and sample_weight, and what does not fit together."""

import numpy as np
import pytest

from keratin.keras.training import feed_structure
from keratin.keras.training.feed import make_feed
from tests.keras.training.feed_models import described

TWO = described(inputs={"a": (None, 2), "b": (None, 2)}, outputs=["left", "right"])


def shapes(data):
    return feed_structure.map_leaves(lambda leaf: leaf.shape, data)


def test_structures_are_kept():
    x = {"b": np.ones((2, 3)), "a": [np.ones(2), (np.ones((2, 1)),)]}
    found = make_feed(x, [np.ones(2), None]).data
    assert shapes(found[0]) == {"b": (2, 3), "a": [(2,), ((2, 1),)]}
    assert found[1][1] is None and found[2] is None


def test_a_list_of_numbers_is_one_array_and_a_list_of_arrays_is_several():
    assert make_feed([[1, 2], [3, 4]]).data[0].shape == (2, 2)
    assert shapes(make_feed([np.ones(3), np.ones((3, 2))]).data[0]) == [(3,), (3, 2)]
    assert shapes(make_feed([{"a": np.ones(3)}]).data[0]) == [{"a": (3,)}]
    assert make_feed([np.float64(1), np.float64(2)]).data[0].shape == (2,)


def test_lists_of_lists_are_several_inputs_where_the_model_has_as_many():
    found = make_feed([[[1, 2], [3, 4], [5, 6]], [[1, 2], [3, 4], [5, 6]]], model=TWO).data[0]
    assert shapes(found) == [(3, 2), (3, 2)]


def test_a_list_of_rows_for_one_input_is_answered_with_stack():
    one = described(inputs={"a": (None, 2)})
    with pytest.raises(ValueError, match=r"x is a list of 3 arrays, .* one. .* np.stack\(x\)"):
        make_feed([np.ones(2)] * 3, model=one)


def test_different_lengths_are_listed_by_name():
    with pytest.raises(
        ValueError,
        match=r"fit\(\): the arrays have different numbers of rows: x\['a'\] has 3, x\['b'\]\[0\] "
        r"has 4, y has 3, sample_weight has 2. Each row of x needs its row of y",
    ):
        make_feed({"a": np.ones(3), "b": [np.ones(4)]}, np.ones(3), np.ones(2))


@pytest.mark.parametrize("x", [[], np.zeros((0, 4))])
def test_empty_data(x):
    with pytest.raises(ValueError, match=r"evaluate\(\): the data is empty: x has 0 rows"):
        make_feed(x, name="evaluate")


def test_no_data():
    with pytest.raises(ValueError, match=r"fit\(\): x is None; give the data"):
        make_feed(None)


def test_a_missing_input_is_named_with_the_nearest_key():
    model = described(inputs={"income": (None, 1), "age": (None, 1)})
    with pytest.raises(
        ValueError, match=r"without the model's input 'income'. Did you mean 'incme'\? The model's "
    ):
        make_feed({"incme": np.ones((2, 1)), "age": np.ones((2, 1))}, model=model)
    assert set(make_feed({"income": [1], "age": [2], "more": [3]}, model=model).data[0]) == {
        "income",
        "age",
        "more",
    }


def test_inputs_may_be_named_by_the_keys_of_the_models_own_dict():
    model = described(inputs={"input_1": (None, 1)})
    model._inputs_struct = {"age": model.inputs[0]}
    assert make_feed({"age": [1, 2]}, model=model).num_rows == 2
    assert make_feed({"input_1": [1, 2]}, model=model).num_rows == 2
    with pytest.raises(ValueError, match="without the model's input 'age'"):
        make_feed({"other": [1, 2]}, model=model)


def test_weights_are_floats_and_a_column_is_flat():
    weights = make_feed(np.ones(3), np.ones(3), [[1], [2], [3]]).data[2]
    assert weights.dtype == np.float32 and weights.tolist() == [1, 2, 3]
    assert make_feed(np.ones(3), np.ones(3), np.ones((3, 5))).data[2].shape == (3, 5)


def test_one_array_of_weights_is_for_all_outputs():
    y = {"left": np.ones(3), "right": np.ones((3, 2))}
    found = make_feed(np.ones(3), y, np.array([1, 2, 3])).data[2]
    assert {key: each.tolist() for key, each in found.items()} == {key: [1, 2, 3] for key in y}
    assert make_feed(np.ones(2), [np.ones(2), None], [1, 2]).data[2][1] is None


def test_weights_by_name_are_for_the_outputs_named():
    y = {"left": np.ones(2), "right": np.ones(2)}
    found = make_feed(np.ones(2), y, {"right": np.ones(2)}).data[2]
    assert found["left"] is None and found["right"].shape == (2,)
    with pytest.raises(ValueError, match=r"key 'rigth', and y has 'left', 'right'. Did you mean"):
        make_feed(np.ones(2), y, {"rigth": np.ones(2)})


def test_weights_that_do_not_fit_the_outputs():
    y = [np.ones(2), np.ones(2)]
    with pytest.raises(ValueError, match="sample_weight has 3 parts and y has 2"):
        make_feed(np.ones(2), y, [np.ones(2)] * 3)
    with pytest.raises(ValueError, match=r"shape \(2, 4\), and y has 2 parts"):
        make_feed(np.ones(2), y, np.ones((2, 4)))


def test_rows_of_all_arrays():
    data = make_feed({"a": np.arange(4)}, np.arange(4) * 2).data
    assert feed_structure.length(data) == 4
    x, y, weights = feed_structure.at(data, np.array([3, 1]))
    assert (x["a"].tolist(), y.tolist(), weights) == ([3, 1], [6, 2], None)
