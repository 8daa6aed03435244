"""The backward pass, op by op and as one program."""

import numpy as np


def test_one_by_one_and_compiled_agree_to_the_bit(tf):
    """The first time a structure runs op by op, from the second on as one program."""
    rng = np.random.default_rng(0)
    w, b = tf.Variable(rng.normal(size=(3, 4)).astype("f")), tf.Variable(np.zeros(4, "f"))
    x = tf.constant(rng.normal(size=(5, 3)).astype("f"))
    found = []
    for _ in range(3):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.tanh(x @ w + b) ** 2)
        found.append([g.numpy() for g in tape.gradient(loss, [w, b])])
    for gradients in found[1:]:
        for one, other in zip(found[0], gradients, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-7)
