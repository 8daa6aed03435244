import threading

import numpy as np

from keratin import keras
from keratin.keras.callbacks._snapshot import Snapshot, variables_of
from tests.keras.training.models import data, regression, same_bits, weights

X, Y = data(40)


def test_training_goes_on_and_the_snapshot_stays():
    model = regression("adam", dropout=0.5)
    model.fit(X, Y, verbose=0)
    before = weights(model)
    snapshot = Snapshot(model)
    model.fit(X, Y, verbose=0)
    after = weights(model)
    found = []

    def look():
        with snapshot.read():
            found.extend(weights(model))
            found.append(model.layers[0].kernel.numpy())

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert same_bits(found[:-1], before)
    assert np.array_equal(found[-1], before[0])
    assert same_bits(weights(model), after)
    assert not np.array_equal(before[0], after[0])


def test_all_that_a_file_holds_is_in_it():
    model = regression("adam", dropout=0.5)
    model.fit(X, Y, verbose=0)
    held = {id(variable) for variable in variables_of(model)}
    assert {id(v) for v in [*model.variables, *model.optimizer.variables]} <= held
    assert isinstance(model, keras.Model)
