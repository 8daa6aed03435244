import importlib.util
import json
import sys
import types

import numpy as np
import pytest

from keratin import keras
from keratin.keras.callbacks import OrbaxCheckpoint
from tests.keras.training.models import data, regression

X, Y = data(60)

with_orbax = pytest.mark.skipif(
    importlib.util.find_spec("orbax") is None, reason="orbax-checkpoint is not installed"
)


def test_without_the_library(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "orbax.checkpoint", None)
    with pytest.raises(ImportError, match=r"pip install orbax-checkpoint\. .*ModelCheckpoint"):
        OrbaxCheckpoint(tmp_path)
    old = types.SimpleNamespace(__version__="0.5")
    monkeypatch.setitem(sys.modules, "orbax", types.ModuleType("orbax"))
    monkeypatch.setitem(sys.modules, "orbax.checkpoint", old)
    with pytest.raises(ImportError, match=r"newer Orbax than 0\.5: pip install -U"):
        OrbaxCheckpoint(tmp_path)


class Recorder:
    """In place of Orbax: it keeps what it is asked to save."""

    def __init__(self, **options):
        self.options, self.saved, self.closed = options, [], False
        type(self).made = self

    def save_checkpointables(self, step, payload, **options):
        self.saved.append((step, payload))

    def save_checkpointables_async(self, step, payload, **options):
        self.saved.append((step, payload))
        return types.SimpleNamespace(result=lambda: None)

    def wait(self): ...

    def close(self):
        self.closed = True


@pytest.fixture
def recorder(monkeypatch):
    name = types.SimpleNamespace
    policies = name(LatestN=lambda count: ("latest", count), PreserveAll=lambda: "all")
    decisions = name(FixedIntervalPolicy=lambda every: every)
    training = name(
        Checkpointer=Recorder,
        preservation_policies=policies,
        save_decision_policies=decisions,
    )
    hosts = name(is_jax_distributed_client_initialized=lambda: False)
    monkeypatch.setitem(sys.modules, "orbax", types.ModuleType("orbax"))
    fake = name(v1=name(training=training), multihost=hosts)
    monkeypatch.setitem(sys.modules, "orbax.checkpoint", fake)
    return Recorder


@pytest.mark.parametrize("background", [False, True])
def test_what_is_saved_and_when(tmp_path, recorder, background):
    model = regression("adam")
    save = OrbaxCheckpoint(tmp_path, save_freq=4, max_to_keep=3, save_on_background=background)
    assert not save.is_multihost_enabled() and save.is_primary_host()
    model.fit(X, Y, batch_size=10, epochs=2, verbose=0, callbacks=[save])
    made = recorder.made
    assert made.closed and made.options["preservation_policy"] == ("latest", 3)
    assert [step for step, _ in made.saved] == [4, 8, 12]
    payload = made.saved[-1][1]
    assert json.loads(payload["model_config"]["config"])["class_name"] == "Sequential"
    tree = model.get_state_tree("numpy_array")
    assert payload["pytree"].keys() == tree.keys()
    counts = [_iterations(each["pytree"]) for _, each in made.saved]
    assert counts == [4, 8, 12]


def _iterations(tree):
    (optimizer,) = tree["optimizer_variables"].values()
    return int(optimizer["iteration"])


def test_only_the_best_epochs_and_only_weights(tmp_path, recorder, capsys):
    class Figures(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["figure"] = [2.0, 3.0, 1.0][epoch]

    save = OrbaxCheckpoint(
        tmp_path, "figure", 1, save_best_only=True, mode="min", max_to_keep=None,
        save_weights_only=True,
    )  # fmt: skip
    regression().fit(X, Y, epochs=3, verbose=0, callbacks=[Figures(), save])
    made = recorder.made
    assert made.options["preservation_policy"] == "all"
    assert [step for step, _ in made.saved] == [0, 2]
    assert list(made.saved[0][1]) == ["pytree"]
    assert list(made.saved[0][1]["pytree"]) == ["trainable_variables", "non_trainable_variables"]
    assert capsys.readouterr().out.count("Saving checkpoint") == 2


def test_arguments_of_no_sense(tmp_path, recorder):
    with pytest.raises(ValueError, match="save_freq is 'epoch' or a number"):
        OrbaxCheckpoint(tmp_path, save_freq="batch")
    with pytest.raises(ValueError, match="max_to_keep is a number of checkpoints"):
        OrbaxCheckpoint(tmp_path, max_to_keep=0)
    save = OrbaxCheckpoint(tmp_path, save_best_only=True)
    with pytest.raises(ValueError, match="'val_loss' is none of the names"):
        regression().fit(X, Y, verbose=0, callbacks=[save])


@with_orbax
def test_the_library_reads_it_back(tmp_path):
    from orbax.checkpoint import v1

    model = regression("adam")
    save = OrbaxCheckpoint(tmp_path / "c", max_to_keep=2)
    for _ in range(2):  # the second time its numbers are there already
        model.fit(X, Y, epochs=3, verbose=0, callbacks=[save])
    with v1.training.Checkpointer(str(tmp_path / "c")) as read:
        assert [each.step for each in read.checkpoints] == [1, 2]
        found = read.load_checkpointables(2)
    again = regression("adam")
    again.optimizer.build(again.trainable_variables)
    again.set_state_tree(found["pytree"])
    for left, right in zip(again.get_weights(), model.get_weights(), strict=True):
        assert np.array_equal(left, right)
