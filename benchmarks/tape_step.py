"""Microseconds of an eager training step: forward, gradient, two assignments."""

import importlib
from collections.abc import Mapping

from benchmarks.linear_classifier import tape_step, torch_step
from benchmarks.subject import KERATIN, TENSORFLOW, TORCH, Subject, microseconds_per_call


def tensorflow(name: str = "tensorflow") -> Mapping[str, float]:
    step = tape_step(importlib.import_module(name))
    return {"linear classifier, 2000x2": microseconds_per_call(step, lambda loss: loss.numpy())}


def keratin() -> Mapping[str, float]:
    return tensorflow("keratin")


def torch() -> Mapping[str, float]:
    return {
        "linear classifier, 2000x2": microseconds_per_call(torch_step(), lambda loss: loss.numpy())
    }


subject = Subject(
    title="eager tape step",
    unit="us",
    ways={KERATIN: keratin, TENSORFLOW: tensorflow, TORCH: torch},
    budgets={"linear classifier, 2000x2": 120.0},
)
