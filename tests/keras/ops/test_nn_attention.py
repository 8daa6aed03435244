"""Attention: masks, biases, shared heads, and what applies to GPUs alone."""

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, floats, refused, table

row = table("nn")
QUERY, KEY, VALUE = floats(2, 5, 4, 8), floats(2, 6, 4, 8, seed=1), floats(2, 6, 4, 8, seed=2)
MASK = np.random.default_rng(3).uniform(size=(2, 1, 5, 6)) > 0.4
MASK[:, :, :, 0] = True

ROWS = [
    row("dot_product_attention", QUERY, KEY, VALUE),
    row("dot_product_attention", QUERY, KEY, VALUE, mask=MASK, bias=floats(2, 4, 5, 6)),
    row("dot_product_attention", QUERY, KEY, VALUE, is_causal=True, scale=0.3, mask=MASK),
    row("dot_product_attention", QUERY, KEY[:, :, :2], VALUE[:, :, :2], mask=MASK),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_a_mask_without_heads_is_that_of_all_heads():
    attend = keras.ops.dot_product_attention
    expected = attend(QUERY, KEY, VALUE, mask=MASK)
    np.testing.assert_array_equal(attend(QUERY, KEY, VALUE, mask=MASK[:, 0]), expected)


def test_half_precision_stays_and_is_summed_up_in_more():
    half = [array.astype("float16") for array in (QUERY, KEY, VALUE)]
    found = keras.ops.dot_product_attention(*half)
    assert found.dtype == "float16"
    np.testing.assert_allclose(
        found, keras.ops.dot_product_attention(QUERY, KEY, VALUE), atol=2e-3, rtol=0
    )


def test_a_soft_cap_keeps_logits_small():
    logits = np.einsum("btnh,bsnh->bnts", QUERY, KEY) * 10.0
    capped = 2.0 * np.tanh(logits / 2.0)
    weights = np.exp(capped) / np.exp(capped).sum(-1, keepdims=True)
    expected = np.einsum("bnts,bsnh->btnh", weights, VALUE)
    found = keras.ops.dot_product_attention(QUERY, KEY, VALUE, scale=10.0, attn_logits_soft_cap=2.0)
    np.testing.assert_allclose(found, expected, 1e-4, 1e-5)


def test_errors_say_what_is_expected():
    attend = keras.ops.dot_product_attention
    assert "four axes" in refused(attend, QUERY[0], KEY, VALUE)
    assert "divides that of query" in refused(attend, QUERY, KEY[:, :, :3], VALUE[:, :, :3])
    assert "Leave it at None" in refused(attend, QUERY, KEY, VALUE, flash_attention=True)
