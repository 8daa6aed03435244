"""Milliseconds to write summaries for TensorBoard, the flush at the end included."""

import importlib
import tempfile
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from benchmarks.subject import KERATIN, TENSORFLOW, Subject

SCALARS, HISTOGRAMS = "10,000 scalars", "100 histograms of 100,000 numbers"


def tensorflow(name: str = "tensorflow") -> Mapping[str, float]:
    tf = importlib.import_module(name)
    numbers = tf.constant(np.random.default_rng(0).normal(size=100_000).astype("float32"))

    def scalars(count: int) -> None:
        for step in range(count):
            tf.summary.scalar("loss", 1.0 / (step + 1), step=step)

    def histograms(count: int) -> None:
        for step in range(count):
            tf.summary.histogram("weights", numbers, step=step)

    return {SCALARS: taken(tf, scalars, 10_000), HISTOGRAMS: taken(tf, histograms, 100)}


def taken(tf: Any, write: Callable[[int], None], count: int) -> float:
    """Milliseconds of the second time: the first one imports and compiles."""
    with tempfile.TemporaryDirectory() as folder:
        writer = tf.summary.create_file_writer(folder)
        with writer.as_default():
            write(2)
            writer.flush()
            begin = time.perf_counter()
            write(count)
            writer.flush()
            return 1e3 * (time.perf_counter() - begin)


def keratin() -> Mapping[str, float]:
    return tensorflow("keratin")


subject = Subject(
    title="summary",
    unit="ms",
    ways={KERATIN: keratin, TENSORFLOW: tensorflow},
    budgets={SCALARS: 1000.0},
)
