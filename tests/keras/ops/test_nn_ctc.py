"""Connectionist temporal classification: the loss, and decoding."""

import itertools

import numpy as np
import pytest

from keratin import keras
from tests.keras.ops.parity import check, floats, refused, table

row = table("nn")
LOGITS = floats(2, 6, 4)
LENGTHS = np.array([6, 4])

ROWS = [
    row("ctc_loss", np.array([[1, 2, 2], [3, 1, 0]]), LOGITS, np.array([3, 2]), LENGTHS),
    row(
        "ctc_loss",
        np.array([[1, 2], [0, 1]]),
        LOGITS,
        np.array([2, 1]),
        LENGTHS,
        mask_index=3,
        gradient=False,
        slow=True,
    ),
    row("ctc_decode", LOGITS, LENGTHS, gradient=False),
    row("ctc_decode", LOGITS, LENGTHS, mask_index=3, merge_repeated=False, gradient=False),
    row("ctc_decode", LOGITS, LENGTHS, mask_index=None, gradient=False),
    row("ctc_decode", LOGITS, LENGTHS, "beam_search", 3, 2, mask_index=3, gradient=False),
]


@pytest.mark.parametrize("given", ROWS)
def test_parity(given):
    check(given)


def test_a_wide_beam_finds_the_likeliest_sequence():
    logits = floats(1, 4, 3, seed=5)
    logs = logits[0] - np.log(np.exp(logits[0]).sum(-1, keepdims=True))
    totals = {}
    for alignment in itertools.product(range(3), repeat=4):
        merged = tuple(label for label, _ in itertools.groupby(alignment) if label != 0)
        score = sum(logs[frame, label] for frame, label in enumerate(alignment))
        totals[merged] = np.logaddexp(totals.get(merged, -np.inf), score)
    best = sorted(totals, key=totals.get, reverse=True)[:3]
    paths, scores = keras.ops.ctc_decode(logits, [4], "beam_search", 50, 3)
    found = [tuple(label for label in path if label >= 0) for path in paths.numpy()[:, 0]]
    assert found == best
    np.testing.assert_allclose(scores.numpy()[0], [totals[path] for path in best], 1e-5)


def test_errors_say_what_is_expected():
    decode = keras.ops.ctc_decode
    assert "'greedy' or 'beam_search'" in refused(decode, LOGITS, LENGTHS, "beam")
    assert "batch, frames and classes" in refused(decode, LOGITS[0], LENGTHS)
    assert "batch" in refused(keras.ops.ctc_loss, [[1]], LOGITS, [1], [6])
