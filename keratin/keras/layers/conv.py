"""Convolutions of sequences, images and volumes.

The bases do the work for any number of spatial axes; the classes that users know fix the rank.
"""

from __future__ import annotations

from typing import Any

from keratin._engine.operators import operators
from keratin.array import reshape
from keratin.keras import activations, constraints, initializers, regularizers
from keratin.keras._core.settings import standardize_data_format
from keratin.keras.layers._low_rank import LowRank, LowRankWeight
from keratin.keras.layers._weighted import known_size, positive_integer
from keratin.keras.layers.input_spec import InputSpec
from keratin.keras.layers.layer import Layer
from keratin.keras.layers.resizing import sizes_of
from keratin.keras.ops import nn


class Convolution(Layer):
    """What all convolutions have: a window that moves over spatial axes, a bias, an activation."""

    rank: int
    paddings: tuple[str, ...] = ("valid", "same")

    def __init__(
        self,
        kernel_size: Any,
        strides: Any,
        padding: str,
        data_format: str | None,
        dilation_rate: Any,
        activation: Any,
        use_bias: bool,
        bias_initializer: Any,
        bias_regularizer: Any,
        bias_constraint: Any,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        owner = type(self).__name__
        self.kernel_size = sizes_of(kernel_size, self.rank, "kernel_size", owner)
        self.strides = sizes_of(strides, self.rank, "strides", owner)
        self.dilation_rate = sizes_of(dilation_rate, self.rank, "dilation_rate", owner)
        self.padding = str(padding).lower()
        self.data_format = standardize_data_format(data_format)
        if self.padding not in self.paddings:
            raise ValueError(
                f"{owner}: padding is {' or '.join(map(repr, self.paddings))}; given {padding!r}"
            )
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"{owner}: strides and dilation_rate cannot both be above 1; given {self.strides} "
                f"and {self.dilation_rate}"
            )
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(min_ndim=self.rank + 2)

    def _channel_axis(self) -> int:
        return -1 if self.data_format == "channels_last" else 1

    def _note_channels(self, input_shape: Any) -> int:
        """The number of input channels, which further inputs need to have as well."""
        channels = known_size(input_shape, self._channel_axis(), self)
        self.input_spec = InputSpec(min_ndim=self.rank + 2, axes={self._channel_axis(): channels})
        return channels

    def _add_bias(self, size: int) -> None:
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(size,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def _finished(self, outputs: Any) -> Any:
        """With the bias, and activated."""
        if self.bias is not None:
            bias: Any = self.bias
            if self.data_format == "channels_first":
                bias = reshape(bias, (1, -1, *(1,) * self.rank))
            outputs = operators.add(outputs, bias)
        return outputs if self.activation is None else self.activation(outputs)

    def _options(self) -> dict[str, Any]:
        return {
            "strides": list(self.strides),
            "padding": self.padding,
            "dilation_rate": self.dilation_rate,
            "data_format": self.data_format,
        }

    def _window_output(self, size: int | None, axis: int) -> int | None:
        if size is None:
            return None
        reach = (self.kernel_size[axis] - 1) * self.dilation_rate[axis]
        left = size if self.padding in ("same", "causal") else size - reach
        if left <= 0:
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: the window of {self.kernel_size} with "
                f"dilation {self.dilation_rate} is larger than the input, whose spatial axis "
                f"{axis} has size {size}. Use padding='same', or a smaller window"
            )
        return -(-left // self.strides[axis])

    def _spatial(self, input_shape: Any) -> list[Any]:
        places = range(1, self.rank + 1) if self._channel_axis() == -1 else range(2, self.rank + 2)
        found = [input_shape[place] for place in places]
        return [self._window_output(size, axis) for axis, size in enumerate(found)]

    def _shape(self, input_shape: Any, channels: int) -> tuple[Any, ...]:
        spatial = self._spatial(input_shape)
        if self._channel_axis() == -1:
            return (input_shape[0], *spatial, channels)
        return (input_shape[0], channels, *spatial)


class Conv(LowRank, Convolution):
    """A convolution that mixes channels, within groups of them."""

    kernel = LowRankWeight()

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer,
            bias_regularizer,
            bias_constraint,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        owner = type(self).__name__
        self.filters = positive_integer(filters, "filters", owner)
        self.groups = positive_integer(groups, "groups", owner)
        if self.filters % self.groups:
            raise ValueError(
                f"{owner}: filters must be a multiple of groups; given {filters} and {groups}"
            )
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.lora_rank = lora_rank
        self.lora_alpha = lora_alpha if lora_alpha is not None else lora_rank

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias."""
        channels = self._note_channels(input_shape)
        if channels % self.groups:
            raise ValueError(
                f"{type(self).__name__} {self.name!r}: the input has {channels} channels, which "
                f"{self.groups} groups do not share out evenly"
            )
        self._spatial(input_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, channels // self.groups, self.filters),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self._add_bias(self.filters)
        if self.lora_rank:
            self.enable_lora(self.lora_rank, self.lora_alpha)

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """The convolution alone."""
        return nn.conv(inputs, kernel, **self._options())

    def call(self, inputs: Any) -> Any:
        """The outputs."""
        return self._finished(self.convolution_op(inputs, self.kernel))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output."""
        return self._shape(input_shape, self.filters)


class ConvTranspose(Convolution):
    """The transpose of a convolution: strides enlarge the spatial axes."""

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer,
            bias_regularizer,
            bias_constraint,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.filters = positive_integer(filters, "filters", type(self).__name__)
        self.output_padding = self._output_padding(output_padding)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _output_padding(self, value: Any) -> Any:
        if value is None:
            return None
        sizes = (value,) * self.rank if isinstance(value, int) else tuple(value)
        if len(sizes) != self.rank or any(
            not 0 <= size < stride for size, stride in zip(sizes, self.strides, strict=True)
        ):
            raise ValueError(
                f"{type(self).__name__}: output_padding is below the stride on each axis; given "
                f"{value!r} with strides {self.strides}"
            )
        return sizes

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias."""
        channels = known_size(input_shape, self._channel_axis(), self)
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self._channel_axis(): channels})
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, self.filters, channels),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self._add_bias(self.filters)

    def call(self, inputs: Any) -> Any:
        """The outputs."""
        outputs = nn.conv_transpose(
            inputs,
            self.kernel,
            output_padding=self.output_padding,
            **self._options(),
        )
        return self._finished(outputs)

    def _window_output(self, size: int | None, axis: int) -> int | None:
        if size is None:
            return None
        stride = self.strides[axis]
        reach = (self.kernel_size[axis] - 1) * self.dilation_rate[axis] + 1
        if self.output_padding is None:
            return size * stride + (max(reach - stride, 0) if self.padding == "valid" else 0)
        around = 2 * (reach // 2) if self.padding == "same" else 0
        return (size - 1) * stride + reach - around + self.output_padding[axis]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output."""
        return self._shape(input_shape, self.filters)


class DepthwiseConv(Convolution):
    """A convolution of each channel by itself."""

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer,
            bias_regularizer,
            bias_constraint,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        owner = type(self).__name__
        self.depth_multiplier = positive_integer(depth_multiplier, "depth_multiplier", owner)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias."""
        channels = self._note_channels(input_shape)
        self._spatial(input_shape)
        self._add_depthwise_kernel(channels, "kernel")
        self._add_bias(self.depth_multiplier * channels)

    def _add_depthwise_kernel(self, channels: int, name: str) -> None:
        self.depthwise_kernel = self.add_weight(
            name=name,
            shape=(*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )

    @property
    def kernel(self) -> Any:
        """The window of each channel."""
        return self.depthwise_kernel

    def call(self, inputs: Any) -> Any:
        """The outputs."""
        return self._finished(nn.depthwise_conv(inputs, self.depthwise_kernel, **self._options()))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output."""
        channels = input_shape[self._channel_axis()]
        return self._shape(input_shape, self.depth_multiplier * channels)


class SeparableConv(DepthwiseConv):
    """A convolution of each channel by itself, and one of window 1 that mixes the channels."""

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            kernel_size,
            strides,
            padding,
            depth_multiplier,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            depthwise_initializer,
            bias_initializer,
            depthwise_regularizer,
            bias_regularizer,
            activity_regularizer,
            depthwise_constraint,
            bias_constraint,
            **kwargs,
        )
        self.filters = positive_integer(filters, "filters", type(self).__name__)
        self.pointwise_initializer = initializers.get(pointwise_initializer)
        self.pointwise_regularizer = regularizers.get(pointwise_regularizer)
        self.pointwise_constraint = constraints.get(pointwise_constraint)

    def build(self, input_shape: Any) -> None:
        """Make the kernels and the bias."""
        channels = self._note_channels(input_shape)
        self._spatial(input_shape)
        self._add_depthwise_kernel(channels, "depthwise_kernel")
        self.pointwise_kernel = self.add_weight(
            name="pointwise_kernel",
            shape=(*(1,) * self.rank, self.depth_multiplier * channels, self.filters),
            initializer=self.pointwise_initializer,
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
        )
        self._add_bias(self.filters)

    def call(self, inputs: Any) -> Any:
        """The outputs."""
        outputs = nn.separable_conv(
            inputs, self.depthwise_kernel, self.pointwise_kernel, **self._options()
        )
        return self._finished(outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output."""
        return self._shape(input_shape, self.filters)


class Conv1D(Conv):
    """A convolution of sequences.

    >>> keras.layers.Conv1D(4, 3)(np.ones((1, 8, 3))).shape
    TensorShape([1, 6, 4])
    """

    paddings = ("valid", "same", "causal")
    rank = 1


class Conv2D(Conv):
    """A convolution of images.

    >>> keras.layers.Conv2D(4, 3)(np.ones((1, 8, 8, 3))).shape
    TensorShape([1, 6, 6, 4])
    """

    rank = 2


class Conv3D(Conv):
    """A convolution of volumes.

    >>> keras.layers.Conv3D(4, 3)(np.ones((1, 8, 8, 8, 3))).shape
    TensorShape([1, 6, 6, 6, 4])
    """

    rank = 3


class Conv1DTranspose(ConvTranspose):
    """The transpose of a convolution of sequences, which enlarges them.

    >>> keras.layers.Conv1DTranspose(2, 2, strides=2)(np.ones((1, 4, 3))).shape
    TensorShape([1, 8, 2])
    """

    rank = 1


class Conv2DTranspose(ConvTranspose):
    """The transpose of a convolution of images, which enlarges them.

    >>> keras.layers.Conv2DTranspose(2, 2, strides=2)(np.ones((1, 4, 4, 3))).shape
    TensorShape([1, 8, 8, 2])
    """

    rank = 2


class Conv3DTranspose(ConvTranspose):
    """The transpose of a convolution of volumes, which enlarges them.

    >>> keras.layers.Conv3DTranspose(2, 2, strides=2)(np.ones((1, 4, 4, 4, 3))).shape
    TensorShape([1, 8, 8, 8, 2])
    """

    rank = 3

    # Here alone data_format comes before output_padding.
    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        output_padding: Any = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            output_padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )


class DepthwiseConv1D(DepthwiseConv):
    """A convolution of each channel of sequences by itself.

    >>> keras.layers.DepthwiseConv1D(3)(np.ones((1, 8, 3))).shape
    TensorShape([1, 6, 3])
    """

    rank = 1


class DepthwiseConv2D(DepthwiseConv):
    """A convolution of each channel of images by itself.

    >>> keras.layers.DepthwiseConv2D(3)(np.ones((1, 8, 8, 3))).shape
    TensorShape([1, 6, 6, 3])
    """

    rank = 2


class SeparableConv1D(SeparableConv):
    """A convolution of each channel of sequences, and one that mixes the channels.

    >>> keras.layers.SeparableConv1D(4, 3)(np.ones((1, 8, 3))).shape
    TensorShape([1, 6, 4])
    """

    rank = 1


class SeparableConv2D(SeparableConv):
    """A convolution of each channel of images, and one that mixes the channels.

    >>> keras.layers.SeparableConv2D(4, 3)(np.ones((1, 8, 8, 3))).shape
    TensorShape([1, 6, 6, 4])
    """

    rank = 2
