"""What belongs to a layer: found among its attributes, also in lists and dictionaries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from keratin._engine.module import Module
from keratin._engine.tensor import Tensor
from keratin._engine.variable import Variable
from keratin.keras import metrics

# Attributes that hold what belongs to others, or to the graph.
_NOT_SEARCHED = frozenset(
    {
        "_arguments",
        "_inbound_nodes",
        "_loss_functions",
        "_losses",
        "_non_trainable_variables",
        "_trainable_variables",
        "_build_shapes",
        "_dtype_policy",
        "_input_spec",
        "_compiled",
        "_compiled_trainability",
        "_outbound_nodes",
        "optimizer",
        "stop_training",
        "history",
    }
)


def unique(values: list[Any]) -> list[Any]:
    """Each value once, in the order of their first appearance."""
    return list({id(value): value for value in values}.values())


def parts_of(layer: Any, kind: str) -> list[Any]:
    """The layers ("layer"), metrics ("metric") or random generators ("seed") of a layer."""
    return unique([part for part in _parts(layer) if _kind(part) == kind and part is not layer])


def _kind(value: Any) -> str | None:
    return getattr(type(value), "_tracked_as", None)


def own_variables(layer: Any) -> list[Any]:
    """The variables of a layer alone: trainable ones, then the others, in the order made."""
    found = [*layer._trainable_variables, *layer._non_trainable_variables]
    for part in _parts(layer):
        if isinstance(part, Variable):
            found.append(part)
        elif isinstance(part, Module) and _kind(part) is None:
            found.extend(part.variables)
    return unique(found)


def _parts(layer: Any) -> Iterator[Any]:
    for name, value in vars(layer).items():
        if name not in _NOT_SEARCHED:
            yield from _within(value)


def _within(value: Any) -> Iterator[Any]:
    kind = type(value)
    if kind in (str, int, float, bool, type(None), Tensor):
        return
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _within(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _within(item)
    elif _kind(value) is not None or isinstance(value, (Variable, Module)):
        yield value


def add_metric(
    layer: Any, value: Any = None, name: str | None = None, aggregation: str | None = None
) -> Any:
    """Update the metric of this name, made at the first call; see `Layer.add_metric`."""
    if isinstance(value, metrics.Metric):
        vars(layer).setdefault("_added_metrics", {})[value.name] = value
        return value
    if name is None:
        # The result of a metric that the layer holds, which is shown anyway.
        for metric in layer._metrics:
            if metric.gave(value):
                return metric
        raise ValueError("add_metric: give the metric a name, as in add_metric(value, name='mean')")
    if aggregation not in (None, "mean"):
        raise ValueError(f"add_metric: aggregation is 'mean'; given {aggregation!r}")
    known = vars(layer).setdefault("_added_metrics", {})
    if name not in known:
        known[name] = metrics.Mean(name=name)
    known[name].update_state(value)
    return known[name]
