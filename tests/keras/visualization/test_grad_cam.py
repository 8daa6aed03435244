"""Grad-CAM."""

import numpy as np
import pytest

from keratin import keras
from keratin.keras.layers._call import call_context
from keratin.keras.visualization import grad_cam, overlay_heat_maps

layers = keras.layers
RNG = np.random.default_rng(0)
IMAGES = RNG.standard_normal((2, 6, 8, 1)).astype("float32")


def convolutions():
    keras.utils.set_random_seed(3)
    return [
        layers.Conv2D(4, 3, padding="same", activation="relu", name="early"),
        layers.Conv2D(5, 3, padding="same", activation="relu", name="late"),
    ]


def head(activation="softmax", classes=3):
    return [
        layers.GlobalAveragePooling2D(name="pool"),
        layers.Dense(classes, activation=activation, name="classes"),
    ]


def sequential(**options):
    return keras.Sequential([keras.Input((6, 8, 1)), *convolutions(), *head(**options)], name="net")


def functional():
    inputs = keras.Input((6, 8, 1))
    x = inputs
    for layer in [*convolutions(), *head()]:
        x = layer(x)
    return keras.Model(inputs, x)


def nested():
    base = keras.Sequential([keras.Input((6, 8, 1)), *convolutions()], name="base")
    return keras.Sequential([keras.Input((6, 8, 1)), base, *head()], name="net")


def nested_head():
    inputs = keras.Input((6, 8, 1))
    base = keras.Sequential([keras.Input((6, 8, 1)), *convolutions()], name="base")
    top = keras.Sequential([keras.Input((6, 8, 5)), *head()], name="top")
    return keras.Model(inputs, top(base(inputs)))


class Subclass(keras.Model):
    def __init__(self):
        super().__init__()
        self.early, self.late = convolutions()
        self.pool, self.classes = head()

    def call(self, x, training=False):
        return self.classes(self.pool(self.late(self.early(x))))


def subclass():
    model = Subclass()
    model(IMAGES)
    return model


def expected(model, classes):
    """By hand: the gradient of a class by a channel is its weight, spread over the places."""
    features = next(each for each in model._flatten_layers() if each.name == "late")
    early = next(each for each in model._flatten_layers() if each.name == "early")
    kernel = next(each for each in model._flatten_layers() if each.name == "classes").kernel.numpy()
    values = features(early(IMAGES)).numpy()
    maps = np.maximum((values * kernel[:, classes].T[:, None, None]).sum(-1), 0)
    return maps / maps.max(axis=(1, 2), keepdims=True)


MODELS = [sequential, functional, nested, nested_head, subclass]


@pytest.mark.parametrize("make", MODELS, ids=[each.__name__ for each in MODELS])
def test_models_of_all_kinds(make):
    model = make()
    for layer in (None, "late"):
        found = grad_cam(model, IMAGES, class_index=[1, 2], layer=layer)
        np.testing.assert_allclose(found, expected(model, [1, 2]), atol=1e-5)
    likely = model.predict(IMAGES, verbose=0).argmax(-1)
    np.testing.assert_allclose(grad_cam(model, IMAGES), expected(model, likely), atol=1e-5)


def test_the_model_is_left_as_it_was():
    model = sequential()
    before = model.predict(IMAGES, verbose=0)
    grad_cam(model, IMAGES)
    assert model.layers[-1].activation is keras.activations.softmax
    assert call_context.observer is None
    assert np.array_equal(model.predict(IMAGES, verbose=0), before)


@pytest.mark.parametrize("last", ["softmax", "sigmoid", None, "layer", "activation"])
def test_scores_are_those_before_the_end(last):
    if last in ("layer", "activation"):
        end = layers.Softmax() if last == "layer" else layers.Activation("sigmoid")
        model = keras.Sequential([keras.Input((6, 8, 1)), *convolutions(), *head(None), end])
    else:
        model = sequential(activation=last)
    # Where probabilities are 1 their gradients are 0.
    model.get_layer("classes").bias.assign([1000.0, 0.0, 0.0])
    np.testing.assert_allclose(grad_cam(model, IMAGES), expected(model, [0, 0]), atol=1e-5)
    assert "call" not in vars(model.layers[-1])


def test_one_score():
    model = sequential(activation="sigmoid", classes=1)
    np.testing.assert_allclose(grad_cam(model, IMAGES), expected(model, [0, 0]), atol=1e-5)


def test_one_output_in_a_dictionary():
    plain = functional()
    model = keras.Model(plain.input, {"kind": plain.output})
    np.testing.assert_array_equal(grad_cam(model, IMAGES), grad_cam(plain, IMAGES))


def test_maps_are_as_large_as_the_images():
    pooled = [convolutions()[0], layers.MaxPooling2D(name="small"), *head()]
    model = keras.Sequential([keras.Input((6, 8, 1)), *pooled])
    found = grad_cam(model, IMAGES)
    assert found.shape == (2, 6, 8) and found.dtype == np.float32
    assert found.min() >= 0 and found.max(axis=(1, 2)).tolist() == [1, 1]
    at = grad_cam(model, IMAGES, layer=model.layers[0])
    assert at.shape == (2, 6, 8) and not np.allclose(at, found)


def test_nothing_speaks_for_a_class():
    model = sequential()
    model.get_layer("classes").kernel.assign(-np.ones((5, 3), "float32"))
    assert grad_cam(model, IMAGES).max() == 0


def test_images_as_bytes_and_channels_first():
    model = sequential()
    model.get_layer("early")
    whole = (IMAGES * 50 + 100).astype("uint8")
    np.testing.assert_array_equal(grad_cam(model, whole), grad_cam(model, whole.astype("float32")))
    late = layers.Conv2D(4, 3, activation="relu", name="late", data_format="channels_first")
    pool = layers.GlobalAveragePooling2D(data_format="channels_first")
    model = keras.Sequential([keras.Input((1, 6, 8)), late, pool, layers.Dense(2)])
    assert grad_cam(model, IMAGES.transpose(0, 3, 1, 2)).shape == (2, 6, 8)


def two_outputs():
    inputs = keras.Input((6, 8, 1))
    x = convolutions()[0](inputs)
    pooled = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, [layers.Dense(2)(pooled), layers.Dense(1)(pooled)])


def dense():
    return keras.Sequential([keras.Input((6, 8, 1)), layers.Flatten(), layers.Dense(2)], name="net")


def images_out():
    return keras.Sequential([keras.Input((6, 8, 1)), *convolutions()])


def unbuilt():
    return keras.Sequential([layers.Conv2D(2, 3)], name="fresh")


ERRORS = [
    (sequential, {"layer": "lat"}, "no layer of 'net' is called 'lat'. Did you mean 'late'.*early"),
    (sequential, {"layer": layers.Dense(1, name="x")}, "the layer 'x' is no part of 'net'"),
    (sequential, {"layer": "pool"}, "the layer 'pool' gives no image"),
    (sequential, {"class_index": 3}, "class_index is 3; the model's classes are 0 to 2"),
    (sequential, {"class_index": [0]}, "one for each of the 2 images; given"),
    (sequential, {"class_index": "cat"}, "class_index is the number of a class"),
    (sequential, {"images": IMAGES[0]}, r"shape \(6, 8, 1\); expected four axes.*image\[None\]"),
    (sequential, {"images": IMAGES[:0]}, "images is an empty batch"),
    (two_outputs, {}, r"the model has 2 outputs.*model.outputs\[0\]"),
    (dense, {}, "no layer of 'net' gives an image"),
    (images_out, {}, r"gives the shape \(2, 6, 8, 5\); expected a score for each class"),
    (unbuilt, {}, "the model 'fresh' is not built yet"),
]


@pytest.mark.parametrize(("make", "options", "message"), ERRORS, ids=range(len(ERRORS)))
def test_errors(make, options, message):
    with pytest.raises(ValueError, match=f"^grad_cam: .*{message}"):
        grad_cam(make(), **{"images": IMAGES, **options})


def test_what_is_no_model_or_layer():
    with pytest.raises(TypeError, match=r"model is a keras.Model; given function"):
        grad_cam(sequential, IMAGES)
    with pytest.raises(TypeError, match="layer is a layer or the name of one; given int"):
        grad_cam(sequential(), IMAGES, layer=3)


def test_a_layer_that_the_scores_do_not_depend_on(recwarn):
    inputs = keras.Input((6, 8, 1))
    early, late = convolutions()
    cut = layers.Lambda(keras.ops.stop_gradient)(late(early(inputs)))
    model = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(cut)), name="net")
    with pytest.raises(ValueError, match=r"scores of 'net' do not depend on .* layer 'early'"):
        grad_cam(model, IMAGES, layer="early")
    assert len(recwarn) == 0


def test_overlays():
    images = np.full((1, 2, 2, 3), 100, np.uint8)
    maps = np.array([[[0.0, 1.0], [0.5, 0.0]]])
    assert np.array_equal(overlay_heat_maps(images, maps, alpha=0), images)
    found = overlay_heat_maps(images, maps, alpha=1.0, colormap="gray")
    assert found[0, :, :, 0].tolist() == [[0, 255], [128, 0]] and found.dtype == np.uint8
    gray = overlay_heat_maps(images[..., :1] / 255, maps, alpha=0.5, colormap="gray")
    assert gray.shape == (1, 2, 2, 3) and gray[0, 0, 0].tolist() == [50, 50, 50]
    centred = overlay_heat_maps(images * 0.0 - 1, maps, alpha=0, value_range=(-1, 1))
    assert centred.max() == 0


OVERLAYS = [
    ({"heat_maps": np.zeros((1, 3, 2))}, r"shape \(1, 3, 2\); expected \(1, 2, 2\)"),
    ({"heat_maps": np.full((1, 2, 2), 7.0)}, "values from 7 to 7; expected 0 to 1"),
    ({"alpha": 2}, "alpha is between 0 and 1; given 2"),
    ({"colormap": "jett"}, "no color map 'jett'. Did you mean 'jet'"),
    ({"images": np.full((1, 2, 2, 3), -1.0)}, "values from -1 to -1"),
]


@pytest.mark.parametrize(("options", "message"), OVERLAYS, ids=range(len(OVERLAYS)))
def test_errors_of_overlays(options, message):
    given = {"images": np.zeros((1, 2, 2, 3)), "heat_maps": np.zeros((1, 2, 2)), **options}
    with pytest.raises(ValueError, match=f"^overlay_heat_maps: .*{message}"):
        overlay_heat_maps(**given)
