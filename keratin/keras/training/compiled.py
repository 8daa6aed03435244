"""What `compile` was told, resolved for each output: losses, their weights, and metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from numbers import Real
from typing import Any

from keratin._engine.tensor import convert_to_tensor
from keratin.keras import losses as losses_module
from keratin.keras._core import names
from keratin.keras._core.settings import settings
from keratin.keras.losses._loss import Loss, LossFunctionWrapper
from keratin.keras.metrics._metric import Metric
from keratin.keras.metrics._reduction import Mean
from keratin.keras.metrics._resolution import resolve
from keratin.keras.training.outputs import Outputs, is_nested
from keratin.math._casting import cast

CROSSENTROPY = ("crossentropy", "ce")
BY_SHAPE = (*CROSSENTROPY, "accuracy", "acc")


class OutputLoss:
    """A loss of one output, and the factor it has in the sum."""

    def __init__(self, loss: Any, weight: Any, index: int, name: str):
        self.loss = loss
        self.weight = weight
        self.index = index  # of the output
        self.name = name


class CompiledLoss:
    """The losses of all outputs as one function, `(y_true, y_pred, sample_weight) -> total`."""

    def __init__(self, loss: Any, loss_weights: Any, output_names: Any):
        self.given = loss
        self.given_weights = loss_weights
        self.output_names = output_names
        self.built = False
        self.losses: list[OutputLoss] = []
        # The mean of each loss, where there are several.
        self.metrics: list[Any] = []
        self.outputs: Outputs | None = None

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Resolve the options, for labels and outputs like these."""
        outputs = Outputs(y_pred, self.output_names)
        options = outputs.spread(self.given, "loss", lambda _: len(outputs) == 1)
        weights = self._weights(outputs, options)
        wanted = [option is not None for option in options]
        if not any(wanted):
            raise ValueError("loss: it is None for all outputs. Give a loss for one at least.")
        labels = outputs.labels(y_true, wanted)
        predictions = outputs.of(y_pred)
        self.losses = []
        for index in self._order(outputs):
            self.losses += self._of_output(
                options[index], weights[index], index, outputs, labels[index], predictions[index]
            )
        self.outputs = outputs
        self._wanted = wanted
        if len(self.losses) > 1 and not self.metrics:
            self.metrics = [Mean(name=f"{name}_loss") for name in _unique(self.losses)]
        self.built = True

    def _order(self, outputs: Outputs) -> list[int]:
        """The numbers of the outputs: as the model lists them, or as dictionaries of both name."""
        numbers = list(range(len(outputs)))
        if not (isinstance(self.given, Mapping) and isinstance(outputs.structure, Mapping)):
            return numbers
        place = {name: i for i, name in enumerate(self.given)}

        def place_of(index: int) -> int:
            key = outputs.paths[index][0]
            return place.get(key, place.get(outputs.names[index], len(place)))

        return sorted(numbers, key=place_of)

    def _of_output(
        self, option: Any, weight: Any, index: int, outputs: Outputs, y_true: Any, y_pred: Any
    ) -> Iterator[OutputLoss]:
        listed = list(option) if isinstance(option, (list, tuple)) else [option]
        factors = list(weight) if isinstance(weight, (list, tuple)) else [weight] * len(listed)
        if len(factors) != len(listed):
            raise ValueError(
                f"loss_weights: {len(factors)} numbers for {len(listed)} losses of the output "
                f"{outputs.names[index]!r}. Give one number for each loss."
            )
        for one, factor in zip(listed, factors, strict=True):
            if one is not None:
                loss = get_loss(one, y_true, y_pred)
                name = loss.name if len(listed) > 1 else outputs.names_of_losses[index]
                yield OutputLoss(loss, factor, index, name)

    def _weights(self, outputs: Outputs, options: list[Any]) -> list[Any]:
        """The factor of each output's loss; None is 1."""
        given = self.given_weights
        for number in _numbers(given):
            if isinstance(number, bool) or not (number is None or _is_number(number)):
                raise ValueError(
                    "loss_weights: a number for each loss, as a list or a dictionary by the names "
                    f"of the outputs; given {given!r}. (In Keras 3 loss_weights comes before "
                    "metrics: name the arguments.)"
                )
        if isinstance(given, (list, tuple)) and not any(map(is_nested, given)):
            if len(given) == sum(option is not None for option in options) < len(options):
                rest = iter(given)
                return [next(rest) if option is not None else None for option in options]
            if len(outputs) == 1 and len(options) == 1 and isinstance(options[0], (list, tuple)):
                return [list(given)]
        return outputs.spread(given, "loss_weights", lambda _: False)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The sum of all losses, each times its factor."""
        if not self.built:
            self.build(y_true, y_pred)
        assert self.outputs is not None
        outputs = self.outputs
        labels = outputs.labels(y_true, self._wanted)
        predictions = outputs.of(y_pred)
        weights = outputs.weights(sample_weight)
        total: Any = None
        for place, each in enumerate(self.losses):
            y_t, y_p = labels[each.index], predictions[each.index]
            _check_pair(each, y_t, y_p, len(outputs))
            value = cast(each.loss(y_t, y_p, weights[each.index]), settings.floatx)
            if self.metrics:
                self.metrics[place].update_state(value, sample_weight=_batch_size(y_p))
            if each.weight is not None:
                value = value * cast(convert_to_tensor(each.weight), value.dtype)
            total = value if total is None else total + value
        return total


class CompiledMetrics(Metric):
    """The metrics of all outputs; its result is a dictionary."""

    def __init__(self, metrics: Any, weighted_metrics: Any, output_names: Any):
        super().__init__(name="compile_metrics")
        self.given = _checked(metrics, "metrics")
        self.given_weighted = _checked(weighted_metrics, "weighted_metrics")
        self.output_names = output_names
        self.built = False
        self._plain: list[list[Any]] = []
        self._weighted: list[list[Any]] = []
        self.outputs: Outputs | None = None

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Resolve the options, for labels and outputs like these."""
        outputs = Outputs(y_pred, self.output_names)
        labels = outputs.labels(y_true, [True] * len(outputs)) if y_true is not None else None
        known = labels or [None] * len(outputs)
        pairs = list(zip(known, outputs.of(y_pred), strict=True))
        self.outputs = outputs
        self._plain = [
            [get_metric(one, *pair) for one in listed]
            for listed, pair in zip(
                self._listed(outputs, self.given, "metrics"), pairs, strict=True
            )
        ]
        weighted = self._listed(outputs, self.given_weighted, "weighted_metrics")
        self._weighted = [
            [get_metric(one, *pair) for one in listed]
            for listed, pair in zip(weighted, pairs, strict=True)
        ]
        self.built = True

    def _listed(self, outputs: Outputs, given: Any, what: str) -> list[list[Any]]:
        """A list of metrics for each output."""
        if not given:
            return [[] for _ in range(len(outputs))]
        if len(outputs) == 1 and not isinstance(given, Mapping):
            return [list(_flat(given))]
        found = outputs.spread(given, what, _is_leaf_list)
        return [list(_flat(option)) for option in found]

    @property
    def metrics(self) -> list[Any]:
        """The metrics of all outputs."""
        return [metric for group in (*self._plain, *self._weighted) for metric in group]

    @property
    def variables(self) -> list[Any]:
        """The state of all metrics."""
        return [variable for metric in self.metrics for variable in metric.variables]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch into account; weights count for `weighted_metrics` alone."""
        if not self.built:
            self.build(y_true, y_pred)
        assert self.outputs is not None
        wanted = [bool(a or b) for a, b in zip(self._plain, self._weighted, strict=True)]
        labels = self.outputs.labels(y_true, wanted)
        predictions = self.outputs.of(y_pred)
        weights = self.outputs.weights(sample_weight)
        for index, y_p in enumerate(predictions):
            for metric in self._plain[index]:
                metric.update_state(labels[index], y_p)
            for metric in self._weighted[index]:
                metric.update_state(labels[index], y_p, sample_weight=weights[index])

    def result(self) -> dict[str, Any]:
        """The results by their names in the logs."""
        return {name: metric.result() for name, metric in self.named().items()}

    def names(self) -> list[str]:
        """The names in the logs; those of one output are known before there is data."""
        if self.built or len(self.output_names or ()) != 1:
            return list(self.named())
        listed = [one for given in (self.given, self.given_weighted) for one in _flat(given)]
        return [
            one if isinstance(one, str) else getattr(one, "name", _name_of(one)) for one in listed
        ]

    def named(self) -> dict[str, Any]:
        """The metrics by their names in the logs: that of the output first, if there are several.

        A name that is taken gets a number, or "weighted_" before it.
        """
        found: dict[str, Any] = {}
        several = self.outputs is not None and len(self.outputs) > 1
        prefixes = [f"{n}_" for n in self.outputs.names] if several and self.outputs else [""]
        for groups, taken in ((self._plain, ""), (self._weighted, "weighted_")):
            for prefix, group in zip(prefixes, groups, strict=False):
                for metric in group:
                    name = f"{prefix}{metric.name}"
                    if name in found and taken:
                        name = f"{prefix}{taken}{metric.name}"
                    found[_numbered(name, found)] = metric
        return found

    def reset_state(self) -> None:
        """Forget all batches."""
        for metric in self.metrics:
            metric.reset_state()


def get_loss(option: Any, y_true: Any, y_pred: Any) -> Any:
    """The loss object of a string, function, config or object."""
    if isinstance(option, str) and option.lower() in CROSSENTROPY:
        found = losses_module.get(_kind_of_classes(y_true, y_pred) + "_crossentropy")
    else:
        found = losses_module.get(option)
    if isinstance(found, Metric):
        raise TypeError(
            f"loss: {found!r} is a metric, which keeps a running value and has no gradient. Give "
            "compile(metrics=[...]) the metric, and loss an object of keras.losses or its name"
        )
    if isinstance(found, Loss):
        return found
    name = option if isinstance(option, str) else _name_of(found)
    return LossFunctionWrapper(found, name=name)


def get_metric(option: Any, y_true: Any, y_pred: Any) -> Any:
    """The metric object of a string, function, config or object."""
    if y_true is None and isinstance(option, str) and option.lower() in BY_SHAPE:
        _kind_of_classes(None, y_pred)
    true = () if y_true is None else tuple(y_true.shape)
    return resolve(option, true, tuple(y_pred.shape))


def _kind_of_classes(y_true: Any, y_pred: Any) -> str:
    """How labels say classes, of their shape and that of the outputs."""
    pred = tuple(y_pred.shape)
    if not pred or pred[-1] == 1:
        return "binary"
    if y_true is None:
        raise ValueError(
            "'accuracy' and 'crossentropy' stand for what fits the labels, and none were given. "
            "Name it: 'sparse_categorical_accuracy', 'categorical_accuracy', 'binary_accuracy'."
        )
    true = tuple(y_true.shape)
    is_sparse = len(true) < len(pred) or (true[-1] == 1 and (pred[-1] or 2) > 1)
    return "sparse_categorical" if is_sparse else "categorical"


def _name_of(found: Any) -> str:
    return str(getattr(found, "__name__", None) or names.snake_case(type(found).__name__))


def _is_leaf_list(option: Any) -> bool:
    return not any(map(is_nested, option))


def _flat(option: Any) -> Iterator[Any]:
    if isinstance(option, Mapping) and "class_name" not in option:
        option = list(option.values())
    if isinstance(option, (list, tuple)):
        for one in option:
            yield from _flat(one)
    elif option is not None:
        yield option


def _numbers(given: Any) -> Iterator[Any]:
    if isinstance(given, Mapping):
        given = list(given.values())
    if isinstance(given, (list, tuple)):
        for one in given:
            yield from _numbers(one)
    else:
        yield given


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) or hasattr(value, "dtype")


def _checked(given: Any, what: str) -> Any:
    if given is None or isinstance(given, (str, list, tuple, Mapping)) or callable(given):
        return [given] if isinstance(given, str) or callable(given) else given
    if isinstance(given, Metric):
        return [given]
    raise ValueError(
        f"{what}: a list of metrics, or a dictionary of lists by the names of the outputs; given "
        f"{given!r} of type {type(given).__name__}."
    )


def _unique(losses: list[OutputLoss]) -> list[str]:
    found: dict[str, None] = {}
    for each in losses:
        found[_numbered(each.name, found)] = None
    return list(found)


def _numbered(name: str, taken: Mapping[str, Any]) -> str:
    if name not in taken:
        return name
    number = 1
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _batch_size(y_pred: Any) -> Any:
    first = y_pred if not is_nested(y_pred) else next(_flat(y_pred))
    return first.shape[0] if len(first.shape) else 1


def _check_pair(each: OutputLoss, y_true: Any, y_pred: Any, count: int) -> None:
    if y_true is None:
        where = f" for the output {each.name!r}" if count > 1 else ""
        raise ValueError(
            f"The loss {each.loss.name!r} needs labels{where}, and none were given. Give y (or "
            "data of pairs (x, y)); a model without labels has loss=None and adds its losses with "
            "add_loss."
        )
