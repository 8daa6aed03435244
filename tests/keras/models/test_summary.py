import re

import pytest

import keratin as tf
from keratin import keras
from tests.harness.real_keras import real


def dense(k):
    return k.Sequential(
        [k.Input((4,)), k.layers.Dense(3, name="hidden"), k.layers.Dense(1, name="out")], name="m"
    )


def images(k):
    return k.Sequential(
        [
            k.Input((8, 8, 3)),
            k.layers.Conv2D(4, 3, name="conv"),
            k.layers.BatchNormalization(name="norm"),
            k.layers.Flatten(name="flat"),
            k.layers.Dense(1000, name="a_layer_with_quite_a_long_name_for_a_table"),
        ],
        name="images",
    )


def branched(k):
    a, b = k.Input((4,), name="a"), k.Input((4,), name="b")
    shared = k.layers.Dense(3, name="shared")
    h = k.layers.Add(name="sum")([shared(a), shared(b)])
    h = k.layers.Concatenate(name="joined")([h, a])
    return k.Model([a, b], [k.layers.Dense(2, name="one")(h), h], name="branched")


def with_ops(k):
    x = k.Input((4,), name="x")
    y = k.ops.relu(k.layers.Dense(4, name="d")(x)) + x
    return k.Model(x, k.ops.mean(y, axis=-1), name="with_ops")


def nested(k):
    x = k.Input((4,), name="x")
    inner = dense(k)
    return k.Model(x, k.layers.Dense(2, name="last")(inner(x)), name="nested")


def unbuilt(k):
    return k.Sequential([k.layers.Dense(3, name="d")], name="unbuilt")


def frozen(k):
    model = dense(k)
    model.layers[0].trainable = False
    return model


def compiled(k):
    model = dense(k)
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    return model


def text(package, make, **options):
    package.utils.clear_session()
    found = []
    make(package).summary(print_fn=lambda line, line_break=False: found.append(line), **options)
    # Keras marks heads and names in bold, and pads with spaces.
    plain = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(found))
    return [line.rstrip() for line in plain.split("\n") if line.strip()]


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (dense, {}),
        (images, {}),
        (branched, {}),
        (with_ops, {}),
        (nested, {}),
        (nested, {"expand_nested": True}),
        (unbuilt, {}),
        (frozen, {"show_trainable": True}),
        (branched, {"show_trainable": True, "line_length": 120}),
        (dense, {"line_length": 60}),
        (images, {"layer_range": ["norm", "flat"]}),
        (dense, {"positions": [0.3, 0.5, 0.9]}),
    ],
)
def test_the_table_is_that_of_keras(make, options, monkeypatch):
    monkeypatch.setenv("COLUMNS", "130" if "line_length" in options else "100")
    assert text(keras, make, **options) == text(real, make, **options)


def test_the_state_of_the_optimizer_is_counted():
    lines = text(keras, compiled)
    assert " Total params: 59" in lines[-4] and " Optimizer params: 40" in lines[-1]


def test_models_of_a_class(capsys):
    class Own(keras.Model):
        def __init__(self):
            super().__init__(name="own")
            self.dense = keras.layers.Dense(2, name="d")

        def call(self, inputs):
            return self.dense(inputs)

    model = Own()
    model.build((None, 3))
    model.summary()
    shown = capsys.readouterr().out
    assert 'Model: "own"' in shown and "d (Dense)" in shown
    assert "Total params: 8 (32.00 B)" in shown and "(None, 2)" in shown


def test_models_of_a_class_within_another_are_expanded(capsys):
    class Inner(keras.Model):
        def __init__(self):
            super().__init__(name="inner")
            self.dense = keras.layers.Dense(3, name="first", trainable=False)
            self.last = keras.layers.Dense(2, name="last")

        def call(self, inputs):
            return self.last(self.dense(inputs))

    class Outer(keras.Model):
        def __init__(self):
            super().__init__(name="outer")
            self.inner = Inner()

        def call(self, inputs):
            return self.inner(inputs)

    model = Outer()
    model(tf.ones((5, 4)))
    model.summary(expand_nested=True, show_trainable=True, line_length=100)
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if "(Dense)" in line]
    assert [" ".join(cell for cell in row if cell != "│") for row in rows] == [
        "└ first (Dense) (None, 3) 15 N",
        "└ last (Dense) (None, 2) 8 Y",
    ]


def test_a_range_names_layers():
    with pytest.raises(ValueError, match=r"no layer is called 'nrom'\. There are: conv, norm"):
        images(keras).summary(layer_range=["nrom", "flat"])
    with pytest.raises(ValueError, match="3 columns do not fit into line_length=8"):
        images(keras).summary(line_length=8)
    with pytest.raises(ValueError, match="layer_range is a pair of layer names"):
        images(keras).summary(layer_range=["norm"])
