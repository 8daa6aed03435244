"""Two recurrent layers, one of which goes backwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from keratin import array
from keratin._engine import nest
from keratin._engine.operators import operators
from keratin.keras._core.custom_objects import CustomObjectScope
from keratin.keras.layers._call import spec_of
from keratin.keras.layers.layer import Layer
from keratin.keras.layers.rnn import with_states

_MERGES = {
    "concat": lambda a, b: array.concat([a, b], -1),
    "sum": operators.add,
    "mul": operators.multiply,
    "ave": lambda a, b: (a + b) / 2,
    None: lambda a, b: (a, b),
}


class Bidirectional(Layer):
    """A recurrent layer, and a second one that goes through the sequence backwards.

    The second one is made like the first unless `backward_layer` is given. `merge_mode` says what
    becomes of the two outputs: "concat", "sum", "mul", "ave", or None for both. Where the output is
    a sequence, it is zero at masked steps.

    >>> layer = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True))
    >>> layer(np.ones((2, 5, 3))).shape
    TensorShape([2, 5, 8])
    """

    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ):
        _check_recurrent(layer, "layer")
        if backward_layer is not None:
            _check_recurrent(backward_layer, "backward_layer")
        if merge_mode not in _MERGES:
            raise ValueError(
                f"Bidirectional: merge_mode is 'concat', 'sum', 'mul', 'ave' or None; given "
                f"{merge_mode!r}"
            )
        super().__init__(**kwargs)
        self.forward_layer = _copy(layer, "forward_")
        self.backward_layer = backward_layer or _copy(
            layer, "backward_", go_backwards=not layer.go_backwards
        )
        self._check_layers()
        for one in (self.forward_layer, self.backward_layer):
            if getattr(one, "zero_output_for_mask", None) is not None:
                one.zero_output_for_mask = one.return_sequences
        self.merge_mode = merge_mode
        if weights:
            half = len(weights) // 2
            self.forward_layer._first_weights = weights[:half]
            self.backward_layer._first_weights = weights[half:]
        self.stateful = getattr(layer, "stateful", False)
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self.supports_masking = True
        self.input_spec = layer.input_spec
        if self._input_shape_given is None:  # of Keras 2: the inner layer may say it
            self._input_shape_given = layer._input_shape_given

    @property
    def layer(self) -> Any:
        """The layer that goes forwards."""
        return self.forward_layer

    def _check_layers(self) -> None:
        forward, backward = self.forward_layer, self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise ValueError(
                "Bidirectional: one layer must have go_backwards=True and the other "
                f"go_backwards=False; both have {forward.go_backwards}"
            )
        for name in ("stateful", "return_sequences", "return_state"):
            values = [getattr(one, name, False) for one in (forward, backward)]
            if values[0] != values[1]:
                raise ValueError(
                    f"Bidirectional: both layers need the same {name}; layer has {values[0]} and "
                    f"backward_layer {values[1]}"
                )

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Make the weights of both layers."""
        for one in (self.forward_layer, self.backward_layer):
            if not one.built:
                one.build(sequences_shape)
                one._set_first_weights()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the layer; states may also stand in a list after the sequences, as in Keras 2."""
        return super().__call__(*with_states(args, kwargs), **kwargs)

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = None
    ) -> Any:
        """The merged outputs, and the last states of both layers if wanted.

        The first half of `initial_state` is for the layer that goes forwards.
        """
        forward: list[Any] = [None, None]
        if initial_state is not None:
            states = list(initial_state)
            if len(states) % 2:
                raise ValueError(
                    f"Layer {self.name!r}: initial_state has {len(states)} states, expected those "
                    "of the forward layer and as many of the backward layer"
                )
            forward = [states[: len(states) // 2], states[len(states) // 2 :]]
        found = [
            self._output_of(one, sequences, states, mask, training)
            for one, states in zip((self.forward_layer, self.backward_layer), forward, strict=True)
        ]
        states = []
        if self.return_state:
            states = [state for output in found for state in output[1:]]
            found = [output[0] for output in found]
        first, second = [operators.cast(output, self.compute_dtype) for output in found]
        if self.return_sequences:
            second = array.reverse(second, [1])
        output = _MERGES[self.merge_mode](first, second)
        if not states:
            return output
        return (*(output if self.merge_mode is None else (output,)), *states)

    def _output_of(self, layer: Any, sequences: Any, states: Any, mask: Any, training: Any) -> Any:
        names = spec_of(layer.call).names
        given = {"initial_state": states, "mask": mask, "training": training}
        return layer(sequences, **{n: v for n, v in given.items() if v is not None and n in names})

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """The shapes of the merged outputs, and of the states if they are returned."""
        found = self.forward_layer.compute_output_shape(sequences_shape)
        output, states = (found[0], tuple(found[1:])) if self.return_state else (found, ())
        if self.merge_mode == "concat":
            size = output[-1]
            output = (*output[:-1], None if size is None else 2 * size)
        outputs = (output, output) if self.merge_mode is None else (output,)
        shapes = (*outputs, *states, *states)
        return shapes[0] if len(shapes) == 1 else shapes

    def compute_mask(self, _: Any, mask: Any) -> Any:
        """The mask of the input where the output is a sequence; states have none."""
        found = nest.flatten(mask)[0] if self.return_sequences else None
        masks: tuple[Any, ...] = (found,) if self.merge_mode is not None else (found, found)
        if self.return_state:
            masks += (None,) * (2 * len(nest.flatten(self.forward_layer.state_size)))
        return masks[0] if len(masks) == 1 else masks

    @property
    def states(self) -> Any:
        """The variables that stateful layers keep their states in; None before they are built."""
        found = [one.states for one in (self.forward_layer, self.backward_layer)]
        return None if None in found else (*found[0], *found[1])

    def reset_state(self) -> None:
        """Have the next batch start from zeros."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def reset_states(self) -> None:
        """Have the next batch start from zeros: the name of Keras 2."""
        self.reset_state()

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """Make a layer from what `get_config` gave."""
        given = {key: value for key, value in config.items() if key != "num_constants"}
        with CustomObjectScope(custom_objects):
            return super().from_config(given)


def _check_recurrent(layer: Any, name: str) -> None:
    """Raise unless it is a layer that can go backwards."""
    needed = ("go_backwards", "return_sequences", "return_state")
    if not isinstance(layer, Layer) or not all(hasattr(layer, each) for each in needed):
        raise ValueError(
            f"Bidirectional: {name} is a recurrent layer, such as keras.layers.LSTM(8) or "
            f"keras.layers.RNN(cell), with {', '.join(needed)}; given {layer!r}"
        )


def _copy(layer: Any, prefix: str, **changes: Any) -> Any:
    """A layer of the same arguments and other weights, whose name begins with the prefix."""
    config = {**layer.get_config(), **changes}
    config["name"] = prefix + layer.name.removeprefix(prefix)
    classes = {type(one).__name__: type(one) for one in _parts(layer)}
    with CustomObjectScope(classes):
        return type(layer).from_config(config)


def _parts(layer: Any) -> list[Any]:
    """What a layer is made of, cells that are no layers included."""
    cell = getattr(layer, "cell", None)
    cells = [cell, *getattr(cell, "cells", [])]
    own = [one for one in cells if not type(one).__module__.startswith(("keratin.", "builtins"))]
    return [*layer._flatten_layers(include_self=False), *own]
