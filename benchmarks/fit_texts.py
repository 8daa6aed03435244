"""Milliseconds of a training step within `fit` for a recurrent model of texts with two outputs."""

from functools import partial

from benchmarks.models import steps, two_heads
from benchmarks.subject import KERAS_JAX, KERATIN, TENSORFLOW, Subject

ROW = "embedding 512, LSTM 32, T=100, batch 32"

subject = Subject(
    title="fit, a step",
    unit="ms",
    ways={
        library: partial(steps, library, {ROW: two_heads}, unit=1e-3)
        for library in (KERATIN, TENSORFLOW, KERAS_JAX)
    },
    budgets={ROW: 15.0},
    rounds=1,
)
