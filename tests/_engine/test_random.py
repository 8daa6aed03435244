"""Philox by its published vectors; places, sources, and random ops on them."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

# Known answers of Random123 (kat_vectors, philox4x32 with 10 rounds): counter, key, words.
ALL = 0xFFFFFFFF
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ALL, ALL, ALL, ALL), (ALL, ALL), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_philox_gives_the_published_words(tf, counter, key, expected):
    from keratin._engine.random import philox

    found = philox(*(tuple(jnp.array(x, jnp.uint32) for x in part) for part in (counter, key)))
    assert tuple(int(word) for word in found) == expected


def place_of(counter, key):
    return jnp.array([counter & (2**64 - 1), counter >> 64, key], jnp.uint64)


@pytest.mark.parametrize("counter", [0, 5, 2**64 - 2, 2**128 - 1])
def test_words_pairs_and_blocks_are_one_stream(tf, counter):
    from keratin._engine.random import block, skip, word_pairs, words

    place = place_of(counter, 99)
    stream = np.asarray(words(place, 40))
    assert np.array_equal(np.stack(word_pairs(place, 20), 1).ravel(), stream)
    blocks = np.stack(block(place, jnp.arange(10, dtype=jnp.uint64)), 1)
    assert np.array_equal(blocks.ravel(), stream)
    assert np.array_equal(words(skip(place, 3), 28), stream[12:])


def test_the_counter_carries_into_its_high_half(tf):
    from keratin._engine.random import skip

    assert skip(place_of(2**64 - 1, 7), 2).tolist() == [1, 1, 7]
    assert skip(place_of(2**128 - 1, 7), 1).tolist() == [0, 0, 7]


def test_bits_are_balanced_and_independent(tf):
    from keratin._engine.random import scramble, words

    samples = [np.asarray(words(scramble(np.array([1, i])), 50_000)) for i in range(3)]
    for sample in samples:
        bits = np.unpackbits(sample.view(np.uint8))
        assert abs(bits.mean() - 0.5) < 0.003
        ones = np.unpackbits((sample[1:] ^ sample[:-1]).view(np.uint8))
        assert abs(ones.mean() - 0.5) < 0.003
    assert np.abs(np.corrcoef(samples) - np.eye(3)).max() < 0.02


def test_a_random_op_draws_from_any_source(tf):
    from keratin._engine.op import Array, Static
    from keratin._engine.random import Fixed, Held, draw, random_op, seeded_stream, words

    @random_op(reserve=lambda sample, arguments: arguments["size"])
    def bits_plus(place, x: Array, size: Static):
        return words(place, size) + x

    one = tf.constant(1, tf.uint32)
    fixed = draw(bits_plus, Fixed(tf.constant([1, 2])), one, 4)
    assert np.array_equal(fixed, draw(bits_plus, Fixed(tf.constant([1, 2])), one, 4))

    state = tf.Variable([5, 0, 7], dtype=tf.int64)
    first = draw(bits_plus, Held("generator", state), one, 4)
    assert state.numpy().tolist() == [9, 0, 7]
    assert np.array_equal(first, np.asarray(words(place_of(5, 7), 4)) + 1)

    count = tf.Variable([3, 0], dtype=tf.uint32)
    drawn = [draw(bits_plus, Held("counted", count), one, 2).numpy() for _ in range(2)]
    assert count.numpy().tolist() == [3, 2] and not np.array_equal(*drawn)

    tf.random.set_seed(1)
    drawn = [draw(bits_plus, seeded_stream(8, "bits"), one, 2).numpy() for _ in range(2)]
    tf.random.set_seed(1)
    again = [draw(bits_plus, seeded_stream(8, "bits"), one, 2).numpy() for _ in range(2)]
    other = draw(bits_plus, seeded_stream(8, "other bits"), one, 2)
    assert np.array_equal(drawn, again) and np.array_equal(drawn[0], other)
    assert not np.array_equal(*drawn)


def test_tensors_come_first(tf):
    from keratin._engine.op import Array, Static
    from keratin._engine.random import random_op

    with pytest.raises(TypeError, match="tensors come first"):

        @random_op
        def wrong(place, size: Static, x: Array):
            return x


def test_one_draw_is_one_program(tf):
    from keratin.random._continuous import normal

    tf.random.set_seed(1)
    tf.random.normal([3])
    kernels = dict(normal.moving.spec.kernels)
    compiled = {k: kernel.jitted._cache_size() for k, kernel in kernels.items()}
    for mean in (0.0, 1.0, 2.0):
        tf.random.normal([3], mean)
    after = normal.moving.spec.kernels
    assert set(after) == set(kernels)
    assert {k: after[k].jitted._cache_size() for k in kernels} == compiled


def test_importing_makes_no_arrays(tf):
    import subprocess
    import sys

    program = (
        "import keratin.random, jax\n"
        "from jax._src import xla_bridge\n"
        "assert not xla_bridge._backends, 'a backend was started'"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_state_that_starts_again_with_a_seed(tf):
    from keratin._engine.random import state_of

    mine = state_of("a key of this test", np.array([1, 2], np.int32))
    assert state_of("a key of this test", np.array([9, 9], np.int32)) is mine
    mine.assign([5, 6])
    tf.random.set_seed(1)
    assert mine.numpy().tolist() == [1, 2]


def test_seeds_without_end_do_not_fill_the_memory(tf):
    from keratin._engine import random
    from keratin._engine.random import _MOST_STATES, seeded_stream

    kept = seeded_stream(1, "kept").cursor
    for seed in range(_MOST_STATES + 10):
        seeded_stream(seed, "made up")
        assert seeded_stream(1, "kept").cursor is kept
    assert len(random._streams.others) == _MOST_STATES


def test_places_are_differentiated_through(tf):
    from keratin._engine.random import scramble
    from keratin.random._continuous import standard_normal

    def total(scale):
        return jnp.sum(
            standard_normal(scramble(jnp.array([1, 2])), (4,), np.dtype("float32")) * scale
        )

    assert np.isfinite(jax.grad(total)(jnp.float32(2)))


def test_all_streams_go_on_from_a_state(tf):
    from keratin._engine import random

    def drawn():
        dropped = tf.nn.experimental.stateless_dropout(tf.ones(3), 0.5, seed=[1, 2])
        return [
            tf.random.normal((3,)).numpy(),
            tf.random.normal((3,), seed=9).numpy(),
            tf.random.uniform((3,), seed=77).numpy(),
            dropped.numpy(),
        ]

    tf.random.set_seed(5)
    drawn()
    state = random.dump_streams()
    expected = [drawn(), drawn()]
    random.load_streams(state)
    assert np.array_equal([drawn(), drawn()], expected)
    # As in another process, where the states of op seeds are not made yet.
    kept = dict(random._streams.others)
    random._streams.others.clear()
    tf.random.set_seed(6)
    random.load_streams(state)
    assert random.global_seed() == 5
    assert random.dump_streams()["others"].keys() >= state["others"].keys()
    assert np.array_equal([drawn(), drawn()], expected)
    random._streams.others.update(kept)
