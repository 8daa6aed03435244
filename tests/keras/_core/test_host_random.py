"""Random numbers of the host."""

import json

import numpy as np
from scipy import stats

from keratin.keras._core import host_random


def test_streams_of_seeds():
    first = host_random.generator(1, 2).random(3)
    assert np.array_equal(first, host_random.generator(1, 2).random(3))
    assert not np.array_equal(first, host_random.generator(2, 1).random(3))
    assert host_random.generator(-5).random() == host_random.generator(2**64 - 5).random()


def test_fresh_seeds_start_anew_with_the_global_seed(tf):
    tf.random.set_seed(3)
    first = [host_random.fresh_seed() for _ in range(3)]
    assert len(set(first)) == 3 and all(1 <= seed < 10**9 for seed in first)
    tf.random.set_seed(3)
    assert first == [host_random.fresh_seed() for _ in range(3)]
    tf.random.set_seed(4)
    assert first != [host_random.fresh_seed() for _ in range(3)]


def test_distributions():
    dtype = np.dtype("float32")
    cases = [
        (host_random.standard_uniform, stats.uniform()),
        (host_random.standard_normal, stats.norm()),
        (host_random.standard_truncated_normal, stats.truncnorm(-2, 2)),
    ]
    for draw, expected in cases:
        values = draw(host_random.generator(7), (50, 40), dtype)
        assert values.dtype == dtype and values.shape == (50, 40)
        assert stats.kstest(values.ravel(), expected.cdf).pvalue > 0.01
        assert draw(host_random.generator(7), (2,), np.dtype("float64")).dtype == "float64"
        assert draw(host_random.generator(7), (), dtype).shape == ()


def test_generators_go_on_from_a_state():
    source = host_random.generator(3)
    source.random(5)
    source.integers(0, 10, dtype="uint32")
    state = json.loads(json.dumps(host_random.state_of(source)))
    expected = source.integers(0, 1000, 7, dtype="uint32").tolist()
    other = host_random.generator(0)
    host_random.set_state(other, state)
    assert other.integers(0, 1000, 7, dtype="uint32").tolist() == expected
    state = host_random.seeds_state()
    expected = [host_random.fresh_seed() for _ in range(3)]
    host_random.set_seeds_state(state)
    assert [host_random.fresh_seed() for _ in range(3)] == expected
