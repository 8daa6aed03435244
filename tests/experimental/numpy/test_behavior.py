"""tf.experimental.numpy: NumPy's ways for every tensor."""

import numpy as np
import pytest


@pytest.fixture
def enable(tf):
    from keratin.experimental.numpy import _behavior

    yield tf.experimental.numpy.experimental_enable_numpy_behavior
    _behavior.disable_numpy_behavior()


def test_operators_refuse_to_mix_before_and_after(tf, enable):
    from keratin.experimental.numpy import _behavior

    enable()
    assert (tf.constant(1) + tf.constant(1.0)).dtype == tf.float64
    _behavior.disable_numpy_behavior()
    with pytest.raises(tf.errors.InvalidArgumentError, match="int32"):
        tf.constant(1) + tf.constant(1.0)
    with pytest.raises(AttributeError, match="experimental_enable_numpy_behavior"):
        tf.constant(1).T


LEGACY = [
    (lambda tf, i, f: i + 1, "int32"),
    (lambda tf, i, f: i + 1.5, "float64"),
    (lambda tf, i, f: 1.5 - i, "float64"),
    (lambda tf, i, f: f * 1.5, "float32"),
    (lambda tf, i, f: i * f, "float64"),
    (lambda tf, i, f: i == f, "bool"),
    (lambda tf, i, f: i < f, "bool"),
    (lambda tf, i, f: i / i, "float64"),
    (lambda tf, i, f: i // 2.0, "float64"),
    (lambda tf, i, f: i % f, "float64"),
    (lambda tf, i, f: i**2.0, "float64"),
    (lambda tf, i, f: f + np.array([1.0]), "float64"),
    (lambda tf, i, f: (i > 0) & True, "bool"),
    (lambda tf, i, f: -i, "int32"),
    (lambda tf, i, f: abs(f), "float32"),
    (lambda tf, i, f: i[None, :] @ f[:, None], "float64"),
]


@pytest.mark.parametrize(("call", "dtype"), LEGACY)
def test_operators_mix_as_in_numpy(tf, enable, call, dtype):
    i, f = np.array([1, 2], np.int32), np.array([1.0, 3.0], np.float32)
    enable()
    found = call(tf, tf.constant(i), tf.constant(f))
    assert found.dtype.name == dtype
    np.testing.assert_allclose(found.numpy(), call(np, i, f))


def test_python_floats_are_float32_where_preferred(tf, enable):
    enable(prefer_float32=True)
    tnp = tf.experimental.numpy
    assert tnp.array(1.0).dtype == tf.float32
    assert tnp.ones(1).dtype == tf.float32
    assert (tf.constant(1, tf.int16) + 1.5).dtype == tf.float32
    assert (tf.constant(1) + tf.constant(1.0)).dtype == tf.float64


# What TensorFlow's table of its mode "all" says; None where "safe" refuses.
LATTICE = [
    ("int32", "float32", "float32", None),
    ("int8", "uint8", "int16", None),
    ("uint8", "int16", "int16", "int16"),
    ("int16", "float32", "float32", "float32"),
    ("int64", "float64", "float64", None),
    ("float16", "bfloat16", "float32", None),
    ("bfloat16", "float32", "float32", "float32"),
    ("float64", "complex64", "complex128", None),
    ("float32", "complex64", "complex64", "complex64"),
    ("int32", "float64", "float64", "float64"),
    ("uint8", "float16", "float16", "float16"),
    ("uint16", "float16", "float16", None),
    ("uint64", "int8", "float64", None),
]


@pytest.mark.parametrize(("one", "two", "all_", "safe"), LATTICE)
def test_modes_all_and_safe(tf, enable, one, two, all_, safe):
    x, y = tf.cast([1], one), tf.cast([1], two)
    enable(dtype_conversion_mode="all")
    assert (x + y).dtype.name == all_
    enable(dtype_conversion_mode="safe")
    if safe is None:
        with pytest.raises(TypeError, match=f"{one}, {two} do not promote"):
            x + y
    else:
        assert (x + y).dtype.name == safe


def test_python_numbers_in_modes_all_and_safe(tf, enable):
    i, f = tf.constant([1]), tf.constant([1.0])
    enable(dtype_conversion_mode="all")
    assert (f + 1).dtype == tf.float32
    assert (tf.constant(1, tf.bfloat16) + 1.5).dtype == tf.bfloat16
    assert (i + 1.5).dtype == tf.float64
    assert tf.experimental.numpy.sum(i).dtype == tf.int32
    assert tf.experimental.numpy.sin(i).dtype == tf.float32
    enable(dtype_conversion_mode="safe")
    assert (f + 1.5).dtype == tf.float32
    with pytest.raises(TypeError, match="Python float"):
        i + 1.5


def test_ops_mix_in_mode_all(tf, enable):
    i, f = tf.constant([1]), tf.Variable([1.0])
    enable(dtype_conversion_mode="all")
    with tf.GradientTape() as tape:
        result = tf.add(i, tf.multiply(f, i))
    assert result.dtype == tf.float32
    assert tape.gradient(result, f).numpy() == 1.0


def test_mode_off_leaves_operators_alone(tf, enable):
    enable(dtype_conversion_mode="off")
    assert tf.constant([[1, 2]]).T.shape == (2, 1)
    with pytest.raises(tf.errors.InvalidArgumentError, match="int32"):
        tf.constant(1) + tf.constant(1.0)


def test_an_unknown_mode_is_refused(enable):
    with pytest.raises(ValueError, match="'legacy'"):
        enable(dtype_conversion_mode="some")


def test_methods(tf, enable):
    enable()
    x = np.array([[1.0, -2.0, 3.0], [4.0, 5.0, 6.0]], np.float32)
    t = tf.constant(x)
    for ours, theirs in [
        (t.T, x.T),
        (t.reshape(3, 2), x.reshape(3, 2)),
        (t.reshape((-1,)), x.reshape(-1)),
        (t.reshape(3, 2, order="F"), x.reshape(3, 2, order="F")),
        (t.astype("int32"), x.astype("int32")),
        (t.ravel(), x.ravel()),
        (t.flatten(), x.flatten()),
        (t.transpose(), x.transpose()),
        (t.transpose(1, 0), x.transpose(1, 0)),
        (t.transpose([1, 0]), x.transpose([1, 0])),
        (t.clip(0, 4), x.clip(0, 4)),
        (t.max(), x.max()),
        (t.min(axis=0), x.min(axis=0)),
        (t.mean(1), x.mean(1)),
    ]:
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours.numpy(), theirs)
    assert t.size == 6
    assert t.tolist() == x.tolist()
    assert np.asarray(t.data).tolist() == x.tolist()


KEYS = {
    "list": (lambda t: [1, 0],),
    "two lists": (lambda t: ([0, 1], [1, -1]),),
    "list behind a slice": (lambda t: (slice(None), [2, 0]),),
    "array": (lambda t: np.array([[0, 1]]),),
    "mask": (lambda t: np.array([True, False]),),
    "mask of all": (lambda t: np.array([[True, False, True], [False, True, False]]),),
    "mask behind a slice": (lambda t: (slice(None), np.array([True, False, True])),),
    "new axis": (lambda t: (None, ..., [1, 0]),),
    "integer and list": (lambda t: (1, [0, 2]),),
    "slice with bounds": (lambda t: ([1], slice(0, 3, 2)),),
    "empty list": (lambda t: [],),
    "plain": (lambda t: (1, slice(None, None, -1)),),
}


@pytest.mark.parametrize("key", KEYS)
def test_indexing_by_arrays(tf, enable, key):
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    enable()
    index = KEYS[key][0](None)
    np.testing.assert_array_equal(tf.constant(x)[index].numpy(), x[index])


def test_indexing_by_tensors_traced_and_differentiated(tf, enable):
    enable()
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])

    @tf.function
    def pick(x, row, columns):
        return x[row, columns]

    with tf.GradientTape() as tape:
        tape.watch(x)
        picked = pick(x, tf.constant(1), tf.constant([0, 0]))
    np.testing.assert_array_equal(picked.numpy(), [4, 4])
    np.testing.assert_array_equal(tape.gradient(picked, x).numpy(), [[0, 0, 0], [2, 0, 0]])


def test_indexing_by_one_truth_value_is_refused(tf, enable):
    enable()
    with pytest.raises(IndexError, match=r"tf\.cond"):
        tf.constant([1, 2])[True]
