"""Megabytes by which a process grows over long loops that should leave nothing behind."""

import importlib
from collections.abc import Mapping
from typing import Any

from benchmarks.linear_classifier import tape_step, torch_step
from benchmarks.subject import KERATIN, TENSORFLOW, TORCH, Subject, growth

TAPES, RETRACES = "3,000 eager tape steps", "1,000 retraces"


def tensorflow(name: str = "tensorflow") -> Mapping[str, float]:
    tf = importlib.import_module(name)
    return {TAPES: tape_growth(tf), RETRACES: retrace_growth(tf)}


def keratin() -> Mapping[str, float]:
    return tensorflow("keratin")


def torch() -> Mapping[str, float]:
    step = torch_step()
    return {TAPES: growth(lambda _: step(), 100, 3_000)}


def tape_growth(tf: Any, rounds: int = 3_000) -> float:
    step = tape_step(tf)
    return growth(lambda _: step(), 100, rounds)


def retrace_growth(tf: Any, rounds: int = 1_000) -> float:
    """One function that is called with another Python number each time, and so traced anew."""
    importlib.import_module("logging").disable(importlib.import_module("logging").WARNING)
    function = tf.function(lambda x, number: tf.reduce_sum(x * float(number)))
    x = tf.ones((4, 4))
    return growth(lambda i: function(x, i), 20, rounds)


subject = Subject(
    title="memory growth",
    unit="MB",
    ways={KERATIN: keratin, TENSORFLOW: tensorflow, TORCH: torch},
    budgets={TAPES: 20.0, RETRACES: 20.0},
    rounds=1,
)
