"""Weights in several files, both ways between Keratin and Keras."""

import json
import os

import numpy as np
import pytest

from keratin import keras
from tests.harness.real_keras import real

SIZE = 100_000 / 1024**3  # of a file, in gigabytes


def model_of(keras):
    layers = [keras.layers.Dense(100) for _ in range(4)]
    return keras.Sequential([keras.Input((100,)), *layers])


@pytest.mark.parametrize(("writer", "reader"), [(keras, real), (real, keras), (keras, keras)])
def test_each_reads_what_the_other_wrote(writer, reader, tmp_path):
    first, second = model_of(writer), model_of(reader)
    first.save_weights(tmp_path / "m.weights.json", max_shard_size=SIZE)
    files = [f"m_{number:05}.weights.h5" for number in range(2)]
    assert sorted(os.listdir(tmp_path)) == ["m.weights.json", *files]
    second.load_weights(tmp_path / "m.weights.json")
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        assert np.array_equal(np.asarray(one), np.asarray(other))


def test_the_index_is_that_of_keras(tmp_path):
    found = []
    for keras_ in (keras, real):
        model_of(keras_).save_weights(tmp_path / "m.weights.json", max_shard_size=SIZE)
        found.append(json.loads((tmp_path / "m.weights.json").read_text()))
    assert found[0] == found[1]


def test_a_variable_larger_than_a_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"more than max_shard_size=9\.31e-07"):
        model_of(keras).save_weights(tmp_path / "m.weights.json", max_shard_size=SIZE / 100)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ("{", "cannot be read"),
        ("[]", "no weight_map"),
        ('{"weight_map": {"/vars": "../m.weights.h5"}}', "not the name of a file of weights"),
        ('{"weight_map": {"/vars": "/etc/passwd"}}', "not the name of a file of weights"),
        ('{"weight_map": {"/vars": ["a.weights.h5"]}}', "'a.weights.h5' that it names is not"),
        ('{"weight_map": {"/vars": 1}}', "in place of file names"),
    ],
)
def test_hostile_indices_are_refused(index, message, tmp_path):
    (tmp_path / "m.weights.json").write_text(index)
    with pytest.raises(ValueError, match=message):
        model_of(keras).load_weights(tmp_path / "m.weights.json")


def test_files_of_two_saves_are_not_taken_for_one(tmp_path):
    model = model_of(keras)
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        model.save_weights(tmp_path / folder / "m.weights.json", max_shard_size=SIZE)
    name = "m_00001.weights.h5"
    (tmp_path / "second" / name).replace(tmp_path / "first" / name)
    with pytest.raises(ValueError, match=r"m_00001\.weights\.h5 were not written together"):
        model.load_weights(tmp_path / "first" / "m.weights.json")


def test_no_file_is_moved_before_all_are_written(tmp_path):
    class Failing(keras.layers.Dense):
        fails = False

        def save_own_variables(self, store):
            super().save_own_variables(store)
            if self.fails:
                raise ZeroDivisionError

    model = keras.Sequential([keras.Input((100,)), keras.layers.Dense(100), Failing(100)])
    model.save_weights(tmp_path / "m.weights.json", max_shard_size=SIZE / 2)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    model.set_weights([w + 1 for w in model.get_weights()])
    model.layers[-1].fails = True
    with pytest.raises(ZeroDivisionError):
        model.save_weights(tmp_path / "m.weights.json", max_shard_size=SIZE / 2)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
