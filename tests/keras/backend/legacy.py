"""`keras.backend` in either world: Keratin's, or the old functions that Keras keeps for itself."""

import functools
import importlib

from tests.harness.parity import case


def backend(tf):
    if tf.__name__ == "keratin":
        return own()
    return importlib.import_module("keras.src.legacy.backend")


@functools.cache
def own():
    return importlib.import_module("keratin.keras").backend


def row(name, fn, *inputs, **options):
    """A row whose function is given the backend instead of `tf`; not vectorized."""
    options = {"vectorize": False, **options}
    return case(name, lambda tf, *tensors: fn(backend(tf), *tensors), *inputs, **options)
