"""One call of `fit`: its epochs, their validation, and what callbacks are told."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from keratin.keras._core import host_random
from keratin.keras.callbacks._history import History
from keratin.keras.callbacks._list import CallbackList
from keratin.keras.training import building, checks, options
from keratin.keras.training.feed import make_feed, split
from keratin.keras.training.feed_arrays import host_generator
from keratin.keras.training.interrupt import Interrupt
from keratin.keras.training.logs import plain
from keratin.keras.training.passes import Pass
from keratin.keras.utils._logging import print_message
from keratin.keras.utils._packing import unpack_x_y_sample_weight


class Fitting:
    """What `fit` was asked for, made ready, and the epochs."""

    def __init__(
        self,
        model: Any,
        *,
        x: Any,
        y: Any,
        sample_weight: Any,
        class_weight: Any,
        batch_size: int | None,
        epochs: int,
        verbose: Any,
        callbacks: Any,
        validation_split: float,
        validation_data: Any,
        shuffle: bool | str,
        initial_epoch: int,
        steps_per_epoch: int | None,
        validation_steps: int | None,
        validation_batch_size: int | None,
        validation_freq: Any,
        validation_shuffle: bool = False,
        stratify: bool = False,
        **workers: Any,
    ):
        self.model = model
        self.epochs = options.limited_epochs(options.whole("epochs", epochs))
        self.initial_epoch = options.whole("initial_epoch", initial_epoch)
        self.verbose = verbose
        self.generator = host_generator(model)
        self._first_state = host_random.state_of(self.generator)
        self._splits_at_random = bool(validation_split) and validation_shuffle
        self.epochs_between, self.steps_between = options.validation_times(validation_freq)
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = split(
                x,
                y,
                sample_weight,
                validation_split,
                validation_shuffle,
                stratify,
                model=model,
                generator=self.generator,
            )
        self.feed = make_feed(
            x,
            y,
            sample_weight,
            batch_size=batch_size,
            steps=steps_per_epoch,
            shuffle=shuffle,
            class_weight=class_weight,
            model=model,
            **workers,
        )
        self.validation_data = validation_data
        self.validation_feed = self._validation_feed(
            validation_batch_size or batch_size, validation_steps, workers
        )
        building.prepare(model, self.feed.peek(), training=True)
        building.warn_of_changes(model)
        checks.check_data(model, self.feed, "fit", "train")
        if self.validation_feed is not None:
            checks.check_data(model, self.validation_feed, "fit", "test")
        self.interrupt = Interrupt()
        self.callbacks = self._callbacks(callbacks)
        self._last_validation: dict[str, Any] = {}
        self._training: Any = None
        self._resumed: dict[str, Any] | None = None
        self._is_nan = False

    def _validation_feed(self, batch_size: Any, steps: Any, workers: Any) -> Any:
        """The feed of the validation data, kept for all epochs."""
        if self.validation_data is None:
            return None
        x, y, sample_weight = unpack_x_y_sample_weight(self.validation_data)
        is_one = not isinstance(self.validation_data, (tuple, list))
        x = self.validation_data if is_one else x
        return make_feed(
            x,
            y,
            sample_weight,
            batch_size=None if y is None and is_one and _is_stream(x) else batch_size,
            steps=steps,
            name="fit",
            model=self.model,
            **workers,
        )

    def _callbacks(self, callbacks: Any) -> CallbackList:
        if isinstance(callbacks, CallbackList):
            return callbacks
        return CallbackList(
            callbacks,
            add_history=True,
            add_progbar=self.verbose != 0,
            model=self.model,
            verbose=self.verbose,
            epochs=self.epochs,
            steps=self.feed.num_batches,
        )

    # Running

    def run(self) -> History:
        """All epochs; the history."""
        model = self.model
        model.stop_training = False
        self._training = training = Pass(model, "train", self.feed, self.callbacks, self.interrupt)
        validation = self._validation_pass(training)
        is_done = False
        try:
            try:
                with self.interrupt.watch():
                    logs = self._run_epochs(training, validation)
            finally:
                self._clean_up()
            self.callbacks.on_train_end(logs)
            is_done = True
        finally:
            if not is_done:
                self.callbacks._tell("_broken_off")
        return model.history

    def _clean_up(self) -> None:
        self.model._programs.wait()
        for feed in (self.feed, self.validation_feed):
            if feed is not None:
                feed.close()
        self.callbacks._tell("_before_finalizing")
        if self.epochs > 0:
            _finalize(self.model)

    def _run_epochs(self, training: Pass, validation: Pass | None) -> dict[str, Any]:
        logs: dict[str, Any] = {}
        with self._ends_quietly():
            self.callbacks._tell("_take_part", self)
            self.callbacks.on_train_begin()
            self._check_monitors(validation is not None)
            for epoch in self._epochs_to_run():
                found = self._run_epoch(epoch, training, validation)
                if found is None:
                    self._say_interrupted(epoch)
                    break
                logs = found
                if self.model.stop_training:
                    break
        return logs

    def _epochs_to_run(self) -> range:
        first, self.model._initial_epoch = self.model._initial_epoch, None
        resumed = self._resumed
        if resumed is None:
            return range(first or self.initial_epoch, self.epochs)
        return range(0) if resumed["stopped"] else range(resumed["epoch"], self.epochs)

    @contextlib.contextmanager
    def _ends_quietly(self) -> Iterator[None]:
        """Have a KeyboardInterrupt that was raised all the same end training, and no more."""
        try:
            yield
        except KeyboardInterrupt:
            self.interrupt.pending = True
            self._say_interrupted(None)

    def _say_interrupted(self, epoch: int | None) -> None:
        if self.verbose != 0:
            where = "" if epoch is None else f" in epoch {epoch + 1}"
            print_message(
                f"\nTraining was interrupted{where}; the model holds the last finished step."
            )

    def _run_epoch(
        self, epoch: int, training: Pass, validation: Pass | None
    ) -> dict[str, Any] | None:
        """The figures of an epoch, None if it was broken off by Ctrl-C."""
        model = self.model
        building.reset_metrics(model)
        self.callbacks.on_epoch_begin(epoch)
        if validation is not None and not training.has_run:
            training.meanwhile = validation.prepare
        self._last_validation = {}
        first_step = self._first_step()
        found = training.run(self.generator, first_step)
        if first_step and not found:  # the step that was done last ended the epoch
            found = plain(model.get_metrics_result())
        logs = building.epoch_logs(model, "train", found)
        self._is_nan = self._is_nan or checks.warn_of_nan(logs, self.feed)
        if self.interrupt.pending:
            return None
        if validation is not None and self._is_due(epoch):
            self._last_validation = self._validate(validation)
        logs.update(self._last_validation)
        if self.interrupt.pending:
            return None
        self.callbacks.on_epoch_end(epoch, dict(logs))
        return logs

    # Going on with what another process has begun

    def state(self, epoch: int, step: int) -> dict[str, Any]:
        """Where training stands when `step` steps of an epoch are done."""
        validation = self.validation_feed
        every = self._training.every
        is_due = every is not None and step > 0 and self._training.steps_done % every[0] == 0
        return {
            "epoch": epoch,
            "step": step,
            "stopped": bool(self.model.stop_training),
            "generator": host_random.state_of(self.generator),
            "first_state": self._first_state,
            "feed": self.feed.state(),
            "validation_feed": None if validation is None else validation.state(),
            "validation_is_due": is_due,
            "last_validation": dict(self._last_validation),
            "steps_done": self._training.steps_done,
        }

    def make_variables(self) -> None:
        """Have the step make the variables that it makes when it is traced."""
        if not self.model._has_default_step("train"):
            self._training.trace()

    def resume(self, state: dict[str, Any], read: bool = True) -> None:
        """Go on from there; without `read`, generators give what they give first."""
        if self._splits_at_random and state["first_state"] != self._first_state:
            raise ValueError(
                "fit(): validation_shuffle=True has chosen other rows for validation than in the "
                "run that is to be continued. Call keras.utils.set_random_seed(...) before fit, "
                "in both; this run cannot be continued: remove the folder of its backup."
            )
        self._resumed = state
        host_random.set_state(self.generator, state["generator"])
        self.feed.resume(state["feed"], state["step"], read)
        if self.validation_feed is not None and state["validation_feed"] is not None:
            # What begins anew for each validation is not read for nothing.
            once = read and not self.validation_feed.can_restart
            self.validation_feed.resume(state["validation_feed"], 0, once)
        self._training.steps_done = state["steps_done"]

    def _first_step(self) -> int:
        """The step that the epoch begins with; other than 0, all is as it was before it."""
        resumed, self._resumed = self._resumed, None
        if resumed is None or not resumed["step"]:
            return 0
        self.callbacks._tell("_restore_within_epoch")
        self._last_validation = dict(resumed["last_validation"])
        if resumed["validation_is_due"]:
            self._training.every[1](self._training.steps_done)
        return int(resumed["step"])

    # Validation

    def _validation_pass(self, training: Pass) -> Pass | None:
        if self.validation_feed is None:
            return None
        validation = Pass(self.model, "test", self.validation_feed, self.callbacks, self.interrupt)
        if self.steps_between is not None:
            training.every = (
                self.steps_between,
                lambda step: self._validate_within(validation, step),
            )
        return validation

    def _is_due(self, epoch: int) -> bool:
        if self.epochs_between is None:
            return False
        if isinstance(self.epochs_between, int):
            return (epoch + 1) % self.epochs_between == 0
        return epoch + 1 in self.epochs_between

    def _validate(self, validation: Pass) -> dict[str, Any]:
        """The figures of the validation data, named `val_...`."""
        model = self.model
        if model._overrides_evaluate():
            x, y, sample_weight = unpack_x_y_sample_weight(self.validation_data)
            logs = model.evaluate(
                x, y, sample_weight=sample_weight, callbacks=self.callbacks, return_dict=True
            )
        else:
            validation.feed.reset()
            logs = model._evaluate_pass(validation)
        return {f"val_{name}": value for name, value in logs.items()}

    def _validate_within(self, validation: Pass, step: int) -> None:
        """Validate in the midst of an epoch, and leave the metrics of training as they are."""
        variables = [v for metric in self.model.metrics for v in metric.variables]
        kept = [variable._array for variable in variables]
        for variable in variables:
            variable._shared = True
        self._last_validation = self._validate(validation)
        for variable, array in zip(variables, kept, strict=True):
            variable._array, variable._shared = array, True
        history = self.callbacks._history
        if history is not None:
            history._note_validation(step, self._last_validation)

    def _check_monitors(self, validated: bool) -> None:
        """Errors for figures that callbacks watch and that there will not be."""
        watching = any(hasattr(each, "check_names") for each in self.callbacks.callbacks)
        if not watching or not self.model._has_default_step("train"):
            return  # the names are not known before the first step
        names = building.names_in_order(self.model)
        if validated:
            names = [*names, *[f"val_{name}" for name in names]]
        checks.check_monitors(self.callbacks, names)


def _finalize(model: Any) -> None:
    """Have an optimizer that keeps averages put them in place."""
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    if getattr(optimizer, "use_ema", False):
        optimizer.finalize_variable_values(model.trainable_variables)


def _is_stream(x: Any) -> bool:
    return not hasattr(x, "shape") and not isinstance(x, dict)
