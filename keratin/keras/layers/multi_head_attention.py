"""Attention by several heads, each of which projects queries, keys and values for itself."""

from __future__ import annotations

import math
import string
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine.op import Array, op
from keratin._engine.operators import operators
from keratin.keras import constraints, initializers, ops, regularizers
from keratin.keras._core.settings import settings
from keratin.keras._core.symbolic import KerasTensor
from keratin.keras.layers._weighted import positive_integer
from keratin.keras.layers.activation import Softmax
from keratin.keras.layers.einsum_dense import EinsumDense
from keratin.keras.layers.layer import Layer
from keratin.keras.layers.regularization import Dropout, _rate


@op
def attention_mask(
    query_mask: Array | None,
    value_mask: Array | None,
    key_mask: Array | None,
    mask: Array | None,
    num_queries: int,
    num_keys: int,
    is_causal: bool,
    window: int | None,
) -> Array:
    """Which query may attend to which key, [batch, queries, keys]: all masks taken together.

    >>> from keratin.keras.layers.multi_head_attention import attention_mask
    >>> attention_mask(None, None, None, None, 2, 3, True, None).numpy()
    array([[[ True, False, False],
            [ True,  True, False]]])
    """
    shape = (1, num_queries, num_keys)
    row, column = [lax.broadcasted_iota("int32", shape, axis) for axis in (1, 2)]
    parts = [None if query_mask is None else query_mask.astype(bool)[..., None]]
    parts += [None if m is None else m.astype(bool)[..., None, :] for m in (value_mask, key_mask)]
    parts += [row >= column if is_causal else None]
    parts += [None if window is None else jnp.abs(row - column) < window]
    parts += [None if mask is None else mask.astype(bool)]
    kept = jnp.ones((), bool)
    for part in parts:
        kept = kept if part is None else kept & part
    return kept


class HeadAttention(Layer):
    """What layers of attention by several heads share: projections, masks, the way through."""

    def __init__(
        self,
        dropout: float,
        use_bias: bool,
        sliding_window: int | None,
        flash_attention: bool | None,
        kernel_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        kernel_constraint: Any,
        bias_constraint: Any,
        use_gate: bool,
        seed: Any,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        owner = type(self).__name__
        self._dropout = _rate(dropout, owner)
        self._use_bias = use_bias
        self._use_gate = use_gate
        if sliding_window is not None:
            sliding_window = positive_integer(sliding_window, "sliding_window", owner)
        self._sliding_window = sliding_window
        self._flash_attention = (
            settings.flash_attention if flash_attention is None else flash_attention
        )
        if self._flash_attention and self._dropout > 0:
            raise ValueError(
                f"{owner}: flash_attention=True does not go with dropout={dropout}: the fused "
                "kernel drops nothing. Set one of them to its default"
            )
        self._kernel_initializer = initializers.get(kernel_initializer)
        self._bias_initializer = initializers.get(bias_initializer)
        self._kernel_regularizer = regularizers.get(kernel_regularizer)
        self._bias_regularizer = regularizers.get(bias_regularizer)
        self._activity_regularizer = regularizers.get(activity_regularizer)
        self._kernel_constraint = constraints.get(kernel_constraint)
        self._bias_constraint = constraints.get(bias_constraint)
        self.seed = seed
        self.supports_masking = True

    _query_dense: EinsumDense
    _key_dense: EinsumDense
    _value_dense: EinsumDense
    _output_dense: EinsumDense

    @property
    def query_dense(self) -> EinsumDense:
        """The projection of queries."""
        return self._query_dense

    @property
    def key_dense(self) -> EinsumDense:
        """The projection of keys."""
        return self._key_dense

    @property
    def value_dense(self) -> EinsumDense:
        """The projection of values."""
        return self._value_dense

    @property
    def output_dense(self) -> EinsumDense:
        """The projection of all heads to the output."""
        return self._output_dense

    # Projections

    def _get_common_kwargs_for_sublayer(self) -> dict[str, Any]:
        """Arguments of all projections; each draws its weights by an initializer of its own."""
        return {
            "kernel_initializer": self._kernel_initializer.clone(),
            "bias_initializer": self._bias_initializer.clone(),
            "kernel_regularizer": self._kernel_regularizer,
            "bias_regularizer": self._bias_regularizer,
            "activity_regularizer": self._activity_regularizer,
            "kernel_constraint": self._kernel_constraint,
            "bias_constraint": self._bias_constraint,
            "dtype": self.dtype_policy,
        }

    def _projection(
        self, name: str, equation: str, num_outputs: int, shape: Any, **options: Any
    ) -> EinsumDense:
        """A dense layer by an equation, whose last `num_outputs` axes are new and have a bias."""
        axes = equation.split("->")[1]
        layer = EinsumDense(
            equation,
            output_shape=[None] * (len(axes) - 1 - len(shape)) + list(shape),
            bias_axes=axes[-num_outputs:] if self._use_bias else None,
            name=name,
            **self._get_common_kwargs_for_sublayer(),
            **options,
        )
        # The masks are heeded here, and not by the projections.
        layer.supports_masking = True
        return layer

    # The way through

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """What the heads attend to, and their weights if they are asked for."""
        key = value if key is None else key
        given = (query_mask, value_mask, key_mask, attention_mask, self._sliding_window)
        # A causal mask alone needs no tensor, unless a subclass attends in its own way.
        is_causal = (
            bool(use_causal_mask)
            and all(mask is None for mask in given)
            and not self._attends_in_its_own_way()
        )
        mask = None
        if not is_causal:
            mask = self._compute_attention_mask(
                query,
                value,
                query_mask=query_mask,
                value_mask=value_mask,
                key_mask=key_mask,
                attention_mask=attention_mask,
                use_causal_mask=use_causal_mask,
            )
        gate = self._gate_dense(query) if self._use_gate else None
        outputs, scores = self._attend(
            self._query_dense(query),
            self._key_dense(key),
            self._value_dense(value),
            mask,
            training,
            return_attention_scores,
            is_causal,
        )
        outputs = self._output_dense(outputs if gate is None else outputs * gate)
        return (outputs, scores) if return_attention_scores else outputs

    _gate_dense: EinsumDense

    def _attends_in_its_own_way(self) -> bool:
        raise NotImplementedError(f"{type(self).__name__} does not say how it attends")

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
        raise NotImplementedError(f"{type(self).__name__} does not say how it attends")

    def _is_fused(self, query: Any, wants_scores: bool) -> bool:
        """Whether one op does all of it: it gives no weights, and drops none."""
        if self._flash_attention and wants_scores:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}): flash_attention=True does not go "
                "with return_attention_scores=True: the fused kernel keeps no scores. Leave one "
                "of them out"
            )
        return self._dropout == 0 and not wants_scores and len(query.shape) == 4

    def _fused(self, query: Any, key: Any, value: Any, mask: Any, is_causal: bool) -> Any:
        return ops.dot_product_attention(
            query,
            key,
            value,
            mask=mask,
            scale=1 / math.sqrt(query.shape[-1]),
            is_causal=is_causal,
            flash_attention=self._flash_attention,
        )

    def _make_parts(self, axes: Any) -> None:
        """The layers that turn scores into weights, and drop some."""
        self._softmax = Softmax(axis=axes, dtype=self.dtype_policy)
        self._dropout_layer = Dropout(self._dropout, dtype=self.dtype_policy, seed=self.seed)

    # Masks

    def _compute_attention_mask(
        self,
        query: Any,
        value: Any,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        masks = (query_mask, value_mask, key_mask, attention_mask)
        if not use_causal_mask and all(m is None for m in (*masks, self._sliding_window)):
            return None
        return _attention_mask(
            *masks, query.shape[1], value.shape[1], bool(use_causal_mask), self._sliding_window
        )

    def _compute_causal_mask(self, query: Any, value: Any = None) -> Any:
        """Which key is no later than a query, [1, queries, keys]."""
        num_keys = (query if value is None else value).shape[1]
        return _attention_mask(None, None, None, None, query.shape[1], num_keys, True, None)

    # Shapes

    def compute_output_spec(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Symbolic tensors like the outputs."""
        shapes = [query.shape, value.shape] + ([] if key is None else [key.shape])
        outputs = KerasTensor(self.compute_output_shape(*shapes), self.compute_dtype)
        if not return_attention_scores:
            return outputs
        return outputs, KerasTensor(self._scores_shape(*shapes[:2]), self.compute_dtype)

    def _scores_shape(self, query_shape: Any, value_shape: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say the shape of its scores")

    def _check_lengths(self, value_shape: Any, key_shape: Any) -> None:
        if tuple(value_shape[1:-1]) != tuple(key_shape[1:-1]):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}): value and key differ in their last "
                f"axis alone; given value of shape {tuple(value_shape)} and key of shape "
                f"{tuple(key_shape)}"
            )

    def _own_config(self) -> dict[str, Any]:
        config = super()._own_config()
        # It says on which device a layer runs, and not what it computes.
        del config["flash_attention"]
        own = {name: getattr(self, f"_{name}") for name in config if hasattr(self, f"_{name}")}
        return {**config, **own, "activity_regularizer": self._activity_regularizer}


_attention_mask = attention_mask


class MultiHeadAttention(HeadAttention):
    """Attention by several heads, after "Attention is all you need".

    Called on `(query, value)`, or `(query, value, key)`. The axes `attention_axes` of the query are
    attended along: all but the batch and the features unless given.

    >>> layer = keras.layers.MultiHeadAttention(num_heads=2, key_dim=3)
    >>> x = np.ones((1, 5, 8))
    >>> layer(x, x, use_causal_mask=True).shape
    TensorShape([1, 5, 8])
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
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
            **kwargs,
        )
        owner = type(self).__name__
        self._num_heads = positive_integer(num_heads, "num_heads", owner)
        self._key_dim = positive_integer(key_dim, "key_dim", owner)
        if value_dim is not None:
            value_dim = positive_integer(value_dim, "value_dim", owner)
        self._value_dim = value_dim or self._key_dim
        self._output_shape = _sizes(output_shape)
        self._attention_axes = _axes(attention_axes)
        self._inverse_sqrt_key_dim = 1 / math.sqrt(self._key_dim)

    @property
    def num_heads(self) -> int:
        """The number of heads."""
        return self._num_heads

    @property
    def key_dim(self) -> int:
        """The number of features of a query, or key, of one head."""
        return self._key_dim

    @property
    def value_dim(self) -> int:
        """The number of features of a value of one head."""
        return self._value_dim

    @property
    def dropout(self) -> float:
        """The fraction of weights that is dropped while training."""
        return self._dropout

    @property
    def use_bias(self) -> bool:
        """Whether projections have a bias."""
        return self._use_bias

    @property
    def attention_axes(self) -> Any:
        """The axes of the query that are attended along."""
        return self._attention_axes

    def build(  # type: ignore[override]
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> None:
        """Make the projections."""
        key_shape = value_shape if key_shape is None else key_shape
        self._check_lengths(value_shape, key_shape)
        self._query_dense = self._head_projection("query", query_shape, self._key_dim)
        self._key_dense = self._head_projection("key", key_shape, self._key_dim)
        if self._use_gate:
            self._gate_dense = self._head_projection(
                "gate", query_shape, self._value_dim, activation="sigmoid"
            )
        self._value_dense = self._head_projection("value", value_shape, self._value_dim)
        self._build_attention(len(value_shape) + 1)
        shape = self._output_shape or (query_shape[-1],)
        equation = _projection_equation(len(query_shape) - 1, 2, len(shape))
        self._output_dense = self._projection("attention_output", equation, len(shape), shape)
        self._output_dense.build((*query_shape[:-1], self._num_heads, self._value_dim))

    def _head_projection(self, name: str, shape: Any, size: int, **options: Any) -> EinsumDense:
        equation = _projection_equation(len(shape) - 1, 1, 2)
        layer = self._projection(name, equation, 2, (self._num_heads, size), **options)
        layer.build(shape)
        return layer

    def _build_attention(self, rank: int) -> None:
        """The axes and equations of attention, for projections of this rank."""
        if self._attention_axes is None:
            self._attention_axes = tuple(range(1, rank - 2))
        else:
            axes = self._attention_axes
            self._attention_axes = tuple([a if a >= 0 else rank - 1 + a for a in axes])
        self._dot_product_equation, self._combine_equation = _attention_equations(
            rank, self._attention_axes
        )
        count = len(self._attention_axes)
        self._make_parts(tuple(range(rank - 1, rank - 1 + count)))

    def _attends_in_its_own_way(self) -> bool:
        return type(self)._compute_attention is not MultiHeadAttention._compute_attention

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
        # Those who write a _compute_attention of their own need not know of the causal case.
        more = {"use_causal_mask": True} if is_causal else {}
        return self._compute_attention(query, key, value, mask, training, wants_scores, **more)

    def _compute_attention(
        self,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any = None,
        training: Any = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """The outputs of all heads and their weights, of projections; subclasses may override it.

        `query` is [batch, ..., heads, features]; `key` and `value` likewise.
        """
        rank = len(query.shape) - 1 + len(self._attention_axes or ())
        attention_mask = self._for_heads(attention_mask, rank)
        if self._is_fused(query, return_attention_scores):
            return self._fused(query, key, value, attention_mask, use_causal_mask), None
        if use_causal_mask:
            causal = self._compute_causal_mask(query, value)
            attention_mask = (
                causal if attention_mask is None else ops.logical_and(attention_mask, causal)
            )
        scaled = query * self._inverse_sqrt_key_dim
        scores = ops.einsum(self._dot_product_equation, key, scaled)
        scores = self._masked_softmax(scores, attention_mask)
        kept = self._dropout_layer(scores, training=training) if self._dropout > 0 else scores
        return ops.einsum(self._combine_equation, kept, value), scores

    def _masked_softmax(self, attention_scores: Any, attention_mask: Any = None) -> Any:
        """Weights of scores, over all keys that take part."""
        attention_mask = self._for_heads(attention_mask, len(attention_scores.shape))
        return self._softmax(attention_scores, mask=attention_mask)

    def _for_heads(self, mask: Any, rank: int) -> Any:
        """The mask of scores of this rank, with axes of size 1 for what it says nothing of."""
        if mask is not None:
            for _ in range(rank - len(mask.shape)):
                mask = operators.expand_dims(mask, -2 * len(self._attention_axes or ()) - 1)
        return mask

    def compute_output_shape(
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> Any:
        """The shape of the query, with the features of `output_shape` if it was given."""
        self._check_lengths(value_shape, value_shape if key_shape is None else key_shape)
        return (*query_shape[:-1], *(self._output_shape or query_shape[-1:]))

    def _scores_shape(self, query_shape: Any, value_shape: Any) -> Any:
        axes = self._attention_axes
        inner = [a if a >= 0 else len(query_shape) + a for a in axes or ()]
        inner = inner or list(range(1, len(query_shape) - 1))
        batch = [s for i, s in enumerate(query_shape[:-1]) if i not in inner]
        queries, keys = [[shape[i] for i in inner] for shape in (query_shape, value_shape)]
        return (*batch, self._num_heads, *queries, *keys)


def _sizes(shape: Any) -> tuple[int, ...] | None:
    if not shape:
        return None
    if isinstance(shape, int):
        return (shape,)
    if not isinstance(shape, (list, tuple)):
        raise ValueError(
            f"MultiHeadAttention: output_shape is a number, or a tuple of them; given {shape!r}"
        )
    return tuple(shape)


def _axes(axes: Any) -> tuple[int, ...] | None:
    if axes is None or axes == ():
        return None
    if isinstance(axes, int):
        return (axes,)
    if not isinstance(axes, (list, tuple)):
        raise ValueError(
            f"MultiHeadAttention: attention_axes is a number, or a tuple of them; given {axes!r}"
        )
    return tuple(axes)


def _projection_equation(num_free: int, num_bound: int, num_new: int) -> str:
    """As in "abc,cde->abde": free axes stay, bound ones are summed over, new ones come."""
    letters = string.ascii_lowercase
    free = letters[:num_free]
    bound = letters[num_free : num_free + num_bound]
    new = letters[num_free + num_bound : num_free + num_bound + num_new]
    return f"{free}{bound},{bound}{new}->{free}{new}"


def _attention_equations(rank: int, axes: tuple[int, ...]) -> tuple[str, str]:
    """The equations of scores by keys and queries, and of outputs by weights and values."""
    letters = string.ascii_lowercase
    query = letters[:rank]
    names = iter(letters[rank:])
    key = "".join([next(names) if i in axes else query[i] for i in range(rank)])
    shared = [query[i] for i in np.delete(range(rank), (*axes, rank - 1))]
    scores = "".join([*shared, *[query[i] for i in axes], *[key[i] for i in axes]])
    return f"{key},{query}->{scores}", f"{scores},{key}->{query}"
