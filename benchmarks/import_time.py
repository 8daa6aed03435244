"""Seconds from a fresh interpreter to a library ready to be used, and to its first result."""

import importlib
import importlib.util
import time
from collections.abc import Mapping

from benchmarks.subject import KERAS_JAX, KERATIN, TENSORFLOW, TORCH, Subject


def keratin() -> Mapping[str, float]:
    begin = time.perf_counter()
    tf = importlib.import_module("keratin")
    if importlib.util.find_spec("keratin.keras"):
        importlib.import_module("keratin.keras")
    imported = time.perf_counter() - begin
    return {"import": imported, "first op": first_op(tf, begin)}


def tensorflow() -> Mapping[str, float]:
    begin = time.perf_counter()
    tf = importlib.import_module("tensorflow")
    # `from tensorflow import keras` alone puts the import off; this is what it puts off.
    importlib.import_module("keras")
    return {"import": time.perf_counter() - begin, "first op": first_op(tf, begin)}


def keras_jax() -> Mapping[str, float]:
    begin = time.perf_counter()
    keras = importlib.import_module("keras")
    imported = time.perf_counter() - begin
    importlib.import_module("numpy").asarray(keras.ops.add(keras.ops.ones((2, 3)), 1.0))
    return {"import": imported, "first op": time.perf_counter() - begin}


def torch() -> Mapping[str, float]:
    begin = time.perf_counter()
    torch = importlib.import_module("torch")
    imported = time.perf_counter() - begin
    torch.add(torch.ones((2, 3)), 1.0).numpy()
    return {"import": imported, "first op": time.perf_counter() - begin}


def first_op(tf, begin: float) -> float:
    tf.add(tf.ones((2, 3)), 1.0).numpy()
    return time.perf_counter() - begin


subject = Subject(
    title="start",
    unit="s",
    ways={KERATIN: keratin, TENSORFLOW: tensorflow, KERAS_JAX: keras_jax, TORCH: torch},
    budgets={"import": 0.15, "first op": 1.9},
)
