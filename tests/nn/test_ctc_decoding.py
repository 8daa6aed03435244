"""Decoders of CTC."""

import itertools

import numpy as np
import pytest

from tests.harness.parity import case, f32, f64, parity

LOGITS = f32(7, 3, 4)
FRAMES = np.array([7, 4, 5], np.int32)


def parts(decoded):
    paths, scores = decoded
    return [(x.indices, x.values, x.dense_shape) for x in paths], scores


def greedy(tf, x, n, **options):
    return parts(tf.nn.ctc_greedy_decoder(x, n, **options))


def beam(tf, x, n, **options):
    return parts(tf.nn.ctc_beam_search_decoder(x, n, **options))


def row(name, fn, *inputs):
    return case(name, fn, *inputs, grad=[], traced=False)


CASES = [
    row("greedy", greedy, LOGITS, FRAMES),
    row("greedy_repeats", lambda tf, x, n: greedy(tf, x, n, merge_repeated=False), LOGITS, FRAMES),
    row("greedy_blank", lambda tf, x, n: greedy(tf, x, n, blank_index=1), LOGITS, FRAMES),
    row("greedy_f64", greedy, f64(7, 3, 4), FRAMES),
    row("greedy_no_frames", greedy, LOGITS, np.zeros(3, np.int32)),
    row("beam", beam, LOGITS, FRAMES),
    row("beam_paths", lambda tf, x, n: beam(tf, x, n, beam_width=20, top_paths=3), LOGITS, FRAMES),
    row("beam_narrow", lambda tf, x, n: beam(tf, x, n, beam_width=2, top_paths=2), LOGITS, FRAMES),
    row("beam_greedy", lambda tf, x, n: beam(tf, x, n, beam_width=1), LOGITS, FRAMES),
]
test_parity = parity("nn_ctc_decoding", CASES)


def test_a_wide_beam_finds_the_likeliest_sequence(tf):
    logits = np.random.default_rng(3).normal(size=(4, 1, 3)).astype(np.float32)
    chances = np.exp(logits[:, 0]) / np.exp(logits[:, 0]).sum(1, keepdims=True)
    totals = {}
    for alignment in itertools.product(range(3), repeat=4):
        merged = [a for a, _ in itertools.groupby(alignment)]
        key = tuple(a for a in merged if a != 2)
        chance = np.prod([chances[t, a] for t, a in enumerate(alignment)])
        totals[key] = totals.get(key, 0) + chance
    best = sorted(totals, key=totals.get, reverse=True)[:3]
    paths, scores = tf.nn.ctc_beam_search_decoder(logits, [4], beam_width=50, top_paths=3)
    assert [tuple(path.values.numpy().tolist()) for path in paths] == best
    np.testing.assert_allclose(scores.numpy()[0], [np.log(totals[b]) for b in best], rtol=1e-5)


def test_mistakes_are_named(tf):
    x = np.zeros((3, 2, 4), np.float32)
    with pytest.raises(ValueError, match=r"expected \[frames, batch, classes\] and \[batch\]"):
        tf.nn.ctc_greedy_decoder(x, [3])
    with pytest.raises(ValueError, match=r"sequence_length=\[3, 4\] was given, expected 0 to 3"):
        tf.nn.ctc_greedy_decoder(x, [3, 4])
    with pytest.raises(ValueError, match="0 < top_paths <= beam_width"):
        tf.nn.ctc_beam_search_decoder(x, [3, 3], beam_width=2, top_paths=3)
    with pytest.raises(ValueError, match="only 1 sequences are possible"):
        tf.nn.ctc_beam_search_decoder(x, [0, 3], beam_width=5, top_paths=3)
