"""Milliseconds of a training step within `fit` for models of images."""

from functools import partial

from benchmarks.models import cnn, separable, steps
from benchmarks.subject import KERAS_JAX, KERATIN, TENSORFLOW, Subject

CNN, SEPARABLE = "CNN 32-64-64, 28x28, batch 64", "six SeparableConv2D, 64x64, batch 32"
BUILDS = {CNN: cnn, SEPARABLE: separable}

subject = Subject(
    title="fit, a step",
    unit="ms",
    ways={
        library: partial(steps, library, BUILDS, unit=1e-3)
        for library in (KERATIN, TENSORFLOW, KERAS_JAX)
    },
    budgets={CNN: 8.5, SEPARABLE: 40.0},
    rounds=1,
)
