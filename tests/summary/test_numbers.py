import numpy as np
import pytest
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.util import tensor_util

from keratin.summary._numbers import bucketed
from tests.summary.reading import read, scalars


@pytest.fixture
def writer(tf, tmp_path):
    writer = tf.summary.create_file_writer(tmp_path)
    with writer.as_default():
        yield writer
    writer.close()


def test_scalars_of_all_kinds(tf, tmp_path, writer):
    values = {
        "python": 1.5,
        "integer": 3,
        "flag": True,
        "numpy": np.float64(0.25),
        "array": np.array(2, np.int8),
        "tensor": tf.constant(7),
        "variable": tf.Variable(0.5),
        "half": tf.constant(0.5, tf.bfloat16),
        "not_a_number": float("nan"),
        "infinite": -np.inf,
    }
    for name, value in values.items():
        assert bool(tf.summary.scalar(name, value, step=4))
    writer.flush()
    found = {tag: points[0] for tag, points in scalars(tmp_path).items()}
    assert list(found) == list(values)
    for name, value in values.items():
        step, number = found[name]
        assert step == 4
        np.testing.assert_equal(number, float(value))


def test_scalars_keep_order_name_scopes_and_descriptions(tf, tmp_path, writer):
    with tf.name_scope("outer"), tf.name_scope("inner"):
        for step in (5, 2**40, 0):
            tf.summary.scalar("loss", step, step=step, description="*falls*")
    writer.flush()
    found = read(tmp_path)
    assert [(each.tag, each.step) for each in found] == [
        ("outer/inner/loss", 5),
        ("outer/inner/loss", 2**40),
        ("outer/inner/loss", 0),
    ]
    assert scalars(tmp_path)["outer/inner/loss"][1][1] == float(np.float32(2**40))


@pytest.mark.parametrize(
    "value, message",
    [
        ("high", r"'loss' is made of real numbers; given string 'high'. Use tf.summary.text"),
        (1 + 2j, r"given complex128 \(1\+2j\). Use tf.math.real or tf.abs"),
        (None, "None"),
        ([1.0, 2.0], r"'loss' is one number; given shape \(2,\). Reduce it, with tf.reduce_mean"),
    ],
)
def test_what_is_no_number_is_refused(tf, writer, value, message):
    with pytest.raises((TypeError, ValueError), match=message):
        tf.summary.scalar("loss", value, step=0)


def test_a_name_is_a_string(tf, writer):
    with pytest.raises(TypeError, match="the name of a summary is a string; given 3 of type int"):
        tf.summary.scalar(3, 1.0, step=0)


DATA = {
    "normal": np.random.default_rng(0).standard_normal(1000),
    "integers": np.arange(-7, 50),
    "equal": np.full(5, 2.5),
    "one": np.array([3.0]),
    "empty": np.zeros(0),
}


@pytest.mark.parametrize("buckets", [1, 2, 30])
@pytest.mark.parametrize("name", DATA)
def test_buckets_are_those_of_tensorboard(name, buckets):
    message = histogram_pb("h", DATA[name], buckets=buckets)
    expected = tensor_util.make_ndarray(message.value[0].tensor)
    np.testing.assert_allclose(bucketed(DATA[name], buckets), expected, rtol=1e-12, atol=1e-300)


def test_the_widest_range_has_buckets():
    found = bucketed(np.array([-1.7e308, 0.0, 1.7e308]), 2)
    assert np.isfinite(found).all()
    assert found[:, 2].tolist() == [1, 2]
    np.testing.assert_allclose(found[:, :2], [[-1.7e308, 0], [0, 1.7e308]])


def test_the_narrowest_range_has_buckets():
    found = bucketed(np.array([0.0, 5e-324]), 4)
    assert found[:, 2].tolist() == [1, 0, 0, 1]


def test_histograms(tf, tmp_path, writer):
    values = tf.reshape(tf.range(12), [3, 4])
    assert bool(tf.summary.histogram("h", values, step=1, buckets=4))
    tf.summary.histogram("flags", [True, False, True], step=1, buckets=tf.constant(2))
    tf.summary.histogram("none", values, step=1, buckets=0)
    writer.flush()
    found = {each.tag: each for each in read(tmp_path)}
    assert found["h"].plugin == "histograms"
    assert found["h"].value.dtype == np.float64
    np.testing.assert_allclose(found["h"].value[:, 2], [3, 3, 3, 3])
    np.testing.assert_allclose(found["flags"].value, [[0, 0.5, 1], [0.5, 1, 2]])
    assert found["none"].value.shape == (0, 3)


def test_a_histogram_is_of_the_values_at_the_time(tf, tmp_path, writer):
    values = np.zeros(4)
    tf.summary.histogram("h", values, step=0, buckets=1)
    values[:] = 9
    variable = tf.Variable([1.0, 1.0])
    tf.summary.histogram("v", variable, step=0, buckets=1)
    variable.assign([5.0, 5.0])
    writer.flush()
    assert [each.value[0, 0] for each in read(tmp_path)] == [0.0, 1.0]


def test_what_has_no_place_among_buckets_is_counted_in_a_warning(tf, tmp_path, writer):
    with pytest.warns(UserWarning, match="2 of the 4 elements of 'h' are NaN or infinite"):
        tf.summary.histogram("h", [np.nan, 1.0, np.inf, 2.0], step=0, buckets=1)
    writer.flush()
    np.testing.assert_allclose(read(tmp_path)[0].value, [[1, 2, 2]])


def test_misuse_of_histograms(tf, writer):
    with pytest.raises(TypeError, match=r"'h' is made of real numbers; given string \['a'\]"):
        tf.summary.histogram("h", ["a"], step=0)
    with pytest.raises(ValueError, match=r"buckets is a whole number; given 2\.5"):
        tf.summary.histogram("h", [1.0], step=0, buckets=2.5)


def test_nothing_happens_without_a_writer(tf):
    assert not bool(tf.summary.scalar("loss", 1.0))
    assert not bool(tf.summary.histogram("h", [1.0]))
