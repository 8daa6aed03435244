"""Attention: means of values, weighted by how well their keys fit a query."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from keratin._engine.op import Array, op
from keratin.keras import random
from keratin.keras._core.symbolic import KerasTensor
from keratin.keras.layers.layer import Layer
from keratin.keras.layers.regularization import _rate


@op
def attention_weights(
    query: Array,
    key: Array,
    scale: Array | None,
    factor: Array | None,
    mask: Array | None,
    form: str,
    is_causal: bool,
) -> Array:
    """How much each query takes of each key: the softmax of their scores.

    The mask is [batch, keys] or [batch, queries, keys], true where a key takes part.

    >>> from keratin.keras.layers.attention import attention_weights
    >>> x = np.zeros((1, 2, 3))
    >>> attention_weights(x, x, None, None, None, "dot", True).numpy()
    array([[[1. , 0. ],
            [0.5, 0.5]]])
    """
    scores = _SCORES[form](query, key, scale, factor)
    kept = None
    if mask is not None:
        kept = mask.astype(bool)
        kept = kept[:, None] if kept.ndim == 2 else kept
    if is_causal:
        shape = (1, *scores.shape[-2:])
        earlier = lax.broadcasted_iota("int32", shape, 1) >= lax.broadcasted_iota("int32", shape, 2)
        kept = earlier if kept is None else kept & earlier
    if kept is not None:
        # Less by so much that the exponential is 0; the scores stay finite.
        least = 65504.0 if scores.dtype == jnp.float16 else 1e9
        scores = jnp.where(kept, scores, scores - jnp.asarray(least, scores.dtype))
    return jax.nn.softmax(scores, -1)


def _by_product(query: Any, key: Any, scale: Any, factor: Any) -> Any:
    scores = query @ jnp.swapaxes(key, -2, -1)
    return scores if scale is None else scores * scale


def _by_sum(query: Any, key: Any, scale: Any, factor: Any) -> Any:
    summed = query[..., :, None, :] + key[..., None, :, :]
    return factor * jnp.sum(jnp.tanh(summed if scale is None else summed * scale), -1)


def _by_weighted_sum(query: Any, key: Any, scale: Any, factor: Any) -> Any:
    activated = jnp.tanh(query[..., :, None, :] + key[..., None, :, :])
    return jnp.sum(activated if scale is None else activated * scale, -1)


_SCORES = {"dot": _by_product, "concat": _by_sum, "additive": _by_weighted_sum}


@op
def _weighted_mean(weights: Array, value: Array, mask: Array | None) -> Array:
    """The mean of values by weights; 0 for queries that the mask leaves out."""
    outputs = weights @ value
    return outputs if mask is None else jnp.where(mask.astype(bool)[..., None], outputs, 0)


class Attention(Layer):
    """Dot-product attention on `[query, value]`, or `[query, value, key]`.

    `score_mode="concat"` scores by `sum(tanh(query + key))` in place of the product.

    >>> query, value = np.ones((1, 2, 4)), np.ones((1, 3, 4))
    >>> keras.layers.Attention()([query, value]).shape
    TensorShape([1, 2, 4])
    """

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if score_mode not in ("dot", "concat"):
            raise ValueError(
                f"{type(self).__name__}: score_mode is 'dot' or 'concat'; given {score_mode!r}"
            )
        self.use_scale = use_scale
        self.score_mode = score_mode
        self.dropout = _rate(dropout, type(self).__name__)
        self.seed = seed
        if self.dropout > 0:
            self.seed_generator = random.SeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        """Make the scale and the factor of scores, if there are any."""
        self._check_inputs(input_shape)
        self.scale = self._add_scalar("scale") if self.use_scale else None
        is_sum = self.score_mode == "concat"
        self.concat_score_weight = self._add_scalar("concat_score_weight") if is_sum else None

    def _add_scalar(self, name: str) -> Any:
        return self.add_weight(name=name, shape=(), initializer="ones")

    def _weights(self, query: Any, key: Any, mask: Any, is_causal: bool) -> Any:
        factor = self.concat_score_weight
        return attention_weights(query, key, self.scale, factor, mask, self.score_mode, is_causal)

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: Any = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """The means of the values, and the weights if they are asked for."""
        self._check_inputs(inputs, mask)
        query, value, key = inputs[0], inputs[1], inputs[-1]
        query_mask, value_mask = (mask[0], mask[1]) if mask is not None else (None, None)
        weights = self._weights(query, key, value_mask, bool(use_causal_mask))
        if training and self.dropout > 0:
            weights = random.dropout(weights, self.dropout, seed=self.seed_generator)
        outputs = _weighted_mean(weights, value, query_mask)
        return (outputs, weights) if return_attention_scores else outputs

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the query."""
        self._check_inputs(inputs, mask)
        return None if mask is None or mask[0] is None else mask[0]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the query with the last size of the value."""
        return (*input_shape[0][:-1], input_shape[1][-1])

    def compute_output_spec(
        self,
        inputs: Any,
        mask: Any = None,
        return_attention_scores: bool = False,
        training: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Symbolic tensors like the outputs."""
        self._check_inputs(inputs, mask)
        shape = self.compute_output_shape([each.shape for each in inputs])
        outputs = KerasTensor(shape, self.compute_dtype)
        if not return_attention_scores:
            return outputs
        scores = (*inputs[0].shape[:-1], inputs[-1].shape[-2])
        return outputs, KerasTensor(scores, self.compute_dtype)

    def _check_inputs(self, inputs: Any, mask: Any = None) -> None:
        kind = type(self).__name__
        if not isinstance(inputs, (list, tuple)) or not 2 <= len(inputs) <= 3:
            given = f"{len(inputs)} of them" if isinstance(inputs, (list, tuple)) else repr(inputs)
            raise ValueError(
                f"Layer {self.name!r} ({kind}) is called on a list, [query, value] or [query, "
                f"value, key]; given {given}"
            )
        if mask is not None and (not isinstance(mask, (list, tuple)) or not 2 <= len(mask) <= 3):
            raise ValueError(
                f"Layer {self.name!r} ({kind}): mask is a list, [query_mask, value_mask]; given "
                f"{mask!r}"
            )


class AdditiveAttention(Attention):
    """Attention by `sum(scale * tanh(query + key))`, after Bahdanau, on `[query, value, key]`.

    >>> query, value = np.ones((1, 2, 4)), np.ones((1, 3, 4))
    >>> keras.layers.AdditiveAttention()([query, value]).shape
    TensorShape([1, 2, 4])
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any):
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape: Any) -> None:
        """Make the scale, if there is one."""
        self._check_inputs(input_shape)
        self.scale = None
        if self.use_scale:
            self.scale = self.add_weight(
                name="scale", shape=(input_shape[0][-1],), initializer="glorot_uniform"
            )

    def _weights(self, query: Any, key: Any, mask: Any, is_causal: bool) -> Any:
        return attention_weights(query, key, self.scale, None, mask, "additive", is_causal)

    def _own_config(self) -> dict[str, Any]:
        return {**super()._own_config(), "seed": self.seed}
