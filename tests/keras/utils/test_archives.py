"""Archives that are what they seem, and archives that are not."""

import io
import tarfile
import zipfile

import pytest

from keratin.keras.utils._archives import extract_archive


def tar_of(path, *members):
    with tarfile.open(path, "w") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def link(name, target, kind):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member, b""


HOSTILE = {
    "a way up": (tarfile.TarInfo("../escaped"), b"x"),
    "a hidden way up": (tarfile.TarInfo("a/../../escaped"), b"x"),
    "a link up": link("out", "../..", tarfile.SYMTYPE),
    "a link to the root": link("out", "/etc/passwd", tarfile.SYMTYPE),
    "a hard link up": link("out", "../escaped", tarfile.LNKTYPE),
    "a device": link("null", "", tarfile.CHRTYPE),
}


@pytest.mark.parametrize("member", HOSTILE.values(), ids=HOSTILE)
def test_nothing_is_written_outside_of_the_folder(member, tmp_path):
    path = tar_of(tmp_path / "bad.tar", (tarfile.TarInfo("good"), b"x"), member)
    folder = tmp_path / "inner" / "folder"
    with pytest.raises(
        ValueError, match=r"bad.tar' was not extracted: .*do not trust this archive"
    ):
        extract_archive(path, folder)
    assert not folder.exists() and not (tmp_path / "inner" / "escaped").exists()
    assert list((tmp_path / "inner").iterdir()) == []


@pytest.mark.parametrize("name", ["../escaped", "/tmp/../escaped/x", "a/../../escaped"])
def test_zip_files_neither(name, tmp_path):
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("good", "x")
        archive.writestr(name, "x")
    with pytest.raises(ValueError, match=r"bad.zip' was not extracted: its member .*escaped"):
        extract_archive(path, tmp_path / "inner" / "folder")
    assert list((tmp_path / "inner").iterdir()) == []


def test_what_was_there_stays_beside_what_comes(tmp_path):
    path = tar_of(tmp_path / "a.tar", (tarfile.TarInfo("new"), b"new"))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "old").write_text("old")
    assert extract_archive(path, folder)
    assert {each.name: each.read_text() for each in folder.iterdir()} == {
        "old": "old",
        "new": "new",
    }


def test_formats(tmp_path):
    path = tar_of(tmp_path / "a.tar", (tarfile.TarInfo("new"), b"new"))
    for formats in (None, "zip", ["zip"], []):
        assert not extract_archive(path, tmp_path / "none", formats)
    assert extract_archive(path, tmp_path / "some", ["zip", "tar"])
    with pytest.raises(
        ValueError, match="archive_format is 'auto', 'tar', 'zip' or None; given 'rar'"
    ):
        extract_archive(path, tmp_path, "rar")
