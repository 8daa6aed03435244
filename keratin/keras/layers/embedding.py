"""Vectors for whole numbers."""

from __future__ import annotations

from typing import Any

from keratin import math
from keratin._engine.operators import operators
from keratin._engine.row_gradients import take_rows
from keratin.array import gather
from keratin.keras import constraints, initializers, ops, regularizers
from keratin.keras._core import abstract
from keratin.keras._core.symbolic import KerasTensor
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
        return operators.cast(take_rows(self.embeddings, inputs, gather), self.compute_dtype)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Where the number is not 0, if 0 stands for padding."""
        return math.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the input, and the size of a vector."""
        return (*input_shape, self.output_dim)


class ReversibleEmbedding(Embedding):
    """An embedding that can be gone back: from vectors to a score for each number.

    The way back goes by the same vectors, or with `tie_weights=False` by weights of its own.
    `logit_soft_cap` keeps scores between plus and minus that number.

    >>> layer = keras.layers.ReversibleEmbedding(10, 4)
    >>> vectors = layer(np.array([[1, 2, 3]]))
    >>> layer(vectors, reverse=True).shape
    TensorShape([1, 3, 10])
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        reverse_dtype: Any = None,
        logit_soft_cap: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer,
            embeddings_regularizer,
            embeddings_constraint,
            mask_zero,
            **kwargs,
        )
        self.tie_weights = tie_weights
        self.reverse_dtype = reverse_dtype
        self.logit_soft_cap = logit_soft_cap

    def build(self, input_shape: Any = None) -> None:
        """Make the vectors, and the weights of the way back if they are not the same."""
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                name="reverse_embeddings",
                shape=(self.output_dim, self.input_dim),
                initializer=self.embeddings_initializer.clone(),
            )

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        """The vectors of numbers; with `reverse` the scores of numbers for vectors."""
        if not reverse:
            return super().call(inputs)
        kernel = ops.transpose(self.embeddings) if self.tie_weights else self.reverse_embeddings
        if self.reverse_dtype is not None:
            inputs = operators.cast(inputs, self.reverse_dtype)
            kernel = operators.cast(kernel, self.reverse_dtype)
        scores = ops.matmul(inputs, kernel)
        if self.logit_soft_cap is None:
            return scores
        return math.tanh(scores / self.logit_soft_cap) * self.logit_soft_cap

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Where the number is not 0, if 0 stands for padding; there is none on the way back."""
        return None if inputs.dtype.is_floating else super().compute_mask(inputs, mask)

    def compute_output_shape(self, input_shape: Any, reverse: bool = False) -> Any:
        """The shape of the input, and the size of a vector; or the number of scores."""
        if reverse:
            return (*input_shape[:-1], self.input_dim)
        return super().compute_output_shape(input_shape)

    def compute_output_spec(self, inputs: Any, reverse: bool = False) -> Any:
        """A symbolic tensor like the output."""
        return abstract.infer(self._call_inside, (inputs,), {"reverse": reverse}, KerasTensor)

    def _own_config(self) -> dict[str, Any]:
        config = super()._own_config()
        return config if self.lora_rank is None else {**config, "lora_rank": self.lora_rank}
