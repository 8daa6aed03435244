"""One pass over data: an epoch of training, or an evaluation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from keratin._engine.tensor import OBJECT, wrap
from keratin.keras.callbacks._list import CallbackList
from keratin.keras.callbacks._stopping import TerminateOnNaN
from keratin.keras.training.feed import ArrayFeed
from keratin.keras.training.interrupt import Interrupt
from keratin.keras.training.logs import Logs, plain
from keratin.keras.training.loop import Loop
from keratin.keras.utils._packing import pack_x_y_sample_weight

# How long the device works by itself before Python looks at the clock: short enough for a lively
# progress bar and Ctrl-C, long enough that looking costs nothing.
CHUNK_SECONDS = 0.075
# Larger data is put on the device as it is; to make programs serve other sizes is not worth it.
_PADDED_BYTES = 64 << 20


class Pass:
    """What is the same for each pass of a `fit` or `evaluate` over the same feed."""

    def __init__(self, model: Any, kind: str, feed: Any, callbacks: Any, interrupt: Interrupt):
        """`kind` is "train" or "test"."""
        self.model = model
        self.kind = kind
        self.feed = feed
        self.callbacks = callbacks
        self.interrupt = interrupt
        self.tell_batches = callbacks.wants_batches(kind)
        # Callbacks that the device itself can watch for, and the variable to watch.
        self._stoppers: list[Any] = []
        self._watched: Any = None
        if self.tell_batches and self._runs_on_device() and kind == "train":
            self._watch_loss()
        # Callbacks that are told of some batches; with the others, where those want each of them.
        self._told = [] if self.tell_batches else callbacks.told_when_due(kind)
        self.per_execution = model._steps_per_execution
        self.steps_done = 0
        # The number of the first step of the present pass: of the epoch, those before are done.
        self._first_step = 0
        self.has_run = False
        self._batch: Any = None
        self._order: Any = None
        # Called after so many steps, counted over all epochs: for validation within an epoch.
        self.every: tuple[int, Callable[[int], None]] | None = None
        self._begin = getattr(callbacks, f"on_{kind}_batch_begin")
        self._end = getattr(callbacks, f"on_{kind}_batch_end")
        self._data: Any = None
        self._known_loops: Any = None
        # Called once, when the device has got its first work to do.
        self.meanwhile: Callable[[], None] | None = None

    def _watch_loss(self) -> None:
        """Have the device look for NaNs, if that is all that batches are wanted for."""
        stoppers = [each for each in self.callbacks.callbacks if type(each) is TerminateOnNaN]
        others = [each for each in self.callbacks.callbacks if each not in stoppers]
        if CallbackList(others).wants_batches("train") or not self.model._has_default_step("train"):
            return
        self.tell_batches = False
        self._stoppers, self._watched = stoppers, self.model._loss_tracker.total

    def _runs_on_device(self) -> bool:
        """Whether the loop over the batches is part of the compiled program."""
        by_python = self.model._own_function(self.kind) is not None or self.model._is_eager
        return not by_python and isinstance(self.feed, ArrayFeed) and self.feed.is_numeric

    def run_batch(self, batch: Any) -> Any:
        """One step on one batch, however many rows; its figures."""
        function = self.model._own_function(self.kind)
        if function is not None:
            return function(iter([pack_x_y_sample_weight(*as_tensors(batch))]))
        if self.model._is_eager or _has_text(batch):
            return self.model._run_step(self.kind, as_tensors(batch))
        return self._step_on(batch)

    def _step_on(self, batch: Any) -> Logs:
        loop = self.model._loop(self.kind, batch, batch, None, False)
        with self.interrupt.held_back():
            outputs = loop.run(jax.tree.leaves(batch), None, 0, 0, 1)
        return Logs(lambda: loop.rebuild(outputs, wrap))

    def run(
        self, generator: np.random.Generator | None = None, first_step: int = 0
    ) -> dict[str, Any]:
        """Go over the data once, from a step on; the figures at the end."""
        self._first_step, self.has_run = first_step, True
        runner = self._runner(generator)
        logs: Any = {}
        try:
            for found in runner:
                logs = found
                if self._is_over():
                    break
        finally:
            runner.close()
        return plain(logs)

    def _is_over(self) -> bool:
        stop = "stop_training" if self.kind == "train" else "stop_evaluating"
        return bool(getattr(self.model, stop) or self.interrupt.pending)

    def _runner(self, generator: np.random.Generator | None) -> Any:
        """An iterator over logs, which runs the steps."""
        function = self.model._own_function(self.kind)
        if function is not None:
            return self._by_function(function, generator)
        if self.model._is_eager:
            return self._by_python(generator)
        if self._runs_on_device():
            return self._by_chunks(generator)
        return self._by_batches(generator)

    # Data in memory: the loop is on the device

    def _by_chunks(self, generator: np.random.Generator | None) -> Iterator[Any]:
        feed = self.feed
        order = self._order = feed.order(generator)
        first, count = feed.first_batch, feed.num_batches
        full = feed.num_rows // feed.batch_size
        loop, tail = self._loops(order is not None)
        data, rows = self._on_device(), self._order_on_device(order)
        step, stop = self._first_step, min(first + count, full) - first
        while step < stop:
            size = self._chunk(loop, stop - step)
            yield self._chunk_of(loop, data, rows, (0, first + step, first + step + size), step)
            step += size
        if first + count > full and tail is not None:
            bounds = (full * feed.batch_size, 0, 1)
            yield self._chunk_of(tail, data, rows, bounds, step)

    def _chunk(self, loop: Loop, left: int) -> int:
        """How many steps to run before Python is asked again."""
        size = left
        if self.tell_batches:
            size = self.per_execution
        elif loop.step_time is None:
            size = 1
        elif loop.step_time > 0:
            size = int(CHUNK_SECONDS / loop.step_time)
            # Not in the midst of what is asked to be one execution.
            size -= size % self.per_execution
        for each in self._told:
            due = each.steps_until_due(self.kind)
            if due is not None:
                size = min(size, -(-due // self.per_execution) * self.per_execution)
        if self.every is not None:
            size = min(size, self.every[0] - self.steps_done % self.every[0])
        return min(max(size, self.per_execution), left)

    def _chunk_of(
        self, loop: Loop, data: Any, rows: Any, bounds: tuple[int, int, int], step: int
    ) -> Any:
        """Run steps; `step` is the number of the first one in this pass."""
        first_row, start, stop = bounds
        count = stop - start
        self._tell_begin(step)
        begun = time.perf_counter()
        with self.interrupt.held_back():
            outputs = loop.run(data, rows, first_row, start, stop)
        self._do_meanwhile()
        logs = Logs(lambda: loop.rebuild(outputs, wrap))
        if not self.tell_batches:
            self._measure(loop, outputs, begun, count)
        if self._watched is not None:
            count = int(outputs[-1]) - start
            for each in self._stoppers:
                each.on_batch_end(step + count - 1, logs)
        self._finish(step + count - 1, logs, count)
        return logs

    def _tell_begin(self, step: int) -> None:
        if self.tell_batches:
            self._begin(step, None)
        for each in self._told:
            getattr(each, f"on_{self.kind}_batch_begin")(step, None)

    def batch_at(self, step: int) -> tuple[Any, Any]:
        """The batch of a step that has just begun, and which rows of the data these are."""
        feed = self.feed
        if not self._runs_on_device():
            return self._batch, None
        start = (feed.first_batch + step) * feed.batch_size
        stop = min(start + feed.batch_size, feed.num_rows)
        order = self._order
        rows = np.arange(start, stop) if order is None else order[start:stop]
        return feed.rows(rows), rows

    def _do_meanwhile(self) -> None:
        if self.meanwhile is not None:
            do, self.meanwhile = self.meanwhile, None
            do()

    def _measure(self, loop: Loop, outputs: Any, begun: float, count: int) -> None:
        jax.block_until_ready(outputs)
        seconds = max((time.perf_counter() - begun) / count, 1e-7)
        if loop.step_time is None:
            # The first run is much slower than the others: look again soon.
            loop.step_time = seconds / 8
        else:
            loop.step_time = max(seconds, loop.step_time / 16)

    def _finish(self, last: int, logs: Any, count: int) -> None:
        self.steps_done += count
        for each in self._told:
            getattr(each, f"on_{self.kind}_batch_end")(last, logs)
        if self.tell_batches or self.callbacks._progbar is not None:
            teller = self._end if self.tell_batches else self._progress
            teller(last, logs)
        if self.every is not None and self.steps_done % self.every[0] == 0:
            self.every[1](self.steps_done)

    def _progress(self, last: int, logs: Any) -> None:
        getattr(self.callbacks._progbar, f"on_{self.kind}_batch_end")(last, logs)

    # Programs

    def _loops(self, shuffled: bool) -> tuple[Loop, Loop | None]:
        """The loop over full batches, and that for the last one if it has fewer rows."""
        model = self.model
        key = (shuffled, id(model._programs), *model._optimizer_key())
        if self._known_loops is None or self._known_loops[0] != key:
            self._known_loops = key, self._new_loops(shuffled)
        return self._known_loops[1]

    def _new_loops(self, shuffled: bool) -> tuple[Loop, Loop | None]:
        feed, model = self.feed, self.model
        full, rest = divmod(feed.num_rows, feed.batch_size)
        size = feed.batch_size if full else rest
        specs = self._specs()
        watched = self._watched
        batch = self._batch_of(specs, size)
        loop = model._loop(self.kind, batch, specs, size, shuffled, watched)
        if not full:
            return loop, loop
        if not rest:
            return loop, None
        model._programs.compile_meanwhile(loop)
        batch = self._batch_of(specs, rest)
        tail = model._loop(self.kind, batch, specs, rest, shuffled, watched)
        model._programs.compile_meanwhile(tail)
        return loop, tail

    def trace(self) -> None:
        """Trace the step on the data, unless it is run as Python or by the user."""
        if self._runs_on_device():
            self._loops(bool(self.feed.shuffle))
        elif not self.model._is_eager and self.model._own_function(self.kind) is None:
            batch = self.feed.peek()
            if not _has_text(batch):
                self.model._loop(self.kind, batch, batch, None, False)

    def prepare(self, shuffled: bool = False) -> None:
        """Compile meanwhile what a pass needs, if it will need it."""
        if self._runs_on_device():
            for loop in self._loops(shuffled):
                if loop is not None:
                    self.model._programs.compile_meanwhile(loop)

    def _batch_of(self, specs: Any, size: int) -> Any:
        return jax.tree.map(lambda s: jax.ShapeDtypeStruct((size, *s.shape[1:]), s.dtype), specs)

    def _specs(self) -> Any:
        """What the data on the device is like."""
        rows = self._num_rows_on_device()
        return jax.tree.map(
            lambda leaf: jax.ShapeDtypeStruct((rows, *leaf.shape[1:]), leaf.dtype), self.feed.data
        )

    def _num_rows_on_device(self) -> int:
        """A few rows more than there are, so that one program serves data of many lengths."""
        feed = self.feed
        on_host = all(isinstance(v, np.ndarray) for v in jax.tree.leaves(feed.data))
        if not on_host or feed.nbytes > _PADDED_BYTES or feed.num_rows <= feed.batch_size:
            return int(feed.num_rows)
        unit = max(1 << max(feed.num_rows.bit_length() - 4, 0), 1)
        return int(-(-feed.num_rows // unit) * unit)

    def _on_device(self) -> list[Any]:
        """The arrays, put on the device once for all passes."""
        if self._data is None:
            rows = self._num_rows_on_device()
            if rows == self.feed.num_rows:
                self._data = jax.tree.leaves(self.feed.on_device())
            else:
                self._data = [_padded(v, rows) for v in jax.tree.leaves(self.feed.data)]
        return self._data

    def _order_on_device(self, order: np.ndarray[Any, Any] | None) -> Any:
        if order is None:
            return None
        return _padded(order, self._num_rows_on_device())

    # Data that comes batch by batch

    def _by_batches(self, generator: np.random.Generator | None) -> Iterator[Any]:
        for step, batch in self._groups(self._batches(generator)):
            if _has_text(batch):
                yield self._eager_step(batch, step)
                continue
            logs = self._step_on(batch)
            self.model._programs.note_variety("fit" if self.kind == "train" else "evaluate")
            self._do_meanwhile()
            yield self._after_batch(step, logs)

    def _batches(self, generator: np.random.Generator | None) -> Iterator[Any]:
        feed = self.feed
        if isinstance(feed, ArrayFeed):
            return iter(feed.batches(feed.order(generator), self._first_step))
        return iter(feed.batches(generator))

    def _groups(self, batches: Iterator[Any]) -> Iterator[tuple[int, Any]]:
        """Batches with their numbers, callbacks told before each group that is one execution."""
        for step, batch in enumerate(batches, self._first_step):
            self._batch = batch
            if step % self.per_execution == 0:
                self._tell_begin(step)
            yield step, batch
        self._close_group()

    def _after_batch(self, step: int, logs: Any) -> Any:
        self._open_logs = None
        if (step + 1) % self.per_execution == 0:
            self._finish(step, logs, self.per_execution)
        else:
            self._open_logs = (step, logs)
        return logs

    _open_logs: tuple[int, Any] | None = None

    def _close_group(self) -> None:
        """Tell of a last group with fewer batches than others."""
        if self._open_logs is not None:
            step, logs = self._open_logs
            self._open_logs = None
            self._finish(step, logs, step % self.per_execution + 1)

    # Python, step by step

    def _by_python(self, generator: np.random.Generator | None) -> Iterator[Any]:
        for step, batch in self._groups(self._batches(generator)):
            yield self._eager_step(batch, step)

    def _eager_step(self, batch: Any, step: int) -> Any:
        with self.interrupt.held_back():
            logs = self.model._run_step(self.kind, as_tensors(batch))
        return self._after_batch(step, Logs(lambda: logs))

    def _by_function(self, function: Any, generator: np.random.Generator | None) -> Iterator[Any]:
        """A train or test function of the user's, which takes an iterator over batches."""
        batches = (pack_x_y_sample_weight(*as_tensors(b)) for b in self._batches(generator))
        for step, batch in self._groups(batches):
            with self.interrupt.held_back():
                logs = function(iter([batch]))
            yield self._after_batch(step, Logs(_constantly(logs)))


def _constantly(value: Any) -> Callable[[], Any]:
    return lambda: value


def as_tensors(batch: Any) -> Any:
    """A batch with its arrays as tensors; text stays on the host."""
    return jax.tree.map(lambda v: wrap(v if _is_text(v) else _put(v)), batch)


def _put(leaf: Any) -> Any:
    return leaf if isinstance(leaf, jax.Array) else jax.device_put(np.asarray(leaf))


def _is_text(leaf: Any) -> bool:
    return getattr(leaf, "dtype", None) == OBJECT


def _has_text(batch: Any) -> bool:
    return any(_is_text(leaf) for leaf in jax.tree.leaves(batch))


def _padded(array: np.ndarray[Any, Any], rows: int) -> Any:
    if len(array) == rows:
        return jax.device_put(array)
    wide = np.zeros((rows, *array.shape[1:]), array.dtype)
    wide[: len(array)] = array
    return jax.device_put(wide)
