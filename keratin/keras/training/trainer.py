"""`compile`, `fit`, `evaluate` and `predict`: what makes a layer a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keratin._engine import errors
from keratin.keras._core.serialization import SerializableDict, deserialize_keras_object
from keratin.keras.callbacks._list import CallbackList
from keratin.keras.training import building, checks, options, prediction
from keratin.keras.training.feed import make_feed
from keratin.keras.training.fitting import Fitting
from keratin.keras.training.former import FormerTrainer
from keratin.keras.training.interrupt import Interrupt
from keratin.keras.training.logs import plain
from keratin.keras.training.options import CompileOptions
from keratin.keras.training.passes import Pass
from keratin.keras.training.tracing import TracedSteps


class Trainer(TracedSteps, FormerTrainer):
    """The part of a model that trains it, evaluates it and predicts with it."""

    _is_base = True

    # Compile

    @errors.trimmed
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
        **kwargs: Any,
    ) -> None:
        """Say how the model is to be trained.

        Args:
            optimizer: An optimizer, or its name, such as "adam".
            loss: A loss, or its name; for several outputs also a list or a dictionary by their
                names. One loss serves all outputs.
            loss_weights: What each loss is multiplied by in their sum.
            metrics: A list of metrics, names or functions; for several outputs a list of lists or
                a dictionary. "accuracy" is the one that fits the labels.
            weighted_metrics: Likewise, metrics that take the sample weights into account.
            run_eagerly: Whether steps run as Python, op by op, for debugging.
            steps_per_execution: How many steps run at least between two calls of callbacks.
            jit_compile: Everything is compiled unless `run_eagerly`; accepted as it is.
            auto_scale_loss: Whether the loss is scaled if the model computes in float16.

        >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        >>> model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
        >>> model.compiled
        True
        """
        options.compile_model(
            self,
            CompileOptions(
                optimizer=optimizer,
                loss=loss,
                loss_weights=loss_weights,
                metrics=metrics,
                weighted_metrics=weighted_metrics,
                run_eagerly=run_eagerly,
                steps_per_execution=steps_per_execution,
                jit_compile=jit_compile,
                auto_scale_loss=auto_scale_loss,
            ),
            kwargs,
        )

    @property
    def compiled(self) -> bool:
        """Whether `compile` was called."""
        return self._compile_options is not None

    @property
    def run_eagerly(self) -> bool:
        """Whether steps run as Python, op by op."""
        return self._run_eagerly

    @run_eagerly.setter
    def run_eagerly(self, value: bool) -> None:
        self._run_eagerly = bool(value)

    @property
    def jit_compile(self) -> bool:
        """Whether steps are compiled."""
        return not self._run_eagerly

    @jit_compile.setter
    def jit_compile(self, value: Any) -> None:
        if value is False:
            errors.warn_user(
                "jit_compile=False: everything is compiled here. For steps that run as Python set "
                "run_eagerly=True."
            )

    @property
    def steps_per_execution(self) -> int:
        """How many steps run at least between two calls of callbacks."""
        return self._steps_per_execution

    @steps_per_execution.setter
    def steps_per_execution(self, value: Any) -> None:
        self._steps_per_execution = options.steps_per_execution(value)

    _steps_per_execution = 1

    def get_compile_config(self) -> dict[str, Any] | None:
        """The arguments of `compile`, as plain values; None before it was called."""
        if self._compile_options is None:
            return None
        return SerializableDict(self._compile_options.as_dict()).serialize()

    def compile_from_config(self, config: Mapping[str, Any]) -> None:
        """Compile with the arguments that `get_compile_config` gave."""
        if type(self).compile is not Trainer.compile and (
            type(self).get_compile_config is Trainer.get_compile_config
        ):
            errors.warn_user(
                f"{type(self).__name__} has a compile() of its own, so its arguments are not "
                "known from the file: call model.compile(...), or override "
                "get_compile_config() and compile_from_config()."
            )
            return
        self.compile(**deserialize_keras_object(dict(config)))
        if self.optimizer is not None and self.built:  # type: ignore[attr-defined]
            self.optimizer.build(self.trainable_variables)  # type: ignore[attr-defined]

    # Fit

    @errors.trimmed
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool | str = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
        **kwargs: Any,
    ) -> Any:
        """Train the model, and return the history of its figures.

        Args:
            x: Inputs: arrays, tensors, lists or dictionaries of them, a DataFrame, a dataset, a
                generator of batches, a `keras.utils.PyDataset`.
            y: Labels, unless the batches of `x` hold them.
            batch_size: Rows in a batch, 32 if not given.
            epochs: The number of the epoch to end with; so many are run from `initial_epoch` on.
            verbose: 0 (silent), 1 (progress bar), 2 (a line an epoch) or "auto".
            callbacks: A list of `keras.callbacks.Callback`.
            validation_split: The part of the rows to validate with: the last ones, or random ones
                with `validation_shuffle=True`; `stratify=True` takes the same part of each class.
            validation_data: (x, y) or (x, y, sample_weight) to validate with, or a dataset.
            shuffle: Whether the rows are visited in another order in each epoch; "batch" has the
                batches alone change places.
            class_weight: A weight for each class, as a dictionary.
            sample_weight: A weight for each row.
            initial_epoch: The number of the epoch to begin with.
            steps_per_epoch: Batches in an epoch, if not all.
            validation_steps: Batches of a validation, if not all.
            validation_batch_size: Rows in a batch of validation.
            validation_freq: Validate after every so many epochs, after those listed, or after
                every N steps with {"steps": N}.

        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> history = model.fit(np.ones((8, 1)), np.ones((8, 1)), epochs=3, verbose=0)
        >>> len(history.history["loss"])
        3
        """
        extra = options.fit_extras(kwargs)
        epochs = extra.pop("epochs", epochs)
        steps_per_epoch = extra.pop("steps_per_epoch", steps_per_epoch)
        validation_steps = extra.pop("validation_steps", validation_steps)
        checks.check_compiled(self, "fit")
        fitting = Fitting(
            self,
            x=x,
            y=y,
            sample_weight=sample_weight,
            class_weight=class_weight,
            batch_size=batch_size,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_split=validation_split,
            validation_data=validation_data,
            shuffle=shuffle,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            validation_batch_size=validation_batch_size,
            validation_freq=validation_freq,
            **extra,
        )
        return fitting.run()

    # Evaluate

    @errors.trimmed
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The loss and the metrics on data, as a list, one number, or a dictionary.

        The data is given as to `fit`. `metrics_names` names what is in the list.

        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> results = model.evaluate(np.ones((4, 1)), np.ones((4, 1)), verbose=0, return_dict=True)
        >>> list(results)
        ['loss']
        """
        known = options.evaluate_extras(kwargs)
        checks.check_compiled(self, "evaluate")
        feed = make_feed(
            x,
            y,
            sample_weight,
            batch_size=batch_size,
            steps=steps,
            name="evaluate",
            model=self,
            **known,
        )
        logs = self._evaluate_on(feed, verbose, callbacks)
        return logs if return_dict else building.in_order(self, logs)

    def _evaluate_on(self, feed: Any, verbose: Any, callbacks: Any) -> dict[str, Any]:
        building.prepare(self, feed.peek(), training=False)
        checks.check_data(self, feed, "evaluate", "test")
        if not isinstance(callbacks, CallbackList):
            callbacks = CallbackList(
                callbacks,
                add_progbar=verbose != 0,
                model=self,
                verbose=verbose,
                epochs=1,
                steps=feed.num_batches,
            )
        interrupt = Interrupt()
        with interrupt.watch():
            logs = self._evaluate_pass(Pass(self, "test", feed, callbacks, interrupt))
        if interrupt.pending:
            raise KeyboardInterrupt
        return logs

    def _evaluate_pass(self, one_pass: Pass) -> dict[str, Any]:
        self.stop_evaluating = False
        one_pass.callbacks.on_test_begin()
        building.reset_metrics(self)
        logs = building.epoch_logs(self, "test", one_pass.run())
        one_pass.callbacks.on_test_end(logs)
        return logs

    # Predict

    @errors.trimmed
    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
        **kwargs: Any,
    ) -> Any:
        """The outputs for inputs, as NumPy arrays in the structure of the outputs.

        >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
        >>> model.predict(np.ones((5, 2)), verbose=0).shape
        (5, 3)
        """
        if callbacks is None and steps is None and not kwargs:
            found = prediction.quick(self, x, batch_size, verbose)
            if found is not prediction.NOT_QUICK:
                return found
        known = options.predict_extras(kwargs)
        feed = make_feed(x, batch_size=batch_size, steps=steps, name="predict", model=self, **known)
        return prediction.predict(self, feed, verbose, callbacks)

    # Single batches

    @errors.trimmed
    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
        reset_metrics: bool = True,
    ) -> Any:
        """One step of training on one batch, and its figures."""
        if class_weight is not None and sample_weight is not None:
            raise ValueError(
                "train_on_batch: give sample_weight or class_weight, not both; multiply the "
                "weights of the rows by those of their classes."
            )
        return self._on_batch(
            "train", x, y, sample_weight, class_weight, return_dict, reset_metrics
        )

    @errors.trimmed
    def test_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        return_dict: bool = False,
        reset_metrics: bool = True,
    ) -> Any:
        """The figures of one batch."""
        return self._on_batch("test", x, y, sample_weight, None, return_dict, reset_metrics)

    def _on_batch(
        self,
        kind: str,
        x: Any,
        y: Any,
        sample_weight: Any,
        class_weight: Any,
        return_dict: bool,
        reset_metrics: bool,
    ) -> Any:
        name = f"{kind}_on_batch"
        checks.check_compiled(self, name)
        feed = self._batch_feed(x, y, sample_weight, class_weight, name)
        building.prepare(self, feed.data, training=kind == "train")
        checks.check_data(self, feed, name, kind)
        if reset_metrics:
            building.reset_metrics(self)
        one_pass = Pass(self, kind, feed, CallbackList(model=self), Interrupt())
        logs = plain(one_pass.run_batch(feed.data))
        return logs if return_dict else building.in_order(self, logs)

    @errors.trimmed
    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch."""
        feed = self._batch_feed(x, name="predict_on_batch")
        return prediction.predict_batch(self, feed.data)
