"""Finding what made a NaN."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import numpy as np

from keratin._engine import state
from keratin._engine.tape import GradientTape
from keratin.keras.callbacks._callback import Callback, Logs
from keratin.keras.callbacks._snapshot import Snapshot
from keratin.keras.layers._call import call_context
from keratin.keras.training.passes import as_tensors
from keratin.keras.utils._logging import print_message


class NaNFinder(Callback):
    """Ends training at the first loss that is no finite number, and says what made it.

    It has the batch run again, op by op, and looks at the data, at what each layer gives, at the
    loss, and then at the gradients from the loss back to the first layer. Infinities count as NaNs.
    Every batch is a dispatch of its own, and the weights before it are kept: it is for the search
    of an error.

    Afterwards `phase` is "data", "forward", "loss", "gradient", "update" or "unknown", `layer` the
    layer if it is one, `message` all of it in words; the model has the weights from before.

    Args:
        raise_error: Whether to raise a RuntimeError in place of printing the message.

    >>> model = keras.Sequential(
    ...     [keras.Input((1,)), keras.layers.Lambda(tf.math.log, name="logarithm"),
    ...      keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> finder = keras.callbacks.NaNFinder()
    >>> x = np.array([[1.0], [0.0]])
    >>> history = model.fit(x, x, callbacks=[finder], verbose=0)
    Epoch 1, batch 1: the loss is inf. It came up in the layer 'logarithm' (Lambda)...
    >>> finder.phase, finder.layer.name
    ('forward', 'logarithm')
    """

    def __init__(self, raise_error: bool = False):
        super().__init__()
        self.raise_error = raise_error
        self.phase: str | None = None
        self.layer: Any = None
        self.message: str | None = None
        self._fitting: Any = None
        self._epoch = 0
        # The present step and the one before it.
        self._steps: list[_Step] = []

    def _take_part(self, fitting: Any) -> None:
        self._fitting = fitting
        fitting._training.per_execution = 1

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin anew."""
        self.phase = self.layer = self.message = None
        self._steps = []

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Take note of the epoch."""
        self._epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Keep what the step begins with."""
        if self._fitting is not None and self.message is None:
            data, rows = self._fitting._training.batch_at(batch)
            step = _Step(self._epoch, batch, data, rows, Snapshot(self.model))
            self._steps = [*self._steps[-1:], step]

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Look at the loss."""
        loss = (logs or {}).get("loss")
        if loss is not None and not np.isfinite(loss) and self._steps and self.message is None:
            self._find(f"the loss is {loss}")

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Look at the weights, of which the last step may have made NaNs."""
        if (
            self._steps
            and self.message is None
            and any(not _all_finite(v) for v in self._weights())
        ):
            self._find("the weights are no finite numbers any more")

    def on_train_end(self, logs: Logs = None) -> None:
        """Let go of what was kept."""
        self._steps, self._fitting = [], None

    def _broken_off(self) -> None:
        self._steps, self._fitting = [], None

    def _weights(self) -> list[Any]:
        return [v._array for v in self.model.trainable_variables]

    # The search

    def _find(self, what: str) -> None:
        step = self._steps[-1]
        step.snapshot.restore()
        if len(self._steps) > 1 and any(not _all_finite(v) for v in self._weights()):
            # The loss was still finite when the step before has spoilt the weights.
            step = self._steps[0]
            step.snapshot.restore()
        with state.listening(()):
            found = self._searched(step)
        step.snapshot.restore()
        self.phase, self.layer, where = found
        self.message = f"Epoch {step.epoch + 1}, batch {step.batch + 1}: {what}. {where}"
        self.model.stop_training = True
        self._steps = []
        if self.raise_error:
            raise RuntimeError(self.message)
        print_message(self.message)

    def _searched(self, step: _Step) -> tuple[str, Any, str]:
        found = _in_data(step)
        if found is not None:
            return "data", None, found
        run = _run(self.model, as_tensors(step.data))
        found_layer = _forward(run.calls)
        if found_layer is not None:
            return "forward", *found_layer
        if not _all_finite(run.loss):
            text = f"It came up in the loss: of finite outputs of the model it makes {run.loss}."
            return "loss", None, f"{text} {_ranges('The outputs', run.outputs)}"
        found_layer = _backward(run, self.model)
        if found_layer is not None:
            return "gradient", *found_layer
        if any(not _all_finite(v) for v in self._after_update(run)):
            norm = max(float(np.abs(np.asarray(g)).max()) for g in run.weights if g is not None)
            rate = float(np.asarray(self.model.optimizer.learning_rate))
            text = "It came up when the optimizer changed the weights, by finite gradients "
            text += f"(up to {norm:.3g}) at the learning rate {rate:.3g}."
            return "update", None, f"{text} Lower the rate, or clip gradients (clipnorm=1.0)."
        return "unknown", None, "Run again op by op, the batch gives finite numbers."

    def _after_update(self, run: _Run) -> list[Any]:
        optimizer = self.model.optimizer
        if optimizer is not None and any(g is not None for g in run.weights):
            optimizer.apply(run.weights, self.model.trainable_variables)
        return self._weights()


class _Step(NamedTuple):
    """What a step begins with."""

    epoch: int
    batch: int
    data: Any
    rows: Any
    snapshot: Snapshot


class _Call(NamedTuple):
    """A call of a layer, with the tensors that went in and came out."""

    layer: Any
    inputs: list[Any]
    outputs: list[Any]
    # Whether other layers were called within it.
    is_outer: bool


class _Run(NamedTuple):
    """A batch that was run again; gradients are in the order of what they are of."""

    calls: list[_Call]
    outputs: list[Any]
    loss: Any
    of_outputs: list[Any]
    of_calls: list[tuple[list[Any], list[Any]]]
    weights: list[Any]


def _run(model: Any, batch: Any) -> _Run:
    """The step, op by op, up to the gradients."""
    x, y, sample_weight = batch
    calls: list[_Call] = []

    def see(layer: Any, args: Any, kwargs: Any, outputs: Any) -> None:
        inner = {id(each) for each in layer._flatten_layers(include_self=False)}
        is_outer = any(id(call.layer) in inner for call in calls)
        calls.append(_Call(layer, _floats((args, kwargs)), _floats(outputs), is_outer))

    with GradientTape(persistent=True) as tape:
        tape.watch(_floats(x))
        outer, call_context.observer = call_context.observer, see
        try:
            predicted = model(x, training=True)
        finally:
            call_context.observer = outer
        outputs = _floats(predicted)
        loss = model._call_compute_loss(x, y, predicted, sample_weight, True)
    variables = list(model.trainable_variables)
    tensors = [*outputs, *[t for call in calls for t in (*call.inputs, *call.outputs)]]
    gradients = iter(tape.gradient(loss, [*tensors, *variables]))
    of_outputs = [next(gradients) for _ in outputs]
    of_calls = [
        ([next(gradients) for _ in call.inputs], [next(gradients) for _ in call.outputs])
        for call in calls
    ]
    return _Run(calls, outputs, loss, of_outputs, of_calls, list(gradients))


def _in_data(step: _Step) -> str | None:
    """What is wrong with the batch itself."""
    for name, part in zip(("x", "y", "sample_weight"), step.data, strict=True):
        for leaf in jax.tree.leaves(part):
            array = np.asarray(leaf)
            if array.dtype.kind != "f" or _all_finite(array):
                continue
            bad = ~np.isfinite(array.reshape(len(array), -1)).all(axis=1)
            places = np.flatnonzero(bad)
            if step.rows is not None:
                rows = ", ".join(map(str, np.asarray(step.rows)[places][:5]))
                return f"It is in the data: {name} is no finite number in the row(s) {rows}."
            rows = ", ".join(map(str, places[:5]))
            return f"It is in the data: {name} is no finite number in row(s) {rows} of the batch."
    return None


def _forward(calls: list[_Call]) -> tuple[Any, str] | None:
    """The first layer that made a NaN of finite inputs, or what came in between."""
    for call in calls:
        if not all(map(_all_finite, call.inputs)):
            return call.layer, (
                f"It came up between layers: an operation before {_named(call.layer)} made it. "
                f"{_ranges('What the layer is given', call.inputs)}"
            )
        if not all(map(_all_finite, call.outputs)) and not call.is_outer:
            weights = [v._array for v in call.layer.weights if v.dtype.is_floating]
            return call.layer, (
                f"It came up in the layer {_named(call.layer)}. "
                + _listed(
                    ("Its inputs", call.inputs),
                    ("Its weights", weights),
                    ("Its outputs", call.outputs),
                )
            )
        if not all(map(_all_finite, call.outputs)):
            return call.layer, (
                f"It came up in the call of {_named(call.layer)}, outside of the layers in it."
            )
    return None


def _backward(run: _Run, model: Any) -> tuple[Any, str] | None:
    """The last layer whose gradients are NaNs while that of its outputs is finite."""
    if not all(map(_all_finite, run.of_outputs)):
        return None, (
            "It came up in the gradient of the loss with respect to the outputs of the model. "
            f"{_ranges('The outputs', run.outputs)} The loss is finite there, and its slope is not."
        )
    by_variable = dict(zip([id(v) for v in model.trainable_variables], run.weights, strict=True))
    pairs = list(zip(run.calls, run.of_calls, strict=True))
    for call, (of_inputs, of_outputs) in reversed(pairs):
        own = [by_variable.get(id(v)) for v in call.layer.trainable_variables]
        if call.is_outer or not all(map(_all_finite, of_outputs)):
            continue
        if not all(map(_all_finite, [*of_inputs, *own])):
            return call.layer, (
                f"It came up in the gradient of the layer {_named(call.layer)}: the gradient of "
                "its outputs is finite, that of its inputs or weights is not. "
                + _listed(("Its inputs", call.inputs), ("Its outputs", call.outputs))
            )
    if not all(map(_all_finite, run.weights)):
        return None, "It came up in the gradient of an operation between the layers."
    return None


def _floats(value: Any) -> list[Any]:
    return list(_float_tensors(value))


def _float_tensors(value: Any) -> Iterator[Any]:
    for leaf in jax.tree.leaves(value, is_leaf=lambda v: hasattr(v, "dtype")):
        if hasattr(leaf, "dtype") and getattr(leaf.dtype, "is_floating", False):
            yield leaf


def _all_finite(value: Any) -> bool:
    return value is None or bool(np.isfinite(np.asarray(value, np.float64)).all())


def _named(layer: Any) -> str:
    return f"{layer.name!r} ({type(layer).__name__})"


def _ranges(what: str, values: list[Any]) -> str:
    """In words, between which bounds arrays lie, and how many elements are no numbers."""
    return f"{what}: {'; '.join(_range(np.asarray(v, np.float64)) for v in values)}."


def _listed(*parts: tuple[str, list[Any]]) -> str:
    return " ".join(_ranges(what, values) for what, values in parts if values)


def _range(array: np.ndarray[Any, Any]) -> str:
    finite = array[np.isfinite(array)]
    bounds = f"from {finite.min():.3g} to {finite.max():.3g}" if finite.size else "none finite"
    shape = "x".join(map(str, array.shape)) or "a number"
    missing = array.size - finite.size
    return f"{shape}, {bounds}" + (f", {missing} of {array.size} not finite" if missing else "")
