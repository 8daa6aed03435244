"""The steps that a subclass of a model may override, and what they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax

from keratin._engine import autograph, errors, state
from keratin._engine.differentiation import value_and_gradients
from keratin._engine.tensor import convert_to_tensor, wrap
from keratin.keras._core.settings import settings
from keratin.keras.layers._call import masks_of, set_masks
from keratin.keras.training import building, checks
from keratin.keras.training.compiled import CompiledLoss, CompiledMetrics
from keratin.keras.training.options import CompileOptions
from keratin.keras.utils._packing import unpack_x_y_sample_weight
from keratin.math._casting import cast
from keratin.math._reduction import reduce_sum

# Tables of fewer numbers are as quickly changed as a whole.
LARGE_TABLE = 1 << 16


class StepMethods:
    """One step of training, evaluation and prediction, as a model has them by default."""

    _is_base = True

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
    _compiled_trainability: Any = None

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
            if not isinstance(
                layer, StepMethods
            ):  # a model within has metrics for its own training
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
            with jax.named_scope("loss"):
                loss = self._call_compute_loss(x, y, y_pred, sample_weight, True)
            scaled = self.optimizer.scale_loss(loss) if self.optimizer is not None else loss
            return scaled, (loss, y_pred, masks_of(y_pred))

        variables = self.trainable_variables  # type: ignore[attr-defined]
        tables = [v for v in variables if _is_large(v) and self._is_trained_by_rows(v)]
        _, rest, gradients = value_and_gradients(loss_of_batch, variables, tables)
        loss, y_pred, masks = rest
        set_masks(y_pred, masks)  # which are attributes, and got lost on the way
        checks.check_gradients(gradients, variables, self)
        self._track_loss(loss, x)
        if variables:
            with jax.named_scope(self.optimizer.name):
                self.optimizer.apply(gradients, variables)
        with jax.named_scope("metrics"):
            return self._call_own("compute_metrics", x, y, y_pred, sample_weight)

    def _is_trained_by_rows(self, variable: Any) -> bool:
        return self.optimizer is not None and self.optimizer._takes_rows(variable)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Evaluate a batch; gives the figures for the logs."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)  # type: ignore[operator]
        loss = self._call_compute_loss(x, y, y_pred, sample_weight, False)
        self._track_loss(loss, x)
        return self._call_own("compute_metrics", x, y, y_pred, sample_weight)

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
        if total is not None:
            return total
        if training and self._has_default_step("train"):
            raise ValueError(
                "No loss to compute: give compile() a loss, such as loss='mse', or have layers "
                "add theirs with add_loss()."
            )
        return convert_to_tensor(0.0, dtype=settings.floatx)

    def _call_compute_loss(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool
    ) -> Any:
        """`compute_loss`, also one of a subclass written before it took `training`."""
        if building.takes(self.compute_loss, "training"):
            return self._call_own("compute_loss", x, y, y_pred, sample_weight, training=training)
        return self._call_own("compute_loss", x, y, y_pred, sample_weight)

    def _has_own(self, name: str) -> bool:
        """Whether the class of the model has a method or property in place of that here."""
        if name in vars(self):
            return True
        owner = next(cls for cls in type(self).__mro__ if name in vars(cls))
        return "_is_base" not in vars(owner)

    def _has_default_step(self, kind: str) -> bool:
        """Whether a step and what it gives are as here, so that only results need be computed."""
        names = (f"{kind}_step", "compute_metrics", "get_metrics_result")
        return not any(self._has_own(name) for name in names)

    def _call_own(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Call a method; by AutoGraph if it is the user's and Python alone cannot trace it."""
        method, scope = getattr(self, name), state.context.scope
        if scope is None or not self._has_own(name):
            return method(*args, **kwargs)
        values, written = dict(scope.values), dict(scope.written)
        try:
            return method(*args, **kwargs)
        except (errors.OperatorNotAllowedInGraphError, errors.TracedValueError) as error:
            scope.values, scope.written = values, written
            try:
                return autograph.convert(method)(*args, **kwargs)
            except Exception as second:
                raise second from error

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


def _is_large(variable: Any) -> bool:
    """Whether it is a table so large that to change only some rows is worth it."""
    return len(variable.shape) == 2 and variable._array.size >= LARGE_TABLE
