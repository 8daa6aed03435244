"""`predict`: the outputs for inputs, as NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from keratin._engine.block import is_tensor
from keratin._engine.tensor import Tensor
from keratin._engine.variable import Variable
from keratin.keras.callbacks._list import CallbackList
from keratin.keras.training import building
from keratin.keras.training.feed import ArrayFeed
from keratin.keras.training.indices import check_indices, embedded
from keratin.keras.training.interrupt import Interrupt
from keratin.keras.training.passes import _has_text, as_tensors
from keratin.keras.training.programs import MAX_PROGRAMS

NOT_QUICK: Any = object()

# So many batches are on their way before their outputs are copied.
_AHEAD = 4


def quick(model: Any, x: Any, batch_size: int | None, verbose: Any) -> Any:
    """The outputs of one array of at most a batch, if the program for it is there already."""
    if type(x) is not np.ndarray or verbose not in (0, False):
        return NOT_QUICK
    run = model._programs.quick.get((x.shape, x.dtype))
    if run is None or model._is_eager or len(x) > (batch_size or 32):
        return NOT_QUICK
    return run(x)


def _remember(model: Any, x: Any, run: Callable[[Any], Any]) -> None:
    known = model._programs.quick
    if len(known) >= MAX_PROGRAMS:
        known.clear()
    known[x.shape, x.dtype] = run


def predict(model: Any, feed: Any, verbose: Any, callbacks: Any) -> Any:
    """The outputs for all batches of a feed, put together."""
    if not isinstance(callbacks, CallbackList):
        callbacks = CallbackList(
            callbacks,
            add_progbar=verbose != 0,
            model=model,
            verbose=verbose,
            epochs=1,
            steps=feed.num_batches,
        )
    building.prepare(model, feed.peek(), training=False)
    if isinstance(feed, ArrayFeed):
        check_indices(model, feed.data[0], "predict")
    model.stop_predicting = False
    interrupt = Interrupt()
    callbacks.on_predict_begin()
    tells = callbacks.wants_batches("predict") or callbacks._progbar is not None
    collected = _Collected(feed.num_rows)
    with interrupt.watch():
        for step, batch in enumerate(_batches(feed)):
            if tells:
                callbacks.on_predict_batch_begin(step)
            with interrupt.held_back():
                outputs = _outputs(model, batch)
            collected.add(outputs)
            if tells:
                callbacks.on_predict_batch_end(step, {"outputs": outputs})
            if model.stop_predicting or interrupt.pending:
                break
    feed.close()
    if interrupt.pending:
        raise KeyboardInterrupt
    callbacks.on_predict_end()
    return collected.result()


def predict_batch(model: Any, batch: Any) -> Any:
    """The outputs for one batch (x, y, sample_weight)."""
    building.prepare(model, batch, training=False)
    check_indices(model, batch[0], "predict_on_batch")
    return jax.tree.map(_as_numpy, _outputs(model, batch), is_leaf=is_tensor)


def _batches(feed: Any) -> Iterator[Any]:
    order = getattr(feed, "order", None)
    return iter(feed.batches(order(None)) if order is not None else feed.batches())


def _outputs(model: Any, batch: Any) -> Any:
    """The outputs for a batch, on the device."""
    function = model._own_function("predict")
    if function is not None:
        x = as_tensors(batch)[0]
        return function(iter([x]))
    if model._is_eager or _has_text(batch):
        return model._run_step("predict", as_tensors(batch))
    x = batch[0]
    batch = (x, None, None)
    loop = model._loop("predict", batch, batch, None, False)
    leaves = jax.tree.leaves(batch)
    outputs = loop.rebuild(loop.run(leaves, None, 0, 0, 1), _same)
    if type(x) is np.ndarray and isinstance(outputs, jax.Array):
        _remember(model, x, _quick_run(loop, model))
    return outputs


def _quick_run(loop: Any, model: Any) -> Callable[[Any], Any]:
    is_checked = bool(embedded(model))

    def run(x: Any) -> Any:
        if is_checked:
            check_indices(model, x, "predict")
        return np.array(loop.run([x], None, 0, 0, 1)[0])

    return run


def _same(value: Any) -> Any:
    return value


class _Collected:
    """Outputs of batches, copied to the host while later batches are computed."""

    def __init__(self, num_rows: int | None):
        self._num_rows = num_rows
        self._waiting: list[Any] = []
        self._parts: list[list[Any]] = []
        self._tree: Any = None

    def add(self, outputs: Any) -> None:
        """Take the outputs of a batch."""
        leaves, self._tree = jax.tree.flatten(outputs, is_leaf=is_tensor)
        self._waiting.append(leaves)
        if len(self._waiting) > _AHEAD:
            self._fetch()

    def _fetch(self) -> None:
        self._parts.append([_as_numpy(leaf) for leaf in self._waiting.pop(0)])

    def result(self) -> Any:
        """All of them, one after the other."""
        while self._waiting:
            self._fetch()
        if not self._parts:
            raise ValueError("predict: the data is empty; there is nothing to predict.")
        if len(self._parts) == 1:
            return jax.tree.unflatten(self._tree, self._parts[0])
        found = [_joined(list(parts)) for parts in zip(*self._parts, strict=True)]
        return jax.tree.unflatten(self._tree, found)


def _joined(parts: list[Any]) -> Any:
    if np.ndim(parts[0]) == 0:
        return np.stack(parts)
    return np.concatenate(parts)


def _as_numpy(leaf: Any) -> Any:
    if isinstance(leaf, (Tensor, Variable, jax.Array)):
        # A copy: what JAX gives cannot be written to.
        return np.array(leaf)
    return leaf
