"""Loops of `keras.backend`, against the old functions of Keras on TensorFlow."""

import numpy as np
import pytest

from tests.harness.parity import f32, parity
from tests.keras.backend.legacy import own, row

SEQUENCE = f32(2, 4, 3)
MASK = np.array([[True, True, False, True], [True, False, False, False]])


def step(x, states):
    extra = sum(states[1:]) if len(states) > 1 else 0.0
    return x * 2 + states[0] + extra, [x + states[0] * 0.5]


def recur(**options):
    def run(K, x, state, *masks):
        given = {"mask": masks[0]} if masks else {}
        last, outputs, states = K.rnn(step, x, [state], **options, **given)
        return last, outputs, tuple(states)

    return run


STATE = np.zeros((2, 3), np.float32)
CASES = [
    row("rnn", recur(), SEQUENCE, STATE),
    row("backwards", recur(go_backwards=True), SEQUENCE, STATE),
    row("masked", recur(), SEQUENCE, STATE, MASK),
    row("masked by zeros", recur(zero_output_for_mask=True), SEQUENCE, STATE, MASK),
    row("masked backwards", recur(go_backwards=True), SEQUENCE, STATE, MASK),
    row("unrolled", recur(unroll=True), SEQUENCE, STATE),
    row("unrolled and masked", recur(unroll=True), SEQUENCE, STATE, MASK),
    row("constants", recur(constants=[np.ones((2, 3), np.float32)]), SEQUENCE, STATE),
    row("time_major", recur(time_major=True), SEQUENCE, np.zeros((4, 3), np.float32)),
    row("last only", recur(return_all_outputs=False), SEQUENCE, STATE),
    row("foldl", lambda K, x: K.foldl(lambda a, b: a - b, x), f32(4)),
    row("foldr", lambda K, x: K.foldr(lambda a, b: a - b, x), f32(4)),
    row("map_fn", lambda K, x: K.map_fn(lambda a: a * 2, x), f32(3, 2)),
    row("switch", lambda K, c, x: K.switch(c, x, -x), np.array([True, False]), f32(2)),
    row(
        "switch of a scalar",
        lambda K, c, x: K.switch(c, lambda: x, lambda: -x),
        np.array(True),
        f32(2),
    ),
]
test_parity = parity("keras_backend_recurrence", CASES)


def test_input_length():
    x = np.float32(np.arange(8).reshape(1, 4, 2))
    full, _, _ = own().rnn(step, x[:, :3], [np.zeros((1, 2), np.float32)])
    last, outputs, _ = own().rnn(
        step, x, [np.zeros((1, 2), np.float32)], input_length=np.array([3])
    )
    assert np.array_equal(last, full) and np.array_equal(outputs[:, 3], full)


def test_switch_by_rows():
    chosen = own().switch(np.array([True, False]), np.ones((2, 2)), np.zeros((2, 2)))
    assert chosen.numpy().tolist() == [[1, 1], [0, 0]]
    with pytest.raises(ValueError, match="2 dimensions, more than the values, which have 1"):
        own().switch(np.array([[True]]), np.ones(1), np.zeros(1))
