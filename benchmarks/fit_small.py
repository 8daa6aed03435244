"""Microseconds of a training step within `fit`, and of `predict`, for models that cost little."""

from collections.abc import Mapping
from functools import partial

from benchmarks.models import housing, mlp, steps, task_of
from benchmarks.subject import KERAS_JAX, KERATIN, TENSORFLOW, Subject, microseconds_per_call

HOUSING, MLP, PREDICT = "housing, a step", "MLP 784-300-100-10, a step", "predict of three rows"


def measure(library: str) -> Mapping[str, float]:
    found = steps(library, {HOUSING: housing, MLP: mlp}, unit=1e-6)
    task = task_of(library, housing)
    rows = task.x[:3]
    found[PREDICT] = microseconds_per_call(
        lambda: task.model.predict(rows, verbose=0), lambda result: result
    )
    return found


subject = Subject(
    title="fit",
    unit="us",
    ways={library: partial(measure, library) for library in (KERATIN, TENSORFLOW, KERAS_JAX)},
    budgets={HOUSING: 8.0, MLP: 380.0, PREDICT: 100.0},
    rounds=2,
)
