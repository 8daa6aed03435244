"""Files are whole or as they were."""

import errno
import os

import pytest

from keratin._engine.atomic import disk_error, replacing


def test_a_file_takes_the_place_of_the_former_one(tmp_path):
    path = tmp_path / "folder" / "f"
    for text in ("first", "second"):
        with replacing(path) as beside:
            beside.write_text(text)
            assert not path.exists() or path.read_text() == "first"
        assert path.read_text() == text
    assert os.listdir(path.parent) == ["f"]


def test_a_link_stays_a_link_and_the_mode_stays(tmp_path):
    (tmp_path / "f").write_text("x")
    (tmp_path / "f").chmod(0o600)
    (tmp_path / "link").symlink_to(tmp_path / "f")
    with replacing(tmp_path / "link") as beside:
        beside.write_text("y")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "f").read_text() == "y"
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o600


def test_an_error_leaves_the_former_file(tmp_path):
    (tmp_path / "f").write_text("former")
    with pytest.raises(RuntimeError), replacing(tmp_path / "f") as beside:
        beside.write_text("half")
        raise RuntimeError
    assert (tmp_path / "f").read_text() == "former"
    assert os.listdir(tmp_path) == ["f"]


def test_a_full_disk_is_told(tmp_path):
    (tmp_path / "f").write_text("former")
    with pytest.raises(OSError, match="the disk is full") as caught, replacing(tmp_path / "f"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.errno == errno.ENOSPC
    assert (tmp_path / "f").read_text() == "former"


@pytest.mark.parametrize(
    ("number", "words"), [(errno.EACCES, "not allowed"), (errno.EDQUOT, "quota"), (None, "odd")]
)
def test_what_cannot_be_written_is_told(number, words):
    error = OSError(number, "odd") if number else OSError("odd")
    found = disk_error("f", error)
    assert words in str(found)
    assert "unchanged" in str(found)
