"""Models built alike of Keratin's layers and of Keras's: the zoo that goes through files."""

from collections.abc import Callable
from typing import Any

import numpy as np


def sequential(keras: Any) -> Any:
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(5, activation="relu", kernel_regularizer="l2"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(2, use_bias=False),
        ]
    )


def nested(keras: Any) -> Any:
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(4)])
    inputs = keras.Input((4,))
    outputs = keras.layers.Dense(2)(inner(inner(inputs)))
    return keras.Model(inputs, outputs)


def two_by_two(keras: Any) -> Any:
    first, second = keras.Input((4,), name="first"), keras.Input((4,), name="second")
    shared = keras.layers.Dense(3, name="shared")
    joined = keras.layers.Concatenate()([shared(first), shared(second)])
    outputs = {
        "a": keras.layers.Dense(1, name="a")(joined),
        "b": keras.layers.Add()([first, second]),
    }
    return keras.Model({"first": first, "second": second}, outputs)


def convolutional(keras: Any) -> Any:
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(4, 3, padding="same", activation="relu"),
            keras.layers.SeparableConv2D(3, 3),
            keras.layers.LayerNormalization(),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(2),
        ]
    )


def embedded(keras: Any) -> Any:
    inputs = keras.Input((5,), dtype="int32")
    hidden = keras.layers.Embedding(7, 4, mask_zero=True)(inputs)
    hidden = keras.layers.LayerNormalization()(hidden)
    return keras.Model(inputs, keras.layers.GlobalAveragePooling1D()(hidden))


def mixed(keras: Any) -> Any:
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, dtype="mixed_bfloat16"), keras.layers.Dense(2)]
    )


def half(keras: Any) -> Any:
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, dtype="bfloat16")])


ZOO: dict[str, Callable[[Any], Any]] = {
    function.__name__: function
    for function in (sequential, nested, two_by_two, convolutional, embedded, mixed, half)
}


def inputs_of(model: Any) -> Any:
    """Inputs for a model of the zoo."""
    random = np.random.default_rng(0)
    made = []
    for tensor in model.inputs:
        shape = (3, *tensor.shape[1:])
        whole = "int" in str(tensor.dtype)
        made.append(random.integers(0, 7, shape) if whole else random.normal(size=shape))
    names = [tensor.name for tensor in model.inputs]
    return dict(zip(names, made, strict=True)) if len(made) > 1 else made[0].astype("float32")


def outputs_of(model: Any) -> list[np.ndarray]:
    """What a model gives for them, as a list."""
    found = model.predict(inputs_of(model), verbose=0)
    values = [found[key] for key in sorted(found)] if isinstance(found, dict) else [found]
    return [np.asarray(value, "float32") for value in values]
