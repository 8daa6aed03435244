"""tf.train.Checkpoint: what is saved comes back, here and in files of TensorFlow."""

import gc
import json
import os
import signal
import subprocess
import sys
import time
import weakref
from pathlib import Path

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from tests.train.files import EXPECTED, FIXTURES, VALUE, Box, data, model_of_fixtures


def saved(folder, **parts):
    return tf.train.Checkpoint(**parts).write(folder / "c")


# Arguments


def test_what_has_no_state_is_refused():
    with pytest.raises(ValueError, match="model is 3, which has no state"):
        tf.train.Checkpoint(model=3)
    with pytest.raises(ValueError, match="root is <object"):
        tf.train.Checkpoint(object())
    with pytest.raises(ValueError, match="the root has another part of that name"):
        tf.train.Checkpoint(Box(a=tf.Variable(1.0)), a=tf.Variable(2.0))
    with pytest.raises(AttributeError, match=r"counted by save\(\)"):
        tf.train.Checkpoint().save_counter = 3


@pytest.mark.parametrize("prefix", ["", "folder/"])
def test_a_name_is_needed(prefix):
    with pytest.raises(ValueError, match="give the beginning of the names of files"):
        tf.train.Checkpoint().save(prefix)


def test_functions_cannot_save_or_restore(tmp_path):
    checkpoint = tf.train.Checkpoint(v=tf.Variable(1.0))
    for call in (checkpoint.save, checkpoint.write, checkpoint.restore):
        with pytest.raises(NotImplementedError, match="Call it outside"):
            tf.function(lambda call=call: call(str(tmp_path / "c")) and None)()


# Names


def test_a_root_is_saved_by_the_names_of_its_parts(tmp_path):
    root = Box(a=tf.Variable(1.0))
    path = tf.train.Checkpoint(root, step=tf.Variable(2)).save(tmp_path / "c")
    assert [key for key, _ in tf.train.list_variables(path)] == [
        "_CHECKPOINTABLE_OBJECT_GRAPH", "a" + VALUE, "save_counter" + VALUE, "step" + VALUE,
    ]  # fmt: skip
    view = tf.train.CheckpointView(path)
    assert view.children(0) == {"a": 1, "root": 0, "step": 2, "save_counter": 3}


def test_attributes_set_later_are_saved(tmp_path):
    checkpoint = tf.train.Checkpoint()
    checkpoint.v = tf.Variable(3.0)
    checkpoint.w = tf.Variable(4.0)
    del checkpoint.w
    assert [k for k, _ in tf.train.list_variables(checkpoint.write(tmp_path / "c"))][1:] == [
        "v" + VALUE
    ]


def test_checkpoints_within_checkpoints(tmp_path):
    inner = tf.train.Checkpoint(v=tf.Variable(3.0))
    path = tf.train.Checkpoint(inner=inner).save(tmp_path / "c")
    other = tf.Variable(0.0)
    tf.train.Checkpoint(inner=tf.train.Checkpoint(v=other)).restore(path).assert_consumed()
    assert other.numpy() == 3.0


def test_saving_counts(tmp_path):
    checkpoint = tf.train.Checkpoint(v=tf.Variable(1.0))
    paths = [checkpoint.save(tmp_path / "c") for _ in range(2)]
    assert [os.path.basename(path) for path in paths] == ["c-1", "c-2"]
    assert tf.train.latest_checkpoint(tmp_path) == paths[1]
    later = tf.train.Checkpoint(v=tf.Variable(0.0))
    later.restore(paths[0])
    assert later.save_counter.numpy() == 1
    assert later.save(tmp_path / "c") == paths[1]


def test_names_within_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert tf.train.Checkpoint(v=tf.Variable(1.0)).save("c") == "c-1"
    assert tf.train.latest_checkpoint(".") == os.path.join(".", "c-1")
    assert sorted(os.listdir()) == ["c-1.data-00000-of-00001", "c-1.index", "checkpoint"]


# Files of TensorFlow


class Part(tf.Module):
    def __init__(self):
        super().__init__()
        self.v = tf.Variable([0.0, 0.0])
        self.items = [tf.Variable(0), {"a": tf.Variable(0)}]
        self.pair = (tf.Variable(0.0),)
        self.named = {"x/y.z": tf.Variable(0.0)}
        self.generator = tf.random.Generator.from_seed(9)
        self.text = tf.Variable(["", "", ""])
        self.truth = tf.Variable([False, True])
        self.empty = tf.Variable(tf.ones((0, 3)))
        self.itself = self


class State(tf.train.experimental.PythonState):
    text = b""

    def serialize(self):
        return self.text

    def deserialize(self, string_value):
        self.text = string_value


DTYPES = [
    "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
    "float16", "bfloat16", "float32", "float64", "complex64", "complex128",
]  # fmt: skip


def module():
    checkpoint = tf.train.Checkpoint(
        part=Part(), state=State(), inner=tf.train.Checkpoint(q=tf.Variable(0.0))
    )
    for name in DTYPES:
        setattr(checkpoint, name, tf.Variable(tf.cast([0, 0], name)))
    return checkpoint


def test_a_module_of_tensorflow_is_restored_and_saved_alike(tmp_path):
    path = str(FIXTURES / "module-1")
    checkpoint = module()
    checkpoint.restore(path).assert_consumed()
    part = checkpoint.part
    assert part.v.numpy().tolist() == [1.0, 2.0]
    assert [part.items[0].numpy(), part.items[1]["a"].numpy(), part.pair[0].numpy()] == [1, 2, 3]
    assert part.named["x/y.z"].numpy() == 4.0
    assert part.generator.state.numpy().tolist() == [1, 0, 0]
    assert part.text.numpy().tolist() == [b"a", b"bb", b""]
    assert part.truth.numpy().tolist() == [True, False]
    assert (checkpoint.inner.q.numpy(), checkpoint.state.text) == (5.0, b"hello")
    assert checkpoint.save_counter.numpy() == 1
    again = checkpoint.write(tmp_path / "again")
    assert tf.train.list_variables(again) == tf.train.list_variables(path)
    ours, theirs = tf.train.CheckpointView(again), tf.train.CheckpointView(path)
    assert [ours.children(n) for n in ours.descendants()] == [
        theirs.children(n) for n in theirs.descendants()
    ]
    other = module()
    other.restore(again).assert_consumed()
    assert other.part.v.numpy().tolist() == [1.0, 2.0]


def test_parts_of_tensors_in_several_files_are_restored():
    v, w = tf.Variable(tf.zeros((3, 100))), tf.Variable(tf.zeros(70, tf.int64))
    tf.train.Checkpoint(v=v, w=w).read(FIXTURES / "parts").assert_consumed()
    np.testing.assert_array_equal(v.numpy().ravel(), np.arange(300))
    np.testing.assert_array_equal(w.numpy(), np.arange(70))


OPTIMIZERS = {
    "keras3_adam": lambda: keras.optimizers.Adam(0.7),
    "keras3_sgd": lambda: keras.optimizers.SGD(0.7, momentum=0.9),
    "keras2_weights": lambda: keras.optimizers.Adam(0.7),
    "keras2_adam": lambda: keras.optimizers.Adam(0.7),
    "keras2_sgd": lambda: keras.optimizers.SGD(0.7, momentum=0.9),
}


@pytest.mark.parametrize(
    ("name", "build"),
    [*[(name, True) for name in OPTIMIZERS], ("keras3_adam", False), ("keras2_sgd", False)],
)
def test_models_of_keras_go_on_as_they_do_there(name, build):
    optimizer = OPTIMIZERS[name]()
    model = model_of_fixtures(optimizer, build)
    if name == "keras2_weights":
        checkpoint = tf.train.Checkpoint(model)
    else:
        checkpoint = tf.train.Checkpoint(model=model, optimizer=optimizer)
    status = checkpoint.read(FIXTURES / name)
    np.testing.assert_allclose(model(data()[0]), EXPECTED[f"{name}/predicted"], atol=1e-6)
    assert optimizer.iterations.numpy() == EXPECTED[f"{name}/iterations"] == 3
    for _ in range(2):
        model.train_on_batch(*data())
    for number, weight in enumerate(model.get_weights()):
        np.testing.assert_allclose(weight, EXPECTED[f"{name}/later/{number}"], atol=2e-6)
    status.assert_existing_objects_matched()
    if name.startswith("keras3") or name == "keras2_weights":
        status.assert_consumed()


def test_a_functional_model_of_keras_with_an_op_in_between():
    inputs = keras.Input((2,))
    hidden = keras.layers.Dense(3, name="other")(inputs) + 1.0
    model = keras.Model(inputs, [hidden, keras.layers.Dense(1)(hidden)])
    tf.train.Checkpoint(model).read(FIXTURES / "keras3_functional").assert_consumed()
    expected = EXPECTED["keras3_functional/predicted"]
    np.testing.assert_allclose(model(data()[0])[1], expected, atol=1e-6)


@pytest.mark.parametrize("name", ["keras3_adam", "keras3_sgd"])
def test_models_are_saved_under_the_names_of_keras(name, tmp_path):
    optimizer = OPTIMIZERS[name]()
    model = model_of_fixtures(optimizer)
    checkpoint = tf.train.Checkpoint(model=model, optimizer=optimizer)
    checkpoint.read(FIXTURES / name)
    optimizer.build(model.trainable_variables)
    path = checkpoint.write(tmp_path / "c")
    ours, theirs = (
        {key: tf.train.load_variable(place, key).tolist() for key, _ in
         tf.train.list_variables(place) if VALUE in key}
        for place in (path, FIXTURES / name)
    )  # fmt: skip
    assert ours == theirs


# Training goes on

TRAINING = """
import json, sys
import numpy as np
import keratin as tf
from keratin import keras

steps, load, save = int(sys.argv[1]), sys.argv[2], sys.argv[3]
keras.utils.set_random_seed(1 if load == "-" else 2)
schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 3, 0.5)
x = np.linspace(-1, 1, 40, dtype="float32").reshape(10, 4)
y = (x[:, :1] - x[:, 1:2] ** 2).astype("float32")

def run(name, optimizer):
    model = keras.Sequential([
        keras.layers.Dense(5, activation="relu"), keras.layers.Dropout(0.4),
        keras.layers.BatchNormalization(), keras.layers.Dense(1)])
    metric, generator, step = keras.metrics.Mean(), tf.random.Generator.from_seed(3), tf.Variable(0)
    checkpoint = tf.train.Checkpoint(
        model=model, optimizer=optimizer, metric=metric, generator=generator, step=step)

    @tf.function
    def one():
        with tf.GradientTape() as tape:
            noise = generator.normal((10, 1), stddev=0.1)
            loss = tf.reduce_mean(tf.square(model(x, training=True) - y - noise))
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        metric.update_state(loss)
        step.assign_add(1)

    if load != "-":
        status = checkpoint.restore(f"{load}/{name}-1")
    for _ in range(steps):
        one()
    if load != "-":
        status.assert_consumed()
    if save != "-":
        return checkpoint.save(f"{save}/{name}")
    everything = [*model.variables, *optimizer.variables, *metric.variables, generator.state, step]
    return [np.asarray(v).astype("float64").tolist() for v in everything]

print(json.dumps([
    run("adam", keras.optimizers.Adam(schedule, amsgrad=True)),
    run("sgd", keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True, use_ema=True))]))
"""


def training(*arguments):
    output = subprocess.run(
        [sys.executable, "-c", TRAINING, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        text=True,
        capture_output=True,
        check=False,
    )
    assert output.returncode == 0, output.stderr[-3000:]
    return json.loads(output.stdout)


def test_training_goes_on_in_another_process_to_the_bit(tmp_path):
    training(5, "-", tmp_path)
    halves = training(5, tmp_path, "-")
    whole = training(10, "-", "-")
    assert halves == whole
    assert whole[0][-1] == whole[1][-1] == 10


# Kill, and disks that are full

FOREVER = """
import keratin as tf
v = tf.Variable(tf.zeros((300, 300)))
checkpoint = tf.train.Checkpoint(v=v)
while True:
    v.assign_add(tf.ones((300, 300)))
    checkpoint.write("same")
    checkpoint.save("numbered")
    print(flush=True)
"""


def test_a_killed_process_leaves_whole_checkpoints(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(
        [sys.executable, "-c", FOREVER], cwd=tmp_path, env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"\n"
        time.sleep(0.173)
        process.send_signal(signal.SIGKILL)
    last = tf.train.latest_checkpoint(tmp_path)
    for path in (tmp_path / "same", last):
        v = tf.Variable(tf.zeros((300, 300)))
        tf.train.Checkpoint(v=v).read(path)
        assert len(np.unique(v.numpy())) == 1
        assert v.numpy()[0, 0] >= 1
    # What was left over is out of the way of what comes next.
    tf.train.Checkpoint(v=v).write(tmp_path / "same")
    assert len([n for n in os.listdir(tmp_path) if n.startswith("same.data")]) == 1


def test_a_full_disk_leaves_the_former_checkpoint_and_count(tmp_path, monkeypatch):
    v = tf.Variable(1.0)
    checkpoint = tf.train.Checkpoint(v=v)
    first = checkpoint.save(tmp_path / "c")

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("keratin.train._bundle.write_table", full)
    with pytest.raises(OSError, match=r"c-2.index was not saved: the disk is full"):
        checkpoint.save(tmp_path / "c")
    assert checkpoint.save_counter.numpy() == 1
    assert tf.train.latest_checkpoint(tmp_path) == first
    assert sorted(os.listdir(tmp_path)) == ["c-1.data-00000-of-00001", "c-1.index", "checkpoint"]


# In the background


def test_saving_in_the_background_takes_the_values_of_the_call(tmp_path):
    v = tf.Variable([1.0] * 1000)
    checkpoint = tf.train.Checkpoint(v=v)
    called = []
    options = tf.train.CheckpointOptions(
        enable_async=True, experimental_write_callbacks=[called.append, lambda: called.append(0)]
    )
    path = checkpoint.save(tmp_path / "c", options=options)
    v.assign([2.0] * 1000)
    checkpoint.restore(path).assert_consumed()  # waits
    assert v.numpy().tolist() == [1.0] * 1000
    assert called == [path, 0]


def test_what_goes_wrong_in_the_background_is_told_at_the_next_call(tmp_path, monkeypatch):
    checkpoint = tf.train.Checkpoint(v=tf.Variable(1.0))
    options = tf.train.CheckpointOptions(enable_async=True)
    (tmp_path / "file").write_text("")
    checkpoint.write(tmp_path / "file" / "c", options=options)
    with pytest.raises(OSError, match="was not saved"):
        checkpoint.sync()
    checkpoint.sync()


# Memory


def test_a_restored_checkpoint_does_not_keep_objects_alive(tmp_path):
    path = saved(tmp_path, box=Box(v=tf.Variable(1.0), w=tf.Variable(2.0)))
    box = Box(v=tf.Variable(0.0))
    tf.train.Checkpoint(box=box).read(path).expect_partial()
    alive = weakref.ref(box)
    del box
    gc.collect()
    assert alive() is None
    assert tf.Variable(5.0).numpy() == 5.0
