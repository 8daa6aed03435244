"""Vectors for whole numbers."""

from __future__ import annotations

from typing import Any

from keratin import math
from keratin._engine.operators import operators
from keratin.array import gather
from keratin.keras import constraints, initializers, regularizers
from keratin.keras.layers._low_rank import LowRank, LowRankWeight
from keratin.keras.layers._weighted import positive_integer, refuse_quantization
from keratin.keras.layers.layer import Layer


class Embedding(LowRank, Layer):
    """A vector for each whole number from 0 to `input_dim - 1`.

    >>> keras.layers.Embedding(10, 4)(np.array([[1, 2, 3]])).shape
    TensorShape([1, 3, 4])
    """

    _takes = "int32"
    _adapted = "embeddings"

    embeddings = LowRankWeight()

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        refuse_quantization(quantization_config, self)
        self.input_dim = positive_integer(input_dim, "input_dim", type(self).__name__)
        self.output_dim = positive_integer(output_dim, "output_dim", type(self).__name__)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.autocast = False
        self.lora_rank = lora_rank
        self.lora_alpha = lora_alpha if lora_alpha is not None else lora_rank
        if weights is not None:
            self._first_weights = weights if isinstance(weights, list) else [weights]

    def build(self, input_shape: Any = None) -> None:
        """Make the vectors."""
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )
        if self.lora_rank:
            self.enable_lora(self.lora_rank, self.lora_alpha)

    def call(self, inputs: Any) -> Any:
        """The vectors of the numbers."""
        if inputs.dtype not in ("int32", "int64"):
            inputs = operators.cast(inputs, "int32")
        return operators.cast(gather(self.embeddings, inputs), self.compute_dtype)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Where the number is not 0, if 0 stands for padding."""
        return math.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input, and the size of a vector."""
        return (*input_shape, self.output_dim)
