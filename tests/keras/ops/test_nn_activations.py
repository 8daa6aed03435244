"""Activations: values, dtypes and gradients as Keras has them."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, floats, refused, table

row = table("nn")
X = floats(3, 4) * 3
WHOLE = np.array([[-3, 0], [2, 4]], "int32")
HALF = floats(3, 4, dtype="float16")

NAMES = [
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "swish", "glu"),
    *("sigmoid", "log_sigmoid", "hard_sigmoid", "sparse_sigmoid", "hard_silu", "hard_swish"),
    *("softplus", "sparse_plus", "squareplus", "softsign", "tanh_shrink", "soft_shrink"),
    *("hard_shrink", "hard_tanh", "softmax", "log_softmax"),
]

ROWS = [
    *[row(name, X) for name in NAMES],
    *[row(name, HALF, gradient=False) for name in ("relu", "gelu", "softmax", "hard_silu")],
    *[
        row(name, WHOLE, symbolic=False)
        for name in ("relu", "relu6", "hard_tanh", "softsign", "elu", "softmax", "hard_shrink")
    ],
    row("elu", X, alpha=0.5),
    row("celu", X, alpha=2.0),
    row("gelu", X, approximate=False),
    row("leaky_relu", X, negative_slope=0.1),
    row("squareplus", X, b=1.5),
    row("soft_shrink", X, threshold=1.0),
    row("hard_shrink", X, 1.0),
    row("threshold", X, 0.3, -1.0),
    row("threshold", WHOLE, 1, 7),
    row("threshold", WHOLE, 1.5, 7),
    row("glu", X, axis=1),
    row("softmax", X, axis=0),
    row("softmax", X, axis=(0, 1)),
    row("softmax", X, axis=None),
    row("log_softmax", X, axis=0),
    row("log_softmax", X, axis=(0, 1)),
    row("sparsemax", np.array([[0.1, 2.0], [3.0, -1.0]], "float32")),
    row("polar", np.abs(X), X),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_sparsemax_adds_up_to_one():
    found = keras.ops.sparsemax(X, axis=0).numpy()
    np.testing.assert_allclose(found.sum(0), 1.0, rtol=1e-6)
    np.testing.assert_allclose(
        keras.ops.sparsemax(np.float32([-1, 0, 1, 1.5])), [0, 0, 0.25, 0.75], atol=1e-6
    )


def test_a_softmax_over_one_class_warns():
    with pytest.warns(UserWarning, match="always 1"):
        keras.ops.softmax(np.ones((2, 1), "float32"))


def test_errors_name_the_op_and_say_what_to_do():
    assert "cannot be halved" in refused(keras.ops.glu, np.ones((2, 3), "float32"))
    message = refused(keras.ops.elu, X, alfa=1.0)
    assert "keras.ops.elu" in message and "alpha" in message
    assert "float" in refused(keras.ops.relu, "text")
