"""What is said when a distribution is asked for in the wrong way."""

import numpy as np
import pytest

WRONG = {
    "number": (lambda r: r.normal(5), r"shape=5 is a number.*Write shape=\[5\]"),
    "float": (lambda r: r.uniform([1.5]), r"shape=\[1.5\] is not a shape"),
    "negative": (lambda r: r.normal([2, -1]), r"shape=\[2, -1\] has a negative size"),
    "gamma shape": (lambda r: r.gamma(5, 1.0), r"shape=5 is a number"),
    "stateless": (lambda r: r.stateless_normal(5, [1, 2]), r"shape=5 is a number"),
    "int maxval": (
        lambda r: r.uniform([2], dtype="int32"),
        "give minval and maxval; .*maxval=None",
    ),
    "int none": (lambda r: r.uniform([2], None, None, "int32"), "give minval and maxval"),
    "int one": (lambda r: r.stateless_uniform([2], [1, 2], dtype="int32"), "or neither of them"),
    "empty range": (lambda r: r.uniform([2], 5, 5, "int32"), "minval has to be less than maxval"),
    "int vector": (
        lambda r: r.uniform([2], [0, 1], 5, "int32"),
        r"minval .* single number.*\(2,\)",
    ),
    "uint8": (lambda r: r.uniform([2], 0, 5, "uint8"), "uint8 is not one of float16"),
    "complex": (lambda r: r.normal([2], dtype="complex64"), "complex64 is not one of"),
    "normal int": (lambda r: r.normal([2], dtype="int32"), "int32 is not one of float16"),
    "rate": (lambda r: r.poisson([2], [3.0, -1.0]), "lam has to be a rate of at least 0; given -1"),
    "alpha": (lambda r: r.gamma([2], -1.0), "alpha has to be at least 0; given -1"),
    "beta": (lambda r: r.gamma([2], 1.0, 0), "beta has to be positive; given 0"),
    "gamma pair": (lambda r: r.gamma([2], [1.0, 2.0], [1.0, 2.0, 3.0]), "do not broadcast"),
    "chance": (lambda r: r.stateless_binomial([2], [1, 2], 5.0, 1.5), "between 0 and 1; given 1.5"),
    "logits": (lambda r: r.categorical([1.0, 2.0], 3), r"logits has shape \(2,\).*matrix"),
    "samples": (lambda r: r.categorical([[1.0]], -1), "num_samples=-1 is not a count"),
    "bounds": (
        lambda r: r.stateless_parameterized_truncated_normal([2, 3], [1, 2], [0.0, 1.0]),
        "have to broadcast to the last axes",
    ),
}


@pytest.mark.parametrize(("draw", "words"), WRONG.values(), ids=WRONG)
def test_errors_say_what_to_do(tf, draw, words):
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError), match=words):
        draw(tf.random)


def test_parameters_may_be_tensors_variables_and_numpy(tf):
    for mean in (
        1,
        1.0,
        np.float32(1),
        np.array([1.0], np.float32),
        tf.constant(1.0),
        tf.Variable(1.0),
    ):
        assert tf.random.normal([1000], mean, 1e-3).numpy().mean().round(2) == 1


def test_shapes_may_be_anything_static(tf):
    for shape in (
        [2, 3],
        (2, 3),
        tf.constant([2, 3]),
        tf.TensorShape([2, 3]),
        np.array([2, 3]),
        tf.shape(tf.zeros([2, 3])),
    ):
        assert tf.random.normal(shape).shape == [2, 3]

    @tf.function
    def like(x):
        return tf.random.uniform(tf.shape(x)) + tf.random.normal([tf.shape(x)[0], 1])

    assert like(tf.zeros([2, 3])).shape == [2, 3]


def test_dtypes_may_be_named_in_any_way(tf):
    for dtype in (tf.float64, "float64", np.float64, np.dtype("float64")):
        assert tf.random.uniform([2], dtype=dtype).dtype == tf.float64
