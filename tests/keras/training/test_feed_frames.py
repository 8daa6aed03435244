"""Data frames: pandas' own where it is installed, and what is wrong with them."""

import tracemalloc

import numpy as np
import pytest

from keratin.keras.training.feed import make_feed, split
from tests.keras.training.feed_models import described

pandas = pytest.importorskip("pandas")


def frame(**columns):
    return pandas.DataFrame(columns)


def test_columns_become_one_array_of_the_common_dtype():
    whole = make_feed(frame(a=[1, 2], b=[3, 4])).data[0]
    np.testing.assert_array_equal(whole, [[1, 3], [2, 4]])
    assert whole.dtype == np.int64
    mixed = make_feed(frame(a=[1, 2], b=[0.5, 4], c=[True, False])).data[0]
    np.testing.assert_array_equal(mixed, np.array([[1, 0.5, 1], [2, 4, 0]], np.float32))
    assert mixed.dtype == np.float32


def test_columns_are_copied_once():
    data = frame(**{f"c{i}": np.ones(1 << 17) for i in range(8)})
    tracemalloc.start()
    found = make_feed(data).data[0]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Besides the result, the flags of missing values of one column.
    assert found.nbytes <= most <= found.nbytes + 2 * len(data)


def test_a_column_is_a_column_and_weights_are_not():
    x, y, weights = make_feed(
        frame(a=[1.0, 2.0]), pandas.Series([0, 1]), pandas.Series([1, 2])
    ).data
    assert (x.shape, y.shape, weights.shape) == ((2, 1), (2, 1), (2,))
    assert (y.dtype, weights.dtype) == (np.int64, np.float32)


def test_nullable_columns_without_gaps_are_numbers():
    given = frame(a=pandas.array([1, 2], "Int64"), b=pandas.array([True, False], "boolean"))
    found = make_feed(given).data[0]
    np.testing.assert_array_equal(found, [[1, 1], [2, 0]])


def test_columns_go_to_the_inputs_of_their_names():
    model = described(inputs={"age": (None, 1), "town": (None,)})
    data = frame(age=[20, 30], town=["Rome", "Athens"], unused=[None, 1.0])
    found = make_feed(data, model=model).data[0]
    assert list(found) == ["age", "town"]
    assert found["age"].tolist() == [[20], [30]]
    assert found["town"].tolist() == [[b"Rome"], [b"Athens"]]


def test_one_input_takes_all_columns():
    model = described(inputs={"age": (None, 2)})
    assert make_feed(frame(age=[1, 2], size=[3, 4]), model=model).data[0].shape == (2, 2)


def test_targets_of_several_outputs_may_be_columns():
    model = described(inputs={"x": (None, 1)}, outputs=["price", "sold"])
    y = frame(sold=[0, 1], price=[1.5, 2.5])
    found = make_feed(np.ones((2, 1)), y, model=model).data[1]
    assert {name: each.ravel().tolist() for name, each in found.items()} == {
        "price": [1.5, 2.5],
        "sold": [0, 1],
    }


def test_series_in_a_dict():
    data = frame(a=[1, 2], b=[0.5, 1])
    found = make_feed({"a": data["a"], "b": data["b"]}).data[0]
    assert found["a"].shape == (2, 1) and found["b"].dtype == np.float32


def test_splitting_keeps_columns_together():
    train, validation = split(frame(a=[1, 2, 3, 4]), pandas.Series([1, 2, 3, 4]), None, 0.25)
    assert train[0].tolist() == [[1], [2], [3]] and validation[1].tolist() == [[4]]


ERRORS = [
    (
        frame(a=[1.0, np.nan, np.nan], b=[1, 2, 3]),
        r"x has missing values .* column 'a' \(2\); .*dropna",
    ),
    (frame(a=[1.0, None], b=[None, "x"]), r"columns 'a' \(1\), 'b' \(1\)"),
    (frame(a=pandas.array([1, None], "Int64")), r"missing values .* 'a' \(1\)"),
    (
        frame(a=[1, 2], town=["Rome", "Athens"]),
        r"column 'town' holds text, such as 'Rome'.*get_dummies",
    ),
    (
        frame(a=["x", "y"], b=["x", "y"], c=[1, 2]),
        r"column 'a' holds text, such as 'x' \(so do 'b'\)",
    ),
    (
        frame(a=pandas.to_datetime(["2020-01-01"])),
        r"column 'a' of x holds dates or times .*dt.days",
    ),
    (
        frame(a=[[1, 2], [3]]),
        r"column 'a' of x is not all numbers: it holds \[1, 2\], of type list",
    ),
    (pandas.Series([1.0, np.nan], name="y"), r"x has missing values .*'y' \(1\)"),
    (pandas.Series([np.ones(2), np.ones(2)]), r"x is not all numbers: .*np.stack\(series\)"),
    (pandas.DataFrame(index=[0, 1]), "x is a DataFrame without columns"),
    (pandas.DataFrame([[1, 2]], columns=["a", "a"]), "several columns of the same name: a"),
]


@pytest.mark.parametrize(("data", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors_name_the_column(data, message):
    with pytest.raises(ValueError, match=message):
        make_feed(data)


def test_targets_with_gaps_are_named_as_such():
    with pytest.raises(ValueError, match=r"^y has missing values"):
        make_feed(frame(a=[1, 2]), pandas.Series([1.0, None], name="price"))
