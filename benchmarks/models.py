"""The models that are trained: of tutorials and books, with made-up data, in Keras's words.

A model is built by the library under measurement; its data come from one seed, the same for all.
"""

import importlib
import math
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.subject import KERATIN

Build = Callable[[Any, Any], "Task"]


@dataclass(frozen=True)
class Task:
    """A compiled model and what it is trained with; the data are whole batches."""

    model: Any
    x: Any
    y: Any
    batch_size: int
    num_steps: int


def keras_of(library: str) -> Any:
    """Keras of a library. TensorFlow's is Keras on TensorFlow, which the environment chooses."""
    return importlib.import_module("keratin.keras" if library == KERATIN else "keras")


def housing(keras: Any, random: Any) -> Task:
    """A price from 8 numbers, by 30 hidden units, in batches of 32."""
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(30, activation="relu"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(loss="mse", optimizer=keras.optimizers.SGD(learning_rate=1e-3))
    x, y = random.random((11616, 8), "float32"), random.random((11616, 1), "float32")
    return Task(model, x, y, batch_size=32, num_steps=363)


def mlp(keras: Any, random: Any) -> Task:
    """Dense 784-300-100-10, in batches of 32."""
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(300, activation="relu"),
            keras.layers.Dense(100, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(loss="sparse_categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
    x, y = random.random((6400, 28, 28), "float32"), random.integers(0, 10, 6400)
    return Task(model, x, y, batch_size=32, num_steps=200)


def cnn(keras: Any, random: Any) -> Task:
    """Convolutions 32-64-64 on images 28x28, in batches of 64."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    x, y = random.random((640, 28, 28, 1), "float32"), random.integers(0, 10, 640)
    return Task(model, x, y, batch_size=64, num_steps=10)


def separable(keras: Any, random: Any) -> Task:
    """Six separable convolutions on images 64x64, in batches of 32."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((64, 64, 3)),
            layers.SeparableConv2D(32, 3, activation="relu"),
            layers.SeparableConv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.SeparableConv2D(64, 3, activation="relu"),
            layers.SeparableConv2D(128, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.SeparableConv2D(64, 3, activation="relu"),
            layers.SeparableConv2D(128, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(32, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(loss="sparse_categorical_crossentropy", optimizer="rmsprop")
    x, y = random.random((64, 64, 64, 3), "float32"), random.integers(0, 10, 64)
    return Task(model, x, y, batch_size=32, num_steps=2)


def two_heads(keras: Any, random: Any) -> Task:
    """Texts of 100 words through an embedding and an LSTM, and five numbers beside, to two ends."""
    layers = keras.layers
    words, numbers = keras.Input((100,), dtype="int32"), keras.Input((5,))
    text = layers.LSTM(32)(layers.Embedding(10_000, 512)(words))
    early = layers.Dense(1, activation="sigmoid")(text)
    x = layers.Concatenate()([text, numbers])
    for _ in range(3):
        x = layers.Dense(64, activation="relu")(x)
    late = layers.Dense(1, activation="sigmoid")(x)
    model = keras.Model([words, numbers], [late, early])
    model.compile(loss=["binary_crossentropy"] * 2, loss_weights=[1.0, 0.2], optimizer="rmsprop")
    inputs = [random.integers(0, 10_000, (320, 100), "int32"), random.random((320, 5), "float32")]
    labels = random.integers(0, 2, (320, 1)).astype("float32")
    return Task(model, inputs, [labels, labels], batch_size=32, num_steps=10)


def task_of(library: str, build: Build) -> Task:
    """A model and its data, as the library builds it."""
    keras = keras_of(library)
    keras.utils.set_random_seed(0)
    return build(keras, importlib.import_module("numpy").random.default_rng(0))


def steps(library: str, builds: Mapping[str, Build], unit: float) -> dict[str, float]:
    """For each model, what a step in `fit` takes, in units of so many seconds."""
    return {row: seconds_per_step(task_of(library, build)) / unit for row, build in builds.items()}


def seconds_per_step(task: Task, seconds: float = 0.4, repeats: int = 3) -> float:
    """What each further step takes within `fit`: a long run less a short one, over their steps.

    The median of some such differences, fewer where they take long; starting `fit` cancels out.
    """
    fit_seconds(task, 1)  # compiles
    short = fit_seconds(task, 1)
    more = min(200, max(1, math.ceil(seconds / short)))
    while (long := fit_seconds(task, 1 + more)) - short < seconds / 2 and more < 200:
        more = min(200, more * max(2, math.ceil(seconds / max(long, 1e-6))))
    differences = [long - short]
    while len(differences) < repeats and (len(differences) + 1) * (long + short) < 10 * seconds:
        differences.append(fit_seconds(task, 1 + more) - fit_seconds(task, 1))
    return statistics.median(differences) / (more * task.num_steps)


def fit_seconds(task: Task, epochs: int) -> float:
    begin = time.perf_counter()
    task.model.fit(task.x, task.y, batch_size=task.batch_size, epochs=epochs, verbose=0)
    return time.perf_counter() - begin
