"""tf.train.ExponentialMovingAverage."""

import numpy as np
import pytest

import keratin as tf


def test_an_average_follows_its_variable():
    v = tf.Variable([1.0, 2.0], name="v")
    averages = tf.train.ExponentialMovingAverage(0.75, name="ema")
    assert averages.average(v) is None
    averages.apply([v])
    assert averages.average(v).numpy().tolist() == [1.0, 2.0]
    v.assign([5.0, 6.0])
    averages.apply([v])
    assert averages.average(v).numpy().tolist() == [2.0, 3.0]
    assert averages.average(v).trainable is False
    assert averages.average(v).name == "v/ema:0"
    assert (averages.name, averages.average_name(v)) == ("ema", "v/ema")


def test_early_updates_count_more():
    v, count = tf.Variable(1.0), tf.Variable(0)
    averages = tf.train.ExponentialMovingAverage(0.999, num_updates=count)
    averages.apply([v])
    v.assign(11.0)
    averages.apply([v])
    np.testing.assert_allclose(averages.average(v), 10.0, rtol=1e-6)  # 0.1 of the former
    count.assign(1_000_000)
    before = averages.average(v).numpy()
    averages.apply([v])
    np.testing.assert_allclose(averages.average(v), 0.999 * before + 0.001 * 11, rtol=1e-6)


def test_tensors_begin_at_zero():
    t = tf.constant([4.0])
    plain = tf.train.ExponentialMovingAverage(0.5)
    scaled = tf.train.ExponentialMovingAverage(0.5, zero_debias=True)
    for averages in (plain, scaled):
        averages.apply([t])
        averages.apply([t])
    assert plain.average(t).numpy().tolist() == [3.0]
    assert scaled.average(t).numpy().tolist() == [4.0]


def test_within_a_function():
    v = tf.Variable(0.0)
    averages = tf.train.ExponentialMovingAverage(0.5)
    averages.apply([v])

    @tf.function
    def step():
        v.assign_add(8.0)
        averages.apply([v])

    step()
    step()
    assert averages.average(v).numpy() == 10.0


def test_variables_by_the_names_of_their_averages(tmp_path):
    v, w = tf.Variable(1.0, name="v"), tf.Variable(1.0, name="w")
    averages = tf.train.ExponentialMovingAverage(0.5)
    averages.apply([v])
    assert list(averages.variables_to_restore()) == ["v/ExponentialMovingAverage"]
    assert averages.variables_to_restore([w]) == {"w/ExponentialMovingAverage": w}


def test_averages_are_saved(tmp_path):
    v = tf.Variable(1.0)
    averages = tf.train.ExponentialMovingAverage(0.5)
    averages.apply([v])
    v.assign(3.0)
    averages.apply([v])
    path = tf.train.Checkpoint(a=averages).write(tmp_path / "c")
    other = tf.train.ExponentialMovingAverage(0.5)
    status = tf.train.Checkpoint(a=other).read(path)
    other.apply([v])
    status.assert_consumed()


def test_what_has_no_average():
    averages = tf.train.ExponentialMovingAverage(0.5)
    with pytest.raises(TypeError, match=r"floating dtypes; given <tf.Variable"):
        averages.apply([tf.Variable(1)])
    with pytest.raises(ValueError, match="give the variables"):
        averages.apply()
