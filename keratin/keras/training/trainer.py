"""`compile`, `fit`, `evaluate` and `predict`: what makes a layer a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax

from keratin._engine import errors, state
from keratin._engine.differentiation import value_and_gradients
from keratin._engine.tensor import convert_to_tensor, wrap
from keratin.keras._core.serialization import SerializableDict, deserialize_keras_object
from keratin.keras._core.settings import settings
from keratin.keras.callbacks._list import CallbackList
from keratin.keras.training import building, checks, options, prediction
from keratin.keras.training.compiled import CompiledLoss, CompiledMetrics
from keratin.keras.training.feed import make_feed
from keratin.keras.training.fitting import Fitting
from keratin.keras.training.former import FormerTrainer
from keratin.keras.training.interrupt import Interrupt
from keratin.keras.training.logs import plain
from keratin.keras.training.loop import Loop
from keratin.keras.training.options import CompileOptions
from keratin.keras.training.passes import Pass
from keratin.keras.training.programs import Programs, structure_key
from keratin.keras.training.step import Step
from keratin.keras.utils._packing import pack_x_y_sample_weight, unpack_x_y_sample_weight
from keratin.math._casting import cast
from keratin.math._reduction import reduce_sum


class Trainer(FormerTrainer):
    """The part of a model that trains it, evaluates it and predicts with it."""

    optimizer: Any = None
    loss: Any = None
    history: Any = None
    stop_training = False
    stop_evaluating = False
    stop_predicting = False
    train_function: Any = None
    test_function: Any = None
    predict_function: Any = None
    _run_eagerly = False
    _compile_options: CompileOptions | None = None
    _compile_loss: CompiledLoss | None = None
    _compile_metrics: CompiledMetrics | None = None
    _loss_tracker: Any = None
    _initial_epoch: int | None = None

    # Compile

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
        return SerializableDict(self._compile_options.as_dict()).serialize()  # type: ignore[no-any-return]

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

    # Metrics

    @property
    def metrics(self) -> list[Any]:
        """The mean loss, the metrics given to `compile` as one, and those of the layers."""
        return building.unique([*self._own_metrics(), *self._metrics_of_parts()])

    def _own_metrics(self) -> list[Any]:
        found: list[Any] = []
        if self._compile_options is not None:
            found.append(self._loss_tracker)
            if self._compile_metrics is not None:
                found.append(self._compile_metrics)
            if self._compile_loss is not None:
                found.extend(self._compile_loss.metrics)
        return found

    def _metrics_of_parts(self) -> list[Any]:
        found = list(self._metrics)  # type: ignore[attr-defined]
        for layer in self._flatten_layers(include_self=False):  # type: ignore[attr-defined]
            if not isinstance(layer, Trainer):  # a model within has metrics for its own training
                found.extend(layer._metrics)
        return found

    @property
    def metrics_names(self) -> list[str]:
        """The names of what `evaluate` returns, in its order."""
        return building.names_in_order(self)

    def reset_metrics(self) -> None:
        """Have all metrics forget what they have seen."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """The results of all metrics by their names."""
        found: dict[str, Any] = {}
        for metric in self.metrics:
            result = metric.result()
            if isinstance(result, Mapping):
                found.update(result)
            else:
                found[metric.name] = result
        return found

    def _metric_direction(self, name: str) -> str | None:
        """Whether more ("up") or less ("down") of a figure in the logs is better, if known."""
        return building.direction_of(self, name)

    # Steps, each of which a subclass may override

    def train_step(self, data: Any) -> dict[str, Any]:
        """One step of training on a batch; gives the figures for the logs."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)

        def loss_of_batch() -> Any:
            y_pred = self(x, training=True)  # type: ignore[operator]
            loss = self._call_compute_loss(x, y, y_pred, sample_weight, True)
            scaled = self.optimizer.scale_loss(loss) if self.optimizer is not None else loss
            return scaled, (loss, y_pred)

        variables = self.trainable_variables  # type: ignore[attr-defined]
        _, (loss, y_pred), gradients = value_and_gradients(loss_of_batch, variables)
        checks.check_gradients(gradients, variables, self)
        self._track_loss(loss, x)
        if variables:
            self.optimizer.apply(gradients, variables)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Evaluate a batch; gives the figures for the logs."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)  # type: ignore[operator]
        loss = self._call_compute_loss(x, y, y_pred, sample_weight, False)
        self._track_loss(loss, x)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data: Any) -> Any:
        """The outputs for a batch."""
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)  # type: ignore[operator]

    def _track_loss(self, loss: Any, x: Any) -> None:
        rows = next(leaf.shape[0] for leaf in jax.tree.leaves(x, is_leaf=building.is_tensor))
        self._loss_tracker.update_state(loss, sample_weight=rows)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The loss of a batch: those of the outputs, and what layers add."""
        total = None
        if self._compile_loss is not None:
            total = self._compile_loss(y, y_pred, sample_weight)
        for loss in self.losses:  # type: ignore[attr-defined]
            value = reduce_sum(cast(convert_to_tensor(loss), settings.floatx))
            total = value if total is None else total + value
        return convert_to_tensor(0.0, dtype=settings.floatx) if total is None else total

    def _call_compute_loss(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool
    ) -> Any:
        """`compute_loss`, also one of a subclass written before it took `training`."""
        if building.takes(self.compute_loss, "training"):
            return self.compute_loss(x, y, y_pred, sample_weight, training=training)
        return self.compute_loss(x, y, y_pred, sample_weight)

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Take a batch into account in all metrics given to `compile`, and give the results."""
        if self._compile_metrics is not None:
            self._compile_metrics.update_state(y, y_pred, sample_weight)
        return self._results_now()

    def _results_now(self) -> dict[str, Any]:
        """The results; while a step is traced whose results are computed after the loop, none."""
        return {} if self._defers_results else self.get_metrics_result()

    _defers_results = False

    def stateless_compute_loss(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The loss with these values of the variables, and what becomes of all but the trained."""
        groups = [
            (self.trainable_variables, trainable_variables),  # type: ignore[attr-defined]
            (self.non_trainable_variables, non_trainable_variables),  # type: ignore[attr-defined]
            (self.metrics_variables, metrics_variables),  # type: ignore[attr-defined]
        ]
        values = {
            id(variable): convert_to_tensor(value)._value
            for variables, given in groups
            for variable, value in zip(variables, given, strict=True)
        }
        with state.enter(state.Scope(values, parent=state.context.scope, name="loss")):
            loss = self._call_compute_loss(x, y, y_pred, sample_weight, training)
            after = [[wrap(v._read()) for v in variables] for variables, _ in groups[1:]]
        return loss, (trainable_variables, *after)

    # Programs

    @property
    def _programs(self) -> Programs:
        return vars(self).setdefault("_compiled_programs", Programs())  # type: ignore[no-any-return]

    def _forget_compiled(self) -> None:
        """Forget all programs: the model is another one now."""
        vars(self).pop("_compiled_programs", None)
        vars(self).pop("_quick_predictions", None)
        for what in (self._compile_loss, self._compile_metrics):
            if what is not None:
                what.built = False

    @property
    def _is_eager(self) -> bool:
        return self._run_eagerly or state.flags.run_functions_eagerly

    def _has_default_step(self, kind: str) -> bool:
        """Whether a step and what it gives are as here, so that only results need be computed."""
        names = (f"{kind}_step", "compute_metrics", "get_metrics_result")
        return not any(self._has_own(name) for name in names)

    def _has_own(self, name: str) -> bool:
        return name in vars(self) or getattr(type(self), name) is not getattr(Trainer, name)

    def _overrides_evaluate(self) -> bool:
        return self._has_own("evaluate")

    def _is_updated(self, kind: str, metric: Any) -> bool:
        """Whether the steps of a kind that were traced write the state of a metric."""
        written = self._programs.written(kind)
        return written is None or any(id(v) in written for v in metric.variables)

    def _own_function(self, kind: str) -> Any:
        """The train or test function of a subclass that makes its own; else None."""
        maker = f"make_{kind}_function"
        if not self._has_own(maker):
            return None
        getattr(self, maker)()
        return getattr(self, f"{kind}_function")

    def _run_step(self, kind: str, batch: Any) -> Any:
        """Call the step of a kind on (x, y, sample_weight)."""
        step = {"train": self.train_step, "test": self.test_step, "predict": self.predict_step}
        logs = step[kind](pack_x_y_sample_weight(*batch))
        if kind != "predict" and not isinstance(logs, Mapping):
            raise TypeError(
                f"{type(self).__name__}.{kind}_step has to return a dictionary of figures for the "
                f"logs, such as {{'loss': loss}}; it returned {logs!r}."
            )
        return logs

    def _step(self, kind: str, batch: Any) -> tuple[Step, Step | None]:
        """The traced step for batches like this one, and the program of results, if apart."""
        key = self._step_key(kind, batch)
        apart = kind != "predict" and self._has_default_step(kind)

        def traced(one: Any) -> Any:
            if not apart:
                return self._run_step(kind, one)
            vars(self)["_defers_results"] = True
            try:
                self._run_step(kind, one)
            finally:
                del vars(self)["_defers_results"]
            return {}

        def make() -> Step:
            try:
                return Step(traced, batch, f"{kind}_step")
            except Exception as error:
                raise errors.for_user(error) from error.__cause__

        step = self._programs.step(key, make)
        if not apart:
            return step, None
        results = self._programs.step(
            ("results", key[1:3]), lambda: Step(lambda _: self.get_metrics_result(), (), "results")
        )
        return step, results

    def _step_key(self, kind: str, batch: Any) -> tuple[Any, ...]:
        trained: Any = ()
        if kind == "train":
            variables = self.trainable_variables  # type: ignore[attr-defined]
            trained = (id(self.optimizer), getattr(self.optimizer, "_changes", 0), len(variables))
            trained += tuple([id(variable) for variable in variables])
        return kind, id(self._compile_options), trained, structure_key(batch)

    def _loop(self, kind: str, batch: Any, data: Any, size: int | None, shuffled: bool) -> Loop:
        """The loop of steps over data like this."""
        key = (self._step_key(kind, batch), structure_key(data), size, shuffled)

        def make() -> Loop:
            step, results = self._step(kind, batch)
            return Loop(step, data, size, shuffled, results)

        return self._programs.loop(key, make)

    # Fit

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
        try:
            return fitting.run()
        except Exception as error:
            raise errors.for_user(error) from error.__cause__

    # Evaluate

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
        try:
            logs = self._evaluate_on(
                make_feed(
                    x,
                    y,
                    sample_weight,
                    batch_size=batch_size,
                    steps=steps,
                    name="evaluate",
                    model=self,
                    **known,
                ),
                verbose,
                callbacks,
            )
        except Exception as error:
            raise errors.for_user(error) from error.__cause__
        return logs if return_dict else building.in_order(self, logs)

    def _evaluate_on(self, feed: Any, verbose: Any, callbacks: Any) -> dict[str, Any]:
        building.prepare(self, feed.peek(), training=False)
        checks.check_data(self, feed, "evaluate")
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
        self.reset_metrics()
        logs = building.epoch_logs(self, "test", one_pass.run())
        one_pass.callbacks.on_test_end(logs)
        return logs

    # Predict

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
        known = options.evaluate_extras(kwargs)
        try:
            feed = make_feed(
                x, batch_size=batch_size, steps=steps, name="predict", model=self, **known
            )
            return prediction.predict(self, feed, verbose, callbacks)
        except Exception as error:
            raise errors.for_user(error) from error.__cause__

    # Single batches

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
        feed = make_feed(
            x,
            y,
            sample_weight,
            batch_size=2**31 - 1,
            class_weight=class_weight,
            name=name,
            model=self,
        )
        building.prepare(self, feed.data, training=kind == "train")
        checks.check_data(self, feed, name)
        if reset_metrics:
            self.reset_metrics()
        one_pass = Pass(self, kind, feed, CallbackList(model=self), Interrupt())
        logs = plain(one_pass.run_batch(feed.data))
        return logs if return_dict else building.in_order(self, logs)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch."""
        feed = make_feed(x, batch_size=2**31 - 1, name="predict_on_batch", model=self)
        return prediction.predict_batch(self, feed.data)

    # The functions that a subclass may make itself

    def make_train_function(self, force: bool = False) -> Callable[[Any], Any]:
        """`train_function`, a step of training on the next batch of an iterator."""
        if self.train_function is None or force:
            self.train_function = self._function_of("train")
        return self.train_function  # type: ignore[no-any-return]

    def make_test_function(self, force: bool = False) -> Callable[[Any], Any]:
        """`test_function`, a step of evaluation on the next batch of an iterator."""
        if self.test_function is None or force:
            self.test_function = self._function_of("test")
        return self.test_function  # type: ignore[no-any-return]

    def make_predict_function(self, force: bool = False) -> Callable[[Any], Any]:
        """`predict_function`, the outputs for the next batch of an iterator."""
        if self.predict_function is None or force:
            self.predict_function = self._function_of("predict")
        return self.predict_function  # type: ignore[no-any-return]

    def _function_of(self, kind: str) -> Callable[[Any], Any]:
        def function(iterator: Any) -> Any:
            batch = unpack_x_y_sample_weight(next(iter(iterator)))
            if kind == "predict":
                return prediction.predict_batch(self, batch)
            feed = make_feed(*batch, batch_size=2**31 - 1, name=f"{kind}_function", model=self)
            building.prepare(self, feed.data, training=kind == "train")
            callbacks = CallbackList(model=self)
            return dict(Pass(self, kind, feed, callbacks, Interrupt()).run_batch(feed.data))

        return function
