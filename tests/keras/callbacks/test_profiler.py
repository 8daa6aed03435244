import jax
import numpy as np
import pytest

from keratin import keras
from keratin.keras.callbacks import GPUMemoryLogger, ProfilerCallback
from tests.keras.training.models import data, regression

X, Y = data(60)


def test_a_profile_for_tensorboard(tmp_path):
    model = regression()
    model.fit(X, Y, batch_size=10, verbose=0)
    profile = ProfilerCallback(tmp_path / "logs", batches=(3, 5))
    model.fit(X, Y, batch_size=10, epochs=2, verbose=0, callbacks=[profile])
    runs = list((tmp_path / "logs" / "plugins" / "profile").iterdir())
    assert len(runs) == 1
    assert [path for path in runs[0].iterdir() if path.name.endswith(".xplane.pb")]


def test_the_batches_that_are_profiled(tmp_path, monkeypatch):
    model, calls = regression(), []

    def note(what):
        calls.append((what, int(np.asarray(model.optimizer.iterations))))

    monkeypatch.setattr(jax.profiler, "start_trace", lambda folder: note("start"))
    monkeypatch.setattr(jax.profiler, "stop_trace", lambda: note("stop"))
    model.fit(X, Y, batch_size=5, verbose=0)
    start = int(np.asarray(model.optimizer.iterations))
    expected = {(4, 7): (3, 7), (1, 1): (0, 1), (12, 20): (11, 12), (13, 20): None}
    for batches, steps in expected.items():
        calls.clear()
        profile = ProfilerCallback(tmp_path, batches)
        assert not keras.callbacks.CallbackList([profile]).wants_batches("train")
        model.fit(X, Y, batch_size=5, epochs=2, verbose=0, callbacks=[profile])
        found = [(what, step - start) for what, step in calls]
        assert found == ([] if steps is None else [("start", steps[0]), ("stop", steps[1])])
        start += 24

    class Fails(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise RuntimeError("mine")

    calls.clear()
    with pytest.raises(RuntimeError, match="mine"):
        model.fit(X, Y, verbose=0, callbacks=[Fails(), ProfilerCallback(tmp_path, 1)])
    assert [what for what, _ in calls] == ["start", "stop"]


@pytest.mark.parametrize("batches", [0, (3, 2), (1, 2, 3), "10", (1.5, 2), (True, 2)])
def test_batches_of_no_sense(batches):
    with pytest.raises(ValueError, match="batches is the number of a batch"):
        ProfilerCallback("logs", batches)


class Device:
    platform, id = "gpu", 1

    def memory_stats(self):
        return {"bytes_in_use": 3 << 20, "peak_bytes_in_use": 5 << 20, "num_allocs": 7}


def test_memory_goes_into_the_logs():
    model = regression()
    history = model.fit(X, Y, epochs=2, verbose=0, callbacks=[GPUMemoryLogger([Device()])])
    assert history.history["gpu_1_memory"] == [3.0, 3.0]
    assert history.history["gpu_1_peak_memory"] == [5.0, 5.0]


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="there is a device that tells")
def test_a_cpu_does_not_tell():
    model = regression()
    with pytest.warns(UserWarning, match=r"no device tells how much memory.*there is: cpu"):
        history = model.fit(X, Y, verbose=0, callbacks=[GPUMemoryLogger()])
    assert sorted(history.history) == ["loss", "mae"]
