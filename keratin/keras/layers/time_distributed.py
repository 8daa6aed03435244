"""A layer or model applied to each step of a sequence."""

from __future__ import annotations

from typing import Any

from keratin import array
from keratin._engine import nest
from keratin.keras._core.shapes import is_shape, map_shapes
from keratin.keras._core.symbolic import KerasTensor
from keratin.keras.layers._call import spec_of
from keratin.keras.layers.layer import Layer
from keratin.keras.layers.wrapper import Wrapper


class TimeDistributed(Wrapper):
    """A layer or model applied to each step of inputs [batch, time, ...], with the same weights.

    The steps of all examples go through the layer together, as one batch.

    >>> layer = keras.layers.TimeDistributed(keras.layers.Conv2D(4, 3))
    >>> layer(np.ones((2, 5, 8, 8, 3))).shape
    TensorShape([2, 5, 6, 6, 4])
    """

    def __init__(self, layer: Any, **kwargs: Any):
        super().__init__(layer, **kwargs)
        self.supports_masking = True

    def build(self, input_shape: Any = None) -> None:
        """Make the weights of the layer, for inputs of one step."""
        super().build(map_shapes(self._of_step, input_shape))

    def _of_step(self, shape: Any) -> tuple[Any, ...]:
        if len(shape) < 3:
            raise ValueError(
                f"Layer {self.name!r} (TimeDistributed) takes inputs of at least 3 axes [batch, "
                f"time, ...], and was given the shape {tuple(shape)}. If an axis is missing, add "
                "it: x[..., None] for features, x[:, None] for time"
            )
        return (shape[0], *shape[2:])

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """What the layer gives for each step."""
        batch, time = nest.flatten(inputs)[0].shape[:2]
        options: dict[str, Any] = {}
        if spec_of(self.layer.call).has_training:
            options["training"] = training
        mask = self._mask_for_layer(mask, (batch, time))
        if training and any(map(_is_one_step_only, self.layer._flatten_layers())):
            return self._step_by_step(inputs, mask, time, options)
        if mask is not None:
            options["mask"] = _merged(mask)
        outputs = self.layer(nest.map_structure(_merged, inputs), **options)
        return nest.map_structure(lambda x: array.reshape(x, (batch, time, *x.shape[1:])), outputs)

    def _step_by_step(self, inputs: Any, mask: Any, time: int, options: dict[str, Any]) -> Any:
        """Each step as a batch of its own, as layers that look at the whole batch need."""
        outputs = []
        for i in range(time):
            known = {} if mask is None else {"mask": mask[:, i]}
            step = nest.map_structure(lambda x, i=i: x[:, i], inputs)
            outputs.append(self.layer(step, **options, **known))
        return nest.map_structure(lambda *steps: array.stack(steps, 1), *outputs)

    def _mask_for_layer(self, mask: Any, sizes: tuple[Any, Any]) -> Any:
        """The mask if the layer takes one that says something about a single step."""
        if isinstance(mask, (list, tuple)):
            mask = mask[0]
        if mask is None:
            return None
        if tuple(mask.shape[:2]) != tuple(sizes):
            raise ValueError(
                f"Layer {self.name!r}: mask has shape {tuple(mask.shape)}, expected one that "
                f"begins with {tuple(sizes)}: a value for each step of each example"
            )
        spec = spec_of(self.layer.call)
        if "mask" not in spec.names:
            return None
        # Our own layers have no use for one value an example: masked steps are masked after too.
        is_own = type(self.layer).__module__.startswith("keratin.")
        return None if is_own and len(mask.shape) == 2 else mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape that the layer gives, with the axis of time."""
        first = input_shape if is_shape(input_shape) else nest.flatten(input_shape)[0]
        inner = self.layer.compute_output_shape(map_shapes(self._of_step, input_shape))
        return map_shapes(lambda shape: (shape[0], first[1], *shape[1:]), inner)

    def compute_output_spec(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Symbolic tensors like the result."""
        time = nest.flatten(inputs)[0].shape[1]
        steps = nest.map_structure(lambda x: KerasTensor(self._of_step(x.shape), x.dtype), inputs)
        if not self.built:
            self._maybe_build({"inputs": inputs})
        inner = self.layer.compute_output_spec(steps)
        return nest.map_structure(
            lambda x: KerasTensor((x.shape[0], time, *x.shape[1:]), x.dtype), inner
        )


def _is_one_step_only(layer: Layer) -> bool:
    """Whether what a layer does to an example depends on the others, or on the batch before."""
    return hasattr(layer, "moving_mean") or bool(getattr(layer, "stateful", False))


def _merged(x: Any) -> Any:
    """The first two axes as one."""
    return array.reshape(x, (-1, *x.shape[2:]))
