"""Making ready: variables of layers, metrics and optimizer, before a step is traced."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import numpy as np

from keratin._engine import errors
from keratin._engine.block import is_tensor as is_tensor
from keratin.keras._core.symbolic import KerasTensor
from keratin.keras.metrics._metric import Metric
from keratin.keras.training.compiled import CompiledMetrics
from keratin.keras.training.logs import plain


def unique(values: list[Any]) -> list[Any]:
    """Each value once, in the order of their first appearance."""
    return list({id(value): value for value in values if value is not None}.values())


def takes(function: Callable[..., Any], name: str) -> bool:
    """Whether a method has a parameter of this name."""
    return _takes(getattr(function, "__func__", function), name)


@functools.lru_cache(maxsize=1000)
def _takes(function: Callable[..., Any], name: str) -> bool:
    parameters = inspect.signature(function).parameters
    return name in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def prepare(model: Any, batch: Any, training: bool) -> None:
    """Make all variables that a step on batches like this one needs."""
    ready = model._programs.ready
    if training in ready:
        return
    with as_compiled(model):
        _prepare(model, batch, training)
    ready.add(training)


def _prepare(model: Any, batch: Any, training: bool) -> None:
    x, y, _ = batch
    is_built = all(layer.built for layer in model._flatten_layers())
    unresolved = [
        what
        for what in (model._compile_loss, model._compile_metrics)
        if what is not None and not what.built
    ]
    if _has_call(model) and (not is_built or (unresolved and y is not None)):
        y_pred = predicted(model, x)
        if y is not None:
            for what in unresolved:
                what.build(y, y_pred)
    restore = vars(model).get("_restore_metrics")
    if restore is not None:
        restore(model)
    if training and _needs_optimizer(model):
        model.optimizer._build_once(model.trainable_variables)


def _has_call(model: Any) -> bool:
    """Whether the model can be called: not so one that has steps of its own and nothing else."""
    fields = vars(model)
    if (
        fields.get("_graph") is not None
        or "_sequence" in fields
        or not model._has_own("train_step")
    ):
        return True
    return not type(model).call.__module__.startswith("keratin.")


def predicted(model: Any, x: Any) -> Any:
    """Symbolic outputs for inputs like these; makes the variables that are not there yet."""
    symbolic = jax.tree.map(_symbolic, x)
    return model.compute_output_spec(symbolic)


def _symbolic(leaf: Any) -> Any:
    return KerasTensor((None, *leaf.shape[1:]), leaf.dtype)


def _needs_optimizer(model: Any) -> bool:
    """Whether the model's optimizer is going to be used: not so if a step has its own ones."""
    if model.optimizer is None:
        return False
    if model._has_default_step("train"):
        return True
    # One that is not built yet is built by the step that uses it.
    is_built = all(layer.built for layer in model._flatten_layers())
    return bool(model._compile_options.has_optimizer and is_built)


# Metrics


def reset_metrics(model: Any) -> None:
    """`model.reset_metrics()`, quick where metrics have nothing to do but to zero variables."""
    if model._has_own("reset_metrics") or model._has_own("metrics"):
        model.reset_metrics()
        return
    if model._programs.resets is None:
        model._programs.resets = _resets(model)
    others, variables, zeros = model._programs.resets
    for metric in others:
        metric.reset_state()
    for variable, array in zip(variables, jax.device_put(zeros), strict=True):
        variable._array, variable._shared = array, False


def _resets(model: Any) -> tuple[list[Any], list[Any], list[Any]]:
    """Metrics that reset themselves, and the variables of all others with the zeros for them."""
    metrics: list[Any] = []
    for metric in model.metrics:
        metrics += metric.metrics if isinstance(metric, CompiledMetrics) else [metric]
    others = [m for m in metrics if not _resets_to_zero(m)]
    variables = unique([v for m in metrics if _resets_to_zero(m) for v in m.variables])
    # Arrays of NumPy's that belong to nobody else: each reset copies them.
    zeros = [np.zeros(v._array.shape, v._array.dtype) for v in variables]
    return others, variables, zeros


def _resets_to_zero(metric: Any) -> bool:
    cls = type(metric)
    own = {"reset_state", "reset_states", "_assign_zeros"} & vars(metric).keys()
    return not own and all(
        getattr(cls, name, None) is getattr(Metric, name)
        for name in ("reset_state", "reset_states", "_assign_zeros")
    )


# Names and order of figures


def _metric_names(model: Any) -> list[str]:
    names: list[str] = []
    for metric in model.metrics:
        if isinstance(metric, CompiledMetrics):
            names += [inner.name for inner in metric.metrics]
        else:
            names.append(metric.name)
    return names


def in_order(model: Any, logs: Mapping[str, Any]) -> Any:
    """The figures as a list in the order of the metrics; a single one by itself."""
    orders, key = model._programs.orders, tuple(logs)
    if key not in orders:
        orders[key] = _ordered(_metric_names(model), logs)
    found = [logs[name] for name in orders[key]]
    return found[0] if len(found) == 1 else found


def _ordered(names: list[str], logs: Any) -> list[str]:
    first = list(dict.fromkeys(name for name in names if name in logs))
    return [*first, *sorted(name for name in logs if name not in first)]


def names_in_order(model: Any) -> list[str]:
    """The names of what `evaluate` returns as a list."""
    names: dict[str, None] = {}
    for metric in model.metrics:
        inner = metric.names() if isinstance(metric, CompiledMetrics) else [metric.name]
        names.update(dict.fromkeys(inner))
    return _ordered(_metric_names(model), names)


def direction_of(model: Any, name: str) -> str | None:
    """Whether more or less of a figure is better: "up", "down", or None if nobody knows."""
    for metric in model.metrics:
        inner = metric.named() if isinstance(metric, CompiledMetrics) else {metric.name: metric}
        if name in inner:
            found = getattr(inner[name], "_direction", None)
            if found is not None:
                return str(found)
    if name == "acc" or name.endswith(("accuracy", "_acc")):
        return "up"
    return None


def epoch_logs(model: Any, kind: str, logs: dict[str, Any]) -> dict[str, Any]:
    """The figures of a whole pass, of what the last step gave.

    A step of the user's may give figures of its batch under the names of metrics that it updated:
    then the metrics tell of the whole pass.
    """
    if not logs or model._has_default_step(kind):
        return logs
    by_name = {m.name: m for m in model.metrics if not isinstance(m, CompiledMetrics)}
    for metric in model.metrics:
        if isinstance(metric, CompiledMetrics):
            by_name.update(metric.named())
    if set(by_name) != set(logs) or not all(model._is_updated(kind, m) for m in by_name.values()):
        return logs
    return plain(model.get_metrics_result())


# What was trainable when the model was compiled


def trainability(model: Any) -> dict[int, tuple[Any, bool]]:
    """Whether each layer is trainable, by its id."""
    return {id(layer): (layer, layer.trainable) for layer in model._flatten_layers()}


@contextlib.contextmanager
def as_compiled(model: Any) -> Iterator[None]:
    """Within, layers are trainable as they were when the model was compiled."""
    changed = [
        (layer, was, layer.trainable)
        for layer, was in (model._compiled_trainability or {}).values()
        if layer.trainable != was
    ]
    kept = [(v, v._trainable) for layer, *_ in changed for v in layer._trainable_variables]
    for layer, was, _ in changed:
        vars(layer)["_trainable"] = was
        for variable in layer._trainable_variables:
            variable._trainable = was
    try:
        yield
    finally:
        for layer, _, now in changed:
            vars(layer)["_trainable"] = now
        for variable, trainable in kept:
            variable._trainable = trainable


def warn_of_changes(model: Any) -> None:
    """Warn, once for each compile, of layers whose `trainable` was changed since."""
    state = model._compiled_trainability
    changed = [layer.name for layer, was in (state or {}).values() if layer.trainable != was]
    if changed and not model._programs.warned_of_changes:
        model._programs.warned_of_changes = True
        errors.warn_user(
            f"The `trainable` of these layers was changed since the model was compiled: "
            f"{', '.join(changed[:6])}. That has no effect on training until compile() is called "
            "again."
        )
