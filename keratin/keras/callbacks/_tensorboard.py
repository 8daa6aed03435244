"""Writing down how training goes, for TensorBoard."""

from __future__ import annotations

import contextlib
import inspect
import os
import time
import weakref
from typing import Any

import jax
import numpy as np

from keratin import summary
from keratin._engine import errors
from keratin.keras.callbacks._callback import Callback, Logs
from keratin.keras.callbacks._learning_rate import _note_rates
from keratin.keras.callbacks._periodic import told_when_due
from keratin.keras.callbacks._tensorboard_parts import (
    activations,
    gradients,
    tag_of,
    weight_as_images,
    write_layers,
    write_program,
)
from keratin.keras.callbacks._tensorboard_projector import Projector
from keratin.summary import _profile
from keratin.summary._media import image
from keratin.summary._numbers import histogram, scalar
from keratin.summary._relay import Relay
from keratin.summary._writer import SummaryWriter, create_file_writer, only

# The writer that the compiled steps of a model know, for all callbacks that it is ever given.
_relays: weakref.WeakKeyDictionary[Any, Relay] = weakref.WeakKeyDictionary()

_FORMER = (
    "write_grads",
    "write_activations",
    "batch_size",
    "embeddings_layer_names",
    "embeddings_data",
)


class TensorBoard(Callback):
    """Writes losses, metrics, weights and more into a folder that TensorBoard shows.

    What training gives is in its folder `train`, what validation gives in `validation`. Start
    `keratin board LOG_DIR`, or `tensorboard --logdir LOG_DIR`, to see it.

    Args:
        log_dir: The folder; give each run one of its own.
        histogram_freq: After how many epochs each to write histograms of the weights; 0 for none.
        write_graph: Whether to write the layers of the model and the program of a training step.
        write_images: Whether to write the weights as pictures too, where histograms are written.
        write_steps_per_second: Whether to write how many steps are done in a second.
        update_freq: "epoch" to write losses and metrics after each epoch; or also after every so
            many batches, "batch" for each. With a number, `tf.summary` functions called in the
            layers and the `train_step` of the model write too, at those batches.
        profile_batch: The number of a batch, or the first and last of several (counted from 1), to
            measure what the machine does in them. 0 for none.
        embeddings_freq: After how many epochs each to write the weights of `Embedding` layers for
            the projector; 0 for none.
        embeddings_metadata: A file with the labels of the rows of all embeddings, or a dictionary
            of the names of layers and such files.
        kwargs: `write_grads=True` and `write_activations=True` add histograms of the gradients of
            weights and of the outputs of layers, for the first rows of the data, where
            `histogram_freq` asks for histograms; `batch_size` says for how many rows.
            `embeddings_layer_names` names the layers that `embeddings_freq` is for.

    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> board = keras.callbacks.TensorBoard("logs", histogram_freq=1)
    >>> history = model.fit(np.ones((4, 1)), np.ones((4, 1)), callbacks=[board], verbose=0)
    >>> sorted(os.listdir("logs"))
    ['train']
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
        **kwargs: Any,
    ):
        super().__init__()
        self.log_dir = os.fspath(log_dir)
        self.histogram_freq = _whole("histogram_freq", histogram_freq)
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = _checked_update_freq(update_freq)
        self.embeddings_freq = _whole("embeddings_freq", embeddings_freq)
        self.embeddings_metadata = embeddings_metadata
        self._take_former(kwargs)
        self._first_profiled, self._last_profiled = _batches_to_profile(profile_batch)
        self._is_profiling = False
        self._annotation: Any = None
        self._writers: dict[str, SummaryWriter] = {}
        self._feed: Any = None
        self._sample: Any = None
        self._relay: Relay | None = None
        self._in_force = contextlib.ExitStack()
        self._projector: Projector | None = None
        self._program_is_due = False
        self._is_fitting = False
        self._begin_counting()
        self._global_test_batch = 0

    def _take_former(self, given: dict[str, Any]) -> None:
        """Take arguments of Keras 2, and those that Keras does not have."""
        for name in given:
            if name not in _FORMER:
                known = [*inspect.signature(TensorBoard.__init__).parameters][1:-1]
                raise errors.unknown_keyword("TensorBoard", name, [*known, *_FORMER])
        if given.get("embeddings_data") is not None:
            raise ValueError(
                "TensorBoard: embeddings_data is not taken any more. The weights of Embedding "
                "layers are shown without it; for the outputs of other layers give "
                "write_activations=True."
            )
        self.write_grads = bool(given.get("write_grads", False))
        self.write_activations = bool(given.get("write_activations", False))
        self._num_rows = _whole("batch_size", given.get("batch_size") or 32)
        self._embedding_names = given.get("embeddings_layer_names") or None
        if (self.write_grads or self.write_activations) and not self.histogram_freq:
            raise ValueError(
                "TensorBoard: write_grads and write_activations are histograms; give "
                "histogram_freq=1, or after how many epochs each to write them."
            )

    def _begin_counting(self) -> None:
        self._global_train_batch = 0
        self._epoch_began = self._batch_began = time.perf_counter()
        self._batch_before = -1
        self._iterations_before = 0

    # Writers

    @property
    def summary(self) -> Any:
        """The functions that write: those of `tf.summary`."""
        return summary

    @property
    def _train_dir(self) -> str:
        return os.path.join(self.log_dir, "train")

    @property
    def _val_dir(self) -> str:
        return os.path.join(self.log_dir, "validation")

    @property
    def _train_writer(self) -> SummaryWriter:
        return self._writer("train")

    @property
    def _val_writer(self) -> SummaryWriter:
        return self._writer("validation")

    def _writer(self, name: str) -> SummaryWriter:
        """The writer of a folder, made when there is something to write."""
        if name not in self._writers:
            self._writers[name] = create_file_writer(os.path.join(self.log_dir, name))
        return self._writers[name]

    def _close_writers(self) -> None:
        writers, self._writers = self._writers, {}
        for writer in writers.values():
            writer.close()

    def set_model(self, model: Any) -> None:
        """Take note of the model, and write what it looks like."""
        super().set_model(model)
        self._close_writers()
        self._program_is_due = self.write_graph
        if self.write_graph:
            write_layers(self._train_writer, model)
        if self.embeddings_freq:
            self._projector = Projector(
                self._train_dir, model, self.embeddings_metadata, self._embedding_names
            )

    def _take_part(self, fitting: Any) -> None:
        self._feed = fitting.feed

    # The whole of training

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin to count."""
        self._begin_counting()
        self._is_fitting = True
        self._take_sample()
        self._listen("train")

    def on_train_end(self, logs: Logs = None) -> None:
        """Write what is left."""
        self._end()

    def _broken_off(self) -> None:
        """Write what is left; an error has ended training."""
        self._end()

    def _end(self) -> None:
        self._is_fitting = False
        self._feed = self._sample = None
        self._in_force.close()
        if self._relay is not None:
            self._relay.target = None
        if self._is_profiling:
            self._stop_profile()
        self._close_writers()

    def _take_sample(self) -> None:
        """Keep the first rows of the data, for gradients and activations."""
        if not (self.write_grads or self.write_activations):
            return
        batch = None if self._feed is None else self._feed.peek()
        if batch is None:
            raise ValueError(
                "TensorBoard: write_grads and write_activations take the first rows of the data, "
                "and there are none. Give fit some data, or leave them out."
            )
        self._sample = jax.tree.map(lambda leaf: np.array(leaf[: self._num_rows]), batch)

    # Summaries that the model itself writes

    def _listen(self, name: str) -> None:
        """Have the functions of `tf.summary` write to a folder, until this is over."""
        if self.update_freq == "epoch":
            return
        relay = _relays.get(self.model)
        if relay is None:
            relay = _relays[self.model] = Relay()
            # Steps that were compiled before do not write to it.
            vars(self.model).pop("_compiled_programs", None)
        self._relay = relay
        relay.target = self._writer(name)
        if name == "train":
            self._in_force.enter_context(relay.in_force())

    def steps_until_due(self, kind: str) -> int | None:
        """After how many batches to be told."""
        if kind == "test":
            return 1 if self._relay is not None and self._relay.is_used else None
        found = []
        if self.update_freq != "epoch":
            left = self.update_freq - self._global_train_batch % self.update_freq
            is_used = self._relay is not None and self._relay.is_used
            # What the steps write is recorded in a step that runs by itself.
            found.append(left - 1 if is_used and left > 1 else left)
        before = self._first_profiled - 1 - self._global_train_batch
        if self._first_profiled and self._global_train_batch < self._last_profiled:
            found.append(before if before > 0 else 1)
        return min(found, default=None)

    # Batches

    @told_when_due
    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Before a batch, or several."""
        self._batch_before = batch - 1
        self._batch_began = time.perf_counter()
        number = self._global_train_batch + 1
        if self._relay is not None and self.update_freq != "epoch":
            last = number + (getattr(self.model, "_steps_per_execution", 1) or 1) - 1
            self._relay.step = last - last % self.update_freq
            self._relay.recording = self._relay.step >= number
        if number == self._first_profiled:
            self._start_profile()
        if self._is_profiling:
            self._annotation = jax.profiler.StepTraceAnnotation("train", step_num=number)
            self._annotation.__enter__()

    @told_when_due
    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """After a batch, or several: write losses and metrics if they are due."""
        count = max(batch - self._batch_before, 1)
        self._batch_before = batch
        before = self._global_train_batch
        self._global_train_batch += count
        if self._annotation is not None:
            self._annotation.__exit__(None, None, None)
            self._annotation = None
        if self.update_freq != "epoch" and self._is_due(before):
            self._write_batch(count, logs)
        if self._is_profiling and self._global_train_batch >= self._last_profiled:
            self._stop_profile()

    def _is_due(self, before: int) -> bool:
        every = self.update_freq
        return before // every != self._global_train_batch // every

    def _write_batch(self, count: int, logs: Logs) -> None:
        step = self._global_train_batch - self._global_train_batch % self.update_freq
        figures: dict[str, Any] = {}
        if self.write_steps_per_second:
            seconds = max(time.perf_counter() - self._batch_began, 1e-9)
            figures["batch_steps_per_second"] = count / seconds
        if hasattr(logs, "items"):
            figures.update({f"batch_{name}": value for name, value in logs.items()})
        self._write_figures("train", figures, step)

    @told_when_due
    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Before a batch of evaluation."""
        self._global_test_batch += 1
        if self._relay is not None and self.update_freq != "epoch":
            self._relay.step = self._global_test_batch
            self._relay.recording = self._global_test_batch % self.update_freq == 0

    def on_test_begin(self, logs: Logs = None) -> None:
        """Before an evaluation."""
        if self.update_freq == "epoch":
            return
        if self._is_fitting and self._relay is not None:
            self._relay.target = self._val_writer
        else:
            self._listen("validation")
            assert self._relay is not None
            self._in_force.enter_context(self._relay.in_force())

    def on_test_end(self, logs: Logs = None) -> None:
        """Write the figures of an evaluation over the iterations of the optimizer."""
        iterations = getattr(self.model.optimizer, "iterations", None)
        if iterations is not None and logs:
            figures = {f"evaluation_{name}_vs_iterations": v for name, v in logs.items()}
            self._write_figures("validation", figures, int(np.asarray(iterations)))
        if self._relay is not None and self._is_fitting:
            self._relay.target = self._train_writer
        elif self._relay is not None:
            self._in_force.close()
            self._relay.target = None
        if not self._is_fitting:
            for writer in self._writers.values():
                writer.flush()

    # Epochs

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Look at the clock."""
        if self.write_steps_per_second:
            self._iterations_before = self._iterations()
            self._epoch_began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Write the figures of the epoch, and what is due of weights."""
        self._write_epoch(epoch, logs or {})
        if self._program_is_due:
            self._program_is_due = not write_program(self._train_writer, self.model)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_histograms(epoch)
        if self._projector is not None and epoch % self.embeddings_freq == 0:
            self._projector.write()

    def _write_epoch(self, epoch: int, logs: Any) -> None:
        if not logs:
            return
        train = {name: v for name, v in logs.items() if not name.startswith("val_")}
        validation = {name[4:]: v for name, v in logs.items() if name.startswith("val_")}
        if hasattr(getattr(self.model, "optimizer", None), "learning_rate"):
            _note_rates(self.model, train)
        if self.write_steps_per_second:
            seconds = max(time.perf_counter() - self._epoch_began, 1e-9)
            train["steps_per_second"] = (self._iterations() - self._iterations_before) / seconds
        for folder, figures in (("train", train), ("validation", validation)):
            self._write_figures(folder, {f"epoch_{n}": v for n, v in figures.items()}, epoch)

    def _write_figures(self, folder: str, figures: dict[str, Any], step: int) -> None:
        """Write numbers; what is none, a confusion matrix for example, has no curve."""
        numbers = {name: v for name, v in figures.items() if np.ndim(v) == 0}
        if numbers:
            writer = self._writer(folder)
            with only(writer):
                for name, value in numbers.items():
                    scalar(name, value, step=step)

    def _iterations(self) -> int:
        return int(np.asarray(getattr(self.model.optimizer, "iterations", 0)))

    # Weights, gradients, activations

    def _write_histograms(self, epoch: int) -> None:
        found = self._computed_histograms()
        with only(self._train_writer):
            for layer in self.model.layers:
                for weight in layer.weights:
                    self._write_weight(weight, epoch)
            for name, values in found.items():
                histogram(name, values, step=epoch)

    def _computed_histograms(self) -> dict[str, Any]:
        """Gradients and activations, by their tags."""
        found: dict[str, Any] = {}
        with only(None):  # what the layers write is of training, not of this
            if self.write_grads:
                for weight, values in gradients(self.model, self._sample):
                    found[f"{tag_of(weight)}/gradient/histogram"] = values
            if self.write_activations:
                for name, values in activations(self.model, self._sample):
                    found[f"{name}/activation/histogram"] = values
        return found

    def _write_weight(self, weight: Any, epoch: int) -> None:
        name = tag_of(weight)
        histogram(f"{name}/histogram", weight, step=epoch)
        if self.write_images:
            pictures = weight_as_images(np.asarray(weight))
            if pictures is not None:
                image(f"{name}/image", pictures, step=epoch)

    # Profiles

    def _start_profile(self) -> None:
        try:
            _profile.start(self._train_dir)
        except RuntimeError as error:  # another profile is being taken
            errors.warn_user(f"TensorBoard: the batches are not profiled. {error}")
            return
        self._is_profiling = True

    def _stop_profile(self) -> None:
        self._is_profiling = False
        _profile.stop()
        write_program(self._train_writer, self.model, f"batch_{self._last_profiled}")


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__") or int(value) < 0:
        raise ValueError(f"TensorBoard: {name} is a number, 0 or more; given {value!r}.")
    return int(value)


def _checked_update_freq(update_freq: Any) -> Any:
    if update_freq == "epoch":
        return "epoch"
    if update_freq == "batch":
        return 1
    is_number = hasattr(update_freq, "__index__") and not isinstance(update_freq, bool)
    if not is_number or int(update_freq) < 1:
        raise ValueError(
            "TensorBoard: update_freq is 'epoch', 'batch' or a number of batches, 1 or more; given "
            f"{update_freq!r}."
        )
    return int(update_freq)


def _batches_to_profile(given: Any) -> tuple[int, int]:
    """The first and the last batch, counted from 1; 0 and 0 for none."""
    found = given.split(",") if isinstance(given, str) else given
    try:
        numbers = [int(n) for n in found] if isinstance(found, (list, tuple)) else [int(found)]
        first, last = numbers if len(numbers) == 2 else numbers * 2
    except (TypeError, ValueError):
        first, last = -1, -1
    if first < 0 or last < first or (first == 0 and last > 0):
        raise ValueError(
            "TensorBoard: profile_batch is the number of a batch, counted from 1, or a pair of the "
            f"first and the last one; 0 for none; given {given!r}."
        )
    return first, last
