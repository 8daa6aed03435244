"""tf.experimental.numpy: dtypes and what they promote to."""

import itertools

import numpy as np
import pytest

NAMES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
NAMES += ["float16", "float32", "float64", "complex64", "complex128"]


@pytest.mark.parametrize(("one", "two"), list(itertools.combinations_with_replacement(NAMES, 2)))
def test_promote_types_as_numpy(tf, one, two):
    assert tf.experimental.numpy.promote_types(one, two) == np.promote_types(one, two)


def test_result_type_takes_arrays_numbers_and_dtypes(tf):
    tnp = tf.experimental.numpy
    assert tnp.result_type(tf.constant(1), 1.5) == tf.float64
    assert tnp.result_type(tf.float32, 1.5) == tf.float32
    assert tnp.result_type(np.int8, tf.constant([1], tf.int16)) == tf.int16
    assert tnp.result_type(1, True) == tf.int64
    assert tnp.result_type([1, 2.5]) == tf.float64


def test_limits(tf):
    tnp = tf.experimental.numpy
    assert tnp.finfo(tf.float32).eps == np.finfo(np.float32).eps
    assert tnp.iinfo(np.int16).max == 32767


def test_subtypes(tf):
    tnp = tf.experimental.numpy
    assert tnp.issubdtype(tf.int32, np.integer)
    assert not tnp.issubdtype(np.int32, tnp.inexact)


def test_constants_and_types(tf):
    tnp = tf.experimental.numpy
    assert (tnp.pi, tnp.e, tnp.inf, tnp.newaxis) == (np.pi, np.e, np.inf, None)
    assert tnp.float_ is np.float64
    assert tnp.ndarray is tf.Tensor
    assert tnp.ones(1, tnp.int8).dtype == tf.int8
