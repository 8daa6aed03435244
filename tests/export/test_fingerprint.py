"""Fingerprints of folders."""

import types

import numpy as np
import pytest


def test_the_same_thing_has_the_same_singleprint(tf, counter, tmp_path):
    read = tf.saved_model.experimental.read_fingerprint
    module = counter()
    tf.saved_model.save(module, tmp_path / "a")
    tf.saved_model.save(module, tmp_path / "b")
    first, second = read(tmp_path / "a"), read(tmp_path / "b")
    assert first.singleprint() == second.singleprint()
    assert first.version == 1
    module.kernel.assign(np.ones((3, 2), np.float32))
    tf.saved_model.save(module, tmp_path / "b")
    third = read(tmp_path / "b")
    assert third.checkpoint_hash != first.checkpoint_hash
    assert third.graph_def_program_hash == first.graph_def_program_hash
    assert first != third
    assert "saved_model_checksum" in str(first)
    assert str(first.checkpoint_hash) in repr(first)


def test_fingerprints_of_tensorflow_are_read(tf):
    kind = tf.saved_model.experimental.Fingerprint
    data = bytes([0x08, 0x96, 0x01, 0x10, 2, 0x18, 3, 0x20, 4, 0x28, 5, 0x32, 2, 8, 1])
    assert kind.from_proto(data) == kind(150, 2, 3, 4, 5)
    fields = dict(zip(vars(kind(1, 2, 3, 4, 5, 6)), [1, 2, 3, 4, 5, 6], strict=True))
    made = kind.from_proto(types.SimpleNamespace(**fields))
    assert made.version == 6
    assert hash(made) == hash(kind(1, 2, 3, 4, 5))
    for wrong in (b"\x08", b"\xff" * 20, b"\x0b", 3):
        with pytest.raises(ValueError, match=r"no fingerprint"):
            kind.from_proto(wrong)
    with pytest.raises(ValueError, match=r"A singleprint needs all of"):
        kind(1).singleprint()


def test_a_folder_that_is_none_has_none(tf, tmp_path):
    with pytest.raises(OSError, match=r"There is no folder"):
        tf.saved_model.experimental.read_fingerprint(tmp_path / "nothing")
    (tmp_path / "saved_model.json").write_text('{"format": "keratin.saved_model", "version": 1}')
    with pytest.raises(ValueError, match=r"names no weights"):
        tf.saved_model.experimental.read_fingerprint(tmp_path)
