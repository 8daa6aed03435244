import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras.optimizers import _rules as rules

NAMES = [
    *("SGD", "Adam", "AdamW", "Adamax", "Nadam", "Adagrad", "Adadelta", "RMSprop", "Adafactor"),
    *("Ftrl", "Lion", "Lamb", "Muon", "ScheduleFreeAdamW"),
]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_variables_of_other_dtypes(name, dtype):
    """A variable of 16 bits changes as one of float32, rounded; slots have its dtype."""
    found = {}
    for each in ("float32", dtype):
        weight = keras.Variable(np.array([[1.0, -2.0]]), dtype=each, name="w")
        optimizer = getattr(keras.optimizers, name)(0.25)
        for _ in range(2):
            optimizer.apply([tf.constant([[0.5, -1.0]], each)], [weight])
        found[each] = tf.cast(weight, "float32").numpy()
        slots = [v for v in optimizer.variables if "w_" in v.name]
        assert {v.dtype.name for v in slots} <= {each}
    tolerance = {"float16": 2e-3, "bfloat16": 2e-2, "float64": 1e-5}[dtype]
    np.testing.assert_allclose(found[dtype], found["float32"], rtol=tolerance)


def test_global_norm_of_infinity_gives_nan():
    scaled = rules.clipped_by_global_norm([tf.constant([np.inf]), tf.constant([1.0])], 1.0)
    assert np.isnan(scaled[1].numpy()).all()


def test_rows_of_one_index_are_summed():
    values, indices = tf.constant([[1.0], [2.0], [4.0]]), tf.constant([3, 1, 3])
    summed, unique = rules.summed_rows(values._value, indices._value, 5)
    assert dict(zip(unique.tolist(), summed[:, 0].tolist(), strict=True)) == {1: 2, 3: 5, 5: 0}


def test_all_finite():
    good = tf.constant([1.0])
    assert rules.all_finite([good, good]).numpy()
    assert not rules.all_finite([good, tf.constant([np.nan])]).numpy()
