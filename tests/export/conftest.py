"""A small saved module, which many tests read."""

import shutil

import numpy as np
import pytest


@pytest.fixture(scope="session")
def counter(tf):
    """A class with variables, compiled methods and parts."""

    class Counter(tf.Module):
        def __init__(self):
            super().__init__()
            self.kernel = tf.Variable(np.arange(6, dtype=np.float32).reshape(3, 2), name="kernel")
            self.count = tf.Variable(0, trainable=False, name="count")
            self.parts = {"first": [tf.Variable(1.0), tf.Variable([True])]}
            self.me = self

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name="x")])
        def __call__(self, x):
            self.count.assign_add(1)
            return x @ self.kernel

        @tf.function
        def scaled(self, x, factor=2.0, *, back=False):
            pair = {"twice": x * factor, "rest": [x, (x + 1.0,)]}
            return pair["rest"] if back else pair

    return Counter


@pytest.fixture(scope="session")
def saved_once(tf, counter, tmp_path_factory):
    """A folder that holds a `counter`; not to be written to."""
    module = counter()
    module.scaled(tf.ones([2]))
    module.scaled(tf.ones([2, 2]), back=True)
    folder = tmp_path_factory.mktemp("saved") / "counter"
    tf.saved_model.save(module, folder)
    return folder


@pytest.fixture
def saved(saved_once, tmp_path):
    """A copy of the folder, for tests that damage it."""
    return shutil.copytree(saved_once, tmp_path / "copy")
