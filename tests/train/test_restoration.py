"""Values find their objects: at once, or when these are made."""

import numpy as np
import pytest

import keratin as tf
from keratin import errors, keras
from keratin._engine import state
from tests.train.files import FIXTURES, Box, model_of_fixtures


@pytest.fixture(autouse=True)
def _nobody_else_waits(monkeypatch):
    monkeypatch.setattr(state, "waiting", [])


@pytest.fixture
def path(tmp_path):
    box = Box(
        v=tf.Variable([1.0, 2.0]),
        items=[tf.Variable(3), {"a": tf.Variable(4)}],
        inner=Box(w=tf.Variable("text")),
    )
    return tf.train.Checkpoint(box=box).write(tmp_path / "c")


def restored(path, **parts):
    box = Box(**parts)
    return box, tf.train.Checkpoint(box=box).read(path)


# Objects yet to come


def test_a_variable_has_its_value_when_it_is_attached(path):
    box, status = restored(path)
    box.v = tf.Variable([0.0, 0.0])
    assert box.v._array.tolist() == [1.0, 2.0]
    box.inner = Box()
    box.inner.w = tf.Variable("")
    assert box.inner.w.numpy() == b"text"
    with pytest.raises(AssertionError, match="2 values do not have a counterpart"):
        status.assert_consumed()


def test_objects_made_apart_and_attached_later(path):
    box, _ = restored(path)
    inner = Box(w=tf.Variable("mine"))
    assert inner.w.numpy() == b"mine"
    box.inner = inner
    assert inner.w.numpy() == b"text"


def test_variables_in_lists_and_dictionaries_are_found_when_they_are_used(path):
    box, status = restored(path, items=[])
    box.items.append(tf.Variable(0))
    assert (box.items[0] + 1).numpy() == 4
    box.items.append({})
    box.items[1]["a"] = tf.Variable(0)
    assert box.items[1]["a"].numpy() == 4
    box.v, box.inner = tf.Variable([0.0, 0.0]), Box(w=tf.Variable(""))
    status.assert_consumed()
    assert state.waiting == []


def test_an_assignment_comes_after_the_value_of_the_file(path):
    box, _ = restored(path)
    box.v = tf.Variable([0.0, 0.0])
    box.v.assign_add([1.0, 1.0])
    assert box.v.numpy().tolist() == [2.0, 3.0]
    box.items = [tf.Variable(0)]
    box.items[0].assign(9)
    assert box.items[0].numpy() == 9


def test_variables_made_in_a_function(path):
    box, _ = restored(path)

    @tf.function
    def call():
        if not hasattr(box, "v"):
            box.v = tf.Variable([0.0, 0.0])
        return box.v * 2.0

    assert call().numpy().tolist() == [2.0, 4.0]
    assert call().numpy().tolist() == [2.0, 4.0]


def test_layers_that_are_built_later(tmp_path):
    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    path = tf.train.Checkpoint(layer=layer).write(tmp_path / "c")
    other = keras.layers.Dense(2)
    status = tf.train.Checkpoint(layer=other).read(path)
    x = np.ones((1, 3), "float32")
    np.testing.assert_array_equal(other(x), layer(x))
    status.assert_consumed()


def test_what_others_make_meanwhile_is_left_alone(path):
    restored(path)
    other = Box(v=tf.Variable([5.0, 5.0]))
    assert other.v.numpy().tolist() == [5.0, 5.0]
    del other


def test_a_later_checkpoint_takes_the_place_of_an_earlier_one(path, tmp_path):
    other = tf.train.Checkpoint(box=Box(v=tf.Variable([7.0, 7.0]))).write(tmp_path / "later")
    box = Box()
    tf.train.Checkpoint(box=box).read(path)
    tf.train.Checkpoint(box=box).read(other)
    box.v = tf.Variable([0.0, 0.0])
    assert box.v.numpy().tolist() == [7.0, 7.0]


def test_what_does_not_fit_later_is_told_then(path):
    box, _ = restored(path)
    with pytest.raises(ValueError, match=r"box/v +\(3,\) float32 +\(2,\) float32"):
        box.v = tf.Variable([0.0, 0.0, 0.0])
    assert box.v.numpy().tolist() == [0.0, 0.0, 0.0]


def test_models_are_loaded_from_files_meanwhile(path, tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    model.save(tmp_path / "m.keras")
    box, _ = restored(path)
    for _ in range(2):
        again = keras.models.load_model(tmp_path / "m.keras")
        np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])
    box.v = tf.Variable([0.0, 0.0])
    assert box.v.numpy().tolist() == [1.0, 2.0]


# Mismatches


def test_all_that_does_not_fit_is_told_and_nothing_restored(path):
    box = Box(v=tf.Variable([[9.0]]), items=[tf.Variable(9.0)], inner=Box(w=tf.Variable("mine")))
    with pytest.raises(ValueError, match="2 values of the checkpoint do not fit") as caught:
        tf.train.Checkpoint(box=box).read(path)
    lines = [line.split() for line in str(caught.value).splitlines()[1:4]]
    assert lines == [
        ["path", "expected", "found"],
        ["box/v", "(1,", "1)", "float32", "(2,)", "float32"],
        ["box/items/0", "()", "float32", "()", "int32"],
    ]
    assert box.inner.w.numpy() == b"mine"


def test_a_damaged_value_leaves_all_variables_as_they_were(path):
    data = f"{path}.data-00000-of-00001"
    with open(data, "r+b") as file:
        content = bytearray(file.read())
        place = content.index(np.float32([1.0, 2.0]).tobytes())
        content[place] ^= 1
        file.seek(0)
        file.write(content)
    box = Box(v=tf.Variable([9.0, 9.0]), items=[tf.Variable(9)])
    with pytest.raises(errors.DataLossError, match=r"box/v.* do not have their checksum"):
        tf.train.Checkpoint(box=box).read(path)
    assert box.items[0].numpy() == 9


def test_dimensions_that_may_change(tmp_path):
    path = tf.train.Checkpoint(v=tf.Variable(tf.ones((4, 2)))).write(tmp_path / "c")
    v = tf.Variable(tf.zeros((1, 2)), shape=[None, 2])
    tf.train.Checkpoint(v=v).read(path).assert_consumed()
    assert v.numpy().shape == (4, 2)
    with pytest.raises(ValueError, match="do not fit"):
        tf.train.Checkpoint(v=tf.Variable(tf.zeros((1, 3)), shape=[None, 3])).read(path)


# Shared objects


def test_one_value_for_two_variables(tmp_path):
    shared = tf.Variable(5.0)
    path = tf.train.Checkpoint(a=shared, b=shared).write(tmp_path / "c")
    a, b = tf.Variable(0.0), tf.Variable(0.0)
    tf.train.Checkpoint(a=a, b=b).read(path).assert_consumed()
    assert (a.numpy(), b.numpy()) == (5.0, 5.0)


def test_two_values_for_one_variable_are_told(tmp_path):
    path = tf.train.Checkpoint(a=tf.Variable(1.0), b=tf.Variable(2.0)).write(tmp_path / "c")
    shared = tf.Variable(0.0)
    status = tf.train.Checkpoint(a=shared, b=shared).read(path)
    assert shared.numpy() == 1.0
    with pytest.raises(AssertionError, match=r"the one restored from a/.ATTRIBUTES"):
        status.assert_consumed()


def test_cycles_end(tmp_path):
    def ring():
        first, second = Box(v=tf.Variable(1.0)), Box()
        first.next, second.next, first.itself = second, first, first
        return first

    path = tf.train.Checkpoint(r=ring()).write(tmp_path / "c")
    other = ring()
    other.v.assign(0.0)
    tf.train.Checkpoint(r=other).read(path).assert_consumed()
    assert other.v.numpy() == 1.0


# Slots of the optimizers of Keras 2


def test_slots_can_be_skipped():
    optimizer = keras.optimizers.Adam(0.1)
    model = model_of_fixtures(optimizer)
    optimizer.build(model.trainable_variables)
    checkpoint = tf.train.Checkpoint(model=model, optimizer=optimizer)
    options = tf.train.CheckpointOptions(experimental_skip_slot_variables=True)
    checkpoint.read(FIXTURES / "keras2_adam", options)
    assert not np.any([np.any(v) for v in optimizer._momentums])
    assert optimizer.iterations.numpy() == 3
    checkpoint.read(FIXTURES / "keras2_adam")
    assert np.all([np.any(v) for v in optimizer._velocities])


def test_a_large_graph_that_is_only_partly_there_stays_quick(tmp_path):
    """Each look goes to what lacks something, not to all."""
    boxes = [Box(v=tf.Variable(float(n)), w=tf.Variable(1.0)) for n in range(60)]
    path = tf.train.Checkpoint(boxes=boxes).write(tmp_path / "c")
    others = [Box(v=tf.Variable(0.0)) for _ in range(60)]
    tf.train.Checkpoint(boxes=others).read(path).expect_partial()
    for other in others:
        other.w = tf.Variable(0.0)
        assert other.w.numpy() == 1.0
    assert state.waiting == []
    assert others[59].v.numpy() == 59.0
