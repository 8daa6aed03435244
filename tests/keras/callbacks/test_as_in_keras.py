"""One toy run here and in Keras: the same calls in the same order, logs and files."""

import csv
import json
import os
import pathlib
import types

import numpy as np
import pytest

from keratin import keras
from tests.harness.real_keras import real
from tests.keras.training.models import data

X, Y = data(35)
HOOKS = [name for name in vars(keras.callbacks.Callback) if name.startswith("on_")]
# A learning rate at which the loss falls, and then moves about.
RATE = 0.55


def recorder(library, calls, name=""):
    """A callback that notes each call with its number and its logs."""

    def noting(hook):
        def method(self, *args, **kwargs):
            logs = kwargs.get("logs", args[-1] if args else None)
            number = args[0] if args and not isinstance(args[0], dict) else None
            told = {k: v for k, v in (logs or {}).items() if k != "outputs"}
            calls.append((name, hook, number, told))

        return method

    methods = {hook: noting(hook) for hook in HOOKS if hook not in ("on_batch_begin",)}
    return type("Recorder", (library.callbacks.Callback,), methods)()


def compiled(library, weights):
    model = library.Sequential(
        [
            library.Input((4,)),
            library.layers.Dense(3, activation="tanh", name="inner"),
            library.layers.Dense(1, name="outer"),
        ],
        name="toy",
    )
    optimizer = library.optimizers.SGD(RATE, use_ema=True, ema_momentum=0.8)
    model.compile(optimizer, "mse", metrics=["mae"])
    model.set_weights(weights)
    return model


def run(library, folder):
    """The toy run; calls, history, predictions and what the callbacks remember."""
    random = np.random.default_rng(4)
    shapes = [(4, 3), (3,), (3, 1), (1,)]
    model = compiled(library, [random.normal(0, 0.5, s).astype("float32") for s in shapes])
    make, calls, printed = library.callbacks, [], []
    callbacks = [
        recorder(library, calls, "first"),
        make.LearningRateScheduler(lambda epoch, rate: rate * (1.1 if epoch == 2 else 1.0)),
        make.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=0.01, cooldown=1),
        make.SwapEMAWeights(swap_on_epoch=True),
        make.EarlyStopping("val_mae", patience=3, restore_best_weights=True, start_from_epoch=1),
        make.CSVLogger(os.path.join(folder, "log.csv"), separator=";"),
        make.ModelCheckpoint(os.path.join(folder, "{epoch:02d}-{val_loss:.3f}.keras")),
        make.ModelCheckpoint(
            os.path.join(folder, "b{epoch}-{batch:02d}.weights.h5"),
            save_weights_only=True,
            save_freq=5,
        ),
        make.ModelCheckpoint(
            os.path.join(folder, "best.keras"), "val_mae", save_best_only=True,
        ),
        make.BackupAndRestore(os.path.join(folder, "backup"), delete_checkpoint=False),
        make.TerminateOnNaN(),
        make.LambdaCallback(on_epoch_end=lambda epoch, logs: printed.append(sorted(logs))),
        recorder(library, calls, "last"),
    ]  # fmt: skip
    history = model.fit(
        X, Y, batch_size=10, epochs=6, shuffle=False, verbose=0, callbacks=callbacks,
        validation_data=(X[:20], Y[:20]), validation_batch_size=15,
    )  # fmt: skip
    end = model.get_weights()
    model.evaluate(X, Y, batch_size=20, verbose=0, callbacks=[recorder(library, calls)])
    model.predict(X, batch_size=20, verbose=0, callbacks=[recorder(library, calls)])
    plateau, stop = callbacks[2], callbacks[4]
    return types.SimpleNamespace(
        calls=calls,
        history=history,
        printed=printed,
        weights=end,
        folder=folder,
        remembered=[plateau.wait, plateau.cooldown_counter, stop.wait, stop.stopped_epoch,
                    stop.best_epoch],
        figures=[float(plateau.best), float(stop.best), float(callbacks[8].best)],
    )  # fmt: skip


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    return [run(each, str(tmp_path_factory.mktemp("run"))) for each in (keras, real)]


def test_the_same_calls_in_the_same_order(both):
    ours, theirs = ([(who, hook, number) for who, hook, number, _ in r.calls] for r in both)
    assert len(ours) > 100
    assert ours == theirs


def test_the_same_logs(both):
    for (*_, ours), (who, hook, number, theirs) in zip(both[0].calls, both[1].calls, strict=True):
        assert sorted(ours) == sorted(theirs), (who, hook, number)
        for name, value in ours.items():
            assert type(value) is float
            expected = float(theirs[name])
            assert value == pytest.approx(expected, rel=1e-5, abs=1e-6), (who, hook, number, name)


def test_the_same_history_and_memory(both):
    ours, theirs = both
    assert ours.history.epoch == theirs.history.epoch
    assert list(ours.history.history) == list(theirs.history.history)
    for name, values in theirs.history.history.items():
        np.testing.assert_allclose(ours.history.history[name], values, rtol=1e-5)
    assert ours.printed == theirs.printed
    assert ours.remembered == theirs.remembered
    np.testing.assert_allclose(ours.figures, theirs.figures, rtol=1e-5)
    for left, right in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(left, right, atol=1e-5)


def files(folder):
    return sorted(
        os.path.relpath(os.path.join(place, name), folder)
        for place, _, names in os.walk(folder)
        for name in names
    )


def test_the_same_files(both):
    ours, theirs = both
    assert files(ours.folder) == files(theirs.folder)
    assert len(files(ours.folder)) > 10
    tables = []
    for each in both:
        with open(os.path.join(each.folder, "log.csv"), newline="") as file:
            tables.append((file.read(), file.newlines))
    rows = [list(csv.reader(text.splitlines(), delimiter=";")) for text, _ in tables]
    assert rows[0][0] == rows[1][0] and tables[0][1] == tables[1][1]
    np.testing.assert_allclose(*[np.array(r[1:], float) for r in rows], rtol=1e-5)
    places = [os.path.join(each.folder, "backup", "training_metadata.json") for each in both]
    epochs = [json.loads(pathlib.Path(place).read_text())["epoch"] for place in places]
    assert epochs[0] == epochs[1]


def test_the_same_models_in_the_files(both):
    ours = both[0]
    names = [name for name in files(ours.folder) if name.endswith((".keras", ".weights.h5"))]
    for name in names:
        models = []
        for each in both:
            model = compiled(keras, ours.weights)
            model.optimizer.build(model.trainable_variables)
            model.load_weights(os.path.join(each.folder, name))
            models.append([*model.get_weights(), *[v.numpy() for v in model.optimizer.variables]])
        for left, right in zip(*models, strict=True):
            np.testing.assert_allclose(left, right, atol=2e-5, err_msg=name)
