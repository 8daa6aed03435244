"""One seed for everything."""

import random

import numpy as np
import pytest

import keratin as tf
from keratin import keras


def drawn():
    weights = keras.layers.Dense(2)
    weights.build((None, 3))
    return [
        random.random(),
        float(np.random.rand()),
        tf.random.normal([2]).numpy().tolist(),
        np.asarray(weights.kernel).tolist(),
    ]


def test_the_same_seed_gives_the_same_numbers():
    found = []
    for seed in (3, 3, np.int64(4)):
        keras.utils.set_random_seed(seed)
        found.append(drawn())
    assert found[0] == found[1]
    assert all(a != b for a, b in zip(found[0], found[2], strict=True))


@pytest.mark.parametrize("seed", [1.5, None, True, -1, 2**32])
def test_what_is_no_seed(seed):
    with pytest.raises(ValueError, match=r"set_random_seed: seed is .*given " + str(seed)):
        keras.utils.set_random_seed(seed)
