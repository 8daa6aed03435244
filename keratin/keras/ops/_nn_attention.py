"""Scaled dot-product attention."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keratin._engine.op import Array, op
from keratin.keras.ops._operations import operation
from keratin.keras.ops._support import as_tensor, promoted, require


@operation
def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Any:
    """softmax(query . key * scale + bias) . value, for each head.

    `query` is [batch, queries, heads, size], `key` and `value` are [batch, keys, heads, size]; they
    may have fewer heads, each shared by a group of the query's. `bias` is added to the logits,
    [batch, heads, queries, keys], and broadcast to them, as is the boolean `mask`, true where a key
    takes part. A mask of three axes is [batch, queries, keys]. `scale` is 1 / sqrt(size) unless
    given. `is_causal` lets a query see no later key. `attn_logits_soft_cap` keeps logits between
    plus and minus that number. `flash_attention` asks for the fused kernel of GPUs; None takes it
    where it applies.

    >>> x = np.ones([1, 3, 2, 4], "float32")
    >>> keras.ops.dot_product_attention(x, x, x, is_causal=True).shape
    TensorShape([1, 3, 2, 4])
    """
    query, key, value = as_tensor(query), as_tensor(key), as_tensor(value)
    for name, tensor in (("query", query), ("key", key), ("value", value)):
        require(
            tensor.ndim == 4,
            f"{name} has shape {list(tensor.shape)}; expected four axes: batch, length, heads and "
            "size of a head",
        )
    if flash_attention:
        require(
            jax.default_backend() == "gpu",
            "flash_attention=True is for GPUs, and the default device is the "
            f"{jax.default_backend().upper()}. Leave it at None, which takes it where it applies",
        )
        require(
            attn_logits_soft_cap is None,
            "flash_attention=True does not go with attn_logits_soft_cap. Leave one of them out",
        )
    scale = None if scale is None else float(scale)
    return _dot_product_attention(
        query,
        key,
        value,
        bias,
        mask,
        scale,
        bool(is_causal),
        flash_attention,
        attn_logits_soft_cap,
    )


@op
def _dot_product_attention(
    query: Array,
    key: Array,
    value: Array,
    bias: Array | None,
    mask: Array | None,
    scale: float | None,
    is_causal: bool,
    flash_attention: bool | None,
    soft_cap: float | None,
) -> Array:
    query, key, value = promoted(query, key, value)
    heads, shared = query.shape[2], key.shape[2]
    require(
        heads % shared == 0 and key.shape[:3] == value.shape[:3],
        f"query {list(query.shape)}, key {list(key.shape)} and value {list(value.shape)} do not "
        "fit: key and value need the same length and number of heads, which divides that of query",
    )
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    bias = None if bias is None else _of_heads(bias).astype(query.dtype)
    mask = None if mask is None else _of_heads(mask).astype(bool)
    if _takes_flash(query, key, flash_attention, soft_cap):
        return jax.nn.dot_product_attention(
            query,
            key,
            value,
            bias,
            mask,
            scale=scale,
            is_causal=is_causal,
            implementation="cudnn",
        )
    return _attend(query, key, value, bias, mask, scale, is_causal, soft_cap)


def _of_heads(x: jax.Array) -> jax.Array:
    """A bias or mask with four axes: [batch, heads, queries, keys]."""
    if x.ndim == 3:
        return x[:, None]
    return x.reshape((1,) * (4 - x.ndim) + x.shape)


def _takes_flash(
    query: jax.Array, key: jax.Array, asked: bool | None, soft_cap: float | None
) -> bool:
    """Whether the fused kernel is asked for, or applies."""
    if asked is not None:
        return asked
    half = query.dtype in (np.dtype(np.float16), jnp.bfloat16)
    size = query.shape[-1]
    even = query.shape[1] % 2 == 0 and key.shape[1] % 2 == 0
    fits = half and size % 8 == 0 and size <= 128 and even and soft_cap is None
    return fits and jax.default_backend() == "gpu"


def _attend(
    query: jax.Array,
    key: jax.Array,
    value: jax.Array,
    bias: Any,
    mask: Any,
    scale: float,
    is_causal: bool,
    soft_cap: float | None,
) -> jax.Array:
    """Logits and softmax in float32 at least, in groups of heads that share a key."""
    batch, queries, heads, _ = query.shape
    keys, shared = key.shape[1:3]
    inner = jnp.promote_types(query.dtype, np.float32)
    grouped = query.reshape(batch, queries, shared, heads // shared, -1)
    logits = jnp.einsum("btngh,bsnh->bngts", grouped, key, preferred_element_type=inner)
    logits = logits.reshape(batch, heads, queries, keys) * jnp.asarray(scale, inner)
    if bias is not None:
        logits = logits + bias.astype(inner)
    if soft_cap is not None:
        logits = soft_cap * jnp.tanh(logits / soft_cap)
    visible = mask
    if is_causal:
        # Computed, and not a constant: of long sequences that would be large.
        places = (queries, keys)
        earlier = lax.broadcasted_iota("int32", places, 0) >= lax.broadcasted_iota(
            "int32", places, 1
        )
        visible = earlier if mask is None else mask & earlier
    if visible is not None:
        # Finite, so that a row without any key is an even mean, and not NaN.
        logits = jnp.where(visible, logits, jnp.asarray(-0.7 * jnp.finfo(inner).max, inner))
    weights = jax.nn.softmax(logits, -1).astype(key.dtype)
    weights = weights.reshape(batch, shared, heads // shared, queries, keys)
    outputs = jnp.einsum("bngts,bsnh->btngh", weights, value)
    return outputs.reshape(batch, queries, heads, value.shape[-1])
