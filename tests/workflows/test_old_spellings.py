"""Programs in the style of the books of each year: Keras 1, Keras 2 and tf.keras run as written.

Each program is whole; only its imports are those of Keratin. Sizes are small, and shared, since
most of the time goes into compiling.
"""

# As the books write it:
# ruff: noqa: B905, RUF059, B006

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras import backend as K
from keratin.keras import layers
from keratin.keras.callbacks import EarlyStopping, LambdaCallback, LearningRateScheduler
from keratin.keras.layers import Activation, Dense, Dropout, Flatten, Input
from keratin.keras.models import Model, Sequential
from keratin.keras.optimizers import SGD, Adam, RMSprop
from keratin.keras.utils import to_categorical

ROWS, WIDTH, CLASSES = 32, 4, 3


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(0)


@pytest.fixture
def data():
    x = np.random.default_rng(0).normal(size=(ROWS, WIDTH)).astype("float32")
    return x, (x @ np.arange(WIDTH) > 0).astype("int64") + (x[:, 0] > 1)


@pytest.fixture
def regression(data):
    return data[0], data[0].sum(axis=1, keepdims=True)


def batches(x, y, size=8):
    """A generator that goes on for ever, as Keras 1 and 2 wanted it."""
    while True:
        for start in range(0, len(x), size):
            yield x[start : start + size], y[start : start + size]


# Keras 1


def test_keras_1_classifier(data):
    x, y = data
    targets = to_categorical(y, CLASSES)
    model = Sequential()
    model.add(Dense(output_dim=8, input_dim=WIDTH, init="uniform"))
    model.add(Activation("tanh"))
    model.add(Dropout(p=0.1))
    model.add(Dense(CLASSES, init="glorot_normal", W_regularizer=keras.regularizers.l2(0.01)))
    model.add(Activation("softmax"))
    sgd = SGD(lr=0.1, decay=1e-6, momentum=0.9, nesterov=True)
    model.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])
    history = model.fit(
        x, targets, nb_epoch=3, batch_size=8, verbose=0, validation_split=0.25, shuffle=True
    )
    assert len(history.history["loss"]) == 3
    assert {"acc", "val_acc"} <= history.history.keys() or {
        "accuracy",
        "val_accuracy",
    } <= history.history.keys()
    score = model.evaluate(x, targets, batch_size=8, verbose=0)
    assert len(score) == 2
    classes = model.predict_classes(x)
    assert classes.shape == (ROWS,)
    np.testing.assert_array_equal(classes, np.argmax(model.predict_proba(x), axis=-1))


def test_keras_1_generators(regression):
    x, y = regression
    model = Sequential([Dense(1, input_dim=WIDTH)])
    model.compile(SGD(lr=0.01), "mse")
    history = model.fit_generator(
        batches(x, y),
        samples_per_epoch=16,
        nb_epoch=2,
        validation_data=batches(x, y),
        nb_val_samples=8,
        verbose=0,
    )
    assert history.history.keys() >= {"loss", "val_loss"}
    assert model.evaluate_generator(batches(x, y), val_samples=16) > 0
    assert model.predict_generator(batches(x, y), val_samples=16).shape == (16, 1)


def test_keras_1_convolutions():
    x = np.random.default_rng(1).normal(size=(8, 8, 8, 1)).astype("float32")
    y = to_categorical(np.arange(8) % 2, nb_classes=2)
    model = Sequential()
    model.add(
        layers.Convolution2D(2, 3, 3, border_mode="same", input_shape=(8, 8, 1), dim_ordering="tf")
    )
    model.add(Activation("relu"))
    model.add(layers.MaxPooling2D(pool_size=(2, 2)))
    model.add(layers.Convolution2D(2, 3, 3, subsample=(1, 1), border_mode="valid", bias=False))
    model.add(Flatten())
    model.add(Dense(2, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adadelta", metrics=["acc"])
    model.fit(x, y, batch_size=4, nb_epoch=1, verbose=0)
    assert model.layers[0].output_shape == (None, 8, 8, 2)
    assert model.predict(x).shape == (8, 2)


def test_keras_1_embedding_and_lstm():
    x = np.random.default_rng(2).integers(0, 20, (8, 5))
    y = np.arange(8) % 2
    model = Sequential()
    model.add(layers.Embedding(20, 4, input_length=5))
    model.add(layers.LSTM(output_dim=3, inner_activation="hard_sigmoid", activation="tanh"))
    model.add(Dense(1))
    model.add(Activation("sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer="rmsprop", class_mode="binary")
    model.fit(x, y, nb_epoch=1, batch_size=4, verbose=0)
    assert model.predict_classes(x).shape == (8, 1)


def test_keras_1_merging_functions():
    a, b = Input(shape=(WIDTH,)), Input(shape=(WIDTH,))
    merged = layers.concatenate([a, b], axis=-1)
    total = layers.add([a, b])
    model = Model(input=[a, b], output=[Dense(1)(merged), total])
    outputs = model.predict([np.ones((2, WIDTH)), np.ones((2, WIDTH))], verbose=0)
    assert outputs[0].shape == (2, 1)
    np.testing.assert_array_equal(outputs[1], np.full((2, WIDTH), 2.0))


# Keras 2


def test_chollet_style_scalar_regression(regression):
    x, y = regression

    def build_model():
        model = keras.models.Sequential()
        model.add(layers.Dense(8, activation="relu", input_shape=(x.shape[1],)))
        model.add(layers.Dense(1))
        model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
        return model

    scores = []
    for fold in range(2):
        rows = slice(fold * 16, (fold + 1) * 16)
        model = build_model()
        history = model.fit(
            x[rows], y[rows], validation_data=(x[rows], y[rows]), epochs=2, batch_size=8, verbose=0
        )
        scores.append(history.history["val_mae"])
        val_mse, val_mae = model.evaluate(x[rows], y[rows], verbose=0)
        assert np.isclose(val_mae, scores[-1][-1])
    assert np.shape(scores) == (2, 2)
    K.clear_session()


def test_chollet_style_history_keys(data):
    x, y = data
    model = Sequential()
    model.add(Dense(CLASSES, activation="softmax", input_shape=(WIDTH,)))
    model.compile(
        optimizer=RMSprop(lr=1e-3), loss="sparse_categorical_crossentropy", metrics=["acc"]
    )
    history = model.fit(x, y, epochs=2, batch_size=8, validation_split=0.25, verbose=0)
    assert list(history.history) == ["acc", "loss", "val_acc", "val_loss"]
    assert history.epoch == [0, 1]


def test_chollet_style_generator_with_validation(regression):
    x, y = regression
    model = Sequential([Dense(1, input_shape=(None, WIDTH)[1:])])
    model.compile(optimizer=Adam(lr=1e-2), loss="mae")
    history = model.fit_generator(
        batches(x, y),
        steps_per_epoch=4,
        epochs=2,
        validation_data=batches(x, y),
        validation_steps=4,
        verbose=0,
    )
    assert len(history.history["val_loss"]) == 2


def test_two_inputs_two_outputs_by_name(data, regression):
    x, y = data
    text = Input(shape=(WIDTH,), dtype="float32", name="text")
    question = Input(shape=(WIDTH,), name="question")
    both = layers.concatenate([text, question], axis=-1)
    kind = Dense(CLASSES, activation="softmax", name="kind")(both)
    size = Dense(1, name="size")(both)
    model = Model([text, question], [kind, size])
    model.compile(
        optimizer="rmsprop",
        loss={"kind": "sparse_categorical_crossentropy", "size": "mse"},
        loss_weights={"kind": 1.0, "size": 0.25},
        metrics={"kind": ["acc"]},
    )
    inputs = {"text": x, "question": x}
    labels = {"kind": y, "size": regression[1]}
    history = model.fit(inputs, labels, epochs=1, batch_size=8, verbose=0)
    assert {"loss", "kind_loss", "size_loss", "kind_acc"} == history.history.keys()
    assert [part.shape for part in model.predict([x, x])] == [(ROWS, CLASSES), (ROWS, 1)]


def test_siamese(data):
    x, y = data
    shared = layers.LSTM(3)
    left, right = Input((None, 2)), Input((None, 2))
    merged = layers.concatenate([shared(left), shared(right)], axis=-1)
    model = Model([left, right], Dense(1, activation="sigmoid")(merged))
    model.compile("rmsprop", "binary_crossentropy")
    series = x.reshape(ROWS, 2, 2)
    model.fit([series, series], y % 2, batch_size=8, verbose=0)
    assert len(model.trainable_weights) == 5
    assert len(shared._inbound_nodes) == 2


def test_functional_api_with_add_and_lambda():
    inputs = Input(shape=(WIDTH,))
    residual = layers.add([Dense(WIDTH, activation="relu")(inputs), inputs])
    outputs = layers.Lambda(lambda t: K.sum(K.square(t), axis=-1, keepdims=True))(residual)
    model = Model(inputs=inputs, outputs=outputs)
    assert model.predict(np.zeros((2, WIDTH))).tolist() == [[0.0], [0.0]]


def test_custom_loss_and_metric_by_backend(regression):
    x, y = regression

    def root_mean_squared_error(y_true, y_pred):
        return K.sqrt(K.mean(K.square(y_pred - y_true), axis=-1) + K.epsilon())

    def mean_pred(y_true, y_pred):
        return K.mean(y_pred)

    def close(y_true, y_pred):
        return K.mean(K.cast(K.less(K.abs(y_true - y_pred), 0.5), K.floatx()))

    model = Sequential([Dense(1, input_dim=WIDTH)])
    model.compile("adam", root_mean_squared_error, metrics=[mean_pred, close])
    history = model.fit(x, y, batch_size=8, epochs=1, verbose=0)
    assert {"loss", "mean_pred", "close"} == history.history.keys()


def test_callbacks_of_all_years(regression):
    x, y = regression
    seen = []

    class Old(keras.callbacks.Callback):
        def on_train_begin(self, logs={}):
            self.losses = []

        def on_batch_end(self, batch, logs={}):
            self.losses.append(logs.get("loss"))

    class New(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(batch)

        def on_epoch_end(self, epoch, logs=None):
            self.rate = float(K.get_value(self.model.optimizer.lr))
            K.set_value(self.model.optimizer.lr, self.rate * 0.5)

    def schedule(epoch, lr):
        return lr * 0.1 if epoch else lr

    lines = []
    callbacks = [
        Old(),
        New(),
        LambdaCallback(on_epoch_end=lambda epoch, logs: lines.append((epoch, logs["loss"]))),
        LearningRateScheduler(schedule),
        EarlyStopping(monitor="loss", patience=5),
        keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.5, patience=3, epsilon=1e-4),
        keras.callbacks.TerminateOnNaN(),
    ]
    model = Sequential([Dense(1, input_dim=WIDTH)])
    model.compile(SGD(lr=0.1), "mse")
    model.fit(x, y, batch_size=8, epochs=2, verbose=0, callbacks=callbacks)
    assert len(callbacks[0].losses) == 8
    assert seen == [0, 1, 2, 3] * 2
    assert [epoch for epoch, _ in lines] == [0, 1]
    # Halved after an epoch, a tenth in the second, and halved again.
    assert np.isclose(float(K.get_value(model.optimizer.lr)), 0.1 * 0.5 * 0.1 * 0.5)


def test_sequence(regression):
    x, y = regression

    class Rows(keras.utils.Sequence):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            rows = slice(index * 8, index * 8 + 8)
            return x[rows], y[rows]

    model = Sequential([Dense(1, input_dim=WIDTH)])
    model.compile("sgd", "mse")
    model.fit_generator(Rows(), epochs=1, verbose=0, workers=2, use_multiprocessing=False)
    assert model.predict_generator(Rows(), workers=1).shape == (ROWS, 1)


def test_train_on_batch_loop(regression):
    x, y = regression
    model = Sequential([Dense(1, input_dim=WIDTH)])
    model.compile("sgd", "mse", metrics=["mae"])
    assert model.metrics_names == ["loss", "mae"]
    losses = [model.train_on_batch(x[:8], y[:8])[0] for _ in range(3)]
    assert losses[2] < losses[0]
    assert model.test_on_batch(x[:8], y[:8])[0] < losses[0]
    assert model.predict_on_batch(x[:8]).shape == (8, 1)


def test_backend_function_of_a_layer():
    model = Sequential([Dense(3, input_dim=WIDTH, activation="relu"), Dense(1)])
    hidden = K.function([model.input], [model.layers[0].output])
    found = hidden([np.ones((2, WIDTH), "float32")])[0]
    kernel, bias = model.layers[0].get_weights()
    expected = np.maximum(np.ones((2, WIDTH)) @ kernel + bias, 0)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_backend_function_with_learning_phase():
    model = Sequential([Dropout(0.5, input_shape=(WIDTH,))])
    function = K.function([model.input, K.learning_phase()], [model.output])
    ones = np.ones((8, WIDTH), "float32")
    np.testing.assert_array_equal(function([ones, 0])[0], ones)
    assert (function([ones, 1])[0] != ones).any()


# tf.keras, second editions


def test_geron_style_housing(regression):
    x, y = regression
    model = keras.models.Sequential(
        [
            keras.layers.Dense(8, activation="relu", input_shape=x.shape[1:]),
            keras.layers.Dense(1),
        ]
    )
    model.compile(loss="mean_squared_error", optimizer=keras.optimizers.SGD(lr=1e-3))
    stop = keras.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    history = model.fit(
        x, y, epochs=2, batch_size=8, validation_data=(x, y), callbacks=[stop], verbose=0
    )
    assert history.params["epochs"] == 2
    assert history.params["steps"] == 4
    assert model.evaluate(x, y, verbose=0) > 0
    assert model.predict(x[:3]).shape == (3, 1)


def test_geron_style_wide_and_deep(regression):
    x, y = regression

    class WideAndDeepModel(keras.models.Model):
        def __init__(self, units=8, activation="relu", **kwargs):
            super().__init__(**kwargs)
            self.hidden1 = keras.layers.Dense(units, activation=activation)
            self.hidden2 = keras.layers.Dense(units, activation=activation)
            self.main_output_ = keras.layers.Dense(1)
            self.aux_output_ = keras.layers.Dense(1)

        def call(self, inputs):
            input_A, input_B = inputs
            hidden = self.hidden2(self.hidden1(input_B))
            concat = keras.layers.concatenate([input_A, hidden])
            return self.main_output_(concat), self.aux_output_(hidden)

    model = WideAndDeepModel(name="wide_and_deep")
    model.compile(loss="mse", loss_weights=[0.9, 0.1], optimizer="sgd")
    model.fit((x[:, :2], x), (y, y), epochs=1, batch_size=8, verbose=0)
    total, *_ = model.evaluate((x[:, :2], x), (y, y), verbose=0)
    assert total > 0
    main, aux = model.predict((x[:, :2], x))
    assert main.shape == aux.shape == (ROWS, 1)


def test_geron_style_custom_pieces(regression):
    x, y = regression

    class HuberLoss(keras.losses.Loss):
        def __init__(self, threshold=1.0, **kwargs):
            self.threshold = threshold
            super().__init__(**kwargs)

        def call(self, y_true, y_pred):
            error = y_true - y_pred
            is_small_error = tf.abs(error) < self.threshold
            squared_loss = tf.square(error) / 2
            linear_loss = self.threshold * tf.abs(error) - self.threshold**2 / 2
            return tf.where(is_small_error, squared_loss, linear_loss)

        def get_config(self):
            return {**super().get_config(), "threshold": self.threshold}

    class HuberMetric(keras.metrics.Metric):
        def __init__(self, threshold=1.0, **kwargs):
            super().__init__(**kwargs)
            self.threshold = threshold
            self.total = self.add_weight("total", initializer="zeros")
            self.count = self.add_weight("count", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total.assign_add(tf.reduce_sum(tf.abs(y_true - y_pred)))
            self.count.assign_add(tf.cast(tf.size(y_true), tf.float32))

        def result(self):
            return self.total / self.count

    def my_softplus(z):
        return tf.math.log(tf.exp(z) + 1.0)

    def my_glorot_initializer(shape, dtype=tf.float32):
        return tf.random.normal(shape, stddev=tf.sqrt(2.0 / (shape[0] + shape[1])), dtype=dtype)

    def my_positive_weights(weights):
        return tf.where(weights < 0.0, tf.zeros_like(weights), weights)

    class MyL1Regularizer(keras.regularizers.Regularizer):
        def __init__(self, factor):
            self.factor = factor

        def __call__(self, weights):
            return tf.reduce_sum(tf.abs(self.factor * weights))

        def get_config(self):
            return {"factor": self.factor}

    model = keras.models.Sequential(
        [
            keras.layers.Dense(
                8,
                activation=my_softplus,
                kernel_initializer=my_glorot_initializer,
                kernel_regularizer=MyL1Regularizer(0.01),
                kernel_constraint=my_positive_weights,
                input_shape=x.shape[1:],
            ),
            keras.layers.Dense(1),
        ]
    )
    model.compile(loss=HuberLoss(2.0), optimizer="nadam", metrics=[HuberMetric(2.0)])
    history = model.fit(x, y, epochs=1, batch_size=8, verbose=0)
    assert "huber_metric" in history.history
    assert (model.layers[0].get_weights()[0] >= 0).all()


def test_geron_style_residual_model_with_reconstruction_loss(regression):
    x, y = regression

    class ReconstructingRegressor(keras.models.Model):
        def __init__(self, output_dim, **kwargs):
            super().__init__(**kwargs)
            self.hidden = [keras.layers.Dense(8, activation="selu") for _ in range(2)]
            self.out = keras.layers.Dense(output_dim)
            self.reconstruction_mean = keras.metrics.Mean(name="reconstruction_error")

        def build(self, batch_input_shape):
            self.reconstruct = keras.layers.Dense(batch_input_shape[-1])
            super().build(batch_input_shape)

        def call(self, inputs, training=None):
            Z = inputs
            for layer in self.hidden:
                Z = layer(Z)
            reconstruction = self.reconstruct(Z)
            loss = tf.reduce_mean(tf.square(reconstruction - inputs))
            self.add_loss(0.05 * loss)
            if training:
                result = self.reconstruction_mean(loss)
                self.add_metric(result)
            return self.out(Z)

    model = ReconstructingRegressor(1)
    model.compile(loss="mse", optimizer="nadam")
    history = model.fit(x, y, epochs=2, batch_size=8, verbose=0)
    assert history.history["loss"][1] < history.history["loss"][0]
    assert "reconstruction_error" in history.history


def test_geron_style_training_loop(regression):
    x, y = regression
    l2 = keras.regularizers.l2(0.05)
    model = keras.models.Sequential(
        [
            keras.layers.Dense(8, activation="elu", kernel_regularizer=l2),
            keras.layers.Dense(1, kernel_regularizer=l2),
        ]
    )
    optimizer = keras.optimizers.Nadam(lr=0.01)
    loss_fn = keras.losses.mean_squared_error
    mean_loss = keras.metrics.Mean()
    metrics = [keras.metrics.MeanAbsoluteError()]
    seen = []
    for _epoch in range(2):
        for step in range(4):
            X_batch, y_batch = x[step * 8 : step * 8 + 8], y[step * 8 : step * 8 + 8]
            with tf.GradientTape() as tape:
                y_pred = model(X_batch, training=True)
                main_loss = tf.reduce_mean(loss_fn(y_batch, y_pred))
                loss = tf.add_n([main_loss] + model.losses)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            for variable in model.variables:
                if variable.constraint is not None:
                    variable.assign(variable.constraint(variable))
            mean_loss(loss)
            for metric in metrics:
                metric(y_batch, y_pred)
        seen.append(float(mean_loss.result()))
        for metric in [mean_loss] + metrics:
            metric.reset_states()
    assert seen[1] < seen[0]


def test_chollet_second_edition_train_step(regression):
    x, y = regression
    loss_fn = keras.losses.MeanSquaredError()
    loss_tracker = keras.metrics.Mean(name="loss")

    class CustomModel(keras.Model):
        def train_step(self, data):
            inputs, targets = data
            with tf.GradientTape() as tape:
                predictions = self(inputs, training=True)
                loss = loss_fn(targets, predictions)
            gradients = tape.gradient(loss, self.trainable_weights)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_weights))
            loss_tracker.update_state(loss)
            return {"loss": loss_tracker.result()}

        @property
        def metrics(self):
            return [loss_tracker]

    inputs = keras.Input(shape=(WIDTH,))
    model = CustomModel(inputs, layers.Dense(1)(inputs))
    model.compile(optimizer=keras.optimizers.RMSprop())
    history = model.fit(x, y, epochs=3, batch_size=8, verbose=0)
    assert history.history["loss"][2] < history.history["loss"][0]


def test_compiled_loss_and_metrics_in_train_step(regression):
    x, y = regression

    class CustomModel(keras.Model):
        def train_step(self, data):
            inputs, targets = data
            with tf.GradientTape() as tape:
                predictions = self(inputs, training=True)
                loss = self.compiled_loss(targets, predictions, regularization_losses=self.losses)
            gradients = tape.gradient(loss, self.trainable_weights)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_weights))
            self.compiled_metrics.update_state(targets, predictions)
            return {m.name: m.result() for m in self.metrics}

    inputs = keras.Input(shape=(WIDTH,))
    model = CustomModel(inputs, layers.Dense(1)(inputs))
    model.compile("rmsprop", "mse", metrics=["mae"])
    history = model.fit(x, y, epochs=2, batch_size=8, verbose=0)
    assert {"loss", "mae"} <= history.history.keys()


def test_gan(data):
    x, _ = data

    class GAN(keras.Model):
        def __init__(self, discriminator, generator, latent_dim):
            super().__init__()
            self.discriminator = discriminator
            self.generator = generator
            self.latent_dim = latent_dim
            self.d_loss_metric = keras.metrics.Mean(name="d_loss")
            self.g_loss_metric = keras.metrics.Mean(name="g_loss")

        def compile(self, d_optimizer, g_optimizer, loss_fn):
            super().compile()
            self.d_optimizer = d_optimizer
            self.g_optimizer = g_optimizer
            self.loss_fn = loss_fn

        @property
        def metrics(self):
            return [self.d_loss_metric, self.g_loss_metric]

        def train_step(self, real):
            batch_size = tf.shape(real)[0]
            noise = tf.random.normal(shape=(batch_size, self.latent_dim))
            combined = tf.concat([self.generator(noise), real], axis=0)
            labels = tf.concat([tf.ones((batch_size, 1)), tf.zeros((batch_size, 1))], axis=0)
            labels += 0.05 * tf.random.uniform(tf.shape(labels))
            with tf.GradientTape() as tape:
                d_loss = self.loss_fn(labels, self.discriminator(combined))
            grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
            self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights))
            noise = tf.random.normal(shape=(batch_size, self.latent_dim))
            with tf.GradientTape() as tape:
                predictions = self.discriminator(self.generator(noise))
                g_loss = self.loss_fn(tf.zeros((batch_size, 1)), predictions)
            grads = tape.gradient(g_loss, self.generator.trainable_weights)
            self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights))
            self.d_loss_metric.update_state(d_loss)
            self.g_loss_metric.update_state(g_loss)
            return {"d_loss": self.d_loss_metric.result(), "g_loss": self.g_loss_metric.result()}

    discriminator = Sequential(
        [Input((WIDTH,)), Dense(8), layers.LeakyReLU(alpha=0.2), Dense(1)], name="discriminator"
    )
    generator = Sequential([Input((2,)), Dense(8), Dense(WIDTH)], name="generator")
    before = generator.get_weights()
    gan = GAN(discriminator, generator, 2)
    gan.compile(
        d_optimizer=Adam(learning_rate=0.01),
        g_optimizer=Adam(learning_rate=0.01),
        loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    history = gan.fit(x, epochs=2, batch_size=8, verbose=0)
    assert {"d_loss", "g_loss"} == history.history.keys()
    assert (before[0] != generator.get_weights()[0]).any()


def test_gan_of_keras_2_by_freezing(data):
    x, _ = data
    generator = Sequential([Dense(WIDTH, input_dim=2)])
    discriminator = Sequential([Dense(1, activation="sigmoid", input_dim=WIDTH)])
    discriminator.compile("rmsprop", "binary_crossentropy")
    discriminator.trainable = False
    gan = Sequential([generator, discriminator])
    gan.compile("rmsprop", "binary_crossentropy")
    before = discriminator.get_weights()[0]
    gan.train_on_batch(np.ones((8, 2)), np.ones((8, 1)))
    np.testing.assert_array_equal(discriminator.get_weights()[0], before)
    discriminator.train_on_batch(x[:8], np.ones((8, 1)))
    assert (discriminator.get_weights()[0] != before).any()


def test_vae_with_add_loss(data):
    x, _ = data

    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, log_var = inputs
            return K.random_normal(tf.shape(log_var)) * K.exp(log_var / 2) + mean

    inputs = layers.Input(shape=[WIDTH])
    z = layers.Dense(8, activation="selu")(inputs)
    codings_mean = layers.Dense(2)(z)
    codings_log_var = layers.Dense(2)(z)
    codings = Sampling()([codings_mean, codings_log_var])
    encoder = Model(inputs=[inputs], outputs=[codings_mean, codings_log_var, codings])
    decoder_inputs = layers.Input(shape=[2])
    decoder = Model(inputs=[decoder_inputs], outputs=[layers.Dense(WIDTH)(decoder_inputs)])
    _, _, codings = encoder(inputs)
    vae = Model(inputs=[inputs], outputs=[decoder(codings)])
    latent_loss = -0.5 * K.sum(
        1 + codings_log_var - K.exp(codings_log_var) - K.square(codings_mean), axis=-1
    )
    vae.add_loss(K.mean(latent_loss) / 4.0)
    vae.compile(loss="mse", optimizer="rmsprop")
    history = vae.fit(x, x, epochs=2, batch_size=8, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_autoencoder_with_nested_models(data):
    x, _ = data
    encoder = Sequential([Dense(2, input_shape=[WIDTH])])
    decoder = Sequential([Dense(WIDTH, input_shape=[2])])
    autoencoder = Sequential([encoder, decoder])
    autoencoder.compile(loss="mse", optimizer=SGD(lr=0.1))
    history = autoencoder.fit(x, x, epochs=3, batch_size=8, verbose=0)
    assert history.history["loss"][2] < history.history["loss"][0]
    assert encoder.predict(x).shape == (ROWS, 2)


def test_transfer_learning(data):
    x, y = data
    base = Sequential([Dense(8, activation="relu", input_shape=(WIDTH,)), Dense(8), Dense(1)])
    model = Sequential(base.layers[:-1])
    model.add(Dense(CLASSES, activation="softmax"))
    clone = keras.models.clone_model(base)
    clone.set_weights(base.get_weights())
    for layer in model.layers[:-1]:
        layer.trainable = False
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=1, batch_size=8, verbose=0)
    for ours, kept in zip(model.get_weights()[:4], clone.get_weights()[:4], strict=True):
        np.testing.assert_array_equal(ours, kept)
    assert len(model.trainable_weights) == 2
    for layer in model.layers[:-1]:
        layer.trainable = True
    model.compile(SGD(lr=1e-2), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=1, batch_size=8, verbose=0)
    assert (model.get_weights()[0] != clone.get_weights()[0]).any()


def test_config_and_summary(capsys):
    class Antirectifier(layers.Layer):
        def __init__(self, initializer="he_normal", **kwargs):
            super().__init__(**kwargs)
            self.initializer = keras.initializers.get(initializer)

        def build(self, input_shape):
            self.kernel = self.add_weight(
                name="kernel",
                shape=(input_shape[-1] * 2, 3),
                initializer=self.initializer,
                trainable=True,
            )
            super().build(input_shape)

        def call(self, inputs):
            inputs -= K.mean(inputs, axis=-1, keepdims=True)
            both = K.concatenate([K.relu(inputs), K.relu(-inputs)], axis=-1)
            return K.dot(both, self.kernel)

        def compute_output_shape(self, input_shape):
            return (input_shape[0], 3)

        def get_config(self):
            config = super().get_config()
            config.update({"initializer": keras.initializers.serialize(self.initializer)})
            return config

    model = Sequential([Dense(4, input_dim=WIDTH), Antirectifier(name="anti")])
    model.summary()
    assert "anti (Antirectifier)" in capsys.readouterr().out
    config = model.get_config()
    with keras.utils.custom_object_scope({"Antirectifier": Antirectifier}):
        again = Sequential.from_config(config)
    again.set_weights(model.get_weights())
    ones = np.ones((2, WIDTH), "float32")
    np.testing.assert_array_equal(again.predict(ones), model.predict(ones))
    with keras.utils.custom_object_scope({"Antirectifier": Antirectifier}):
        clone = keras.models.clone_model(model)
    assert clone.count_params() == model.count_params() == 44


def test_custom_layer_of_keras_1():
    class MyLayer(layers.Layer):
        def __init__(self, output_dim, **kwargs):
            self.output_dim = output_dim
            super().__init__(**kwargs)

        def build(self, input_shape):
            self.W = self.add_weight(
                (input_shape[1], self.output_dim), initializer="uniform", name="W"
            )
            super().build(input_shape)

        def call(self, x, mask=None):
            return K.dot(x, self.W)

        def get_output_shape_for(self, input_shape):
            return (input_shape[0], self.output_dim)

    model = Sequential([MyLayer(3, input_shape=(WIDTH,))])
    assert model.output_shape == (None, 3)
    assert [tuple(w.shape) for w in model.weights] == [(WIDTH, 3)]


def test_stateful_lstm():
    x = np.ones((4, 2, 2), "float32")
    model = Sequential()
    model.add(layers.LSTM(3, batch_input_shape=(4, 2, 2), stateful=True))
    first = model.predict(x, batch_size=4)
    second = model.predict(x, batch_size=4)
    assert (first != second).any()
    model.reset_states()
    np.testing.assert_allclose(model.predict(x, batch_size=4), first, rtol=1e-6)


def test_mc_dropout_and_learning_phase():
    class MCDropout(keras.layers.Dropout):
        def call(self, inputs):
            return super().call(inputs, training=True)

    model = Sequential([Dense(8, input_dim=WIDTH), MCDropout(rate=0.5), Dense(1)])
    ones = np.ones((2, WIDTH), "float32")
    assert (model.predict(ones) != model.predict(ones)).any()
    K.set_learning_phase(0)
    assert K.learning_phase() in (0, False)
    K.clear_session()


def test_time_distributed_and_bidirectional(data):
    x, y = data
    model = Sequential()
    model.add(layers.Bidirectional(layers.GRU(2, return_sequences=True), input_shape=(2, 2)))
    model.add(layers.TimeDistributed(Dense(1)))
    model.compile("adam", "mse")
    series = x.reshape(ROWS, 2, 2)
    model.fit(series, series[..., :1], batch_size=8, epochs=1, verbose=0)
    assert model.predict(series).shape == (ROWS, 2, 1)


def test_learning_rate_schedules(regression):
    x, y = regression
    rate = keras.optimizers.schedules.ExponentialDecay(0.01, 20, 0.1)
    model = Sequential([Dense(1, input_dim=WIDTH)])
    model.compile(keras.optimizers.SGD(rate), "mse")
    model.fit(x, y, batch_size=8, epochs=1, verbose=0)

    class ExponentialLearningRate(keras.callbacks.Callback):
        def __init__(self, factor):
            self.factor = factor
            self.rates = []

        def on_batch_end(self, batch, logs):
            self.rates.append(K.get_value(self.model.optimizer.learning_rate))
            K.set_value(
                self.model.optimizer.learning_rate,
                self.model.optimizer.learning_rate * self.factor,
            )

    growing = ExponentialLearningRate(1.1)
    model.compile(keras.optimizers.SGD(learning_rate=1e-3), "mse")
    model.fit(x, y, batch_size=8, epochs=1, verbose=0, callbacks=[growing])
    np.testing.assert_allclose(growing.rates, 1e-3 * 1.1 ** np.arange(4), rtol=1e-5)


def test_class_and_sample_weights(data):
    x, y = data
    model = Sequential([Dense(CLASSES, activation="softmax", input_dim=WIDTH)])
    model.compile("sgd", "sparse_categorical_crossentropy", weighted_metrics=["acc"])
    weights = {0: 1.0, 1: 2.0, 2: 0.5}
    model.fit(x, y, batch_size=8, nb_epoch=1, class_weight=weights, verbose=0)
    model.fit(x, y, batch_size=8, epochs=1, sample_weight=np.ones(ROWS), verbose=0)
    assert len(model.evaluate(x, y, sample_weight=np.ones(ROWS), verbose=0)) == 2


def test_sizes_of_a_kernel_in_keras_1():
    by_keyword = layers.Convolution2D(nb_filter=2, nb_row=3, nb_col=5, input_shape=(8, 8, 1))
    by_place = layers.Convolution2D(2, 3, 5, border_mode="valid")
    assert by_keyword.kernel_size == by_place.kernel_size == (3, 5)
    with pytest.warns(UserWarning, match=r"third argument is strides.*kernel_size=\(3, 3\)"):
        assert layers.Conv2D(2, 3, 3).strides == (3, 3)


@pytest.mark.parametrize("name", ["predict_classes", "predict_proba"])
def test_predictions_of_keras_2(name, data):
    model = Sequential([Dense(1, activation="sigmoid", input_dim=WIDTH)])
    found = getattr(model, name)(data[0], batch_size=8, verbose=0)
    probabilities = model.predict(data[0])
    expected = probabilities > 0.5 if name == "predict_classes" else probabilities
    np.testing.assert_array_equal(found, expected)
