import io
import subprocess
import sys

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.harness.real_keras import real
from tests.keras.training.models import classification, data, regression, same_bits, weights

X, Y = data(50)
CLASSES = np.arange(50) % 3
WEIGHTS = np.linspace(0.5, 2.0, 50).astype("float32")


def one_output(k, units=1, activation=None):
    return k.Sequential(
        [
            k.Input((4,)),
            k.layers.Dense(5, activation="tanh", kernel_regularizer="l2"),
            k.layers.Dense(units, activation=activation),
        ]
    )


def two_outputs(k):
    x = k.Input((4,), name="x")
    hidden = k.layers.Dense(5, activation="tanh")(x)
    outputs = [
        k.layers.Dense(1, name="size")(hidden),
        k.layers.Dense(3, activation="softmax", name="kind")(hidden),
    ]
    return k.Model(x, outputs)


def named_outputs(k):
    x = k.Input((4,), name="x")
    hidden = k.layers.Dense(5, activation="tanh")(x)
    return k.Model(
        x,
        {
            "size": k.layers.Dense(1, name="size")(hidden),
            "kind": k.layers.Dense(3, activation="softmax", name="kind")(hidden),
        },
    )


SPARSE = "sparse_categorical_crossentropy"
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]

# name: (model, compile, fit)
CASES = {
    "regression": (one_output, {"loss": "mse", "metrics": ["mae"]}, {"y": Y}),
    "classes": (
        lambda k: one_output(k, 3, "softmax"),
        {"loss": SPARSE, "metrics": ["accuracy"]},
        {"y": CLASSES},
    ),
    "one-hot": (
        lambda k: one_output(k, 3, "softmax"),
        {"loss": "categorical_crossentropy", "metrics": ["acc"]},
        {"y": ONE_HOT},
    ),
    "binary": (
        lambda k: one_output(k, 1, "sigmoid"),
        {"loss": "binary_crossentropy", "metrics": ["accuracy", "mse"]},
        {"y": (CLASSES > 0).astype("float32")},
    ),
    "sample weights": (
        one_output,
        {"loss": "mse", "metrics": ["mae"], "weighted_metrics": ["mae"]},
        {"y": Y, "sample_weight": WEIGHTS},
    ),
    "class weights": (
        lambda k: one_output(k, 3, "softmax"),
        {"loss": SPARSE, "weighted_metrics": ["accuracy"]},
        {"y": CLASSES, "class_weight": {0: 1.0, 1: 3.0, 2: 0.5}},
    ),
    "validation split": (one_output, {"loss": "mse"}, {"y": Y, "validation_split": 0.3}),
    "validation data": (
        one_output,
        {"loss": "mse", "metrics": ["mae"]},
        {"y": Y, "validation_data": (X[:20], Y[:20], WEIGHTS[:20]), "validation_freq": 2},
    ),
    "loss weights": (
        two_outputs,
        {"loss": ["mse", SPARSE], "loss_weights": [0.3, 2.0], "metrics": [["mae"], ["accuracy"]]},
        {"y": [Y, CLASSES]},
    ),
    "by name": (
        named_outputs,
        {
            "loss": {"size": "mse", "kind": SPARSE},
            "loss_weights": {"size": 0.3, "kind": 2.0},
            "metrics": {"kind": ["accuracy"]},
        },
        {"y": {"size": Y, "kind": CLASSES}},
    ),
    "steps": (one_output, {"loss": "mse"}, {"y": Y, "steps_per_epoch": 2}),
}


def fitted(k, make, options, arguments, start=None):
    model = make(k)
    if start is not None:
        model.set_weights(start)
    start = model.get_weights()
    model.compile(optimizer=k.optimizers.SGD(0.05), **options)
    history = model.fit(X, batch_size=16, epochs=3, shuffle=False, verbose=0, **arguments)
    return model, history.history, start


@pytest.mark.parametrize("name", CASES)
def test_fit_agrees_with_keras(name):
    make, options, arguments = CASES[name]
    theirs, expected, start = fitted(real, make, options, arguments)
    ours, found, _ = fitted(keras, make, options, arguments, start)
    assert list(found) == list(expected)
    for key, values in expected.items():
        np.testing.assert_allclose(found[key], values, rtol=1e-5, atol=1e-6, err_msg=key)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)
    labels = arguments["y"]
    if name != "sample weights":  # there Keras lists the metric of the shared name twice
        theirs_found = theirs.evaluate(X, labels, verbose=0)
        np.testing.assert_allclose(ours.evaluate(X, labels, verbose=0), theirs_found, rtol=1e-5)
    by_name = ours.evaluate(X, labels, verbose=0, return_dict=True)
    assert by_name == pytest.approx(theirs.evaluate(X, labels, verbose=0, return_dict=True), 1e-5)


def test_figures_are_listed_in_the_order_of_their_names():
    model = two_outputs(keras)
    model.compile("sgd", ["mse", SPARSE], metrics=[["mae"], ["accuracy"]])
    found = model.evaluate(X, [Y, CLASSES], verbose=0)
    by_name = model.evaluate(X, [Y, CLASSES], verbose=0, return_dict=True)
    assert dict(zip(model.metrics_names, found, strict=True)) == by_name


def test_one_loss_serves_all_outputs_with_a_list_of_weights():
    x = keras.Input((4,))
    outputs = [keras.layers.Dense(1, name=name)(x) for name in ("a", "b")]
    model = keras.Model(x, outputs)
    model.compile(loss="mse", loss_weights=[0.9, 0.1], optimizer="sgd")
    logs = model.evaluate(X, [Y, Y], verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(0.9 * logs["a_loss"] + 0.1 * logs["b_loss"], rel=1e-5)


@pytest.mark.slow
def test_processes_of_the_same_seed_end_with_the_same_weights():
    program = (
        "from tests.keras.training.models import data, regression\n"
        "import hashlib\n"
        "model = regression('adam', dropout=0.2)\n"
        "model.fit(*data(), epochs=2, verbose=0)\n"
        "print(hashlib.sha256(b''.join(w.tobytes() for w in model.get_weights())).hexdigest())\n"
    )
    run = [sys.executable, "-c", program]
    found = [subprocess.run(run, capture_output=True, text=True, check=True) for _ in range(2)]
    assert len(found[0].stdout) > 60
    assert found[0].stdout == found[1].stdout


class OwnStep(keras.Model):
    """A step of training with a tape."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1)

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


def test_a_step_of_ones_own_learns_what_the_default_one_does():
    found = {}
    for cls in (OwnStep, lambda: keras.Sequential([keras.layers.Dense(1)])):
        keras.utils.set_random_seed(3)
        model = cls()
        model.compile("sgd", "mse", metrics=["mae"])
        history = model.fit(X[:48], Y[:48], batch_size=16, epochs=2, shuffle=False, verbose=0)
        found[model.name] = history.history, model.get_weights()
    (own, own_weights), (default, default_weights) = found.values()
    assert list(own) == list(default) == ["loss", "mae"]
    for key, values in default.items():
        np.testing.assert_allclose(own[key], values, rtol=1e-5)
    for a, b in zip(own_weights, default_weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)


def test_a_step_of_ones_own_may_decide_on_values():
    class Careful(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)
            self.skipped = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            x, y = data
            loss = tf.reduce_mean((self(x) - y) ** 2)
            if loss > 0.0:
                self.skipped.assign_add(1.0)
            return {"loss": loss}

    model = Careful()
    model.compile("sgd")
    model.fit(X[:48], Y[:48], batch_size=16, verbose=0)
    assert float(model.skipped) == 3.0


def test_a_step_has_to_return_a_dictionary():
    class Wrong(OwnStep):
        def train_step(self, data):
            return None

    model = Wrong()
    model.compile("sgd", "mse")
    with pytest.raises(TypeError, match=r"Wrong\.train_step has to return a dictionary"):
        model.fit(X, Y, verbose=0)


def test_steps_of_two_optimizers():
    class Adversarial(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = keras.layers.Dense(4), keras.layers.Dense(1)

        def compile(self, first_optimizer, second_optimizer):
            super().compile()
            self.first_optimizer, self.second_optimizer = first_optimizer, second_optimizer

        def call(self, x):
            return self.second(self.first(x))

        def train_step(self, x):
            with tf.GradientTape(persistent=True) as tape:
                loss = tf.reduce_mean(self(x) ** 2)
            for optimizer, layer in (
                (self.first_optimizer, self.first),
                (self.second_optimizer, self.second),
            ):
                variables = layer.trainable_variables
                gradients = tape.gradient(loss, variables)
                optimizer.apply_gradients(zip(gradients, variables, strict=True))
            return {"loss": loss}

    model = Adversarial()
    model.compile(keras.optimizers.SGD(0.05), keras.optimizers.Adam(0.01))
    history = model.fit(X, epochs=5, verbose=0, batch_size=25)
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert int(model.second_optimizer.iterations) == 10
    assert not model.optimizer.built  # the one by default, which nothing uses


def test_compute_loss_of_ones_own():
    class Doubled(keras.Sequential):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):
            return 2.0 * super().compute_loss(x, y, y_pred, sample_weight)

    plain, doubled = (
        cls([keras.Input((4,)), keras.layers.Dense(1, kernel_initializer="ones")])
        for cls in (keras.Sequential, Doubled)
    )
    found = []
    for model in (plain, doubled):
        model.compile("sgd", "mse")
        found.append(model.evaluate(X, Y, verbose=0))
    assert found[1] == pytest.approx(2 * found[0], rel=1e-6)


def test_losses_and_metrics_that_layers_add():
    class Adding(keras.layers.Layer):
        def call(self, x):
            self.add_loss(tf.reduce_mean(x**2))
            self.add_metric(tf.reduce_mean(x), name="mean_input")
            return x

    model = keras.Sequential([keras.Input((4,)), Adding(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    logs = model.evaluate(X, Y, batch_size=50, verbose=0, return_dict=True)
    found = model.predict(X, verbose=0)
    assert logs["loss"] == pytest.approx(np.mean((found - Y) ** 2) + np.mean(X**2), rel=1e-5)
    assert logs["mean_input"] == pytest.approx(X.mean(), rel=1e-4)


def test_single_batches():
    model = regression()
    by_name = model.train_on_batch(X[:8], Y[:8], return_dict=True)
    assert list(by_name) == ["loss", "mae"]
    first = model.test_on_batch(X[:8], Y[:8])
    assert model.test_on_batch(X[:8], Y[:8]) == first
    model.test_on_batch(X[8:16], Y[8:16], reset_metrics=False)
    both = model.test_on_batch(X[:8], Y[:8], reset_metrics=False)
    assert both != first
    assert np.array_equal(model.predict_on_batch(X[:8]), model.predict(X[:8], verbose=0))
    with pytest.raises(ValueError, match="sample_weight or class_weight, not both"):
        model.train_on_batch(X, Y, sample_weight=WEIGHTS, class_weight={0: 1.0})
    with pytest.raises(TypeError, match="takes the arrays of one batch; given generator"):
        model.train_on_batch(pair for pair in [(X, Y)])


def test_what_was_compiled_is_known_by_its_config():
    model = regression(loss_weights=2.0)
    config = model.get_compile_config()
    assert config["loss"] == "mse"
    assert config["optimizer"]["class_name"] == "SGD"
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    assert other.get_compile_config() is None
    other.compile_from_config(config)
    assert other.get_compile_config() == config
    assert other.optimizer.built


def test_changes_of_trainable_wait_for_compile():
    model = regression()
    layer = model.layers[0]
    before = layer.get_weights()[0]
    layer.trainable = False
    with pytest.warns(UserWarning, match="no effect on training until compile"):
        model.fit(X, Y, verbose=0)
    after = layer.get_weights()[0]
    assert not np.array_equal(before, after)
    assert not layer.trainable
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    assert np.array_equal(after, layer.get_weights()[0])


def test_a_layer_that_is_added_is_trained():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    model.predict(X, verbose=0)
    model.add(keras.layers.Dense(1))
    assert model.predict(X, verbose=0).shape == (50, 1)


def test_functions_that_run_one_step():
    model = regression()
    logs = model.make_train_function()(iter([(X, Y)]))
    assert set(logs) == {"loss", "mae"}
    assert set(model.make_test_function()(iter([(X, Y)]))) == {"loss", "mae"}
    assert model.make_predict_function()(iter([X])).shape == (50, 1)


def test_a_train_function_of_ones_own():
    class Counting(keras.Sequential):
        def make_train_function(self, force=False):
            self.calls = []

            def train(iterator):
                self.calls.append(next(iterator)[0].shape[0])
                return {"loss": 1.5}

            self.train_function = self.train_function or train
            return self.train_function

    model = Counting([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    history = model.fit(X, Y, batch_size=20, verbose=0)
    assert history.history["loss"] == [1.5]


def test_what_is_printed(capsys):
    model = regression()
    model.fit(X, Y, epochs=2, validation_data=(X, Y))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Epoch 1/2"
    assert lines[1].startswith("2/2 ━━━━━━━━━━━━━━━━━━━━ ")
    assert "/step - loss: " in lines[1]
    assert " - mae: " in lines[1]
    assert " - val_loss: " in lines[1]
    assert len(lines) == 4
    model.fit(X, Y, epochs=2, verbose=0)
    model.evaluate(X, Y, verbose=0)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_progress_is_text_in_any_encoding(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    regression().fit(X, Y, verbose=1)
    sys.stdout.flush()
    assert b"2/2 " in raw.getvalue()


def test_deleted_models_leave_nothing_behind():
    import gc
    import weakref

    model = regression()
    model.fit(X, Y, verbose=0)
    model.predict(X, verbose=0)
    loop = weakref.ref(next(iter(model._programs._loops.values())))
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
    assert loop() is None


def test_same_bits_tells_differences():
    assert same_bits([X], [X.copy()])
    assert not same_bits([X], [X + 1e-7])


def test_unknown_arguments_are_answered_with_the_nearest():
    model = classification()
    with pytest.raises(TypeError, match="Did you mean 'epochs'"):
        model.fit(X, CLASSES, epoch=3)
    with pytest.raises(TypeError, match="Did you mean 'metrics'"):
        model.compile("sgd", "mse", metric=["mae"])
    with pytest.raises(TypeError, match="Did you mean 'batch_size'"):
        model.evaluate(X, CLASSES, batchsize=3)
    assert len(weights(model)) == 4
