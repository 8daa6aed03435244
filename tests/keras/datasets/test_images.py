"""Archives of records, and IDX files."""

import gzip

import numpy as np
import pytest

from keratin.keras.datasets._images import read_cifar, read_idx
from tests.keras.datasets.published import idx, tar_gz

RECORDS = np.random.default_rng(0).integers(0, 256, (4, 3074), dtype=np.uint8)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file.gz"


def test_records_are_labels_and_planes(path):
    path.write_bytes(
        tar_gz(folder__b_bin=RECORDS[2:].tobytes(), folder__a_bin=RECORDS[:2].tobytes())
    )
    (labels, images), (_, more) = read_cifar(path, ["a.bin", "b.bin"], num_labels=2)
    np.testing.assert_array_equal(labels, RECORDS[:2, :2])
    assert images.shape == (2, 32, 32, 3)
    assert images[1, 5, 7].tolist() == RECORDS[1, 2 + 5 * 32 + 7 :: 1024].tolist()
    assert more[0, 0, 0, 0] == RECORDS[2, 2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (tar_gz(a_bin=RECORDS.tobytes()), "there is no b.bin in it"),
        (tar_gz(b_bin=RECORDS.tobytes()[:-1]), "b.bin ends in the middle of an image"),
        (tar_gz(b_bin=RECORDS.tobytes())[:-900], "Compressed file ended|unexpected end of data"),
        (b"not an archive", "not a gzip file"),
    ],
    ids=range(4),  # archives hold the time
)
def test_an_archive_that_cannot_be_read_is_named(path, content, message):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"file\.gz cannot be read: .*({message}).*\. Delete"):
        read_cifar(path, ["b.bin"], num_labels=2)


def test_idx_files_hold_arrays_of_bytes(path):
    for array in (RECORDS, RECORDS[:2].reshape(2, 2, 1537), RECORDS[0]):
        path.write_bytes(idx(array))
        found = read_idx(path)
        assert found.dtype == np.uint8
        assert found.flags.writeable
        np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (idx(RECORDS)[:-900], "Compressed file ended"),
        (b"not compressed", "Not a gzipped file"),
        (gzip.compress(b"\0\0\x0d\x01abcd"), "it is not an IDX file of bytes"),
        (gzip.compress(b"\0\0"), "it is not an IDX file of bytes"),
        (gzip.compress(b"\0\0\x08\x01\0\0\0\x03ab"), r"it has 2 bytes for an array .* \[3\]"),
        (gzip.compress(b"\0\0\x08\x04\0\0\0\x03ab"), "its head is cut off"),
    ],
    ids=range(6),
)
def test_an_idx_file_that_cannot_be_read_is_named(path, content, message):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"file\.gz cannot be read: .*{message}.*\. Delete"):
        read_idx(path)
