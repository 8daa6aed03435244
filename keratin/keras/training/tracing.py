"""The steps of a model as programs, and the functions that run one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from keratin._engine import errors, state
from keratin.keras.callbacks._list import CallbackList
from keratin.keras.optimizers._optimizer import Optimizer
from keratin.keras.training import building, prediction
from keratin.keras.training.feed import ArrayFeed, make_feed
from keratin.keras.training.interrupt import Interrupt
from keratin.keras.training.loop import Loop
from keratin.keras.training.passes import Pass
from keratin.keras.training.programs import Programs, structure_key
from keratin.keras.training.step import Step
from keratin.keras.training.step_methods import StepMethods
from keratin.keras.utils._packing import pack_x_y_sample_weight, unpack_x_y_sample_weight


class TracedSteps(StepMethods):
    """Traces and keeps the steps of a model."""

    _is_base = True

    # Programs

    @property
    def _programs(self) -> Programs:
        found = vars(self).get("_compiled_programs")
        if found is None:
            found = vars(self)["_compiled_programs"] = Programs()
        return found

    def _forget_compiled(self) -> None:
        """Forget all programs: the model is another one now."""
        vars(self).pop("_compiled_programs", None)
        for what in (self._compile_loss, self._compile_metrics):
            if what is not None:
                what.built = False

    @property
    def _is_eager(self) -> bool:
        return self._run_eagerly or state.flags.run_functions_eagerly

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
        logs = self._call_own(f"{kind}_step", pack_x_y_sample_weight(*batch))
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
                with building.as_compiled(self):
                    return Step(traced, batch, f"{kind}_step")
            except Exception as error:
                raise errors.for_user(error) from error.__cause__

        step = self._programs.step(key, make)
        if not apart:
            return step, None
        results = self._programs.step(
            ("results", kind), lambda: Step(lambda _: self.get_metrics_result(), (), "results")
        )
        return step, results

    def _step_key(self, kind: str, batch: Any) -> tuple[Any, ...]:
        optimizer = self._optimizer_key() if kind == "train" else None
        return kind, optimizer, structure_key(batch)

    def _optimizer_key(self) -> tuple[Any, ...]:
        """What of the optimizer, and of those within it, a traced step depends on."""
        members = self.optimizer._members() if isinstance(self.optimizer, Optimizer) else ()
        return id(self.optimizer), *[member._settings() for member in members]

    def _loop(
        self,
        kind: str,
        batch: Any,
        data: Any,
        size: int | None,
        shuffled: bool,
        watched: Any = None,
    ) -> Loop:
        """The loop of steps over data like this."""
        key = (self._step_key(kind, batch), structure_key(data), size, shuffled, id(watched))

        def make() -> Loop:
            step, results = self._step(kind, batch)
            return Loop(step, data, size, shuffled, results, watched)

        return self._programs.loop(key, make)

    # The functions that a subclass may make itself

    def make_train_function(self, force: bool = False) -> Callable[[Any], Any]:
        """`train_function`, a step of training on the next batch of an iterator."""
        if self.train_function is None or force:
            self.train_function = self._function_of("train")
        return self.train_function

    def make_test_function(self, force: bool = False) -> Callable[[Any], Any]:
        """`test_function`, a step of evaluation on the next batch of an iterator."""
        if self.test_function is None or force:
            self.test_function = self._function_of("test")
        return self.test_function

    def make_predict_function(self, force: bool = False) -> Callable[[Any], Any]:
        """`predict_function`, the outputs for the next batch of an iterator."""
        if self.predict_function is None or force:
            self.predict_function = self._function_of("predict")
        return self.predict_function

    def _batch_feed(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        name: str = "train_on_batch",
    ) -> ArrayFeed:
        """The feed of one batch, all of it in memory."""
        feed = make_feed(
            x,
            y,
            sample_weight,
            class_weight=class_weight,
            name=name,
            model=self,
        )
        if not isinstance(feed, ArrayFeed):
            raise TypeError(
                f"{name}() takes the arrays of one batch; given {type(x).__name__}, which gives "
                "many. Use fit, evaluate or predict for that."
            )
        return feed

    def _function_of(self, kind: str) -> Callable[[Any], Any]:
        def function(iterator: Any) -> Any:
            batch = unpack_x_y_sample_weight(next(iter(iterator)))
            if kind == "predict":
                return prediction.predict_batch(self, batch)
            feed = self._batch_feed(*batch, name=f"{kind}_function")
            building.prepare(self, feed.data, training=kind == "train")
            callbacks = CallbackList(model=self)
            return dict(Pass(self, kind, feed, callbacks, Interrupt()).run_batch(feed.data))

        return function
