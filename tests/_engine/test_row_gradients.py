"""Gradients of tables by the rows that were taken from them."""

import jax
import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin._engine.differentiation import value_and_gradients
from keratin._engine.row_gradients import take_rows
from keratin.keras.training import step_methods

INDICES = tf.constant([[3, 1], [3, 0]])


def losses(table, weight):
    """Losses of a table by name, and whether its gradient may be of rows."""

    def of_rows():
        return tf.reduce_sum(take_rows(table, INDICES, tf.gather) ** 2)

    def twice():
        first = take_rows(table, tf.constant([2, 4]), tf.gather)
        return of_rows() + tf.reduce_sum(first**3) * weight

    def and_whole():
        return of_rows() + tf.reduce_sum(table * table) * 0.1

    def in_branch():
        return tf.cond(weight > 0, of_rows, lambda: tf.constant(0.0))

    def in_loop():
        found = tf.map_fn(
            lambda i: tf.reduce_sum(take_rows(table, i, tf.gather) ** 2),
            INDICES,
            fn_output_signature=tf.float32,
        )
        return tf.reduce_sum(found)

    def in_remat():
        return tf.recompute_grad(lambda x: tf.reduce_sum(take_rows(table, INDICES, tf.gather) * x))(
            weight
        )

    def of_none():
        # Known only when the program runs: what is known before is an error.
        start = tf.cast(tf.stop_gradient(weight) * 0.0, tf.int64)
        nowhere = start + tf.constant([-1, 5, 1, 2**33 + 2], tf.int64)
        return tf.reduce_sum(take_rows(table, nowhere, tf.gather) * 3.0)

    return {
        "rows": (of_rows, True),
        "out of range": (of_none, True),
        "twice": (twice, True),
        "and the whole": (and_whole, False),
        "in a branch": (in_branch, False),
        "in a loop": (in_loop, False),
        "recomputed": (in_remat, False),
    }


@pytest.mark.parametrize("name", list(losses(None, None)))
def test_the_gradient_is_that_of_the_whole(name):
    table = tf.Variable(np.arange(1, 11, dtype="float32").reshape(5, 2) / 10)
    weight = tf.Variable(2.0)
    loss, may_be_rows = losses(table, weight)[name]
    was_rows = []

    @tf.function
    def gradients(tables):
        found, _, (gradient, other) = value_and_gradients(
            lambda: (loss(), None), [table, weight], [table] if tables else []
        )
        was_rows.append(isinstance(gradient, tf.IndexedSlices))
        other = tf.zeros(()) if other is None else other
        return found, tf.convert_to_tensor(gradient), other

    for found, expected in zip(gradients(True), gradients(False), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert was_rows == [may_be_rows, False]


def test_only_tables_that_are_asked_for():
    table = tf.Variable(np.ones((5, 2), "float32"))
    rows = take_rows(table, INDICES, tf.gather)
    assert rows.shape == (2, 2, 2)


def model_of(optimizer, **options):
    keras.utils.set_random_seed(3)
    number = keras.Input((4,), dtype="int32")
    table = keras.layers.Embedding(50, 3, **options)
    both = keras.layers.add([table(number), table(number[:, ::-1])])
    output = keras.layers.Dense(1)(keras.layers.Flatten()(both))
    model = keras.Model(number, output)
    model.compile(optimizer, "mse")
    return model


OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.1),
    "decay": lambda: keras.optimizers.SGD(0.1, weight_decay=0.01),
    "adagrad": lambda: keras.optimizers.Adagrad(0.1),
    "averages": lambda: keras.optimizers.SGD(0.1, use_ema=True, ema_overwrite_frequency=2),
    "clipped": lambda: keras.optimizers.SGD(0.1, clipnorm=0.1),
    "momentum": lambda: keras.optimizers.SGD(0.1, momentum=0.9),
}


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_training_by_rows_is_training(name, monkeypatch):
    random = np.random.default_rng(0)
    x, y = random.integers(0, 50, (24, 4)), random.normal(size=(24, 1)).astype("float32")
    found = []
    for limit in (1, 1 << 30):
        monkeypatch.setattr(step_methods, "LARGE_TABLE", limit)
        model = model_of(OPTIMIZERS[name](), mask_zero=False)
        model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
        found.append(model.get_weights())
    for by_rows, whole in zip(*found, strict=True):
        np.testing.assert_allclose(by_rows, whole, rtol=2e-5, atol=1e-6)


def test_a_step_does_not_touch_the_rest(monkeypatch):
    monkeypatch.setattr(step_methods, "LARGE_TABLE", 1)
    model = model_of("sgd")
    x, y = np.zeros((8, 4), "int32"), np.ones((8, 1), "float32")
    model.fit(x, y, batch_size=8, verbose=0)
    programs = [step.program for key, step in model._programs._steps.items() if key[0] == "train"]
    names = [
        equation.primitive.name
        for program in programs
        for equation in program.jaxpr.eqns
        if any(v.aval.shape == (50, 3) for v in equation.outvars)
    ]
    # The table is changed in place, and nothing else of its size is computed.
    assert [name for name in names if name != "stop_gradient"] == ["scatter-add"]


def test_regularized_and_constrained_tables(monkeypatch):
    found = []
    x, y = np.arange(32).reshape(8, 4), np.ones((8, 1), "float32")
    for limit in (1, 1 << 30):
        monkeypatch.setattr(step_methods, "LARGE_TABLE", limit)
        model = model_of(
            "sgd", embeddings_regularizer="l2", embeddings_constraint=keras.constraints.MaxNorm(0.1)
        )
        model.fit(x, y, batch_size=4, verbose=0)
        found.append(model.layers[1].embeddings.numpy())
    np.testing.assert_allclose(found[0], found[1], rtol=2e-5, atol=1e-6)
    assert np.linalg.norm(found[0], axis=0).max() <= 0.1001


def test_jax_transformations_see_the_whole():
    table = np.arange(10, dtype="float32").reshape(5, 2)

    def loss(values):
        return tf.reduce_sum(take_rows(tf.constant(values), INDICES, tf.gather))._value

    gradient = jax.grad(loss)(table)
    np.testing.assert_array_equal(gradient[:, 0], [1, 1, 0, 2, 0])
