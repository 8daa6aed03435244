"""What a restoration can be asked."""

import pytest

import keratin as tf
from keratin import keras
from tests.train.files import FIXTURES, Box


@pytest.fixture
def path(tmp_path):
    return tf.train.Checkpoint(a=tf.Variable([1.0]), b=Box(c=tf.Variable(2))).save(tmp_path / "c")


def test_all_fits(path):
    status = tf.train.Checkpoint(a=tf.Variable([0.0]), b=Box(c=tf.Variable(0))).restore(path)
    assert status.assert_consumed() is status
    assert status.assert_existing_objects_matched() is status
    assert status.assert_nontrivial_match() is status
    assert status.expect_partial() is status
    assert status.run_restore_ops() is None
    assert status.initialize_or_restore() is None


def test_what_the_program_lacks(path):
    status = tf.train.Checkpoint(a=tf.Variable([0.0])).restore(path)
    status.assert_existing_objects_matched().assert_nontrivial_match()
    with pytest.raises(AssertionError, match=r"b/c/.ATTRIBUTES/\w+ +nothing +\(\) int32"):
        status.assert_consumed()


def test_what_the_file_lacks(path):
    parts = {"a": tf.Variable([0.0]), "b": Box(c=tf.Variable(0), d=tf.Variable([[1.0]]))}
    status = tf.train.Checkpoint(**parts).restore(path)
    for ask in (status.assert_consumed, status.assert_existing_objects_matched):
        with pytest.raises(AssertionError, match=r"b/d +\(1, 1\) float32 +nothing"):
            ask()


def test_nothing_fits(path):
    status = tf.train.Checkpoint(x=tf.Variable(0.0)).read(path)
    with pytest.raises(AssertionError, match=r"holds \['a', 'b', 'save_counter'\], the program"):
        status.assert_nontrivial_match()


def test_generators_in_layers_may_be_missing_in_the_file(path):
    parts = {"a": tf.Variable([0.0]), "b": Box(c=tf.Variable(0), drop=keras.layers.Dropout(0.5))}
    tf.train.Checkpoint(**parts).restore(path).assert_consumed()


def test_metrics_must_be_there(path):
    parts = {"a": tf.Variable([0.0]), "b": Box(c=tf.Variable(0), m=keras.metrics.Mean())}
    with pytest.raises(AssertionError, match="b/m/total"):
        tf.train.Checkpoint(**parts).restore(path).assert_consumed()


def test_no_checkpoint():
    status = tf.train.Checkpoint(a=tf.Variable(1.0)).restore(None)
    for ask in (
        status.assert_consumed,
        status.assert_existing_objects_matched,
        status.assert_nontrivial_match,
    ):
        with pytest.raises(AssertionError, match="No checkpoint was restored"):
            ask()
    assert status.expect_partial() is status


# Files that know variables by name alone


def test_names_are_matched():
    a = tf.Variable(tf.zeros((4, 3)), name="scope/a")
    b = tf.Variable([0, 0, 0], name="b")
    status = tf.train.Checkpoint(any=a, other=[b]).restore(FIXTURES / "names")
    status.assert_consumed().assert_nontrivial_match()
    assert (a.numpy().sum(), b.numpy().tolist()) == (66.0, [1, 2, 3])


def test_names_without_counterpart():
    b = tf.Variable([0, 0, 0], name="b")
    status = tf.train.Checkpoint(b=b).restore(FIXTURES / "names")
    status.assert_existing_objects_matched()
    with pytest.raises(AssertionError, match=r"scope/a +nothing +\(4, 3\) float32"):
        status.assert_consumed()
    other = tf.train.Checkpoint(b=tf.Variable(1, name="x")).restore(FIXTURES / "names")
    for ask in (other.assert_existing_objects_matched, other.assert_nontrivial_match):
        with pytest.raises(AssertionError, match=r"x +\(\) int32 +nothing"):
            ask()


def test_a_name_of_another_shape():
    with pytest.raises(ValueError, match=r"b +\(2,\) int32 +\(3,\) int32"):
        tf.train.Checkpoint(b=tf.Variable([0, 0], name="b")).restore(FIXTURES / "names")


def test_variables_made_later_are_restored_when_it_is_asked():
    checkpoint = tf.train.Checkpoint()
    status = checkpoint.restore(FIXTURES / "names")
    checkpoint.b = tf.Variable([0, 0, 0], name="b")
    status.assert_existing_objects_matched()
    assert checkpoint.b.numpy().tolist() == [1, 2, 3]
