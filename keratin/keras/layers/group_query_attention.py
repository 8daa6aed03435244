"""Attention by several heads, of which groups share keys and values."""

from __future__ import annotations

import math
from typing import Any

from keratin._engine.operators import operators
from keratin.keras import ops
from keratin.keras._core import names
from keratin.keras.layers._weighted import positive_integer
from keratin.keras.layers.multi_head_attention import HeadAttention


class GroupQueryAttention(HeadAttention):
    """Attention by `num_query_heads` heads, of which groups share `num_key_value_heads` keys.

    One head of keys and values makes it multi-query attention; as many as there are heads of
    queries, multi-head attention.

    >>> layer = keras.layers.GroupQueryAttention(3, num_query_heads=4, num_key_value_heads=2)
    >>> x = np.ones((1, 5, 8))
    >>> layer(x, x).shape
    TensorShape([1, 5, 8])
    """

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: Any = None,
        **kwargs: Any,
    ):
        super().__init__(
            dropout,
            use_bias,
            sliding_window,
            flash_attention,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            use_gate,
            seed,
            **{"name": names.unique("grouped_query_attention"), **kwargs},
        )
        owner = type(self).__name__
        self.head_dim = positive_integer(head_dim, "head_dim", owner)
        self.num_query_heads = positive_integer(num_query_heads, "num_query_heads", owner)
        self.num_key_value_heads = positive_integer(
            num_key_value_heads, "num_key_value_heads", owner
        )
        if num_query_heads % num_key_value_heads:
            raise ValueError(
                f"{owner}: num_query_heads is a multiple of num_key_value_heads, so that groups "
                f"are alike; given {num_query_heads} and {num_key_value_heads}"
            )
        self.num_repeats = num_query_heads // num_key_value_heads
        self.dropout = self._dropout
        self.use_bias = use_bias
        self.use_gate = use_gate
        self.sliding_window = self._sliding_window

    def build(  # type: ignore[override]
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> None:
        """Make the projections."""
        key_shape = value_shape if key_shape is None else key_shape
        self.compute_output_shape(query_shape, value_shape, key_shape)
        heads, shared = self.num_query_heads, self.num_key_value_heads
        self._query_dense = self._head_projection("query", "bqm,muh->bquh", heads, query_shape)
        self._key_dense = self._head_projection("key", "bkm,mvh->bkvh", shared, key_shape)
        if self.use_gate:
            self._gate_dense = self._head_projection(
                "gate", "bqm,muh->bquh", heads, query_shape, activation="sigmoid"
            )
        self._value_dense = self._head_projection("value", "bkm,mvh->bkvh", shared, value_shape)
        self._make_parts(-1)
        self._output_dense = self._projection(
            "attention_output", "bquh,uhm->bqm", 1, (query_shape[-1],)
        )
        self._output_dense.build((None, None, heads, self.head_dim))

    def _head_projection(
        self, name: str, equation: str, heads: int, shape: Any, **options: Any
    ) -> Any:
        layer = self._projection(name, equation, 2, (heads, self.head_dim), **options)
        layer.build(shape)
        return layer

    def _attends_in_its_own_way(self) -> bool:
        return type(self)._compute_attention is not GroupQueryAttention._compute_attention

    def _attend(
        self,
        query: Any,
        key: Any,
        value: Any,
        mask: Any,
        training: Any,
        wants_scores: bool,
        is_causal: bool,
    ) -> Any:
        if self._attends_in_its_own_way():
            key, value = self._repeated(key), self._repeated(value)
            return self._compute_attention(query, key, value, mask, training)
        if self._is_fused(query, wants_scores):
            return self._fused(query, key, value, mask, is_causal), None
        return self._compute_attention(
            query,
            self._repeated(key),
            self._repeated(value),
            mask,
            training,
            use_causal_mask=is_causal,
        )

    def _repeated(self, tensor: Any) -> Any:
        """Keys or values, one for each head of queries."""
        return tensor if self.num_repeats == 1 else ops.repeat(tensor, self.num_repeats, axis=2)

    def _compute_attention(
        self,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any = None,
        training: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """The outputs of all heads and their weights, of projections; subclasses may override it.

        All three are [batch, length, heads, features], with as many heads.
        """
        if use_causal_mask:
            causal = self._compute_causal_mask(query, value)
            attention_mask = (
                causal if attention_mask is None else ops.logical_and(attention_mask, causal)
            )
        scaled = query * (1 / math.sqrt(self.head_dim))
        scores = ops.einsum("bquh,bkuh->buqk", scaled, key)
        scores = self._masked_softmax(scores, attention_mask)
        kept = self._dropout_layer(scores, training=training) if self.dropout > 0 else scores
        return ops.einsum("buqk,bkuh->bquh", kept, value), scores

    def _masked_softmax(self, scores: Any, attention_mask: Any = None) -> Any:
        """Weights of scores, over all keys that take part."""
        if attention_mask is not None and len(attention_mask.shape) == 3:
            attention_mask = operators.expand_dims(attention_mask, -3)
        return self._softmax(scores, mask=attention_mask)

    def compute_output_shape(
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> Any:
        """The shape of the query."""
        for name, shape in (("query", query_shape), ("value", value_shape)):
            if len(shape) != 3:
                raise ValueError(
                    f"Layer {self.name!r} (GroupQueryAttention): {name} has three axes, batch, "
                    f"length and features; given one of shape {tuple(shape)}"
                )
        if query_shape[-1] != value_shape[-1]:
            raise ValueError(
                f"Layer {self.name!r} (GroupQueryAttention): query and value have as many "
                f"features; given shapes {tuple(query_shape)} and {tuple(value_shape)}"
            )
        self._check_lengths(value_shape, value_shape if key_shape is None else key_shape)
        return tuple(query_shape)

    def _scores_shape(self, query_shape: Any, value_shape: Any) -> Any:
        return (query_shape[0], self.num_query_heads, query_shape[1], value_shape[1])
