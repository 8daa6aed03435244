import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras.callbacks import BackupAndRestore
from keratin.keras.callbacks._snapshot import variables_of
from tests.keras.callbacks import interrupted
from tests.keras.training.models import data, regression, same_bits, weights

# Other processes compile programs as users have them.
pytestmark = pytest.mark.optimized

X, Y = data(57)


def process(folder, kind, moment, save_freq=1):
    """Run a training in a process of its own; whether it was killed."""
    program = ["-m", "tests.keras.callbacks.interrupted", str(folder), kind, moment]
    done = subprocess.run(
        [sys.executable, *program, str(save_freq)], capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    assert not done.stdout and not done.stderr
    return done.returncode != 0


def result(folder):
    with np.load(folder / "weights.npz") as file:
        return [file[name] for name in file.files]


def test_a_training_that_is_killed_three_times_ends_as_if_it_had_not_been(tmp_path):
    (tmp_path / "straight").mkdir()
    expected = interrupted.train(tmp_path / "straight", "arrays", "never", None)
    for moment in ("step 2", "write 9", "step 14"):
        assert process(tmp_path, "arrays", moment)
        assert (tmp_path / "backup" / "latest.weights.h5").exists()
    assert not process(tmp_path, "arrays", "never")
    assert same_bits(result(tmp_path), expected)
    assert not (tmp_path / "backup").exists()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["arrays", "generator", "dataset"])
def test_ten_random_moments(tmp_path, kind):
    (tmp_path / "straight").mkdir()
    expected = interrupted.train(tmp_path / "straight", kind, "never", None)
    random = np.random.default_rng()
    kills = 0
    while kills < 10:
        seconds = random.uniform(0, 0.3)
        if process(tmp_path, kind, f"after {seconds:.4f}", int(random.integers(1, 4))):
            kills += 1
            continue
        assert same_bits(result(tmp_path), expected), seconds
    process(tmp_path, kind, "never")
    assert same_bits(result(tmp_path), expected)


# In one process, which is quicker: a training that is broken off by an error


class Broken(Exception): ...


class Break(keras.callbacks.Callback):
    """Raises in a step, counted from the beginning of `fit`."""

    def __init__(self, step):
        super().__init__()
        self.left = step

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if not self.left:
            raise Broken


class Again:
    """A model that is compiled once and begins anew for each training."""

    def __init__(self, **options):
        self.model = regression("adam", dropout=0.3, **options)
        self.model.optimizer.build(self.model.trainable_variables)
        self.first = [(v, v.numpy()) for v in variables_of(self.model)]

    def fit(self, *callbacks, kind="arrays", **options):
        keras.utils.set_random_seed(11)
        for variable, value in self.first:
            variable.assign(value)
        given = {"epochs": 3, "verbose": 0, **self.data(kind), **options}
        self.history = self.model.fit(callbacks=list(callbacks), **given)
        return weights(self.model)

    def data(self, kind):
        if kind == "arrays":
            return {"x": X, "y": Y, "batch_size": 10}
        if kind == "steps":
            return {"x": X, "y": Y, "batch_size": 10, "steps_per_epoch": 3}
        if kind == "function":
            return {"x": _batches}
        if kind == "within":
            frequency = {"steps": 4}
            return {**self.data("arrays"), "validation_data": (X, Y), "validation_freq": frequency}
        if kind == "validated":
            return {**self.data("arrays"), "validation_data": _endless(), "validation_steps": 2}
        return interrupted.arguments(kind)


def _batches():
    for _ in range(4):
        rows = np.random.randint(0, 57, 10)
        yield X[rows], Y[rows]


def _endless():
    random = np.random.default_rng(3)
    while True:
        rows = random.integers(0, 57, 10)
        yield X[rows], Y[rows]


@pytest.fixture(scope="module")
def again():
    return Again()


def broken_off(again, backup, at, *callbacks, **options):
    with pytest.raises(Broken):
        again.fit(backup, *callbacks, Break(at), **options)


@pytest.mark.parametrize(
    ("kind", "moments"),
    [
        ("arrays", [(1, 1), (6, 1), (8, 3), (9, "epoch"), (18, 4)]),
        ("steps", [(2, 1), (5, 2)]),
        ("within", [(4, 1), (10, 3)]),
        ("validated", [(8, 1), (13, 5)]),
        ("function", [(3, 1), (6, 2), (8, 1)]),
        ("generator", [(6, 1), (15, 4)]),
        ("dataset", [(2, 1), (15, 4)]),
    ],
)
def test_it_goes_on_at_the_step(tmp_path, again, kind, moments):
    expected, history = again.fit(kind=kind), again.history
    for at, save_freq in moments:
        broken_off(again, BackupAndRestore(tmp_path / "b", save_freq), at, kind=kind)
        found = again.fit(BackupAndRestore(tmp_path / "b", save_freq), kind=kind)
        assert same_bits(found, expected), (kind, at, save_freq)
        assert not (tmp_path / "b").exists()
        for name, figures in again.history.history.items():
            assert figures == history.history[name][-len(figures) :], (name, at, save_freq)


def test_as_in_keras_the_history_has_the_epochs_since(tmp_path, again):
    broken_off(again, BackupAndRestore(tmp_path), 9)
    assert json.loads((tmp_path / "training_metadata.json").read_text()) == {"epoch": 1, "batch": 0}
    again.fit(BackupAndRestore(tmp_path, delete_checkpoint=False))
    assert again.history.epoch == [1, 2]
    assert sorted(os.listdir(tmp_path)) == ["latest.weights.h5", "training_metadata.json"]
    model = regression("adam", dropout=0.3)
    model.load_weights(tmp_path / "latest.weights.h5")
    assert same_bits(model.get_weights(), again.model.get_weights())
    (tmp_path / "mine").write_text("")  # what is not the callback's stays
    again.fit(BackupAndRestore(tmp_path))  # it is done already
    assert again.history.epoch == []
    assert os.listdir(tmp_path) == ["mine"]


def test_training_that_was_stopped_stays_stopped(tmp_path, again):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    class BreakAtTheEnd(keras.callbacks.Callback):
        def on_train_end(self, logs=None):
            raise Broken

    expected = again.fit(Stop())
    with pytest.raises(Broken):
        again.fit(BreakAtTheEnd(), BackupAndRestore(tmp_path / "b"), Stop())
    assert same_bits(again.fit(BackupAndRestore(tmp_path / "b"), Stop()), expected)
    assert again.history.epoch == []


def test_callbacks_of_ones_own_keep_their_state(tmp_path, again):
    class Mine(keras.callbacks.Callback):
        seen = ()

        def on_epoch_end(self, epoch, logs=None):
            self.seen = [*self.seen, np.float32(logs["loss"])]

        def state_dict(self):
            return {"seen": list(self.seen), "count": len(self.seen), "name": "mine"}

        def load_state_dict(self, state):
            assert state["name"] == "mine" and state["count"] == len(state["seen"])
            self.seen = state["seen"]

    straight, first, second = Mine(), Mine(), Mine()
    again.fit(straight)
    broken_off(again, BackupAndRestore(tmp_path, 2), 15, first)
    again.fit(BackupAndRestore(tmp_path, 2), second)
    assert [float(each) for each in second.seen] == [float(each) for each in straight.seen]

    class Wrong(Mine):
        def state_dict(self):
            return {"model": self.model}

    with pytest.raises(TypeError, match=r"state_dict of Wrong: .*Numbers, text, arrays"):
        again.fit(BackupAndRestore(tmp_path / "w"), Wrong())


def test_a_backup_that_cannot_be_read(tmp_path, again):
    expected = again.fit()
    latest = tmp_path / "latest.weights.h5"
    broken_off(again, BackupAndRestore(tmp_path, 1, double_checkpoint=True), 9)
    latest.write_bytes(latest.read_bytes()[:3000])
    with pytest.warns(UserWarning, match=r"latest.*The backup before it is used"):
        found = again.fit(BackupAndRestore(tmp_path, 1))
    assert same_bits(found, expected)
    broken_off(again, BackupAndRestore(tmp_path, 1), 9)
    latest.write_bytes(b"no file of weights")
    with pytest.raises(ValueError, match=r"latest\.weights\.h5: the backup cannot be read"):
        again.fit(BackupAndRestore(tmp_path, 1))


def test_a_backup_of_another_model(tmp_path, again):
    broken_off(again, BackupAndRestore(tmp_path, 1), 3)
    other = regression("sgd")
    with pytest.raises(ValueError, match="do not fit together"):
        other.fit(X, Y, verbose=0, callbacks=[BackupAndRestore(tmp_path)])
    metrics = regression("adam", dropout=0.3, metrics=[])
    with pytest.raises(ValueError, match="its metrics have the shapes"):
        metrics.fit(X, Y, verbose=0, callbacks=[BackupAndRestore(tmp_path)])


def test_a_backup_of_keras(tmp_path, again):
    again.fit()
    again.model.save_weights(tmp_path / "latest.weights.h5")
    (tmp_path / "training_metadata.json").write_text('{"epoch": 2, "batch": 0}')
    again.fit(BackupAndRestore(tmp_path, delete_checkpoint=False))
    assert again.history.epoch == [2]
    again.fit()
    assert again.history.epoch == [0, 1, 2]
    again.model.save_weights(tmp_path / "latest.weights.h5")
    (tmp_path / "training_metadata.json").write_text("{}")
    with pytest.raises(ValueError, match="the epoch cannot be read"):
        again.fit(BackupAndRestore(tmp_path))


def test_random_rows_for_validation_need_a_seed(tmp_path, again):
    options = {"validation_split": 0.2, "validation_shuffle": True}
    expected = again.fit(**options)
    broken_off(again, BackupAndRestore(tmp_path, 1), 3, **options)
    assert same_bits(again.fit(BackupAndRestore(tmp_path, 1), **options), expected)
    broken_off(again, BackupAndRestore(tmp_path, 1), 3, **options)
    model = again.model
    keras.utils.set_random_seed(12)
    with pytest.raises(ValueError, match=r"other rows.*set_random_seed"):
        model.fit(X, Y, verbose=0, callbacks=[BackupAndRestore(tmp_path, 1)], **options)


def test_a_step_of_ones_own_with_variables_of_its_own(tmp_path):
    class Own(keras.Sequential):
        def train_step(self, given):
            x, y = given
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((self(x, training=True) - y) ** 2)
            gradients = tape.gradient(loss, self.trainable_variables)
            self.second.apply(gradients, self.trainable_variables)
            count.assign_add(1.0)
            return {"loss": loss * count}

    def run(*callbacks):
        nonlocal count
        keras.utils.set_random_seed(4)
        count = tf.Variable(0.0)
        model = Own([keras.Input((4,)), keras.layers.Dense(1)])
        model.second = keras.optimizers.Adam()
        model.compile()
        model.fit(X, Y, batch_size=10, epochs=2, verbose=0, callbacks=list(callbacks))
        return [*model.get_weights(), *[v.numpy() for v in model.second.variables], count.numpy()]

    count = None
    expected = run()
    with pytest.raises(Broken):
        run(BackupAndRestore(tmp_path, 1), Break(8))
    assert same_bits(run(BackupAndRestore(tmp_path, 1)), expected)


def test_without_replay_a_generator_is_not_read_again(tmp_path, again):
    reads = []

    def counted():
        for batch in _endless():
            reads.append(1)
            yield batch

    options = {"x": counted(), "y": None, "batch_size": None, "steps_per_epoch": 3, "workers": 0}
    broken_off(again, BackupAndRestore(tmp_path, 1), 7, **options)
    reads.clear()
    again.fit(BackupAndRestore(tmp_path, 1, replay=False), **{**options, "x": counted()})
    assert len(reads) == 3
    assert int(again.model.optimizer.iterations) == 9


def test_arguments_of_no_sense(tmp_path):
    with pytest.raises(ValueError, match="backup_dir is empty"):
        BackupAndRestore("")
    with pytest.raises(ValueError, match="save_freq is 'epoch' or a number of batches"):
        BackupAndRestore(tmp_path, save_freq=0)
    with pytest.raises(TypeError, match="Did you mean 'backup_dir'"):
        BackupAndRestore(backup_path="there")


def test_it_is_told_last():
    callbacks = keras.callbacks.CallbackList(
        [BackupAndRestore("b"), keras.callbacks.EarlyStopping()], add_history=True
    )
    assert isinstance(callbacks.callbacks[-1], BackupAndRestore)
    callbacks.append(keras.callbacks.TerminateOnNaN())
    assert isinstance(callbacks.callbacks[-1], BackupAndRestore)
    assert not callbacks.wants_batches("test")
