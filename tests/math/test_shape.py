import jax.numpy as jnp
import numpy as np
import pytest


@pytest.mark.parametrize(
    "shapes, common",
    [
        (((2, 3), (3,)), (2, 3)),
        (((2, 1), (1, 3)), (2, 3)),
        (((), (2,)), (2,)),
        (((0, 3), (1, 3)), (0, 3)),
        (((2,), (3,)), None),
        (((0,), (2,)), None),
    ],
)
def test_common_shape(tf, shapes, common):
    from keratin.math._shape import common_shape

    assert common_shape(*[jnp.zeros(shape) for shape in shapes]) == common


def test_broadcast_leaves_equal_shapes_alone(tf):
    from keratin.math._shape import broadcast

    x, y = jnp.zeros(3), jnp.ones(3)
    assert broadcast(x, y)[0] is x


def test_broadcast_of_strings(tf):
    from keratin.math._shape import broadcast

    words = np.array([b"a", b"b"], object)
    assert broadcast(words, np.array(b"c", object))[1].tolist() == [b"c", b"c"]


def test_axes(tf):
    from keratin.math._shape import normalize_axes, normalize_axis

    assert normalize_axis(-1, 3) == 2
    assert normalize_axes(None, 2) == (0, 1)
    assert normalize_axes((-1, 0), 2) == (1, 0)
    assert normalize_axes((), 2) == ()
    with pytest.raises(ValueError, match="dim=3 is out of range for a tensor of rank 2"):
        normalize_axis(3, 2, name="dim")
