"""Dense layers along any axes, given by an einsum equation."""

from __future__ import annotations

import re
from typing import Any

from keratin._engine.operators import operators
from keratin.keras import activations
from keratin.keras.layers._low_rank import LowRank, LowRankWeight
from keratin.keras.layers._weighted import Weighted, refuse_quantization
from keratin.linalg import einsum


class EinsumDense(LowRank, Weighted):
    """`activation(einsum(equation, inputs, kernel) + bias)`.

    `output_shape` is that of one example. `...` stands for any number of axes.

    >>> layer = keras.layers.EinsumDense("abc,cd->abd", output_shape=(None, 8), bias_axes="d")
    >>> layer(np.ones((2, 3, 4))).shape
    TensorShape([2, 3, 8])
    """

    kernel = LowRankWeight()

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        gptq_unpacked_column_size: int | None = None,
        quantization_config: Any = None,
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
        refuse_quantization(quantization_config or gptq_unpacked_column_size, self)
        self.equation = equation
        self._einsum = EinsumEquation(equation)
        self.partial_output_shape = (
            (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        )
        self.activation = activations.get(activation)
        self.bias_axes = bias_axes
        self.lora_rank = lora_rank
        self.lora_alpha = lora_alpha if lora_alpha is not None else lora_rank

    def build(self, input_shape: Any) -> None:
        """Make the kernel and the bias."""
        sizes = self._einsum.sizes(input_shape, self.partial_output_shape, self.name)
        self.kernel = self._add_kernel(tuple([sizes[letter] for letter in self._einsum.kernel]))
        self.bias = None
        if self.bias_axes is not None:
            self.bias = self._add_bias(self._einsum.bias_shape(self.bias_axes, sizes, input_shape))
        if self.lora_rank:
            self.enable_lora(self.lora_rank, self.lora_alpha)

    def call(self, inputs: Any, training: Any = None) -> Any:
        """The outputs."""
        outputs = einsum(self.equation, inputs, self.kernel)
        if self.bias is not None:
            outputs = operators.add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape by the letters of the equation."""
        sizes = self._einsum.sizes(input_shape, self.partial_output_shape, self.name)
        return self._einsum.output_shape(sizes, input_shape)

    def _own_config(self) -> dict[str, Any]:
        return {**super()._own_config(), "output_shape": self.partial_output_shape}


class EinsumEquation:
    """An equation such as "abc,cd->abd", taken apart."""

    def __init__(self, equation: str):
        parts = re.fullmatch(r"\s*([\w.]+)\s*,\s*(\w+)\s*->\s*([\w.]+)\s*", equation)
        if parts is None or equation.count("...") == 1:
            raise ValueError(
                f"EinsumDense: the equation {equation!r} has not the form 'abc,cd->abd', in which "
                "'...' may stand for axes of the input and of the output"
            )
        self.input, self.kernel, self.output = parts.groups()
        self.elided = "..." in self.input

    def _letters(self, spec: str, rank: int, letter_count: int) -> list[str]:
        """One letter an axis, numbered ones for those that `...` stands for."""
        count = rank - letter_count
        return re.findall(r"\w|\d+", spec.replace("...", "".join(map(str, range(count)))))

    def sizes(self, input_shape: Any, output_shape: Any, name: str) -> dict[str, Any]:
        """The size of each letter."""
        letters = self.input.replace(".", "")
        axes = self._letters(self.input, len(input_shape), len(letters))
        if len(axes) != len(input_shape):
            raise ValueError(
                f"EinsumDense {name!r}: the equation has {len(axes)} axes for the input, whose "
                f"shape is {tuple(input_shape)}"
            )
        sizes: dict[str, Any] = dict(zip(axes, input_shape, strict=True))
        outputs = self.output.replace(".", "")
        aligned = outputs[1:] if not self.output.startswith("...") else outputs
        for letter, size in zip(reversed(aligned), reversed(output_shape), strict=False):
            known = sizes.get(letter)
            if size is not None and known is not None and size != known:
                raise ValueError(
                    f"EinsumDense {name!r}: output_shape has size {size} for the axis {letter!r}, "
                    f"which has size {known} in the input"
                )
            sizes[letter] = known if size is None else size
        for letter in self.kernel:
            if sizes.get(letter) is None:
                raise ValueError(
                    f"EinsumDense {name!r}: the size of the axis {letter!r} of the kernel is not "
                    "known. Give it in output_shape, or give the input a fixed size there"
                )
        return sizes

    def output_shape(self, sizes: dict[str, Any], input_shape: Any) -> tuple[Any, ...]:
        """The shape of the output."""
        letters = self.output.replace(".", "")
        count = len(input_shape) - len(self.input.replace(".", ""))
        axes = self._letters(self.output, len(letters) + count, len(letters))
        return tuple([sizes[axis] for axis in axes])

    def bias_shape(self, bias_axes: str, sizes: dict[str, Any], input_shape: Any) -> Any:
        """The size of the axes that the bias varies along, 1 for those after the first of them."""
        letters = self.output.replace(".", "")
        for letter in bias_axes:
            if letter not in letters:
                raise ValueError(
                    f"EinsumDense: bias_axes={bias_axes!r} names {letter!r}, which is not among "
                    f"the axes of the output, {self.output!r}"
                )
        first = min(letters.find(letter) for letter in bias_axes)
        shape = [sizes[letter] if letter in bias_axes else 1 for letter in letters[first:]]
        if self.output.endswith("..."):
            shape += [1] * (len(input_shape) - len(self.input.replace(".", "")))
        return tuple(shape)
