import json

import numpy as np
import pytest

import keratin as tf
from keratin import keras
from keratin.keras.training.logs import Logs, number, plain


def test_plain_numbers_in_the_order_of_names():
    logs = {"b": tf.constant(2.0), "a": np.float32(1.0), "inner": {"c": 3}}
    found = plain(logs)
    assert found == {"a": 1.0, "b": 2.0, "c": 3.0}
    assert list(found) == ["a", "b", "c"]
    assert all(type(value) is float for value in found.values())
    assert plain(None) == {}


def test_tensors_of_several_numbers_are_arrays():
    found = number(tf.constant([1.0, 2.0]))
    assert isinstance(found, np.ndarray)
    assert number(tf.constant([1.5])) == 1.5
    assert number(tf.constant(1.5, tf.bfloat16)) == 1.5
    assert number("text") == "text"


def test_a_metric_of_several_numbers_is_logged_as_an_array_and_shown_as_its_mean(capsys):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile("sgd", "mse", metrics=[keras.metrics.F1Score(average=None)])
    x, y = np.ones((6, 4), "float32"), np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2]]
    history = model.fit(x, y, verbose=2).history
    assert [each.shape for each in history["f1_score"]] == [(3,)]
    # Rows that are all alike get one class: of it 2 of 6 are right, of the others none.
    np.testing.assert_allclose(sorted(history["f1_score"][0]), [0, 0, 0.5], atol=1e-6)
    assert "f1_score: 0.1667" in capsys.readouterr().out


class Counter:
    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return {"loss": tf.constant(0.5), "mae": tf.constant(0.25)}


READS = {
    "item": lambda logs: logs["loss"] == 0.5,
    "get": lambda logs: logs.get("loss") == 0.5 and logs.get("no", 3) == 3,
    "in": lambda logs: "loss" in logs,
    "len": lambda logs: len(logs) == 2,
    "truth": bool,
    "dict": lambda logs: dict(logs) == {"loss": 0.5, "mae": 0.25},
    "unpacked": lambda logs: {**logs} == {"loss": 0.5, "mae": 0.25},
    "items": lambda logs: list(logs.items()) == [("loss", 0.5), ("mae", 0.25)],
    "keys and values": lambda logs: (list(logs.keys()), sum(logs.values())) == ([*logs], 0.75),
    "copy": lambda logs: type(logs.copy()) is dict and logs.copy() == logs,
    "equal": lambda logs: logs == {"loss": 0.5, "mae": 0.25} and logs != {},
    "merged": lambda logs: logs | {"x": 1} == {"loss": 0.5, "mae": 0.25, "x": 1},
    "json": lambda logs: json.loads(json.dumps(logs)) == {"loss": 0.5, "mae": 0.25},
    "text": lambda logs: repr(logs) == "{'loss': 0.5, 'mae': 0.25}",
}


@pytest.mark.parametrize("name", READS)
def test_reading_fetches_once(name):
    fetch = Counter()
    logs = Logs(fetch)
    assert fetch.calls == 0
    assert READS[name](logs)
    assert READS[name](logs)
    assert fetch.calls == 1


def test_writing_keeps_the_rest():
    logs = Logs(Counter())
    logs["lr"] = 0.1
    logs.update(more=1)
    assert logs.pop("mae") == 0.25
    assert logs.setdefault("loss", 3) == 0.5
    del logs["more"]
    assert logs == {"loss": 0.5, "lr": 0.1}
    with pytest.raises(KeyError):
        logs["mae"]
