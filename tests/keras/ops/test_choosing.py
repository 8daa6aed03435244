"""Elements by their places or by conditions."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.agreement import bools, check, floats, ints, row

X = floats(3, 4)
V = floats(4, seed=1)
TRUE = bools(3, 4)
PLACES = np.array([[0, -1, 2], [1, 1, 0]], np.int32)

ROWS = [
    row("where", TRUE, X, V, gradient=False),
    row("where", TRUE, X, 0.0),
    row("where", TRUE, 1, 0.5),
    row("where", ints(3, 4), ints(3, 4), 2),
    row("where", TRUE, symbolic=False),
    row("nonzero", ints(3, 4, low=0, high=2), symbolic=False),
    row("nonzero", V, symbolic=False),
    row("select", [TRUE, ~TRUE], [X, V], 1.0),
    row("select", [TRUE], [X]),
    row("take", X, PLACES),
    row("take", X, PLACES, axis=0, gradient=True),
    row("take", X, [0, 9], axis=1),
    row("take", X, 2),
    row("take_along_axis", X, np.array([[0, -1], [1, 1], [2, 0]], np.int32), 1, gradient=True),
    row("take_along_axis", X, np.array([[0, 2, 1, 1]], np.int32), axis=0),
    row("take_along_axis", X, np.array([7, 0], np.int32)),
    row("unravel_index", np.array([2, 5, 7], np.int32), (3, 3)),
    row("unravel_index", np.array([[2], [5]], np.int32), (2, 3)),
    row("unravel_index", 5, (2, 3)),
    *[
        row("get_item", X, key)
        for key in (1, -1, slice(1, None), (slice(None), 2), (Ellipsis, None, 0), (0, 1))
    ],
]


@pytest.mark.parametrize("given", ROWS)
def test_agreement_with_keras(tf, given):
    check(tf, given)


def test_items_by_tensors_and_masks(tf):
    x = tf.constant(X)
    assert keras.ops.get_item(x, tf.constant([2, 0])).numpy().tolist() == X[[2, 0]].tolist()
    assert keras.ops.get_item(x, x > 0).numpy().tolist() == X[X > 0].tolist()
    y = keras.ops.get_item(x, (tf.constant([0, 1]), slice(1, 3)))
    assert y.numpy().tolist() == X[[0, 1], 1:3].tolist()


def test_items_of_symbolic_tensors():
    x = keras.KerasTensor((None, 4))
    assert keras.ops.get_item(x, (slice(None), 0)).shape == (None,)
    assert keras.ops.take(x, [0, 1], axis=1).shape == (None, 2)
    assert keras.ops.where(keras.ops.greater(x, 0), x, 0).shape == (None, 4)


def test_one_choice_alone_is_refused():
    with pytest.raises(ValueError, match=r"give both x1 and x2, or neither"):
        keras.ops.where(TRUE, X)


def test_a_selection_takes_lists():
    with pytest.raises(ValueError, match=r"condlist has to be a list with one element or more"):
        keras.ops.select(TRUE, [X])
    with pytest.raises(ValueError, match=r"choicelist has to be a list"):
        keras.ops.select([TRUE], [])


def test_places_of_what_is_true_are_not_compiled(tf):
    with pytest.raises(ValueError, match=r"shape of the result depends on the values"):
        tf.function(keras.ops.nonzero)(tf.constant([1, 0]))
