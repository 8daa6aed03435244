"""Temporary files of a test."""

import os

from keratin.test._temporary import TemporaryDirectory


def test_files_and_folders_have_names_of_their_own(tmp_path):
    folder = TemporaryDirectory(tmp_path)
    files = [folder.create_file(), folder.create_file()]
    assert len({file.full_path for file in files}) == 2
    assert os.fspath(folder) == folder.full_path == str(tmp_path)
    assert os.path.isdir(folder.mkdir())


def test_content_is_text_or_bytes(tmp_path):
    folder = TemporaryDirectory(tmp_path)
    assert folder.create_file("a", "täxt").read_bytes() == "täxt".encode()
    assert folder.create_file("b", b"\xff").read_bytes() == b"\xff"
