"""The training step of a linear classifier on 2000 points in the plane, in each library's words."""

import importlib
from collections.abc import Callable
from typing import Any

LEARNING_RATE = 0.1


def data() -> tuple[Any, Any]:
    numpy = importlib.import_module("numpy")
    random = numpy.random.default_rng(0)
    points = random.standard_normal((2000, 2)).astype("float32")
    return points, (points.sum(1, keepdims=True) > 0).astype("float32")


def tape_step(tf: Any) -> Callable[[], Any]:
    """Eager TensorFlow, and Keratin: the same lines."""
    points, labels = (tf.constant(array) for array in data())
    weights, bias = tf.Variable(tf.ones((2, 1))), tf.Variable(tf.zeros((1,)))

    def step() -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(tf.matmul(points, weights) + bias - labels))
        for_weights, for_bias = tape.gradient(loss, [weights, bias])
        weights.assign_sub(LEARNING_RATE * for_weights)
        bias.assign_sub(LEARNING_RATE * for_bias)
        return loss

    return step


def torch_step() -> Callable[[], Any]:
    torch = importlib.import_module("torch")
    points, labels = (torch.from_numpy(array) for array in data())
    weights = torch.ones((2, 1), requires_grad=True)
    bias = torch.zeros((1,), requires_grad=True)

    def step() -> Any:
        loss = torch.mean(torch.square(torch.matmul(points, weights) + bias - labels))
        for_weights, for_bias = torch.autograd.grad(loss, [weights, bias])
        with torch.no_grad():
            weights.sub_(LEARNING_RATE * for_weights)
            bias.sub_(LEARNING_RATE * for_bias)
        return loss.detach()

    return step


def jax_step() -> Callable[[], Any]:
    """What Keras on JAX stands on: a pure step, compiled, its state handed round."""
    jax = importlib.import_module("jax")
    points, labels = (jax.numpy.asarray(array) for array in data())

    def loss_of(state: Any, points: Any, labels: Any) -> Any:
        weights, bias = state
        return jax.numpy.mean(jax.numpy.square(points @ weights + bias - labels))

    @jax.jit
    def update(state: Any, points: Any, labels: Any) -> Any:
        loss, gradients = jax.value_and_grad(loss_of)(state, points, labels)
        return [p - LEARNING_RATE * g for p, g in zip(state, gradients, strict=True)], loss

    state = [jax.numpy.ones((2, 1)), jax.numpy.zeros((1,))]

    def step() -> Any:
        nonlocal state
        state, loss = update(state, points, labels)
        return loss

    return step
