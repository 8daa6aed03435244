"""Products of vectors, matrices and tensors."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.agreement import bools, check, floats, ints, row

A, B = floats(2, 3), floats(3, 4, seed=1)
V, W = floats(3), floats(3, seed=2)
STACK = floats(2, 2, 3)
WHOLE, OTHER = ints(2, 3), ints(3, 2, seed=1)
SQUARE = floats(2, 3, 3)

ROWS = [
    row("matmul", A, B, gradient=True),
    row("matmul", STACK, B),
    row("matmul", A, V),
    row("matmul", WHOLE, OTHER),
    row("matmul", WHOLE.astype(np.int8) * 20, OTHER.astype(np.int8) * 20),
    row("matmul", bools(2, 3), bools(3, 2, seed=1)),
    row("matmul", A, OTHER),
    row("dot", A, B, gradient=True),
    row("dot", STACK, B),
    row("dot", V, W),
    row("dot", A, 2.0),
    row("inner", A, V, gradient=True),
    row("inner", WHOLE, WHOLE),
    row("inner", bools(3), bools(3, seed=4)),
    row("vdot", A, A),
    row("vdot", (V + 1j).astype(np.complex64), (W - 2j).astype(np.complex64)),
    row("outer", V, A, gradient=True),
    row("outer", bools(2), bools(3)),
    row("kron", A, A),
    row("kron", WHOLE, OTHER),
    row("cross", V, W, gradient=True),
    row("cross", A, V),
    row("cross", floats(3, 2), floats(3, 2, seed=1), axis=0),
    row("cross", floats(3, 2), A, 0, 1, 0),
    row("cross", WHOLE[:, :2], WHOLE[:, 1:]),
    row("tensordot", A, B, 1, gradient=True),
    row("tensordot", A, A),
    row("tensordot", STACK, A, axes=[[1, 2], [0, 1]]),
    row("tensordot", WHOLE, OTHER, axes=0),
    row("einsum", "ij,jk->ik", A, B, gradient=True),
    row("einsum", "...i,i", STACK, V),
    row("einsum", "ij->ji", WHOLE),
    row("einsum", "ij,ij,j->", A, A, V, optimize="greedy"),
    row("einsum", "ij,jk->ik", WHOLE.astype(np.int8) * 20, OTHER.astype(np.int8) * 20),
    row("slogdet", SQUARE, gradient=True),
    row("slogdet", SQUARE[0]),
]


@pytest.mark.parametrize("given", ROWS)
def test_agreement_with_keras(tf, given):
    check(tf, given)


def test_products_of_unknown_batches():
    x = keras.KerasTensor((None, 2, 3))
    assert keras.ops.matmul(x, keras.KerasTensor((3, 4))).shape == (None, 2, 4)
    assert keras.ops.einsum("bij,bkj->bik", x, x).shape == (None, 2, 2)
    assert keras.ops.tensordot(x, keras.KerasTensor((3, 5)), 1).shape == (None, 2, 5)


def test_lengths_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        keras.ops.matmul(keras.ops.ones((2, 3)), keras.ops.ones((2, 3)))


def test_an_unknown_keyword_of_einsum_is_refused():
    with pytest.raises(TypeError, match=r"optimise.*optimize"):
        keras.ops.einsum("i->", keras.ops.ones(2), optimise="greedy")
