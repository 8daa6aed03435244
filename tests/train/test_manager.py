"""tf.train.CheckpointManager: which checkpoints stay."""

import os

import pytest

import keratin as tf


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 1e9

    monkeypatch.setattr("keratin.train._manager.time.time", lambda: Clock.now)
    return Clock


def manager(folder, step=None, **options):
    step = tf.Variable(0) if step is None else step
    options.setdefault("max_to_keep", 2)
    return tf.train.CheckpointManager(tf.train.Checkpoint(step=step), folder, **options)


def indices(folder):
    return sorted(n.removesuffix(".index") for n in os.listdir(folder) if n.endswith(".index"))


def names(paths):
    return [os.path.basename(path) for path in paths]


def test_the_last_ones_stay(tmp_path):
    keeper = manager(tmp_path / "new")
    paths = [keeper.save() for _ in range(4)]
    assert names(paths) == ["ckpt-1", "ckpt-2", "ckpt-3", "ckpt-4"]
    assert keeper.checkpoints == paths[2:]
    assert keeper.latest_checkpoint == paths[3] == tf.train.latest_checkpoint(tmp_path / "new")
    assert len(os.listdir(tmp_path / "new")) == 5
    assert (keeper.directory, keeper.checkpoint_interval) == (str(tmp_path / "new"), None)
    assert keeper.checkpoint.save_counter.numpy() == 4


def test_all_stay(tmp_path):
    keeper = manager(tmp_path, max_to_keep=None, checkpoint_name="c")
    for _ in range(4):
        keeper.save()
    assert indices(tmp_path) == ["c-1", "c-2", "c-3", "c-4"]


def test_another_manager_goes_on(tmp_path, clock):
    first = manager(tmp_path)
    for _ in range(2):
        clock.now += 1
        first.save()
    second = manager(tmp_path)
    assert second.checkpoints == first.checkpoints
    second.restore_or_initialize()
    second.save()
    assert indices(tmp_path) == ["ckpt-2", "ckpt-3"]
    state = tf.train.get_checkpoint_state(tmp_path)
    assert names(state.all_model_checkpoint_paths) == ["ckpt-2", "ckpt-3"]
    assert len(state.all_model_checkpoint_timestamps) == 2


def test_one_every_so_many_hours_stays_for_good(tmp_path, clock):
    keeper = manager(tmp_path, max_to_keep=1, keep_checkpoint_every_n_hours=1)
    for _ in range(8):
        clock.now += 1200
        keeper.save()
    assert indices(tmp_path) == ["ckpt-3", "ckpt-6", "ckpt-8"]
    again = manager(tmp_path, max_to_keep=1, keep_checkpoint_every_n_hours=1)
    assert names(again.checkpoints) == ["ckpt-8"]


def test_a_clock_that_was_put_back_deletes_nothing_more(tmp_path, clock):
    keeper = manager(tmp_path)
    clock.now += 100
    keeper.save()
    clock.now -= 5000
    again = manager(tmp_path)
    again.restore_or_initialize()
    again.save()
    assert indices(tmp_path) == ["ckpt-1", "ckpt-2"]


def test_numbers_of_ones_own(tmp_path):
    keeper = manager(tmp_path)
    keeper.save(checkpoint_number=tf.Variable(70))
    keeper.save(checkpoint_number=30)
    keeper.save(checkpoint_number=70)
    assert names(keeper.checkpoints) == ["ckpt-30", "ckpt-70"]
    assert indices(tmp_path) == ["ckpt-30", "ckpt-70"]
    assert keeper.checkpoint.save_counter.numpy() == 3


def test_steps_between_checkpoints(tmp_path):
    step = tf.Variable(0)
    keeper = manager(tmp_path, step, step_counter=step, checkpoint_interval=5)
    saved = []
    for _ in range(12):
        saved.append(keeper.save() is not None)
        step.assign_add(1)
    assert [n for n, was in enumerate(saved) if was] == [0, 5, 10]
    assert keeper.save(check_interval=False) is not None
    assert keeper.checkpoint_interval == 5
    other = tf.Variable(0)
    again = manager(tmp_path, other, step_counter=other, checkpoint_interval=5)
    again.restore_or_initialize()
    assert (other.numpy(), again.save()) == (12, None)
    later = manager(
        tmp_path, other, step_counter=other, checkpoint_interval=5, last_checkpoint_step=10
    )
    assert later.save() is None


def test_restore_or_initialize(tmp_path):
    step, called = tf.Variable(0), []
    keeper = manager(tmp_path, step, init_fn=lambda: called.append(1))
    assert keeper.restore_or_initialize() is None
    assert called == [1]
    step.assign(5)
    path = keeper.save()
    step.assign(0)
    assert keeper.restore_or_initialize() == path
    assert (step.numpy(), called) == (5, [1])


def test_a_failed_save_counts_nothing(tmp_path, monkeypatch):
    keeper = manager(tmp_path)
    keeper.save()

    def full(*args):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("keratin.train._bundle.write_table", full)
        with pytest.raises(OSError, match="the disk is full"):
            keeper.save()
    assert indices(tmp_path) == ["ckpt-1"]
    assert names([keeper.latest_checkpoint, keeper.save()]) == ["ckpt-1", "ckpt-2"]


def test_saving_in_the_background(tmp_path):
    step = tf.Variable(1)
    keeper = manager(tmp_path, step)
    options = tf.train.CheckpointOptions(enable_async=True)
    for _ in range(3):
        keeper.save(options=options)
        step.assign_add(1)
    keeper.sync()
    assert names(keeper.checkpoints) == indices(tmp_path) == ["ckpt-2", "ckpt-3"]
    keeper.restore_or_initialize()
    assert step.numpy() == 3


def test_files_of_others_stay(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "ckpt-1.data-of-mine").write_text("mine")
    (tmp_path / "ckpt-10.index").write_text("mine")
    keeper = manager(tmp_path, max_to_keep=1)
    for _ in range(3):
        keeper.save()
    assert {"notes.txt", "ckpt-1.data-of-mine", "ckpt-10.index"} < set(os.listdir(tmp_path))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_to_keep": 0}, "max_to_keep is 1 or more, or None"),
        ({"checkpoint_interval": 3}, "counts the steps of step_counter"),
        ({"checkpoint_name": "a/b"}, "beginning of the names of files"),
        ({"checkpoint_name": ""}, "beginning of the names of files"),
    ],
)
def test_wrong_arguments(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        manager(tmp_path, **options)


def test_a_model_is_no_checkpoint(tmp_path):
    with pytest.raises(ValueError, match=r"Write tf.train.Checkpoint\(model=model\)"):
        tf.train.CheckpointManager(tf.Variable(1.0), tmp_path, 1)
