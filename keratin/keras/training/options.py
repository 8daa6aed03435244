"""The arguments of `compile`, `fit` and their kin: what they mean, and former spellings."""

from __future__ import annotations

import dataclasses
import numbers
from collections.abc import Mapping
from typing import Any

from keratin._engine import errors
from keratin.keras import optimizers
from keratin.keras._core.settings import settings
from keratin.keras.losses._registry import family as loss_family
from keratin.keras.metrics._family import _metrics as metric_family
from keratin.keras.metrics._metric import Metric
from keratin.keras.metrics._reduction import Mean
from keratin.keras.training import building
from keratin.keras.training.compiled import BY_SHAPE, CROSSENTROPY, CompiledLoss, CompiledMetrics
from keratin.keras.training.outputs import is_nested


@dataclasses.dataclass(frozen=True)
class CompileOptions:
    """What `compile` was given."""

    optimizer: Any
    loss: Any
    loss_weights: Any
    metrics: Any
    weighted_metrics: Any
    run_eagerly: bool
    steps_per_execution: int
    jit_compile: Any
    auto_scale_loss: bool

    @property
    def has_optimizer(self) -> bool:
        """Whether the optimizer is another one than that by default."""
        return not (isinstance(self.optimizer, str) and self.optimizer == "rmsprop")

    def as_dict(self) -> dict[str, Any]:
        """As real Keras writes it into files."""
        found = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        found.pop("auto_scale_loss")
        if found["jit_compile"] == "auto":
            found["jit_compile"] = not self.run_eagerly
        return found


# Of Keras 1 and 2; nothing depends on them here.
_FORMER_COMPILE = (
    "class_mode",
    "distribute",
    "experimental_run_tf_function",
    "experimental_steps_per_execution",
    "pss_evaluation_shards",
    "sample_weight_mode",
)


def compile_model(model: Any, options: CompileOptions, former: dict[str, Any]) -> None:
    """Take note of the options, and resolve what does not depend on data."""
    options = _in_keras_3_order(_without_former(options, former))
    if options.run_eagerly and options.jit_compile is True:
        errors.warn_user(
            "compile: run_eagerly=True has steps run as Python; jit_compile=True has no effect."
        )
    optimizer = optimizers.get(options.optimizer)
    if _wants_scaling(model, options, optimizer):
        optimizer = optimizers.LossScaleOptimizer(optimizer, name="loss_scale_optimizer")
    options = dataclasses.replace(options, optimizer=_kept_optimizer(options, optimizer))
    _check_names(options)
    names = _output_names(model)
    fields = vars(model)
    fields["_compile_loss"] = (
        None if options.loss is None else CompiledLoss(options.loss, options.loss_weights, names)
    )
    some = options.metrics or options.weighted_metrics
    fields["_compile_metrics"] = (
        CompiledMetrics(options.metrics, options.weighted_metrics, names) if some else None
    )
    fields["_loss_tracker"] = Mean(name="loss")
    fields["_compile_options"] = options
    fields["optimizer"] = optimizer
    fields["loss"] = options.loss
    model.run_eagerly = options.run_eagerly
    model.steps_per_execution = options.steps_per_execution
    model.stop_training = False
    model.train_function = model.test_function = model.predict_function = None
    fields["_compiled_trainability"] = building.trainability(model)
    model._forget_compiled()


def _check_names(options: CompileOptions) -> None:
    """Raise for unknown names of losses and metrics, here and not first in `fit`."""
    for name in _strings(options.loss):
        if name.lower() not in CROSSENTROPY:
            loss_family.check_name(name)
    for name in [*_strings(options.metrics), *_strings(options.weighted_metrics)]:
        if name.lower() not in BY_SHAPE:
            metric_family.check_name(name)


def _strings(value: Any) -> list[str]:
    """The strings of nested lists and dictionaries, but for those of configs."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping) and "class_name" not in value:
        value = list(value.values())
    return [s for each in value for s in _strings(each)] if isinstance(value, (list, tuple)) else []


def _without_former(options: CompileOptions, former: dict[str, Any]) -> CompileOptions:
    for name, value in former.items():
        if name not in _FORMER_COMPILE:
            known = [field.name for field in dataclasses.fields(CompileOptions)]
            raise errors.unknown_keyword("compile", name, known)
        if name == "experimental_steps_per_execution":
            options = dataclasses.replace(options, steps_per_execution=value)
        elif name == "sample_weight_mode" and value not in (None, "temporal"):
            raise ValueError(
                f"compile: sample_weight_mode={value!r}. Weights for each timestep are taken as "
                "they are: give sample_weight of shape (rows, timesteps) to fit."
            )
    return options


def _in_keras_3_order(options: CompileOptions) -> CompileOptions:
    """Keras 2 had the metrics before the loss weights: swap them where that is plain to see."""
    weights = options.loss_weights
    if weights is None or not _has_metrics(weights):
        return options
    if options.metrics is not None and _has_metrics(options.metrics):
        return options
    return dataclasses.replace(options, loss_weights=options.metrics, metrics=weights)


def _has_metrics(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_metrics(inner) for inner in value.values())
    if isinstance(value, (list, tuple)):
        return any(_has_metrics(inner) for inner in value)
    return isinstance(value, (str, Metric))


def _wants_scaling(model: Any, options: CompileOptions, optimizer: Any) -> bool:
    policy = getattr(getattr(model, "dtype_policy", None), "name", None)
    return (
        options.auto_scale_loss
        and policy == "mixed_float16"
        and optimizer is not None
        and not isinstance(optimizer, optimizers.LossScaleOptimizer)
    )


def _kept_optimizer(options: CompileOptions, optimizer: Any) -> Any:
    """The name as long as it is the default, else the object, which files are written of."""
    return optimizer if options.has_optimizer else options.optimizer


def _output_names(model: Any) -> list[str] | None:
    """The names of the outputs, where a graph gives them; a `call` has none."""
    if vars(model).get("_graph") is None and "_sequence" not in vars(model):
        return None
    return list(model.output_names) or None


def steps_per_execution(value: Any) -> int:
    """The number of steps, checked."""
    if value == "auto" or value is None:
        return 1
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
        raise ValueError(
            f"steps_per_execution is a whole number from 1 on, or 'auto'; given {value!r}."
        )
    return int(value)


# fit, evaluate, predict

_FIT_NAMES = (
    "x",
    "y",
    "batch_size",
    "epochs",
    "verbose",
    "callbacks",
    "validation_split",
    "validation_data",
    "shuffle",
    "class_weight",
    "sample_weight",
    "initial_epoch",
    "steps_per_epoch",
    "validation_steps",
    "validation_batch_size",
    "validation_freq",
    "validation_shuffle",
    "stratify",
)
_WORKERS = ("workers", "use_multiprocessing", "max_queue_size")
_EVALUATE_NAMES = (
    "x",
    "y",
    "batch_size",
    "verbose",
    "sample_weight",
    "steps",
    "callbacks",
    "return_dict",
)
_PREDICT_NAMES = ("x", "batch_size", "verbose", "steps", "callbacks")


def fit_extras(given: dict[str, Any]) -> dict[str, Any]:
    """The further arguments of `fit`: additions, and those of Keras 1 and 2."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name in _WORKERS or name in ("validation_shuffle", "stratify"):
            found[name] = value
        elif name == "nb_epoch":
            found["epochs"] = value
        else:
            raise errors.unknown_keyword("fit", name, _FIT_NAMES)
    return found


def evaluate_extras(given: dict[str, Any]) -> dict[str, Any]:
    """The further arguments of `evaluate`, of Keras 2."""
    return _workers("evaluate", given, _EVALUATE_NAMES)


def predict_extras(given: dict[str, Any]) -> dict[str, Any]:
    """The further arguments of `predict`, of Keras 2."""
    return _workers("predict", given, _PREDICT_NAMES)


def _workers(method: str, given: dict[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    for name in given:
        if name not in _WORKERS:
            raise errors.unknown_keyword(method, name, known)
    return dict(given)


def whole(name: str, value: Any) -> int:
    """A whole number from 0 on."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or value < 0 or int(value) != value:
        raise ValueError(f"fit(): {name} is a whole number from 0 on; given {value!r}.")
    return int(value)


def limited_epochs(epochs: int) -> int:
    """As many epochs, but no more than `keras.config.max_epochs()`."""
    limit = settings.max_epochs
    if not limit or epochs <= limit:
        return epochs
    errors.warn_user(
        f"fit(): epochs are limited to {limit}, by keras.config.set_max_epochs or KERAS_MAX_EPOCHS."
    )
    return limit


def validation_times(value: Any) -> tuple[Any, int | None]:
    """`validation_freq` as (epochs, steps): a number or set of epochs, or a number of steps."""
    if isinstance(value, Mapping):
        if set(value) != {"steps"} or not _is_count(value["steps"]):
            raise ValueError(
                f"validation_freq: a dictionary is {{'steps': N}}, to validate after every N "
                f"steps; given {value!r}."
            )
        return None, int(value["steps"])
    if is_nested(value) or isinstance(value, (set, range)):
        return frozenset(value), None
    if not _is_count(value):
        raise ValueError(
            f"validation_freq: a number of epochs, a list of their numbers (from 1 on), or "
            f"{{'steps': N}}; given {value!r}."
        )
    return int(value), None


def _is_count(value: Any) -> bool:
    is_whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    return is_whole and int(value) > 0
