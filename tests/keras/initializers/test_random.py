"""Initializers that draw: distributions, seeds and configs, compared with Keras."""

import jax
import numpy as np
import pytest
from scipy import stats

from keratin.keras import initializers, random
from tests.harness.real_keras import real

SCALED = ["GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform"]
CASES = {
    **{name: (name, {"seed": 3}) for name in SCALED},
    "axes": ("GlorotUniform", {"seed": 3, "input_axes": [2], "output_axes": [0]}),
    "normal": ("RandomNormal", {"mean": 1.0, "stddev": 2.0, "seed": 3}),
    "truncated": ("TruncatedNormal", {"mean": 1.0, "stddev": 2.0, "seed": 3}),
    "uniform": ("RandomUniform", {"minval": -1.0, "maxval": 3.0, "seed": 3}),
    "fan_out": (
        "VarianceScaling",
        {"scale": 3.0, "mode": "fan_out", "distribution": "untruncated_normal", "seed": 3},
    ),
    "fan_avg": ("VarianceScaling", {"mode": "fan_avg", "distribution": "uniform", "seed": 3}),
    "orthogonal": ("Orthogonal", {"gain": 2.0, "seed": 3}),
}
SHAPE = (8, 30, 25)


@pytest.mark.parametrize("name,arguments", CASES.values(), ids=CASES)
def test_the_distribution_is_that_of_keras(name, arguments):
    ours = getattr(initializers, name)(**arguments)
    theirs = getattr(real.initializers, name)(**arguments)
    found, expected = np.asarray(ours(SHAPE)).ravel(), np.asarray(theirs(SHAPE)).ravel()
    assert found.dtype == np.float32
    # Seeds are fixed: either the two samples are of one distribution, or this never passes.
    assert stats.ks_2samp(found, expected).pvalue > 0.01
    assert abs(found.std() / expected.std() - 1) < 0.05
    assert initializers.serialize(ours) == real.initializers.serialize(theirs)


@pytest.mark.parametrize("name", [*SCALED, "RandomNormal", "Orthogonal"])
def test_seeds(tf, name):
    make = getattr(initializers, name)
    same = make(seed=5)
    assert np.array_equal(same((4, 5)), same((4, 5)))
    assert np.array_equal(same((4, 5)), make(seed=5)((4, 5)))
    assert not np.array_equal(same((4, 5)), make(seed=6)((4, 5)))
    unseeded = make()
    assert np.array_equal(unseeded((4, 5)), unseeded((4, 5)))
    assert not np.array_equal(unseeded((4, 5)), make()((4, 5)))
    assert not np.array_equal(unseeded((4, 5)), unseeded.clone()((4, 5)))
    tf.random.set_seed(1)
    first = [make()((4, 5)).numpy() for _ in range(2)]
    tf.random.set_seed(1)
    assert np.array_equal(first, [make()((4, 5)).numpy() for _ in range(2)])


def test_a_generator_moves_on():
    init = initializers.HeNormal(random.SeedGenerator(3))
    first = [init((3,)).numpy() for _ in range(2)]
    assert not np.array_equal(*first)
    again = initializers.deserialize(initializers.serialize(init))
    assert np.array_equal(first, [again((3,)).numpy() for _ in range(2)])


def test_the_numbers_stay_what_they_are():
    found = initializers.GlorotUniform(seed=42)((2, 2)).numpy()
    assert np.allclose(found, FIRST, atol=1e-7)


FIRST = [[1.0415536, -1.0138986], [-0.8802083, -0.8780018]]


def test_truncated_within_two_deviations():
    for dtype in ("float32", "float64", "float16", "bfloat16"):
        values = initializers.TruncatedNormal(stddev=1.0, seed=1)((1000,), dtype=dtype)
        assert values.dtype == dtype and np.abs(values.numpy().astype("float64")).max() <= 2


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (2, 3, 5)])
def test_orthogonal(shape):
    matrix = initializers.Orthogonal(seed=1)(shape).numpy().reshape(-1, shape[-1])
    small = matrix @ matrix.T if matrix.shape[0] < matrix.shape[1] else matrix.T @ matrix
    assert np.allclose(small, np.eye(len(small)), atol=1e-5)


def test_nothing_is_compiled(tf):
    compiled = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda name, *_, **__: compiled.append(name) if "backend_compile" in name else None
    )
    before = len(compiled)
    for size in range(21, 26):
        initializers.GlorotUniform()((size, 3))
        initializers.Orthogonal()((size, 3))
    assert compiled[before:] == []
    tf.zeros([17, 19]) + 1  # what is compiled is heard of
    assert compiled[before:] != []


def test_within_a_function(tf):
    init = initializers.RandomNormal(seed=1)
    assert np.array_equal(tf.function(lambda: init((3,)) * 1)(), init((3,)))


ERRORS = {
    "scale": (lambda: initializers.VarianceScaling(scale=0), "scale must be positive; given 0"),
    "mode": (lambda: initializers.VarianceScaling(mode="fan"), "mode must be one of 'fan_in', "),
    "distribution": (
        lambda: initializers.VarianceScaling(distribution="beta"),
        "distribution must be one of 'truncated_normal'.* given 'beta'",
    ),
    "seed": (lambda: initializers.HeNormal(seed="a"), "HeNormal: seed must be an integer, a keras"),
    "dtype": (
        lambda: initializers.RandomUniform()((2,), dtype="int32"),
        "RandomUniform makes tensors of the kinds float; given dtype='int32'",
    ),
    "rank": (lambda: initializers.Orthogonal()((2,)), r"two dimensions or more; .* shape \(2,\)"),
}


@pytest.mark.parametrize("call,message", ERRORS.values(), ids=ERRORS)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
