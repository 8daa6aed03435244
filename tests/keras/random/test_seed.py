"""Seed generators."""

import copy

import numpy as np
import pytest

from keratin import keras
from keratin.keras import random
from tests.harness.real_keras import real


def test_state_and_next():
    ours, theirs = random.SeedGenerator(7), real.random.SeedGenerator(7)
    assert ours.state.numpy().tolist() == theirs.state.numpy().tolist() == [7, 0]
    assert ours.state.dtype == str(theirs.state.dtype) and not ours.state.trainable
    assert ours.state.path == f"{ours.name}/seed_generator_state"
    for ordered in (True, True, False, True, False):
        assert ours.next(ordered).numpy().tolist() == np.asarray(theirs.next(ordered)).tolist()
        assert ours.state.numpy().tolist() == theirs.state.numpy().tolist()


def test_configs():
    ours = random.SeedGenerator(7, name="mine")
    config = keras.saving.serialize_keras_object(ours)
    theirs = real.random.SeedGenerator(7, name="mine")
    assert config == real.saving.serialize_keras_object(theirs)
    again = keras.saving.deserialize_keras_object(config)
    assert again.name == "mine" and again.state.numpy().tolist() == [7, 0]
    assert random.SeedGenerator().get_config()["seed"] is None


def test_without_a_seed_the_global_one_decides(tf):
    tf.random.set_seed(1)
    first = [random.SeedGenerator().state.numpy()[0] for _ in range(2)]
    tf.random.set_seed(1)
    assert first == [random.SeedGenerator().state.numpy()[0] for _ in range(2)]
    assert first[0] != first[1]


def test_an_integer_gives_what_a_generator_draws_first():
    for seed in (0, 7, -3, 2**40):
        generator = random.SeedGenerator(seed)
        first = random.uniform((3,), seed=generator).numpy()
        assert np.array_equal(first, random.uniform((3,), seed=seed))
        assert not np.array_equal(first, random.uniform((3,), seed=generator))


def test_a_pair_of_integers_is_a_seed():
    generator = random.SeedGenerator(7)
    generator.next()
    pair = np.array([7, 1])
    assert np.array_equal(random.uniform((3,), seed=pair), random.uniform((3,), seed=generator))


def test_within_a_layer():
    class Noise(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.seeds = random.SeedGenerator(3)

        def call(self, x):
            return x + random.normal(x.shape, seed=self.seeds)

    layer = Noise()
    assert layer.seeds.state is layer.non_trainable_variables[0] and layer.weights == []
    assert not np.array_equal(layer(np.zeros((1, 2))), layer(np.zeros((1, 2))))
    assert layer.seeds.state.numpy().tolist() == [3, 2]


def test_a_copy_goes_its_own_way():
    first = random.SeedGenerator(3)
    second = copy.deepcopy(first)
    a = random.normal((2,), seed=first)
    assert np.array_equal(a, random.normal((2,), seed=second))
    assert second.state.numpy().tolist() == first.state.numpy().tolist() == [3, 1]


def test_errors():
    for seed in (1.5, "a", True):
        with pytest.raises(ValueError, match="SeedGenerator: seed must be an integer or None"):
            random.SeedGenerator(seed)
        with pytest.raises(ValueError, match=r"seed must be an integer, a keras\.random\.SeedGen"):
            random.normal((2,), seed=seed)
    with pytest.raises(TypeError, match=r"has no argument 'sead'\. Did you mean 'seed'"):
        random.SeedGenerator(sead=1)
