"""What hangs on an object that is saved."""

import pytest

from keratin.export._objects import call_of_signature, check_savable, is_function, members_of


def test_parts_come_back_with_their_structure(tf, saved_once):
    loaded = tf.saved_model.load(saved_once)
    assert loaded.me is loaded
    assert loaded.parts["first"][0].numpy() == 1.0
    assert loaded.parts["first"][1].dtype == tf.bool
    assert {v.name for v in loaded.variables} >= {"kernel:0", "count:0"}
    assert loaded.count.trainable is False
    assert "count:0" not in {v.name for v in loaded.trainable_variables}
    with pytest.raises(AttributeError, match=r"no 'kernal'; it has .*kernel"):
        _ = loaded.kernal
    assert "kernel" in dir(loaded)


def test_shared_things_stay_shared(tf, tmp_path):
    inner = tf.Module(name="inner")
    inner.v = tf.Variable(1.0, name="v")
    outer = tf.Module()
    outer.a, outer.b, outer.items = inner, inner, [inner.v, "text", 3, None, 2.5]
    outer.pair = (inner, [])
    outer.empty = []
    tf.saved_model.save(outer, tmp_path)
    loaded = tf.saved_model.load(tmp_path)
    assert loaded.a is loaded.b
    assert loaded.items[0] is loaded.a.v
    assert loaded.items[1:] == ["text", 3, None, 2.5]
    assert loaded.pair[0] is loaded.a
    assert len(loaded.variables) == 1
    assert not hasattr(loaded, "empty")


def test_objects_are_callable_only_if_they_were(tf, saved_once, tmp_path):
    assert callable(tf.saved_model.load(saved_once))
    tf.saved_model.save(tf.Module(), tmp_path)
    assert not callable(tf.saved_model.load(tmp_path))


def test_variables_of_any_shape(tf, tmp_path):
    module = tf.Module()
    module.free = tf.Variable([1.0], shape=tf.TensorShape(None))
    module.rows = tf.Variable([[1.0]], shape=tf.TensorShape([None, 1]))
    module.scalar = tf.Variable(tf.constant(2.0, tf.bfloat16))
    tf.saved_model.save(module, tmp_path)
    loaded = tf.saved_model.load(tmp_path)
    loaded.free.assign([[1.0, 2.0]])
    loaded.rows.assign([[1.0], [2.0]])
    assert loaded.rows.shape.as_list() == [None, 1]
    assert loaded.scalar.dtype == tf.bfloat16
    with pytest.raises(ValueError, match=r"the variable has shape"):
        loaded.rows.assign([[1.0, 2.0]])


def test_what_an_object_has(tf, counter):
    module = counter()
    members = members_of(module)
    assert {"kernel", "count", "parts", "me", "__call__", "scaled"} == set(members)
    assert is_function(members["scaled"])
    assert members_of(3) is None
    with pytest.raises(ValueError, match=r"given int"):
        check_savable(3)


def test_the_function_of_a_signature_has_one_set_of_arguments(tf):
    f = tf.function(lambda x: x)
    concrete = f.get_concrete_function(tf.TensorSpec([2]))
    assert call_of_signature(concrete, "s")[0] is f
    assert call_of_signature(f, "s")[1] == (tf.TensorSpec([2]),)
    f(tf.ones([3]))
    with pytest.raises(ValueError, match=r"traced for 2 sets of arguments.*get_concrete_function"):
        call_of_signature(f, "s")


def test_checkpoints_are_objects_too(tf, tmp_path):
    v = tf.Variable(2.0)
    doubled = tf.function(lambda x: x * v, input_signature=[tf.TensorSpec([None])])
    tf.saved_model.save(tf.train.Checkpoint(v=v, doubled=doubled), tmp_path)
    loaded = tf.saved_model.load(tmp_path)
    loaded.v.assign(3.0)
    assert loaded.doubled([1.0]).numpy().tolist() == [3.0]


def test_models_within_modules_bring_their_variables_alone(tf, tmp_path):
    from keratin import keras

    module = tf.Module()
    module.model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    module.optimizer = keras.optimizers.SGD(0.25)
    module.optimizer.build(module.model.trainable_variables)
    tf.saved_model.save(module, tmp_path)
    loaded = tf.saved_model.load(tmp_path)
    assert not callable(loaded.model)
    assert len(loaded.model.trainable_variables) == 2
    values = [v.numpy() for v in loaded.variables]
    assert any(value == 0.25 for value in values if value.shape == ())
    serve = tf.function(module.model, input_signature=[tf.TensorSpec([None, 3])])
    tf.saved_model.save(module.model, tmp_path, signatures=serve)
    loaded = tf.saved_model.load(tmp_path)
    assert not callable(loaded)
    assert loaded.signatures["serving_default"](tf.ones([1, 3]))["output_0"].shape == [1, 2]
