"""Functions of tensors as exported programs."""

import numpy as np
import pytest

from keratin.export._structure import Slot
from keratin.export._tracing import program_of


def spec(tf, *shape, dtype="float32"):
    return tf.TensorSpec(shape, dtype)


def test_a_program_knows_its_parts(tf):
    v, w = tf.Variable(2.0), tf.Variable(1)
    table = tf.constant(np.arange(5000, dtype=np.float32))

    @tf.function
    def f(x, name="n"):
        w.assign_add(1)
        return {name: x * v, "table": table[:3], "known": 3.5}

    made = program_of(f, (spec(tf, None),), {})
    assert made.dims == [("batch",)]
    assert [id(x) for x in made.reads] == [id(v), id(w)]
    assert [id(x) for x in made.writes] == [id(w)]
    assert [c.shape for c in made.constants] == [(5000,)]
    assert made.outputs["n"] == Slot(0, spec(tf, None))
    assert made.outputs["table"] == Slot(1, spec(tf, 3))
    assert made.exported.platforms == ("cpu", "cuda", "tpu")
    # By the argument and the variable of floating point, not by the large constant.
    assert len(made.by) == 2
    assert made.gradient is not None


def test_unknown_sizes_are_as_free_as_the_program_lets_them_be(tf):
    two = (spec(tf, None, 3), spec(tf, None, 3))
    free = program_of(tf.function(lambda x, y: x @ tf.transpose(y)), two, {})
    assert free.dims == [("batch", 3), ("batch_1", 3)]
    tied = program_of(tf.function(lambda x, y: x + y), two, {})
    assert tied.dims == [("batch", 3), ("batch", 3)]

    @tf.function
    def halved(x):
        a = tf.reshape(x, [tf.shape(x)[0], -1, 2])
        return tf.reshape(a, tf.shape(x))

    assert program_of(halved, (spec(tf, None, None),), {}).dims == [("batch", "2*size1")]


def test_variables_may_be_made_at_the_first_call(tf):
    made = []

    @tf.function
    def f(x):
        if not made:
            made.append(tf.Variable(tf.random.normal([2])))
        return x * made[0]

    assert program_of(f, (spec(tf, None, 2),), {}).reads[0] is made[0]


def test_without_gradient(tf):
    f = tf.function(lambda x: x * 2)
    made = program_of(f, (spec(tf, None),), {}, with_gradient=False)
    assert made.gradient is None
    assert "experimental_custom_gradients" in made.no_gradient
    integers = program_of(f, (spec(tf, 2, dtype="int32"),), {})
    assert "floating point" in integers.no_gradient


@pytest.mark.parametrize(
    ("function", "args", "message"),
    [
        (lambda tf: lambda x: x, [("float32", None)], "number of dimensions"),
        (lambda tf: lambda x: x, [("string", [2])], "is of strings.*Turn text into numbers"),
        (lambda tf: lambda x: tf.print(x), [("float32", [2])], "calls Python while it runs"),
        (
            lambda tf: lambda x: tf.py_function(lambda v: v, [x], tf.float32),
            [("float32", [2])],
            "tf.py_function.*Leave that out",
        ),
        (
            lambda tf: lambda x: tf.stack([x[i] * i for i in range(x.shape[0])]),
            [("float32", [None])],
            r"as one program for all sizes.*\(None,\): it takes more steps.*save a function for",
        ),
        (lambda tf: lambda x: x @ tf.ones([4, 1]), [("float32", [2, 3])], "matmul"),
    ],
    ids=["rank", "strings", "print", "python", "unrolled", "wrong"],
)
def test_what_cannot_be_exported_says_why(tf, function, args, message):
    specs = tuple(tf.TensorSpec(shape, dtype) for dtype, shape in args)
    with pytest.raises(ValueError, match=f"(?s){message}"):
        program_of(tf.function(function(tf), autograph=False), specs, {})


def test_sparse_arguments_are_refused(tf):
    f = tf.function(lambda x: x)
    with pytest.raises(ValueError, match=r"takes SparseTensorSpec.*Take its parts"):
        program_of(f, (tf.SparseTensorSpec([2, 2]),), {})
