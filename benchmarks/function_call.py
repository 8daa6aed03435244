"""Microseconds of a warm call of a compiled function: a bare one, and a whole training step."""

import importlib
from collections.abc import Mapping

from benchmarks.linear_classifier import jax_step, tape_step
from benchmarks.subject import KERAS_JAX, KERATIN, TENSORFLOW, Subject, microseconds_per_call


def tensorflow(name: str = "tensorflow") -> Mapping[str, float]:
    tf = importlib.import_module(name)
    x, y = tf.ones((16, 16)), tf.ones((16, 16))
    bare = tf.function(lambda a, b: tf.matmul(a, b) + 1.0)
    step = tf.function(tape_step(tf))

    def finish(tensor):
        return tensor.numpy()

    return {
        "two tensors, two ops": microseconds_per_call(lambda: bare(x, y), finish),
        "linear classifier, 2000x2": microseconds_per_call(step, finish),
    }


def keratin() -> Mapping[str, float]:
    return tensorflow("keratin")


def keras_jax() -> Mapping[str, float]:
    jax = importlib.import_module("jax")
    x, y = jax.numpy.ones((16, 16)), jax.numpy.ones((16, 16))
    bare = jax.jit(lambda a, b: a @ b + 1.0)
    return {
        "two tensors, two ops": microseconds_per_call(lambda: bare(x, y), jax.block_until_ready),
        "linear classifier, 2000x2": microseconds_per_call(jax_step(), jax.block_until_ready),
    }


subject = Subject(
    title="warm tf.function",
    unit="us",
    ways={KERATIN: keratin, TENSORFLOW: tensorflow, KERAS_JAX: keras_jax},
    budgets={"two tensors, two ops": 15.0},
)
