"""Saving and loading: training goes on to the bit, subclasses, and what is refused."""

import json
import subprocess
import sys
import textwrap

import h5py
import numpy as np
import pytest

from keratin import keras

OPTIMIZERS = [
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "Muon",
    "Nadam",
    "RMSprop",
    "SGD",
    "ScheduleFreeAdamW",
]

PROGRAM = """
import sys
import numpy as np
from keratin import keras

X, Y = np.linspace(-1, 1, 96).reshape(32, 3), np.linspace(0, 1, 32)[:, None]

def model_of(name):
    keras.utils.set_random_seed(3)
    model = keras.Sequential([
        keras.Input((3,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dropout(0.3),
        keras.layers.BatchNormalization(), keras.layers.Dense(1)])
    rate = keras.optimizers.schedules.ExponentialDecay(0.01, 3, 0.5)
    options = {"ema": {"use_ema": True}, "accumulated": {"gradient_accumulation_steps": 2}}
    optimizer, _, option = name.partition("-")
    optimizer = getattr(keras.optimizers, optimizer)(rate, **options.get(option, {}))
    if option == "scaled":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    model.compile(optimizer, "mse", metrics=["mae"])
    return model

def train(model):
    history = model.fit(X, Y, batch_size=8, epochs=5, verbose=0).history
    return [float(value).hex() for key in sorted(history) for value in history[key]]

def state(model):
    metrics = [v for m in model.metrics for v in m.variables]
    found = [*model.variables, *model.optimizer.variables, *metrics]
    return [np.asarray(v.numpy()).tobytes().hex() for v in found]
"""


def run(program, folder):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + textwrap.dedent(program)],
        cwd=folder,
        env={**__import__("os").environ, "PYTHONPATH": str(__import__("pathlib").Path.cwd())},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.split()


def check_goes_on(names, ending, folder):
    first = run(
        f"""
        for name in {names}:
            model = model_of(name)
            train(model)
            model.save(name + {ending!r})
            print(*train(model), *state(model))
        """,
        folder,
    )
    second = run(
        f"""
        for name in {names}:
            model = keras.models.load_model(name + {ending!r})
            print(*train(model), *state(model))
        """,
        folder,
    )
    assert first == second


def test_training_goes_on_to_the_bit_in_another_process(tmp_path):
    check_goes_on(["Adam", "SGD", "Nadam-ema"], ".keras", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_training_goes_on_with_every_optimizer(ending, tmp_path):
    extra = ["Adam-ema", "SGD-accumulated", "Adam-scaled"]
    check_goes_on([*OPTIMIZERS, *extra], ending, tmp_path)


def test_every_optimizer_is_tried():
    known = {name for name in dir(keras.optimizers) if name[0].isupper()}
    known -= {"Optimizer", "LossScaleOptimizer", "MultiOptimizer", "OptimizerMap"}
    assert sorted(known) == sorted(OPTIMIZERS)


def test_shuffling_goes_on_until_a_seed_is_set(tmp_path):
    x = np.arange(30.0).reshape(10, 3)

    def fit(model):
        return model.fit(x, x[:, :2], batch_size=2, verbose=0).history["loss"]

    keras.utils.set_random_seed(1)
    model = small()
    model.compile("sgd", "mae")
    fit(model)
    model.save(tmp_path / "m.keras")
    expected = fit(model)
    for seed in (2, None):
        found = keras.models.load_model(tmp_path / "m.keras")
        found.save(tmp_path / "again.keras")
        found = keras.models.load_model(tmp_path / "again.keras")
        if seed is not None:
            keras.utils.set_random_seed(seed)
        assert (fit(found) == expected) == (seed is None)


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_metrics_go_on_where_they_were(name, tmp_path):
    model, x = small(), np.ones((4, 3), "float32")
    model.compile("sgd", "mse", metrics=["mae", "accuracy"])
    model.train_on_batch(x, x[:, :2])
    model.save(tmp_path / name)
    found = keras.models.load_model(tmp_path / name)
    one, other = [m.train_on_batch(x, 3 * x[:, :2], reset_metrics=False) for m in (model, found)]
    assert one == other
    assert [float(v.numpy()) for v in found.metrics_variables][1::2] == [8.0] * 3


BAD_SEEDS = [
    ([1], "not the state of a generator"),
    ({"buffer_pos": -9}, "have buffer_pos=-9"),
    ({"buffer_pos": 5}, "have buffer_pos=5"),
    ({"counter": [1, 2]}, "have counter="),
    ({"key": [1, 2.5]}, "have key="),
    ({"uinteger": True}, "have uinteger=True"),
]


def test_states_of_metrics_in_a_file_are_numbers(tmp_path):
    model = small()
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.h5")
    for text in ("7", '[["object", [1]]]', '[["float32", ["x"]]]', "[[]]", "["):
        with h5py.File(tmp_path / "m.h5", "r+") as file:
            file["keratin_training"].attrs["metrics"] = text
        with pytest.raises(ValueError, match=r"m\.h5: the model cannot be read|not a list"):
            keras.models.load_model(tmp_path / "m.h5")


@pytest.mark.parametrize(("change", "message"), BAD_SEEDS, ids=range(len(BAD_SEEDS)))
def test_seeds_of_a_file_are_checked(change, message, tmp_path):
    model = small()
    model.compile("sgd", "mse")
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        attributes = file["keratin_training"].attrs
        seeds = json.loads(attributes["seeds"])
        if isinstance(change, dict):
            seeds["state"] |= {name: change[name] for name in change if name in seeds["state"]}
            change = seeds | {name: change[name] for name in change if name in seeds}
        attributes["seeds"] = json.dumps(change)
    with pytest.raises(ValueError, match=message):
        keras.models.load_model(tmp_path / "m.h5")


def small():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])


def test_an_optimizer_that_was_not_used_is_built_for_the_file(tmp_path):
    model = small()
    model.compile("adam", "mse")
    model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    model.save_weights(tmp_path / "w.weights.h5")
    other = small()
    other.compile("adam", "mse")
    other.load_weights(tmp_path / "w.weights.h5")
    for one, two in zip(model.optimizer.variables, other.optimizer.variables, strict=True):
        assert np.array_equal(one.numpy(), two.numpy())


def test_an_optimizer_of_another_kind_is_left_as_it_is_and_told(tmp_path):
    model = small()
    model.compile("adam", "mse")
    model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    model.save_weights(tmp_path / "w.weights.h5")
    other = small()
    other.compile(keras.optimizers.SGD(0.5), "mse")
    with pytest.warns(UserWarning, match="the state of the optimizer was not loaded"):
        other.load_weights(tmp_path / "w.weights.h5")
    assert float(other.optimizer.learning_rate.numpy()) == 0.5
    assert np.array_equal(other.layers[0].kernel, model.layers[0].kernel)
    small().load_weights(tmp_path / "w.weights.h5")  # without an optimizer


@keras.saving.register_keras_serializable("test_saving")
class Own(keras.Model):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self._hidden = keras.layers.Dense(units)
        self.blocks = [keras.layers.Dense(2), [keras.layers.Dense(3)]]

    def call(self, inputs):
        hidden = self.blocks[0](self._hidden(inputs))
        return self.blocks[1][0](hidden)


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_subclass_goes_through_each_format(ending, tmp_path):
    model = Own(4)
    x = np.ones((2, 3))
    expected = model(x).numpy()
    model.compile("adam", "mse")
    model.fit(x, np.ones((2, 3)), verbose=0, epochs=2)
    expected = model(x).numpy()
    model.save(tmp_path / f"m.{ending}")
    again = keras.models.load_model(tmp_path / f"m.{ending}")
    assert isinstance(again, Own)
    np.testing.assert_array_equal(again(x).numpy(), expected)
    histories = [m.fit(x, np.ones((2, 3)), verbose=0).history for m in (model, again)]
    assert histories[0] == histories[1]


def test_layers_to_skip_are_left_as_they_are(tmp_path):
    model, other = small(), small()
    model.save_weights(tmp_path / "w.weights.h5")
    before = other.layers[0].kernel.numpy()
    other.load_weights(tmp_path / "w.weights.h5", objects_to_skip=[other.layers[0]])
    assert np.array_equal(other.layers[0].kernel, before)


def test_names_that_say_no_format_are_refused(tmp_path):
    model = small()
    for call, usual in (
        (model.save, ".keras"),
        (model.save_weights, ".weights.h5"),
        (model.load_weights, ".weights.h5"),
        (keras.models.load_model, ".keras"),
    ):
        (tmp_path / "m.txt").write_text("nothing")
        with pytest.raises(ValueError, match=rf"told by the end of the name.*Use '{usual}'"):
            call(tmp_path / "m.txt")
    with pytest.raises(ValueError, match="is an address"):
        model.save("gs://bucket/m.keras")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        keras.models.load_model(tmp_path / "absent.keras")
    with pytest.raises(TypeError, match="overwite"):
        model.save(tmp_path / "m.keras", overwite=True)


def test_nothing_is_replaced_without_leave(tmp_path):
    model = small()
    model.save(tmp_path / "m.keras")
    with pytest.raises(FileExistsError, match="overwrite=False"):
        model.save(tmp_path / "m.keras", overwrite=False)


def test_a_model_that_is_not_built_has_no_weights(tmp_path):
    model = keras.Sequential([keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="is not built"):
        model.save_weights(tmp_path / "m.weights.h5")
    with pytest.warns(UserWarning, match="is not built"):
        model.save(tmp_path / "m.keras")
    assert not keras.models.load_model(tmp_path / "m.keras").built


# What each way of loading says of a model that is not that of the file.


def wide(compiled=False):
    layers = [keras.Input((3,)), keras.layers.Dense(2, name="one"), keras.layers.Dense(4)]
    model = keras.Sequential(layers)
    if compiled:
        model.compile("adam", "mse")
        model.fit(np.ones((4, 3)), np.ones((4, 4)), verbose=0)
    return model


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.weights.h5", "m.weights.json"])
def test_more_and_less_than_the_model_has_are_told(name, tmp_path):
    path = tmp_path / name
    saved, other = wide(), small()
    more = {"max_shard_size": 1.0} if name.endswith("json") else {}
    (saved.save if name in ("m.keras", "m.h5") else saved.save_weights)(path, **more)
    before = other.get_weights()
    with pytest.raises(ValueError, match=r"path\s+expected\s+found"):
        other.load_weights(path)
    (other.save if name in ("m.keras", "m.h5") else other.save_weights)(path, **more)
    with pytest.raises(ValueError, match=r"path\s+expected\s+found"):
        saved.load_weights(path)
    assert all(map(np.array_equal, other.get_weights(), before))


@pytest.mark.parametrize("name", ["m.h5", "m.weights.h5"])
def test_names_of_which_the_file_has_none_are_an_error(name, tmp_path):
    wide().save_weights(tmp_path / name)
    other = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="other")])
    with pytest.raises(ValueError, match=r"by_name=True loads nothing:\n(.|\n)*other\s+one"):
        other.load_weights(tmp_path / name, by_name=True)


def test_a_compiled_model_without_its_optimizer_in_the_file_is_an_error(tmp_path):
    wide(compiled=True).save(tmp_path / "folder", zipped=False)
    with h5py.File(tmp_path / "folder" / "model.weights.h5", "a") as file:
        del file["optimizer"]
    with pytest.raises(ValueError, match=r"optimizer/vars/0\s+iteration \(\) int64\s+nothing"):
        keras.models.load_model(tmp_path / "folder")
    assert keras.models.load_model(tmp_path / "folder", compile=False).built


def test_a_trained_optimizer_does_not_go_on_from_an_untrained_one(tmp_path):
    fresh = wide()
    fresh.compile("adam", "mse")
    fresh.save_weights(tmp_path / "m.weights.h5")
    model = wide(compiled=True)
    with pytest.warns(UserWarning, match="state of the optimizer was not loaded"):
        model.load_weights(tmp_path / "m.weights.h5")
    assert int(model.optimizer.iterations.numpy()) == 1


def test_layers_of_one_name_go_through_an_h5_file(tmp_path):
    class Twins(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.a, self.b = [keras.layers.Dense(3, name="twin") for _ in range(2)]

        def call(self, inputs):
            return self.b(self.a(inputs))

    model = Twins()
    expected = model(np.ones((1, 3))).numpy()
    model.save(tmp_path / "m.h5")
    found = keras.models.load_model(tmp_path / "m.h5", custom_objects={"Twins": Twins})
    assert np.array_equal(found(np.ones((1, 3))), expected)


def test_variables_of_a_model_itself_are_asked_for(tmp_path):
    class Scaled(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.factor = self.add_weight(shape=(), name="factor")

        def call(self, inputs):
            return inputs * self.factor

    model = Scaled()
    model(np.ones((1, 3)))
    model.save_weights(tmp_path / "w.h5")
    with h5py.File(tmp_path / "w.h5", "a") as file:
        del file["top_level_model_weights"]
    with pytest.raises(ValueError, match=r"top_level_model_weights/0\s+factor \(\)"):
        model.load_weights(tmp_path / "w.h5")
