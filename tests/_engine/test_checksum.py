import numpy as np
import pytest
from tensorboard.compat.tensorflow_stub import pywrap_tensorflow as tensorboards

from keratin._engine.checksum import crc32c, framed, masked_crc32c


@pytest.mark.parametrize("size", [0, 1, 3, 4, 100, 4095, 4096, 4097, 50_003])
def test_is_the_checksum_of_record_files(size):
    data = np.random.default_rng(size).bytes(size)
    assert crc32c(data) == tensorboards.crc32c(data)
    assert masked_crc32c(data) == tensorboards.masked_crc32c(data)


def test_a_changed_byte_changes_it():
    data = bytearray(10_000)
    before = crc32c(bytes(data))
    data[7_777] ^= 1
    assert crc32c(bytes(data)) != before


def test_a_record_is_read_by_tensorboard(tmp_path):
    path = tmp_path / "records"
    path.write_bytes(framed(b"one") + framed(b"x" * 9_000))
    reader = tensorboards.PyRecordReader_New(str(path))
    reader.GetNext()
    assert reader.record() == b"one"
    reader.GetNext()
    assert reader.record() == b"x" * 9_000
