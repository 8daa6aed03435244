"""Patterns of axes."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, floats, refused, table

row = table()
X = floats(2, 6, 4)

ROWS = [
    row("rearrange", X, "a b c -> c a b"),
    row("rearrange", X, "a b c -> a (b c)"),
    row("rearrange", X, "a (b d) c -> a b (c d)", d=2, gradient=False, compiled=False),
    row("rearrange", X, "a (b d) c -> (b a) d c", b=3, gradient=False, compiled=False),
    row("rearrange", X, "a b c->a b c", gradient=False, compiled=False),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_all_sizes_of_a_group_may_be_given():
    found = keras.ops.rearrange(X, "a (b d) c -> a d b c", b=3, d=2)
    np.testing.assert_array_equal(found, X.reshape(2, 3, 2, 4).transpose(0, 2, 1, 3))


def test_errors_point_at_the_pattern():
    rearrange = keras.ops.rearrange
    assert "one arrow" in refused(rearrange, X, "a b c")
    assert "names b, c on one side only" in refused(rearrange, X, "a b c -> a")
    assert "names a twice" in refused(rearrange, X, "a a c -> a c").replace("'", "")
    assert "names 2 axes" in refused(rearrange, X, "a b -> b a")
    assert "neither a name" in refused(rearrange, X, "a (b c -> a b c")
    assert "the sizes of b and d" in refused(rearrange, X, "a (b d) c -> a b d c")
    assert "does not divide" in refused(rearrange, X, "a (b d) c -> a b d c", d=4)
    assert "a size was given for e" in refused(rearrange, X, "a b c -> c b a", e=4)
