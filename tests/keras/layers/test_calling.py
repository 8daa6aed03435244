import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras import layers


class Telling(layers.Layer):
    """Keeps what it was told."""

    def call(self, x, mask=None, training=None):
        self.told = training, mask
        return x


class Around(layers.Layer):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def call(self, x, training=None):
        return self.inner(x)


@pytest.mark.parametrize("given", [True, False, None])
def test_training_reaches_layers_within(given):
    inner = Telling()
    Around(inner)(np.ones((1, 2)), training=given)
    assert inner.told[0] is given


def test_an_explicit_training_goes_before_that_of_the_caller():
    class Fixed(Around):
        def call(self, x, training=None):
            return self.inner(x, training=False)

    inner = Telling()
    Fixed(inner)(np.ones((1, 2)), training=True)
    assert inner.told[0] is False


def test_training_of_a_functional_model_is_decided_when_it_is_called():
    x = keras.Input((1000,))
    model = keras.Model(x, layers.Dropout(0.5)(x))
    frozen = keras.Model(x, layers.Dropout(0.5)(x, training=False))
    always = keras.Model(x, layers.Dropout(0.5)(x, training=True))
    ones = np.ones((1, 1000), "float32")
    assert (model(ones) == 1).numpy().all() and not (model(ones, training=True) == 1).numpy().all()
    assert (frozen(ones, training=True) == 1).numpy().all()
    assert not (always(ones) == 1).numpy().all()


def test_masks_are_passed_on_and_end_with_a_warning():
    x = np.array([[[1.0], [0.0]]])
    inner = Telling()
    keras.Sequential([layers.Masking(), layers.Dense(2), inner])(x)
    assert inner.told[1].numpy().tolist() == [[True, False]]
    with pytest.warns(UserWarning, match=r"'flat' \(Flatten\).* does not support masks"):
        layers.Flatten(name="flat")(layers.Masking()(x))


def test_masks_in_functional_models():
    x = keras.Input((None,), dtype="int32")
    y = layers.Embedding(5, 2, mask_zero=True)(x)
    model = keras.Model(x, layers.GlobalAveragePooling1D()(y))
    ids = np.array([[1, 2, 0, 0]])
    table = model.layers[1].get_weights()[0]
    np.testing.assert_allclose(model(ids), table[[1, 2]].mean(0)[None], rtol=1e-6)


def test_autograph_where_python_alone_cannot():
    class Branching(layers.Layer):
        def call(self, x):
            total = tf.reduce_sum(x)
            while total > 10.0:
                total = total / 2.0
            if total > 5.0:
                x = x * 0.0
            return x + total

    layer = Branching()
    eager = layer(tf.constant([[8.0, 8.0]]))
    traced = tf.function(layer)(tf.constant([[8.0, 8.0]]))
    np.testing.assert_array_equal(eager, traced)
    assert layer(keras.Input((2,))).shape == (None, 2)


def test_mixed_precision():
    layer = layers.Dense(2, dtype="mixed_bfloat16")
    y = layer(np.ones((1, 3), "float32"))
    assert y.dtype == "bfloat16" and layer.kernel.dtype == "float32"
    assert (layer.compute_dtype, layer.variable_dtype) == ("bfloat16", "float32")
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(np.ones((1, 3), "float32")))
    assert tape.gradient(loss, layer.kernel).dtype == "float32"


def test_inputs_keep_their_dtype_without_autocast():
    class Plain(layers.Layer):
        def call(self, x):
            return x

    assert Plain(autocast=False)(tf.constant([1.0], tf.float64)).dtype == "float64"
    assert Plain()(tf.constant([1.0], tf.float64)).dtype == "float32"
    assert Plain()(tf.constant([1])).dtype == "int32"


def test_stateless_calls_leave_the_layer_alone():
    layer = layers.BatchNormalization()
    x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
    layer.build((None, 3))
    trainable = [v * 2 for v in layer.trainable_variables]
    fixed = [v.value for v in layer.non_trainable_variables]
    outputs, after, losses = layer.stateless_call(
        trainable, fixed, x, training=True, return_losses=True
    )
    assert outputs.shape == (8, 3) and losses == []
    assert not np.allclose(after[0], fixed[0])
    np.testing.assert_array_equal(layer.moving_mean, np.zeros(3))
    with pytest.raises(ValueError, match="2 values are needed, and 1 were given"):
        layer.stateless_call(trainable[:1], fixed, x)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: layers.Dense(2)(), "missing the argument 'inputs'"),
        (lambda: layers.Dense(2)(np.ones((1, 2)), 1, 2), "too many positional arguments"),
        (lambda: layers.Dense(2)(np.ones((1, 2)), inptus=1), "no argument 'inptus'"),
        (lambda: layers.Dense(2)("text"), "is no tensor: 'text'"),
    ],
)
def test_mistakes_in_calls(call, said):
    with pytest.raises((TypeError, ValueError), match=said):
        call()


def test_a_class_without_call_says_what_to_define():
    with pytest.raises(NotImplementedError, match=r"Define `def call\(self, inputs\):`"):
        layers.Layer()(np.ones(2))


def test_errors_inside_a_call_show_the_users_frames_alone():
    class Failing(layers.Layer):
        def call(self, x):
            return tf.matmul(x, tf.ones((5, 5)))

    with pytest.raises(ValueError, match="matmul") as caught:
        Failing()(np.ones((2, 3)))
    files = [str(entry.path) for entry in caught.traceback]
    assert not any("/jax/" in file for file in files)


def test_output_shapes_may_be_given():
    class Shaped(layers.Layer):
        def call(self, x):
            return tf.numpy_function(lambda a: a[:, :1], [x], tf.float32)

        def compute_output_shape(self, input_shape):
            return (input_shape[0], 1)

    assert Shaped()(keras.Input((3,))).shape == (None, 1)
