"""The zoo: models of every make, built alike of Keratin's parts and of Keras's.

A model is a function of a namespace `keras`, and so are the custom classes that it uses, which both
packages register under the same names.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

ZOO: dict[str, Callable[[Any], Any]] = {}
# Models that only the format of Keras 3 can hold for Keras: it refuses subclasses in .h5 files.
SUBCLASSES: set[str] = set()


def animal(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    ZOO[function.__name__] = function
    return function


def subclass(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    SUBCLASSES.add(function.__name__)
    return animal(function)


@functools.cache
def custom(keras: Any) -> Any:
    """Classes and functions of the user, registered."""
    layers, ops = keras.layers, keras.ops
    register = keras.saving.register_keras_serializable("zoo")

    @register
    def swing(x: Any) -> Any:
        return x * ops.sigmoid(2 * x)

    @register
    class Scale(layers.Layer):
        def __init__(self, factor: float = 2.0, **kwargs: Any):
            super().__init__(**kwargs)
            self.factor = factor

        def build(self, input_shape: Any) -> None:
            self.shift = self.add_weight(shape=(input_shape[-1],), name="shift")
            self.count = self.add_weight(shape=(), name="count", trainable=False, dtype="int32")
            self.built = True

        def call(self, inputs: Any) -> Any:
            return inputs * self.factor + self.shift

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "factor": self.factor}

    @register
    class Positions(layers.Layer):
        def __init__(self, length: int, width: int, **kwargs: Any):
            super().__init__(**kwargs)
            self.length, self.width = length, width
            self.table = layers.Embedding(length, width)

        def build(self, input_shape: Any) -> None:
            self.table.build((self.length,))
            self.built = True

        def call(self, inputs: Any) -> Any:
            return inputs + self.table(ops.arange(self.length))

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "length": self.length, "width": self.width}

    @register
    class Distance(keras.losses.Loss):
        def __init__(self, power: float = 2.0, name: str = "distance", **kwargs: Any):
            super().__init__(name=name)
            self.power = power

        def call(self, y_true: Any, y_pred: Any) -> Any:
            return ops.mean(ops.abs(y_true - y_pred) ** self.power, axis=-1)

        def get_config(self) -> dict[str, Any]:
            return {"name": self.name, "power": self.power}

    @register
    class Largest(keras.metrics.Metric):
        def __init__(self, name: str = "largest", **kwargs: Any):
            super().__init__(name=name, **kwargs)
            self.value = self.add_variable(shape=(), initializer="zeros", name="value")

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            self.value.assign(ops.maximum(self.value, ops.max(y_pred)))

        def result(self) -> Any:
            return self.value

    @register
    class Block(keras.Model):
        def __init__(self, units: int = 3, **kwargs: Any):
            super().__init__(**kwargs)
            self.units = units
            self.hidden = [layers.Dense(units, activation="relu"), layers.Dense(4)]
            self.norm = layers.LayerNormalization()

        def build(self, input_shape: Any) -> None:
            self.hidden[0].build(input_shape)
            self.hidden[1].build((None, self.units))
            self.norm.build(input_shape)
            self.built = True

        def call(self, inputs: Any) -> Any:
            return self.norm(inputs + self.hidden[1](self.hidden[0](inputs)))

        def get_config(self) -> dict[str, Any]:
            return {"name": self.name, "units": self.units}

    @register
    class Tower(keras.Model):
        def __init__(self, **kwargs: Any):
            super().__init__(**kwargs)
            self.blocks = {"low": Block(2), "high": Block(5)}
            self.inner = keras.Sequential([layers.Dense(4), layers.BatchNormalization()])
            self.head = layers.Dense(2)

        def build(self, input_shape: Any) -> None:
            for block in self.blocks.values():
                block.build(input_shape)
            self.inner.build(input_shape)
            self.head.build(input_shape)
            self.built = True

        def call(self, inputs: Any, training: bool = False) -> Any:
            hidden = self.blocks["high"](self.blocks["low"](inputs))
            return self.head(self.inner(hidden, training=training))

        def get_config(self) -> dict[str, Any]:
            return {"name": self.name}

    return types.SimpleNamespace(**{k: v for k, v in locals().items() if k not in ("keras", "ops")})


# Sequential and functional models


@animal
def sequential(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(5, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(2, use_bias=False),
        ]
    )


@animal
def deferred(keras: Any) -> Any:
    model = keras.Sequential([keras.layers.Dense(3, activation="tanh"), keras.layers.Dense(2)])
    model.build((None, 4))
    return model


@animal
def functional(keras: Any) -> Any:
    inputs = keras.Input((4,), name="given")
    hidden = keras.layers.Dense(3, activation="gelu", name="first")(inputs)
    return keras.Model(inputs, keras.layers.Dense(2, name="last")(hidden), name="plain")


@animal
def nested(keras: Any) -> Any:
    layers = keras.layers
    deep = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(4)], name="deep")
    inputs = keras.Input((4,))
    middle = keras.Model(inputs, deep(deep(inputs)) + layers.Dense(4)(inputs), name="middle")
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(2)(middle(layers.Dense(4)(middle(inputs)))))


@animal
def lists(keras: Any) -> Any:
    layers = keras.layers
    first, second = keras.Input((4,), name="one"), keras.Input((3,), name="two")
    joined = layers.Concatenate()([first, second])
    outputs = [layers.Dense(2, name="b")(joined), layers.Dense(1, name="a")(joined)]
    return keras.Model([first, second], outputs)


@animal
def dicts(keras: Any) -> Any:
    layers = keras.layers
    first, second = keras.Input((4,), name="first"), keras.Input((4,), name="second")
    shared = layers.Dense(3, name="shared")
    joined = layers.Concatenate()([shared(first), shared(second)])
    outputs = {"z": layers.Dense(1, name="z")(joined), "b": layers.Add()([first, second])}
    return keras.Model({"second": second, "first": first}, outputs)


@animal
def shared_layers(keras: Any) -> Any:
    layers = keras.layers
    inputs = keras.Input((4,))
    dense, norm = layers.Dense(4, activation="tanh"), layers.BatchNormalization()
    return keras.Model(inputs, dense(norm(dense(norm(dense(inputs))))))


@animal
def residual(keras: Any) -> Any:
    layers = keras.layers
    inputs = keras.Input((4,))
    hidden = inputs
    for _ in range(2):
        hidden = layers.Add()([hidden, layers.Dense(4, activation="relu")(hidden)])
    return keras.Model(inputs, layers.Average()([hidden, layers.Maximum()([inputs, hidden])]))


@animal
def siamese(keras: Any) -> Any:
    inputs = keras.Input((4,))
    encoder = keras.Model(inputs, keras.layers.Dense(3)(inputs), name="encoder")
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    apart = keras.ops.abs(encoder(left) - encoder(right))
    return keras.Model([left, right], keras.layers.Dense(1, activation="sigmoid")(apart))


@animal
def ops_in_graph(keras: Any) -> Any:
    ops = keras.ops
    x = keras.Input((4,))
    y = x * 2 + ops.relu(x) - 1.0 / (ops.abs(x) + 1.0)
    y = ops.concatenate([y, x[:, :2], ops.expand_dims(ops.sum(x, axis=-1), -1)], axis=-1)
    return keras.Model(x, keras.layers.Dense(2)(y) ** 2)


# Recurrent models


@animal
def recurrent(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((5, 3)),
            layers.LSTM(3, return_sequences=True),
            layers.GRU(2, return_sequences=True),
            layers.SimpleRNN(2),
            layers.Dense(1),
        ]
    )


@animal
def wrapped(keras: Any) -> Any:
    layers = keras.layers
    inputs = keras.Input((5, 3))
    hidden = layers.Bidirectional(layers.LSTM(2, return_sequences=True))(inputs)
    hidden = layers.Bidirectional(
        layers.GRU(2, return_sequences=True),
        backward_layer=layers.SimpleRNN(2, return_sequences=True, go_backwards=True),
        merge_mode="sum",
    )(hidden)
    return keras.Model(inputs, layers.TimeDistributed(layers.Dense(2))(hidden))


@animal
def convolutional_lstm(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((3, 4, 4, 2)),
            layers.ConvLSTM2D(2, 3, padding="same"),
            layers.GlobalAveragePooling2D(),
        ]
    )


@animal
def stateful(keras: Any) -> Any:
    inputs = keras.Input(batch_shape=(3, 5, 3))
    cells = [keras.layers.GRUCell(2, reset_after=False), keras.layers.LSTMCell(2)]
    hidden = keras.layers.RNN(cells, return_sequences=True)(inputs)
    return keras.Model(inputs, keras.layers.LSTM(2, stateful=True)(hidden))


@animal
def masked(keras: Any) -> Any:
    layers = keras.layers
    inputs = keras.Input((5,), dtype="int32")
    hidden = layers.Embedding(7, 4, mask_zero=True)(inputs)
    hidden = layers.LSTM(3, return_sequences=True)(hidden)
    return keras.Model(inputs, layers.GlobalAveragePooling1D()(hidden))


# Attention and images


@animal
def transformer(keras: Any) -> Any:
    layers = keras.layers
    tokens = keras.Input((5,), dtype="int32")
    x = layers.Embedding(7, 4)(tokens)
    x = custom(keras).Positions(5, 4)(x)
    attended = layers.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True)
    x = layers.LayerNormalization()(x + attended)
    fed = layers.Dense(4)(layers.Dense(8, activation="gelu")(x))
    return keras.Model(tokens, layers.LayerNormalization()(x + fed))


@animal
def attention(keras: Any) -> Any:
    layers = keras.layers
    query, value = keras.Input((3, 4), name="query"), keras.Input((5, 4), name="value")
    both = [layers.Attention(use_scale=True)([query, value])]
    both.append(layers.AdditiveAttention()([query, value]))
    return keras.Model([query, value], layers.Concatenate()(both))


@animal
def separable(keras: Any) -> Any:
    layers = keras.layers
    inputs = keras.Input((8, 8, 3))
    x = layers.SeparableConv2D(4, 3, padding="same", use_bias=False)(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.DepthwiseConv2D(3, strides=2)(layers.ZeroPadding2D(1)(x))
    x = layers.MaxPooling2D()(layers.UpSampling2D()(x))
    x = layers.Conv2DTranspose(2, 3)(x)
    return keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))


@animal
def normalized(keras: Any) -> Any:
    layers = keras.layers
    inputs = keras.Input((4, 4))
    x = layers.GroupNormalization(2)(layers.UnitNormalization()(inputs))
    x = layers.SpectralNormalization(layers.Conv1D(3, 2))(x)
    return keras.Model(inputs, layers.RMSNormalization()(layers.PReLU()(x)))


# Classes of the user


@subclass
def subclassed(keras: Any) -> Any:
    model = custom(keras).Block(units=3, name="block")
    model.build((None, 4))
    return model


@subclass
def tower(keras: Any) -> Any:
    model = custom(keras).Tower(name="tower")
    model.build((None, 4))
    return model


@animal
def custom_parts(keras: Any) -> Any:
    own = custom(keras)
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(3, activation=own.swing)(inputs)
    model = keras.Model(inputs, own.Scale(3.0)(hidden))
    model.compile(keras.optimizers.SGD(0.1), own.Distance(3.0), metrics=[own.Largest()])
    return model


@animal
def custom_model_in_graph(keras: Any) -> Any:
    inputs = keras.Input((4,))
    block = custom(keras).Block(2, name="block")
    return keras.Model(inputs, keras.layers.Dense(1)(block(inputs)))


@animal
def lambda_of_function(keras: Any) -> Any:
    layer = keras.layers.Lambda(custom(keras).swing, output_shape=(4,))
    return keras.Sequential([keras.Input((4,)), layer, keras.layers.Dense(2)])


# Dtypes and options


@animal
def mixed(keras: Any) -> Any:
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, dtype="mixed_bfloat16"), keras.layers.Dense(2)]
    )


@animal
def double(keras: Any) -> Any:
    inputs = keras.Input((4,), dtype="float32")
    hidden = keras.layers.Dense(3, dtype="float64")(inputs)
    return keras.Model(inputs, keras.layers.Dense(2, dtype=keras.DTypePolicy("float64"))(hidden))


@animal
def objects(keras: Any) -> Any:
    dense = keras.layers.Dense(
        4,
        kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out", seed=3),
        bias_initializer=keras.initializers.Constant(0.5),
        kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02),
        bias_constraint=keras.constraints.NonNeg(),
        activity_regularizer=keras.regularizers.L2(0.1),
    )
    orthogonal = keras.regularizers.OrthogonalRegularizer(0.1)
    layer = keras.layers.Dense(
        2, kernel_constraint=keras.constraints.MinMaxNorm(0.5, 2.0), kernel_regularizer=orthogonal
    )
    return keras.Sequential([keras.Input((4,)), dense, layer])


@animal
def frozen(keras: Any) -> Any:
    model = sequential(keras)
    model.layers[0].trainable = False
    model.layers[1].trainable = False
    return model


@animal
def scheduled(keras: Any) -> Any:
    model = functional(keras)
    rate = keras.optimizers.schedules.CosineDecay(0.1, 100, alpha=0.1, warmup_steps=5)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=0.01, clipnorm=1.0)
    model.compile(optimizer, "mse", metrics=["mae", keras.metrics.RootMeanSquaredError()])
    return model


@animal
def averaged(keras: Any) -> Any:
    model = functional(keras)
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9, use_ema=True, ema_momentum=0.9)
    model.compile(optimizer, keras.losses.LogCosh(reduction="sum"), weighted_metrics=["mae"])
    return model


@animal
def scaled(keras: Any) -> Any:
    model = functional(keras)
    inner = keras.optimizers.RMSprop(0.01, momentum=0.5, centered=True)
    model.compile(keras.optimizers.LossScaleOptimizer(inner), "mse")
    return model


@animal
def options(keras: Any) -> Any:
    inputs = keras.Input((4,))
    outputs = {
        "price": keras.layers.Dense(1, name="price")(inputs),
        "kind": keras.layers.Dense(3, activation="softmax", name="kind")(inputs),
    }
    model = keras.Model(inputs, outputs)
    model.compile(
        keras.optimizers.Nadam(0.01),
        loss={"price": keras.losses.LogCosh(), "kind": "sparse_categorical_crossentropy"},
        loss_weights={"price": 0.5, "kind": 2.0},
        metrics={"price": ["mae"], "kind": [keras.metrics.SparseTopKCategoricalAccuracy(2)]},
        weighted_metrics={"price": [], "kind": ["accuracy"]},
        steps_per_execution=2,
    )
    return model
