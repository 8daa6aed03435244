import copy
import warnings

import numpy as np
import pytest

from keratin import keras
from keratin.keras.callbacks._list import CallbackList
from tests.summary.reading import files, graphs, read, scalars

X = np.linspace(0, 1, 64, dtype=np.float32).reshape(16, 4)
Y = X[:, :1]


def make(*layers, **options):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((4,)), *layers, keras.layers.Dense(1, name="out")], name="net"
    )
    model.compile(**{"optimizer": "sgd", "loss": "mse", "metrics": ["mae"]} | options)
    return model


def fit(model, board, **options):
    options = {"batch_size": 4, "epochs": 2, "verbose": 0, "validation_data": (X, Y)} | options
    return model.fit(X, Y, callbacks=[board], **options).history


def steps(folder):
    return {tag: [step for step, _ in points] for tag, points in scalars(folder).items()}


def test_figures_of_epochs_have_the_names_and_steps_of_keras(tmp_path):
    board = keras.callbacks.TensorBoard(tmp_path)
    history = fit(make(), board)
    train, validation = scalars(tmp_path / "train"), scalars(tmp_path / "validation")
    assert list(train) == ["epoch_loss", "epoch_mae", "epoch_learning_rate"]
    assert list(validation) == [
        "evaluation_loss_vs_iterations",
        "evaluation_mae_vs_iterations",
        "epoch_loss",
        "epoch_mae",
    ]
    np.testing.assert_allclose(train["epoch_loss"], list(enumerate(history["loss"])), rtol=1e-6)
    np.testing.assert_allclose(train["epoch_learning_rate"], [(0, 0.01), (1, 0.01)], rtol=1e-6)
    expected = list(enumerate(history["val_mae"]))
    np.testing.assert_allclose(validation["epoch_mae"], expected, rtol=1e-6)
    expected = [(4 * (i + 1), value) for i, value in expected]
    found = validation["evaluation_mae_vs_iterations"]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_nothing_is_printed_and_no_batch_is_asked_for(tmp_path, capsys):
    board = keras.callbacks.TensorBoard(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(make(), board)
    assert capsys.readouterr() == ("", "")
    assert not CallbackList([board]).wants_batches("train")
    assert not CallbackList([board]).wants_batches("test")
    assert board.steps_until_due("train") is None


def test_figures_of_batches(tmp_path):
    board = keras.callbacks.TensorBoard(tmp_path, update_freq=3, write_steps_per_second=True)
    told = []
    end = board.on_train_batch_end
    board.on_train_batch_end = lambda batch, logs=None: (told.append(batch), end(batch, logs))
    fit(make(), board)
    found = steps(tmp_path / "train")
    assert found["batch_loss"] == found["batch_mae"] == [3, 6]
    assert found["batch_steps_per_second"] == [3, 6]
    assert found["epoch_steps_per_second"] == [0, 1]
    assert all(value > 0 for _, value in scalars(tmp_path / "train")["batch_steps_per_second"])


def test_the_device_works_by_itself_between_the_batches_that_are_due(tmp_path):
    board = keras.callbacks.TensorBoard(tmp_path, update_freq=3)
    assert not CallbackList([board]).wants_batches("train")
    assert board.steps_until_due("train") == 3
    board._global_train_batch = 4
    assert board.steps_until_due("train") == 2
    for every in ("batch", 1):
        assert (
            keras.callbacks.TensorBoard(tmp_path, update_freq=every).steps_until_due("train") == 1
        )


def test_batches_of_each_kind_of_data_and_subclass(tmp_path):
    seen = []

    class Own(keras.callbacks.TensorBoard):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(batch)
            super().on_train_batch_end(batch, logs)

    fit(make(), Own(tmp_path / "own", update_freq=3))
    assert seen == [0, 1, 2, 3] * 2
    assert steps(tmp_path / "own" / "train")["batch_loss"] == [3, 6]

    def batches():
        while True:
            yield X[:4], Y[:4]

    board = keras.callbacks.TensorBoard(tmp_path / "stream", update_freq=2)
    make().fit(batches(), steps_per_epoch=3, epochs=2, verbose=0, callbacks=[board])
    assert steps(tmp_path / "stream" / "train")["batch_loss"] == [2, 4, 6]


class Watched(keras.layers.Layer):
    """Writes the mean of what it is given."""

    def call(self, x):
        import keratin as tf

        tf.summary.scalar("mean", tf.reduce_mean(x))
        return x


def test_what_the_model_itself_writes(tmp_path):
    model = make(Watched(name="watched"))
    fit(model, keras.callbacks.TensorBoard(tmp_path / "epoch"))
    assert "net/watched/mean" not in scalars(tmp_path / "epoch" / "train")
    # The steps that were compiled without it are compiled again, once.
    for name, every in (("first", 3), ("second", 2)):
        fit(model, keras.callbacks.TensorBoard(tmp_path / name, update_freq=every))
        found = steps(tmp_path / name / "train")
        assert found["net/watched/mean"] == found["batch_loss"] == list(range(every, 9, every))
        assert steps(tmp_path / name / "validation")["net/watched/mean"]
    board = keras.callbacks.TensorBoard(tmp_path / "evaluated", update_freq=1)
    model.evaluate(X, Y, batch_size=8, verbose=0, callbacks=[board])
    assert steps(tmp_path / "evaluated" / "validation")["net/watched/mean"] == [1, 2]
    history = model.fit(X, Y, verbose=0)
    assert history.history["loss"]
    copy.deepcopy(model)


def test_what_a_step_in_python_writes(tf, tmp_path):
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            logs = super().train_step(data)
            tf.summary.scalar("own", tf.constant(2.0))
            return logs

    model = Own()
    model.compile("sgd", "mse", run_eagerly=True)
    fit(model, keras.callbacks.TensorBoard(tmp_path, update_freq=2), epochs=1)
    assert scalars(tmp_path / "train")["own"] == [(2, 2.0), (4, 2.0)]


def test_weights_gradients_activations_and_pictures(tmp_path):
    model = make(keras.layers.Dense(3, name="hidden", activation="relu"))
    board = keras.callbacks.TensorBoard(
        tmp_path, histogram_freq=2, write_images=True, write_grads=True, write_activations=True
    )
    before = [np.array(w) for w in model.get_weights()]
    fit(model, board, epochs=3)
    assert not all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    found: dict = {}
    for each in read(tmp_path / "train"):
        if each.plugin in ("histograms", "images"):
            found.setdefault(each.tag, []).append(each.step)
    weights = [f"net/{layer}/{kind}" for layer in ("hidden", "out") for kind in ("kernel", "bias")]
    for weight in weights:
        assert found.pop(f"{weight}/histogram") == [0, 2]
        assert found.pop(f"{weight}/gradient/histogram") == [0, 2]
    for layer in ("net/hidden", "net/out"):
        assert found.pop(f"{layer}/activation/histogram") == [0, 2]
    assert found == {f"{weight}/image": [0, 2] for weight in weights if weight != "net/out/bias"}


def test_graphs(tf, tmp_path):
    fit(make(), keras.callbacks.TensorBoard(tmp_path / "with"), epochs=1)
    assert len(graphs(tmp_path / "with" / "train")) == 1
    (layers,) = [e for e in read(tmp_path / "with" / "train") if e.plugin == "graph_keras_model"]
    assert (layers.tag, layers.step) == ("keras", 0)
    assert b'"out"' in np.ravel(layers.value)[0]
    fit(make(), keras.callbacks.TensorBoard(tmp_path / "without", write_graph=False), epochs=1)
    assert graphs(tmp_path / "without" / "train") == []

    class NoConfig(keras.layers.Layer):
        def __init__(self, needed):
            super().__init__()
            self.needed = needed

        def call(self, x):
            return x

        def get_config(self):
            raise NotImplementedError("no config")

    with pytest.warns(UserWarning, match="the layers of 'net' are not drawn, as it has no config"):
        fit(make(NoConfig(1)), keras.callbacks.TensorBoard(tmp_path / "none"), epochs=1)


def test_profiles(tmp_path):
    board = keras.callbacks.TensorBoard(tmp_path, profile_batch=(3, 5))
    fit(make(), board)
    assert len(list((tmp_path / "train" / "plugins" / "profile").iterdir())) == 1
    assert [e.step for e in read(tmp_path / "train") if e.tag == "batch_5"] == [5]


@pytest.mark.parametrize(
    "given, batches", [(0, (0, 0)), (2, (2, 2)), ((3, 5), (3, 5)), ("3,5", (3, 5)), ("4", (4, 4))]
)
def test_batches_to_profile(given, batches):
    board = keras.callbacks.TensorBoard(profile_batch=given)
    assert (board._first_profiled, board._last_profiled) == batches


def test_where_profiled_batches_begin_and_end():
    board = keras.callbacks.TensorBoard(profile_batch=(5, 6))
    found = []
    for done in (0, 3, 4, 5, 6):
        board._global_train_batch = done
        found.append(board.steps_until_due("train"))
    assert found == [4, 1, 1, 1, None]


def test_files_are_closed_and_the_writer_is_given_back_however_fit_ends(tf, tmp_path):
    class Failing(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyError("failed")

    board = keras.callbacks.TensorBoard(tmp_path, update_freq=1)
    with pytest.raises(KeyError, match="failed"):
        make().fit(X, Y, verbose=0, callbacks=[board, Failing()])
    assert not bool(tf.summary.should_record_summaries())
    assert board._writers == {}
    assert steps(tmp_path / "train")["batch_loss"] == [1]


def test_each_fit_writes_a_file_of_its_own(tmp_path):
    board = keras.callbacks.TensorBoard(tmp_path)
    model = make()
    for _ in range(2):
        fit(model, board, epochs=1, validation_data=None)
    assert len(files(tmp_path / "train")) == 2
    assert not (tmp_path / "validation").exists()


@pytest.mark.parametrize(
    "options, message",
    [
        ({"update_freq": "step"}, "update_freq is 'epoch', 'batch' or a number of batches"),
        ({"update_freq": 0}, "1 or more; given 0"),
        ({"histogram_freq": -1}, "histogram_freq is a number, 0 or more; given -1"),
        ({"embeddings_freq": 0.5}, r"embeddings_freq is a number, 0 or more; given 0\.5"),
        ({"profile_batch": (5, 3)}, r"profile_batch is the number of a batch.*given \(5, 3\)"),
        ({"profile_batch": "a"}, "profile_batch is the number of a batch"),
        ({"write_grads": True}, "give histogram_freq=1"),
        ({"embeddings_data": X}, "embeddings_data is not taken any more"),
    ],
)
def test_misuse(options, message):
    with pytest.raises(ValueError, match=message):
        keras.callbacks.TensorBoard(**options)


def test_unknown_arguments():
    with pytest.raises(TypeError, match=r"no argument 'histogram_frq'.*'histogram_freq'"):
        keras.callbacks.TensorBoard(histogram_frq=1)


def test_gradients_and_activations_for_a_generator_that_ends(tmp_path):
    taken = []

    def batches():
        for number in range(4):
            taken.append(number)
            yield X[4 * number :][:4], Y[4 * number :][:4]

    board = keras.callbacks.TensorBoard(
        tmp_path, histogram_freq=1, write_grads=True, write_activations=True, batch_size=3
    )
    history = make().fit(batches(), steps_per_epoch=2, epochs=2, verbose=0, callbacks=[board])
    assert (len(history.history["loss"]), taken[:4]) == (2, [0, 1, 2, 3])
    found = [each for each in read(tmp_path / "train") if each.tag.endswith("activation/histogram")]
    assert [each.step for each in found] == [0, 1]
    assert [each.value[:, 2].sum() for each in found] == [3, 3]
    assert sum("gradient" in each.tag for each in read(tmp_path / "train")) == 4
