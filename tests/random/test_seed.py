"""Seeds made of seeds, states, and the names of algorithms."""

import numpy as np
import pytest

from tests.harness.parity import case, parity

SEEDS = {
    "number": 1234,
    "negative": -1,
    "long": 2**130 + 5,
    "list": [5, 6],
    "longer": [1, 2, 3, 4],
    "array": np.array([7], np.int64),
}
CASES = [
    case(f"{name}_{alg}", lambda tf, s=seed, a=alg: tf.random.create_rng_state(s, a), traced=False)
    for name, seed in SEEDS.items()
    for alg in ("philox", "threefry")
]
test_parity = parity("random_seed", CASES)


def test_seeds_made_of_one_are_independent(tf):
    first, second = tf.unstack(tf.random.split([1, 2]))
    samples = [tf.random.stateless_normal([10_000], s) for s in ([1, 2], first, second)]
    assert np.abs(np.corrcoef(samples) - np.eye(3)).max() < 0.05


def test_folding_numbers_in(tf):
    seeds = {tuple(tf.random.fold_in([1, 2], i).numpy().tolist()) for i in range(20)}
    assert len(seeds) == 20


def test_algorithms(tf):
    from keratin.random._seed import as_algorithm

    alg = tf.random.Algorithm
    assert [a.value for a in (alg.PHILOX, alg.THREEFRY, alg.AUTO_SELECT)] == [1, 2, 3]
    for name in ("philox", "Philox", 1, np.int64(1), tf.constant(1), alg.PHILOX):
        assert as_algorithm(name) is alg.PHILOX
    assert as_algorithm("auto-select") is as_algorithm("auto_select") is as_algorithm(None)
    with pytest.raises(ValueError, match="alg=9 is not known"):
        as_algorithm(9)
    with pytest.raises(TypeError, match="a name, a number"):
        as_algorithm(1.5)


def test_set_seed_starts_everything_again(tf):
    found = []
    for _ in range(2):
        tf.random.set_seed(77)
        found.append([tf.random.normal([3]).numpy(), tf.random.normal([3], seed=1).numpy()])
    assert np.array_equal(*found)
