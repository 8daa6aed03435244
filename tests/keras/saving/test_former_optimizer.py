"""The state of optimizers in files of Keras 1 and 2."""

import h5py
import numpy as np
import pytest

from keratin import keras
from keratin.keras.saving._former_optimizer import optimizer_pairs


@pytest.fixture
def file():
    with h5py.File("x", "w", driver="core", backing_store=False) as file:
        yield file


def pairs(file, optimizer, kept, version="2.3.1"):
    """Which variable gets which value, for weights of sizes 2 and 1."""
    optimizer.build([keras.Variable(np.zeros(size), name=f"w{size}") for size in (2, 1)])
    data = [file.create_dataset(f"d{n}", data=np.asarray(v)) for n, (_, v) in enumerate(kept)]
    found = optimizer_pairs(optimizer, [name for name, _ in kept], data, version)
    return {variable.name: np.ravel(value).tolist() for variable, value in found}


ADAM = {
    "iteration": [7],
    "w2_momentum": [1, 2],
    "w1_momentum": [3],
    "w2_velocity": [4, 5],
    "w1_velocity": [6],
}
BY_KIND = [7, [1, 2], [3], [4, 5], [6]]


@pytest.mark.parametrize(
    "names",
    [
        ["Adam/iter:0", "Adam/a/m:0", "Adam/b/m:0", "Adam/a/v:0", "Adam/b/v:0"],
        ["Adam/iterations:0", *[f"training/Adam/Variable_{n}:0" for n in range(4)]],
        [f"param_{n}" for n in range(5)],
    ],
)
def test_one_kind_after_the_other(names, file):
    kept = list(zip(names, BY_KIND, strict=True))
    assert pairs(file, keras.optimizers.Adam(), kept) == ADAM


def test_one_weight_after_the_other(file):
    names = ["iteration:0", "Adam/m/a:0", "Adam/v/a:0", "Adam/m/b:0", "Adam/v/b:0"]
    values = [7, [1, 2], [4, 5], [3], [6]]
    assert pairs(file, keras.optimizers.Adam(), list(zip(names, values, strict=True))) == ADAM


def test_placeholders_of_what_was_not_used_are_passed_over(file):
    kept = [(f"v{n}:0", v) for n, v in enumerate([*BY_KIND, [0], [0]])]  # of amsgrad
    assert pairs(file, keras.optimizers.Adam(), kept) == ADAM
    momentum = [("iteration:0", 7), ("SGD/m/a:0", [0, 0]), ("SGD/m/b:0", [0])]
    assert pairs(file.create_group("g"), keras.optimizers.SGD(), momentum) == {"iteration": [7]}


def test_kinds_are_found_whatever_their_order(file):
    kept = [
        ("iteration:0", 7),
        *[("SGD/average/a:0", [1, 2]), ("SGD/average/b:0", [3])],
        *[("SGD/m/a:0", [4, 5]), ("SGD/m/b:0", [6])],
    ]
    found = pairs(file, keras.optimizers.SGD(momentum=0.9, use_ema=True), kept)
    assert (found["w2_average"], found["w2_momentum"]) == ([1, 2], [4, 5])


def test_the_steps_may_be_missing(file):
    kept = [("training/RMSprop/Variable:0", [1, 2]), ("training/RMSprop/Variable_1:0", [3])]
    found = pairs(file, keras.optimizers.RMSprop(), kept)
    assert found == {"w2_velocity": [1, 2], "w1_velocity": [3]}


def test_the_product_of_nadam_is_kept_or_computed(file):
    kept = list(zip([f"v{n}" for n in range(5)], BY_KIND, strict=True))
    cached = [kept[0], ("momentum_cache", 0.25), *kept[1:]]
    assert pairs(file, keras.optimizers.Nadam(), cached)["u_product"] == [0.25]
    kept[0] = ("v0", 2)
    computed = pairs(file.create_group("g"), keras.optimizers.Nadam(), kept)["u_product"]
    assert computed == pytest.approx([0.9 * (1 - 0.5 * 0.96) * 0.9 * (1 - 0.5 * 0.96**2)])


def test_what_does_not_fit_is_not_loaded(file):
    adam = keras.optimizers.Adam()
    assert pairs(file, adam, [("a", 1), ("b", [1, 2])]) == {}
    adafactor = [("iteration:0", 1), ("Adafactor/r/a:0", [1])]
    assert pairs(file.create_group("g"), keras.optimizers.Adafactor(), adafactor) == {}
