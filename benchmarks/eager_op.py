"""Microseconds of one op outside of any compiled function, on small tensors."""

import importlib
from collections.abc import Mapping
from typing import Any

from benchmarks.subject import KERAS_JAX, KERATIN, TENSORFLOW, TORCH, Subject, microseconds_per_call


def tensorflow(name: str = "tensorflow") -> Mapping[str, float]:
    tf = importlib.import_module(name)
    x, y = tf.ones((16, 16)), tf.ones((16, 16))
    calls = {
        "add": lambda: tf.add(x, y),
        "x * 2.0": lambda: x * 2.0,
        "matmul": lambda: tf.matmul(x, y),
        "reduce_mean": lambda: tf.reduce_mean(x, axis=0),
    }
    return {key: microseconds_per_call(call, lambda t: t.numpy()) for key, call in calls.items()}


def keratin() -> Mapping[str, float]:
    return tensorflow("keratin")


def keras_jax() -> Mapping[str, float]:
    ops = importlib.import_module("keras").ops
    x, y = ops.ones((16, 16)), ops.ones((16, 16))
    calls: dict[str, Any] = {
        "add": lambda: ops.add(x, y),
        "x * 2.0": lambda: x * 2.0,
        "matmul": lambda: ops.matmul(x, y),
        "reduce_mean": lambda: ops.mean(x, axis=0),
    }
    finish = importlib.import_module("numpy").asarray
    return {key: microseconds_per_call(call, finish) for key, call in calls.items()}


def torch() -> Mapping[str, float]:
    torch = importlib.import_module("torch")
    x, y = torch.ones((16, 16)), torch.ones((16, 16))
    calls: dict[str, Any] = {
        "add": lambda: torch.add(x, y),
        "x * 2.0": lambda: x * 2.0,
        "matmul": lambda: torch.matmul(x, y),
        "reduce_mean": lambda: torch.mean(x, 0),
    }
    return {key: microseconds_per_call(call, lambda t: t.numpy()) for key, call in calls.items()}


subject = Subject(
    title="eager op",
    unit="us",
    ways={KERATIN: keratin, TENSORFLOW: tensorflow, KERAS_JAX: keras_jax, TORCH: torch},
    budgets=dict.fromkeys(("add", "x * 2.0", "matmul", "reduce_mean"), 8.0),
)
