"""Long short-term memory whose products are convolutions: of sequences of images and the like."""

from __future__ import annotations

from typing import Any

from keratin import array
from keratin._engine import nest
from keratin._engine.operators import operators
from keratin.keras import activations, constraints, initializers, random, regularizers
from keratin.keras._core.settings import standardize_data_format
from keratin.keras.layers._recurrent import (
    DropoutMasks,
    forgets_little,
    fraction,
    of_cell,
    on_arrays,
)
from keratin.keras.layers._weighted import Weighted, known_size, positive_integer
from keratin.keras.layers.input_spec import InputSpec
from keratin.keras.layers.reshaping import batch_of
from keratin.keras.layers.resizing import sizes_of
from keratin.keras.layers.rnn import RNN
from keratin.keras.ops import nn
from keratin.nn import _recurrent as recurrent


class ConvLSTMCell(DropoutMasks, Weighted):
    """One step of a `ConvLSTM` of a rank: the number of spatial axes."""

    dropout_mask_count = 4

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )
        owner = f"ConvLSTM{rank}D"
        self.rank = rank
        self.filters = positive_integer(filters, "filters", owner)
        self.kernel_size = sizes_of(kernel_size, rank, "kernel_size", owner)
        self.strides = sizes_of(strides, rank, "strides", owner)
        self.dilation_rate = sizes_of(dilation_rate, rank, "dilation_rate", owner)
        self.padding = str(padding).lower()
        if self.padding not in ("valid", "same"):
            raise ValueError(f"{owner}: padding is 'valid' or 'same'; given {padding!r}")
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{owner}: strides and dilation_rate cannot both be above 1; given {self.strides} "
                f"and {self.dilation_rate}"
            )
        self.data_format = standardize_data_format(data_format)
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.unit_forget_bias = unit_forget_bias
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.dropout = fraction(dropout)
        self.recurrent_dropout = fraction(recurrent_dropout)
        self.seed = seed
        self.seed_generator = random.SeedGenerator(seed)
        # Known when the cell is built.
        self.state_size: Any = [-1, -1]

    def build(self, inputs_shape: Any, states_shape: Any = None) -> None:
        """Make the kernels and the bias, for inputs of one step."""
        channels = known_size(inputs_shape, -1 if self._is_last() else 1, self)
        self.kernel = self._add_kernel((*self.kernel_size, channels, 4 * self.filters))
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel",
            shape=(*self.kernel_size, self.filters, 4 * self.filters),
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )
        self.bias = self._made_bias() if self.use_bias else None
        shape = self.compute_output_shape(inputs_shape)[0][1:]
        if None in shape:
            raise ValueError(
                f"ConvLSTM{self.rank}D needs to know the spatial sizes, for its states, and the "
                f"input of a step has shape {tuple(inputs_shape)}. Give the input fixed sizes, as "
                "in keras.Input((None, 40, 40, 1))"
            )
        self.state_size = [shape, shape]

    def _made_bias(self) -> Any:
        initializer = self.bias_initializer
        if self.unit_forget_bias:
            initializer = forgets_little(initializer, self.filters)
        return self.add_weight(
            name="bias",
            shape=(4 * self.filters,),
            initializer=initializer,
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )

    def _is_last(self) -> bool:
        return self.data_format == "channels_last"

    def channels_last(self, x: Any) -> Any:
        """Values of a step with the channels last."""
        rank = len(x.shape)
        return x if self._is_last() else array.transpose(x, [0, *range(2, rank), 1])

    def channels_as_given(self, x: Any) -> Any:
        """Values of a step with the channels where `data_format` has them."""
        rank = len(x.shape)
        return x if self._is_last() else array.transpose(x, [0, rank - 1, *range(1, rank - 1)])

    def of_inputs(self, inputs: Any, masks: Any) -> Any:
        """What inputs contribute, all channels last; `masks` are of inputs for each gate."""
        found = self._convolved(
            inputs, self.kernel, masks, self.strides, self.padding, self.dilation_rate
        )
        return found if self.bias is None else operators.add(found, self.bias)

    def _convolved(
        self, x: Any, kernel: Any, masks: Any, strides: Any, padding: str, dilation: Any
    ) -> Any:
        options = {
            "strides": list(strides),
            "padding": padding,
            "data_format": "channels_last",
            "dilation_rate": dilation,
        }
        if masks is None:
            return nn.conv(x, kernel, **options)
        kernels = array.split(kernel, 4, -1)
        parts = [nn.conv(x * masks[i], kernels[i], **options) for i in range(4)]
        return array.concat(parts, -1)

    def advance(self, drive: Any, states: Any, masks: Any) -> list[Any]:
        """The states after a step, all channels last."""
        ones = (1,) * self.rank
        inner = self._convolved(states[0], self.recurrent_kernel, masks, ones, "same", ones)
        functions = [on_arrays(f) for f in (self.activation, self.recurrent_activation)]
        if None not in functions:
            cell = recurrent.LSTMCell(*functions)  # type: ignore[arg-type]
            return list(recurrent.recurrent_gates(drive, inner, list(states), cell))
        cell = recurrent.LSTMCell(self.activation, self.recurrent_activation)
        return list(cell.step(drive, inner, tuple(states)))

    def call(self, inputs: Any, states: Any, training: Any = False) -> Any:
        """The output of a step, and the states after it."""
        inputs = self.channels_last(inputs)
        states = [self.channels_last(state) for state in states]
        masks, recurrent_masks = self._masks(inputs, states[0], training)
        after = self.advance(self.of_inputs(inputs, masks), states, recurrent_masks)
        after = [self.channels_as_given(state) for state in after]
        return after[0], after

    def compute_output_shape(self, inputs_shape: Any, states_shape: Any = None) -> Any:
        """The shape of the output of a step, and those of the states."""
        spatial = inputs_shape[1:-1] if self._is_last() else inputs_shape[2:]
        sizes = [self._size_after(size, axis) for axis, size in enumerate(spatial)]
        both = (*sizes, self.filters) if self._is_last() else (self.filters, *sizes)
        shape = (inputs_shape[0], *both)
        return shape, [shape, shape]

    def _size_after(self, size: int | None, axis: int) -> int | None:
        if size is None:
            return None
        reach = (self.kernel_size[axis] - 1) * self.dilation_rate[axis]
        left = size if self.padding == "same" else size - reach
        if left <= 0:
            raise ValueError(
                f"ConvLSTM{self.rank}D: the window of {self.kernel_size} is larger than the input, "
                f"whose spatial axis {axis} has size {size}. Use padding='same', or a smaller one"
            )
        return -(-left // self.strides[axis])

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Zeros."""
        return [array.zeros((batch_size, *size), self.compute_dtype) for size in self.state_size]


class ConvLSTM(RNN):
    """What the layers of all ranks share."""

    rank: int

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Any = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        **kwargs: Any,
    ):
        cell = ConvLSTMCell(
            self.rank,
            filters,
            kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="conv_lstm_cell",
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.input_spec = InputSpec(ndim=self.rank + 3)

    def _run_in_loop(
        self, sequences: Any, states: Any, mask: Any, training: Any, **options: Any
    ) -> tuple[Any, list[Any]]:
        cell = self.cell
        if cell.data_format == "channels_first":
            rank = len(sequences.shape)
            sequences = array.transpose(sequences, [0, 1, *range(3, rank), 2])
            states = [cell.channels_last(state) for state in states]
        output, states = super()._run_in_loop(sequences, states, mask, training, **options)
        if cell.data_format == "channels_first":
            rank = len(output.shape)
            first = 1 + self.return_sequences
            order = [*range(first), rank - 1, *range(first, rank - 1)]
            output = array.transpose(output, order)
            states = [cell.channels_as_given(state) for state in states]
        return output, states

    def _prepared(self, sequences: Any, training: bool) -> Any:
        """The convolutions of all steps as one."""
        batch, steps = batch_of(sequences), sequences.shape[1]
        masks, _ = self.cell._masks(None, None, training)
        if masks is not None:
            masks = array.reshape(
                array.tile(masks[:, :, None], [1, 1, steps, *(1,) * (self.rank + 1)]),
                (4, -1, *masks.shape[2:]),
            )
        merged = array.reshape(sequences, (-1, *sequences.shape[2:]))
        found = self.cell.of_inputs(merged, masks)
        return array.reshape(found, (batch, steps, *found.shape[1:]))

    def _step(self, inputs: Any, states: Any, training: bool, **options: Any) -> Any:
        _, masks = self.cell._masks(None, None, training)
        after = self.cell.advance(inputs, states, masks)
        return after[0], after

    def _output_before(self, inputs: Any, states: Any, options: Any, training: bool) -> Any:
        return states[0]

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """The shape of the output, and those of the states if they are returned."""
        batch_size, steps, *rest = sequences_shape
        state = self.cell.compute_output_shape((batch_size, *rest))[0]
        output = (batch_size, steps, *state[1:]) if self.return_sequences else state
        return (output, state, state) if self.return_state else output

    def compute_mask(self, _: Any, mask: Any) -> Any:
        """The mask of the input where the output is a sequence; states have none."""
        found = nest.flatten(mask)[0] if self.return_sequences else None
        return [found, None, None] if self.return_state else found

    filters = of_cell("filters")
    kernel_size = of_cell("kernel_size")
    strides = of_cell("strides")
    padding = of_cell("padding")
    data_format = of_cell("data_format")
    dilation_rate = of_cell("dilation_rate")
    activation = of_cell("activation")
    recurrent_activation = of_cell("recurrent_activation")
    use_bias = of_cell("use_bias")
    kernel_initializer = of_cell("kernel_initializer")
    recurrent_initializer = of_cell("recurrent_initializer")
    bias_initializer = of_cell("bias_initializer")
    unit_forget_bias = of_cell("unit_forget_bias")
    kernel_regularizer = of_cell("kernel_regularizer")
    recurrent_regularizer = of_cell("recurrent_regularizer")
    bias_regularizer = of_cell("bias_regularizer")
    kernel_constraint = of_cell("kernel_constraint")
    recurrent_constraint = of_cell("recurrent_constraint")
    bias_constraint = of_cell("bias_constraint")
    dropout = of_cell("dropout")
    recurrent_dropout = of_cell("recurrent_dropout")
    seed = of_cell("seed")


class ConvLSTM1D(ConvLSTM):
    """Long short-term memory over sequences of rows [batch, time, steps, channels].

    >>> keras.layers.ConvLSTM1D(4, 3)(np.ones((1, 5, 8, 3))).shape
    TensorShape([1, 6, 4])
    """

    rank = 1


class ConvLSTM2D(ConvLSTM):
    """Long short-term memory over sequences of images [batch, time, rows, columns, channels].

    >>> keras.layers.ConvLSTM2D(4, 3, padding="same")(np.ones((1, 5, 8, 8, 3))).shape
    TensorShape([1, 8, 8, 4])
    """

    rank = 2


class ConvLSTM3D(ConvLSTM):
    """Long short-term memory over sequences of volumes.

    >>> keras.layers.ConvLSTM3D(4, 2)(np.ones((1, 3, 4, 4, 4, 2))).shape
    TensorShape([1, 3, 3, 3, 4])
    """

    rank = 3
