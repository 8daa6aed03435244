"""Models of which pictures are made."""

from keratin import keras


def row():
    """Two layers in a row."""
    layers = [keras.layers.Dense(3, name="first"), keras.layers.Dense(2, name="second")]
    return keras.Sequential([keras.Input((4,)), *layers], name="row")


def two_heads():
    """Two inputs, two outputs, an edge that passes a layer, and a model within the model."""
    layers = keras.layers
    image, age = keras.Input((8,), name="image"), keras.Input((4,), name="age")
    features = layers.Dense(8, activation="relu", name="features")(image)
    narrow = layers.Dense(8, name="narrow")(features)
    residual = layers.Add(name="residual")([features, narrow])
    inner = [keras.Input((8,)), layers.Dense(6, name="in_a"), layers.Dense(4, name="in_b")]
    encoded = keras.Sequential(inner, name="encoder")(residual)
    joined = layers.Concatenate(name="joined")([encoded, age])
    price = layers.Dense(1, name="price")(joined)
    kind = layers.Dense(3, name="kind")(layers.Concatenate(name="again")([joined, age]))
    return keras.Model([image, age], [price, kind], name="two_heads")


class Twice(keras.Model):
    """A layer applied to the input, as a subclass has it."""

    def __init__(self):
        super().__init__(name="twice")
        self.inner = keras.layers.Dense(2, name="inner")

    def call(self, x):
        return self.inner(x) + 1.0


def subclass():
    """A subclassed model that was built."""
    model = Twice()
    model.build((None, 3))
    return model
