"""Grad-CAM: which parts of an image speak for a class.

R. R. Selvaraju et al., Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
Localization, 2017.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from keratin._engine import errors
from keratin._engine.operators import operators
from keratin._engine.tape import GradientTape
from keratin._engine.tensor import Tensor, convert_to_tensor
from keratin.keras._core.settings import standardize_data_format
from keratin.keras.activations import linear
from keratin.keras.layers._call import call_context
from keratin.keras.layers.activation import Softmax
from keratin.keras.layers.layer import Layer
from keratin.keras.models.model import Model
from keratin.keras.utils._figures import pyplot
from keratin.keras.visualization import _pixels

# Activations that make probabilities of scores. Gradients of a probability near 1 vanish.
_SQUASHING = ("softmax", "sigmoid", "log_softmax")


def grad_cam(
    model: Any,
    images: Any,
    class_index: int | Sequence[int] | None = None,
    layer: Any = None,
) -> np.ndarray[Any, Any]:
    """How much each place of an image speaks for a class: heat maps (batch, height, width).

    They are as large as the images, and lie between 0 and 1, the greatest of each image; 0 is
    what does not speak for the class. `overlay_heat_maps` lays them over the images. The score of
    a class is taken before a softmax or sigmoid at the end of the model.

    Args:
        model: A model that was built, from a batch of images to a score for each class. Models
            within it are looked into.
        images: What the model takes: a batch, (batch, height, width, channels).
        class_index: The class to explain, one for all images or one for each; by default the
            class that the model takes each image for.
        layer: The layer whose output is looked at, or its name; by default the last one whose
            output is an image still.

    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 1)),
    ...     keras.layers.Conv2D(4, 3, activation="relu", name="conv"),
    ...     keras.layers.GlobalAveragePooling2D(),
    ...     keras.layers.Dense(3, activation="softmax"),
    ... ])
    >>> heat_maps = keras.visualization.grad_cam(model, np.ones((2, 8, 8, 1)), layer="conv")
    >>> heat_maps.shape
    (2, 8, 8)
    """
    _check_model(model)
    inputs = _checked_images(model, images)
    wanted = None if layer is None else _found(model, layer)
    watch = _Watch(wanted)
    tape = GradientTape(watch_accessed_variables=False)
    with tape, _without_squashing(model), watch.during(tape):
        scores = _only_one(model(inputs, training=False))
    chosen = _one_hot(scores, class_index)
    features = watch.output
    if features is None:
        raise _no_features(model, wanted)
    with warnings.catch_warnings(action="ignore"):  # an error says it better
        gradients = tape.gradient(scores, features, output_gradients=chosen)
    if gradients is None:
        raise ValueError(
            f"grad_cam: the scores of {model.name!r} do not depend on the output of the layer "
            f"{watch.layer.name!r}. Choose a layer that leads to them."
        )
    first = watch.data_format == "channels_first"
    shape = inputs.numpy().shape
    places = shape[2:] if first else shape[1:3]
    return _heat_maps(features.numpy(), gradients.numpy(), first, places)


def _check_model(model: Any) -> None:
    if not isinstance(model, Model):
        raise TypeError(f"grad_cam: model is a keras.Model; given {type(model).__name__}.")
    if not model.built:
        raise ValueError(
            f"grad_cam: the model {model.name!r} is not built yet, so that it has no weights. "
            "Train or load it first."
        )


def _checked_images(model: Any, images: Any) -> Tensor:
    if isinstance(images, (list, tuple, dict)) and len(model.inputs or [0]) > 1:
        raise ValueError(
            f"grad_cam: the model {model.name!r} has {len(model.inputs)} inputs; it explains "
            "models of one input, a batch of images."
        )
    array = np.asarray(images)
    if array.ndim != 4:
        one = " Give one image as a batch: image[None]." if array.ndim == 3 else ""
        raise ValueError(
            f"grad_cam: images have the shape {array.shape}; expected four axes, (batch, height, "
            f"width, channels).{one}"
        )
    if not len(array):
        raise ValueError("grad_cam: images is an empty batch.")
    tensor = convert_to_tensor(array)
    return tensor if tensor.dtype.is_floating else operators.cast(tensor, model.compute_dtype)


# The layer to look at


class _Watch:
    """Sees the layers being called; keeps, and has the tape watch, the output that is wanted."""

    def __init__(self, wanted: Any):
        self.wanted = wanted
        self.layer: Any = None
        self.output: Any = None

    @property
    def data_format(self) -> str:
        """How the axes of the output lie."""
        return standardize_data_format(getattr(self.layer, "data_format", None))

    @contextlib.contextmanager
    def during(self, tape: GradientTape) -> Iterator[None]:
        """Watch the calls of layers in this thread."""

        def see(layer: Any, args: Any, kwargs: Any, outputs: Any) -> None:
            if outer is not None:
                outer(layer, args, kwargs, outputs)
            if self._is_wanted(layer, outputs):
                tape.watch(outputs)
                self.layer, self.output = layer, outputs

        outer, call_context.observer = call_context.observer, see
        try:
            yield
        finally:
            call_context.observer = outer

    def _is_wanted(self, layer: Any, outputs: Any) -> bool:
        if not isinstance(outputs, Tensor) or not _is_image(outputs, layer):
            return False
        if self.wanted is not None:
            return layer is self.wanted
        # A model within the model gives what its last layer gave.
        return not isinstance(layer, Model) or outputs is not self.output


def _is_image(tensor: Any, layer: Any) -> bool:
    """Whether a tensor has places, more than one, and channels."""
    if len(tensor.shape) != 4 or not tensor.dtype.is_floating:
        return False
    data_format = standardize_data_format(getattr(layer, "data_format", None))
    places = tensor.shape[2:] if data_format == "channels_first" else tensor.shape[1:3]
    return max(places) > 1


def _found(model: Any, layer: Any) -> Any:
    """The layer of a name, also within the models and layers that the model is made of."""
    layers = [each for each in model._flatten_layers() if each is not model]
    if isinstance(layer, Layer):
        if any(each is layer for each in layers):
            return layer
        raise ValueError(f"grad_cam: the layer {layer.name!r} is no part of {model.name!r}.")
    if not isinstance(layer, str):
        raise TypeError(
            f"grad_cam: layer is a layer or the name of one; given {type(layer).__name__}."
        )
    for each in layers:
        if each.name == layer:
            return each
    names = [each.name for each in layers]
    raise ValueError(
        f"grad_cam: no layer of {model.name!r} is called {layer!r}."
        f"{errors.nearest(layer, names)} Its layers are: {', '.join(names)}."
    )


def _no_features(model: Any, wanted: Any) -> Exception:
    if wanted is None:
        return ValueError(
            f"grad_cam: no layer of {model.name!r} gives an image, (batch, height, width, "
            "channels). Grad-CAM explains models with convolutions."
        )
    return ValueError(
        f"grad_cam: the layer {wanted.name!r} gives no image, (batch, height, width, channels), "
        "when the model is called. Choose a layer before the pooling or flattening at the end."
    )


# The score


@contextlib.contextmanager
def _without_squashing(model: Any) -> Iterator[None]:
    """Have the last layer give scores in place of probabilities."""
    last = _last_layer(model)
    activation = getattr(last, "activation", None)
    name = getattr(activation, "name", None) or getattr(activation, "__name__", None)
    if isinstance(last, Softmax):
        replaced: dict[str, Any] = {"call": lambda inputs, mask=None: inputs}
    else:
        replaced = {"activation": linear} if name in _SQUASHING else {}
    kept = {key: vars(last)[key] for key in replaced if key in vars(last)}
    if replaced:
        vars(last).update(replaced)
    try:
        yield
    finally:
        for key in replaced:
            del vars(last)[key]
        if kept:
            vars(last).update(kept)


def _last_layer(model: Any) -> Any:
    graph = model._whole_graph()
    if graph is None or len(graph.outputs) != 1:
        return None
    operation = graph.outputs[0]._keras_history[0]
    return _last_layer(operation) if isinstance(operation, Model) else operation


def _only_one(outputs: Any) -> Tensor:
    """The output of a model, also where it is the only one of a list or dictionary."""
    found = jax.tree.leaves(outputs, is_leaf=lambda each: isinstance(each, Tensor))
    if len(found) != 1:
        raise ValueError(
            f"grad_cam: the model has {len(found)} outputs. Make one of the output to explain: "
            "keras.Model(model.inputs, model.outputs[0])."
        )
    only: Tensor = found[0]
    return only


def _one_hot(scores: Any, class_index: Any) -> Any:
    """1 at the class of each image that is to be explained."""
    values = scores.numpy()
    if values.ndim != 2:
        raise ValueError(
            f"grad_cam: the model gives the shape {values.shape}; expected a score for each "
            "class, (batch, classes)."
        )
    count, classes = values.shape
    chosen = np.argmax(values, axis=-1) if class_index is None else np.asarray(class_index)
    if chosen.shape not in ((), (count,)) or chosen.dtype.kind not in "iu":
        raise ValueError(
            f"grad_cam: class_index is the number of a class, or one for each of the {count} "
            f"images; given {class_index!r}."
        )
    if chosen.min() < 0 or chosen.max() >= classes:
        known = f"0 to {classes - 1}" if classes > 1 else "0 alone"
        raise ValueError(
            f"grad_cam: class_index is {class_index!r}; the model's classes are {known}."
        )
    one_hot = np.zeros_like(values)
    one_hot[np.arange(count), chosen] = 1
    return convert_to_tensor(one_hot)


# Heat maps


def _heat_maps(features: Any, gradients: Any, first: bool, shape: tuple[int, ...]) -> Any:
    """Channels weighted by their mean gradients, where they speak for the class."""
    features, gradients = (
        np.moveaxis(each, 1, -1) if first else each
        for each in (features.astype(np.float32), gradients.astype(np.float32))
    )
    weights = gradients.mean(axis=(1, 2), keepdims=True)
    maps = np.maximum((features * weights).sum(axis=-1), 0)
    maps = np.asarray(_resized(jnp.asarray(maps), shape))
    greatest = maps.max(axis=(1, 2), keepdims=True)
    return np.divide(maps, greatest, out=np.zeros_like(maps), where=greatest > 0)


@jax.jit(static_argnums=1)
def _resized(maps: Any, shape: tuple[int, ...]) -> Any:
    return jax.image.resize(maps, (maps.shape[0], *shape), "bilinear")


def overlay_heat_maps(
    images: Any,
    heat_maps: Any,
    alpha: float = 0.5,
    colormap: str = "jet",
    value_range: Sequence[float] | None = None,
    data_format: str | None = None,
) -> np.ndarray[Any, Any]:
    """Images with heat maps over them, in color; bytes, channels last.

    Args:
        images: A batch, (batch, height, width, channels).
        heat_maps: (batch, height, width), from 0 to 1, as `grad_cam` gives them.
        alpha: How much of each pixel is the color of the heat map, from 0 to 1.
        colormap: A color map of matplotlib.
        value_range: The least and the greatest value that images may have; by default 0 to 255,
            or 0 to 1 for floats that are not above 1.
        data_format: "channels_last" or "channels_first"; by default as `keras.config` has it.

    >>> images, heat_maps = np.zeros((1, 4, 4, 3)), np.ones((1, 4, 4))
    >>> keras.visualization.overlay_heat_maps(images, heat_maps)[0, 0, 0].tolist()
    [64, 0, 0]
    """
    caller = "overlay_heat_maps"
    pixels = _pixels.batch(images, caller, data_format)
    if value_range is None:
        pixels = _pixels.as_bytes(pixels, caller)
    else:
        pixels = _pixels.between(pixels, value_range, caller)
    maps = np.asarray(heat_maps, np.float32)
    if maps.shape != pixels.shape[:3]:
        raise ValueError(
            f"{caller}: heat_maps have the shape {maps.shape}; expected {pixels.shape[:3]}, one "
            "for each image and as large."
        )
    if maps.size and not (maps.min() >= 0 and maps.max() <= 1):
        raise ValueError(
            f"{caller}: heat_maps have values from {maps.min():g} to {maps.max():g}; expected 0 "
            "to 1."
        )
    if not 0 <= alpha <= 1:
        raise ValueError(f"{caller}: alpha is between 0 and 1; given {alpha!r}.")
    colors = 255 * _color_map(colormap)(maps)[..., :3]
    return np.rint(pixels[..., :3] * (1 - alpha) + colors * alpha).astype(np.uint8)


def _color_map(name: str) -> Any:
    pyplot("keras.visualization.overlay_heat_maps")
    import matplotlib

    if name not in matplotlib.colormaps:
        raise ValueError(
            f"overlay_heat_maps: matplotlib has no color map {name!r}."
            f"{errors.nearest(str(name), list(matplotlib.colormaps))}"
        )
    return matplotlib.colormaps[name]
