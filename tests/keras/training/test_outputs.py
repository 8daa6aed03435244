import numpy as np
import pytest

from keratin.keras.training.outputs import Outputs

A, B = np.zeros((2, 1)), np.zeros((2, 3))


def never(option):
    return False


def always(option):
    return True


ONE = Outputs(A, ["size"])
TWO = Outputs([A, B], ["size", "kind"])
NAMED = Outputs({"kind": B, "size": A}, ["size", "kind"])
DEEP = Outputs({"first": [A, B], "second": A})


def test_names():
    assert ONE.names == ["size"]
    assert Outputs([A, B]).names == ["output_1", "output_2"]
    assert DEEP.names == ["first/0", "first/1", "second"]
    assert NAMED.of({"kind": B, "size": A})[0] is A


@pytest.mark.parametrize(
    ("outputs", "option", "expected"),
    [
        (ONE, "mse", ["mse"]),
        (ONE, ["mse"], ["mse"]),
        (ONE, {"size": "mse"}, ["mse"]),
        (ONE, ["mse", "mae"], [["mse", "mae"]]),
        (ONE, None, [None]),
        (TWO, "mse", ["mse", "mse"]),
        (TWO, ["mse", None], ["mse", None]),
        (TWO, ("mse", "mae"), ["mse", "mae"]),
        (TWO, {"kind": "mae"}, [None, "mae"]),
        (NAMED, {"kind": "mae", "size": "mse"}, ["mse", "mae"]),
        (DEEP, {"first": ["a", "b"], "second": "c"}, ["a", "b", "c"]),
        (DEEP, {"first/1": "b"}, [None, "b", None]),
        (Outputs(A), {"anything": "mse"}, ["mse"]),
    ],
)
def test_options_are_spread(outputs, option, expected):
    assert outputs.spread(option, "loss", never) == expected


def test_a_list_for_one_output_may_serve_all():
    assert TWO.spread(["a", "b", "c"], "metrics", always) == [["a", "b", "c"]] * 2
    with pytest.raises(ValueError, match="a list of 3 for a model of 2 outputs"):
        TWO.spread(["a", "b", "c"], "loss", never)


@pytest.mark.parametrize("outputs", [ONE, TWO, NAMED])
def test_unknown_names(outputs):
    with pytest.raises(ValueError, match=r"no output named 'sise'\. Did you mean 'size'"):
        outputs.spread({"sise": "mse"}, "loss", never)


def test_unknown_names_of_weights():
    with pytest.raises(ValueError, match=r"sample_weight: .*Did you mean 'size'"):
        TWO.weights({"sise": A})


def test_labels():
    both = [True, True]
    assert ONE.labels([A], [True])[0] is A
    assert ONE.labels({"size": A}, [True])[0] is A
    assert TWO.labels({"kind": B, "size": A}, both)[1] is B
    assert NAMED.labels({"kind": B, "size": A}, both)[1] is B
    assert NAMED.labels([A, B], both)[1] is B
    found = TWO.labels(B, [False, True])
    assert found[0] is None
    assert found[1] is B
    with pytest.raises(ValueError, match="labels for 3 were given"):
        TWO.labels([A, B, A], both)
    with pytest.raises(ValueError, match="has one output"):
        ONE.labels([A, B], [True])


def test_weights():
    assert TWO.weights(None) == [None, None]
    assert TWO.weights(A)[1] is A
    assert TWO.weights([A, B])[1] is B
    assert TWO.weights({"kind": B})[0] is None
    assert TWO.weights([B])[0] is B
    with pytest.raises(ValueError, match="weights for 3 were given"):
        TWO.weights([A, A, A])


def test_losses_go_by_the_keys_of_a_dictionary():
    inner = Outputs({"o": [A, B], "p": A, "q": (A,)}, ["first", "second", "third", "fourth"])
    assert inner.names == ["first", "second", "third", "fourth"]
    assert inner.names_of_losses == ["o/first", "o/second", "p", "q/fourth"]
    assert TWO.names_of_losses == ["size", "kind"] and ONE.names_of_losses == ["size"]
    assert DEEP.names_of_losses == DEEP.names
