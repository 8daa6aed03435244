"""The `checkpoint` file: what it says is followed within its folder alone."""

import os

import pytest

import keratin as tf
from keratin import errors
from keratin.train._bundle import Piece, write_bundle
from keratin.train._state_file import (
    checkpoint_exists,
    checkpoints_iterator,
    get_checkpoint_state,
    latest_checkpoint,
    nearest_checkpoints,
    update_checkpoint_state,
)
from tests.train.files import FIXTURES


def save(path):
    value = tf.constant(1.0).numpy()
    write_bundle(str(path), [[Piece("v", lambda: value, tf.float32)]])
    return str(path)


def test_what_is_written_is_read(tmp_path):
    folder = str(tmp_path)
    names = ['a "quoted"\\ one', "über", "new\nline"]
    paths = [os.path.join(folder, name) for name in names]
    update_checkpoint_state(folder, paths[-1], paths, [1.5, 2.5, 3.25], 0.1)
    state = get_checkpoint_state(tmp_path)
    assert state.model_checkpoint_path == paths[-1]
    assert state.all_model_checkpoint_paths == paths
    assert state.all_model_checkpoint_timestamps == [1.5, 2.5, 3.25]
    assert state.last_preserved_timestamp == 0.1
    assert latest_checkpoint(folder) is None  # there are no such files


def test_a_file_of_tensorflow_is_read():
    assert latest_checkpoint(FIXTURES) == str(FIXTURES / "module-1")
    assert latest_checkpoint(str(FIXTURES) + "/") == f"{FIXTURES}/module-1"


def test_nothing_is_none(tmp_path):
    assert get_checkpoint_state(tmp_path) is None
    assert latest_checkpoint(tmp_path / "absent") is None
    (tmp_path / "file").write_text("x")
    assert latest_checkpoint(tmp_path / "file") is None


def test_another_name_of_the_file(tmp_path):
    save(tmp_path / "c-1")
    (tmp_path / "other").write_text('model_checkpoint_path: "c-1"\n')
    assert latest_checkpoint(tmp_path, "other") == str(tmp_path / "c-1")
    with pytest.raises(ValueError, match=r"name of a file in the folder; given '../other'"):
        latest_checkpoint(tmp_path, "../other")


@pytest.mark.parametrize(
    "path",
    ["{outside}/c-1", "../outside/c-1", "a/../../outside/c-1", "../folder2/c", "/etc/passwd", ".."],
)
def test_paths_out_of_the_folder_are_refused(tmp_path, path):
    save(tmp_path / "outside" / "c-1")
    (tmp_path / "folder").mkdir()
    path = path.format(outside=tmp_path / "outside")
    (tmp_path / "folder" / "checkpoint").write_text(f'model_checkpoint_path: "{path}"\n')
    with pytest.raises(ValueError, match="outside of its folder") as caught:
        latest_checkpoint(tmp_path / "folder")
    assert str(tmp_path / "folder" / "checkpoint") in str(caught.value)
    with pytest.raises(ValueError, match="outside of its folder"):
        tf.train.load_checkpoint(tmp_path / "folder")


def test_links_out_of_the_folder_are_refused(tmp_path):
    save(tmp_path / "outside" / "c-1")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "folder" / "checkpoint").write_text('model_checkpoint_path: "link/c-1"\n')
    with pytest.raises(ValueError, match="outside of its folder"):
        latest_checkpoint(tmp_path / "folder")


def test_absolute_paths_of_a_moved_folder_are_found_in_it(tmp_path):
    save(tmp_path / "now" / "c-1")
    text = f'model_checkpoint_path: "{tmp_path}/then/c-1"\n'
    (tmp_path / "now" / "checkpoint").write_text(text)
    assert latest_checkpoint(tmp_path / "now") == str(tmp_path / "now" / "c-1")
    (tmp_path / "now" / "checkpoint").write_text(f'model_checkpoint_path: "{tmp_path}/now/c-1"\n')
    assert latest_checkpoint(tmp_path / "now") == str(tmp_path / "now" / "c-1")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "names no last checkpoint"),
        (b"\xff\xfe\x00", "is no text"),
        (b"model_checkpoint_path", "is no field"),
        (b'model_checkpoint_path: "a', "is no field"),
        (b"model_checkpoint_path: 7", "is no field"),
        (b'other: "x"', "'other' is no field"),
        (b'model_checkpoint_path: "a" all_model_checkpoint_timestamps: x', "is 'x'"),
        (b"<html>\n<body>", "'<html>' is no field"),
    ],
)
def test_damaged_files_are_told(tmp_path, content, message):
    (tmp_path / "checkpoint").write_bytes(content)
    with pytest.raises(errors.DataLossError, match=message) as caught:
        get_checkpoint_state(tmp_path)
    assert str(tmp_path / "checkpoint") in str(caught.value)


def test_a_file_without_end_is_refused(tmp_path):
    with open(tmp_path / "checkpoint", "wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(errors.DataLossError, match="no list of checkpoints"):
        get_checkpoint_state(tmp_path)


def test_zero_bytes_in_paths_are_refused(tmp_path):
    (tmp_path / "checkpoint").write_text('model_checkpoint_path: "a\\000b"\n')
    with pytest.raises(ValueError, match="outside of its folder"):
        latest_checkpoint(tmp_path)


def test_iterating_ends_after_the_time(tmp_path):
    first = save(tmp_path / "c-1")
    update_checkpoint_state(str(tmp_path), first, [first])
    found = []
    asked = []

    def stop():
        asked.append(1)
        return len(asked) > 1

    for path in checkpoints_iterator(tmp_path, timeout=0, timeout_fn=stop):
        found.append(os.path.basename(path))
        if len(found) == 1:
            second = save(tmp_path / "c-2")
            update_checkpoint_state(str(tmp_path), second, [first, second])
    assert found == ["c-1", "c-2"]
    assert len(asked) == 2
    assert list(checkpoints_iterator(tmp_path / "absent", timeout=0)) == []


def test_what_is_there_is_told(tmp_path):
    path = save(tmp_path / "c-1")
    assert checkpoint_exists(path)
    assert not checkpoint_exists(tmp_path / "c-2")
    assert repr(path) in nearest_checkpoints(str(tmp_path / "c-2"))
    (tmp_path / "bare").mkdir()
    assert "has no checkpoints" in nearest_checkpoints(str(tmp_path / "bare" / "c"))
    assert "no folder" in nearest_checkpoints(str(tmp_path / "absent" / "c"))
    update_checkpoint_state(str(tmp_path), path, [path])
    assert "its last checkpoint is" in nearest_checkpoints(str(tmp_path))


def test_the_nearest_of_many_are_told(tmp_path):
    for name in [*(f"other-{n}" for n in range(6)), "model-12", "model-2"]:
        (tmp_path / f"{name}.index").write_bytes(b"")
    text = nearest_checkpoints(str(tmp_path / "model-22"))
    first = text.split("there are ")[1].split(", ")[:2]
    assert sorted(name.rpartition("/")[2] for name in first) == ["model-12'", "model-2'"]
    assert text.endswith("and 3 more.")
