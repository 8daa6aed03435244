"""Constraints, compared with Keras."""

import jax.numpy as jnp
import numpy as np
import pytest

from keratin.keras import constraints
from tests.harness.real_keras import real

W = np.random.RandomState(0).randn(2, 3, 4).astype("float32")
CASES = {
    "max_norm": ("MaxNorm", {"max_value": 1}),
    "max_norm axes": ("MaxNorm", {"max_value": 1.5, "axis": [0, 1]}),
    "non_neg": ("NonNeg", {}),
    "unit_norm": ("UnitNorm", {"axis": 1}),
    "unit_norm last": ("UnitNorm", {"axis": -1}),
    "min_max_norm": ("MinMaxNorm", {"min_value": 0.5, "max_value": 1.2, "rate": 0.7, "axis": 2}),
}


@pytest.mark.parametrize("name,arguments", CASES.values(), ids=CASES)
def test_values_and_configs(name, arguments):
    ours = getattr(constraints, name)(**arguments)
    theirs = getattr(real.constraints, name)(**arguments)
    for w in (W, np.zeros_like(W)):
        found = ours(w)
        assert found.dtype == "float32"
        assert np.allclose(found, theirs(jnp.asarray(w)), atol=1e-6)
    assert constraints.serialize(ours) == real.constraints.serialize(theirs)
    again = constraints.deserialize(constraints.serialize(ours))
    assert again.get_config() == ours.get_config() and type(again) is type(ours)


NAMES = ["max_norm", "non_neg", "unit_norm", "min_max_norm", "MaxNorm", "NonNeg", "UnitNorm"]


@pytest.mark.parametrize("name", NAMES)
def test_names(name):
    found, expected = constraints.get(name), real.constraints.get(name)
    assert type(found).__name__ == type(expected).__name__
    assert found.get_config() == expected.get_config()


def test_names_of_keras_1():
    assert constraints.maxnorm is constraints.max_norm is constraints.MaxNorm
    assert constraints.nonneg is constraints.NonNeg and constraints.unitnorm is constraints.UnitNorm


def test_of_a_variable(tf):
    v = tf.Variable([[3.0], [4.0]])
    assert np.allclose(constraints.UnitNorm()(v), [[0.6], [0.8]], atol=1e-6)


def test_errors():
    with pytest.raises(ValueError, match=r"Unknown constraint: 'max_nor'\. Did you mean"):
        constraints.get("max_nor")
    with pytest.raises(NotImplementedError, match="overrides __call__"):
        constraints.Constraint()(1.0)
    assert constraints.get(None) is None
