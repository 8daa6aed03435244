"""Profiles and memory of devices, for performance work."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from typing import Any

import jax

from keratin._engine import errors
from keratin.keras.callbacks._callback import Callback, Logs
from keratin.keras.callbacks._periodic import told_when_due


class ProfilerCallback(Callback):
    """Profiles some batches of the first epoch, into a folder that TensorBoard shows.

    TensorBoard needs its plugin for that: `pip install tensorboard-plugin-profile`.

    Args:
        log_dir: The folder of the logs.
        batches: The first and the last batch to profile, counted from 1, or one batch. The first
            ones compile the program.

    >>> profile = keras.callbacks.ProfilerCallback("logs", batches=(10, 20))
    >>> profile.first, profile.last
    (10, 20)
    """

    def __init__(self, log_dir: str | os.PathLike[str], batches: int | Sequence[int] = (10, 20)):
        super().__init__()
        self.log_dir = os.fspath(log_dir)
        pair = (batches, batches) if not isinstance(batches, Sequence) else tuple(batches)
        if len(pair) != 2 or not all(_is_count(each) for each in pair) or pair[0] > pair[1]:
            raise ValueError(
                "ProfilerCallback: batches is the number of a batch, or of the first and the last "
                f"one, counted from 1; given {batches!r}."
            )
        self.first, self.last = int(pair[0]), int(pair[1])
        self._is_running = False
        self._done = 0

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin to count."""
        self._done = 0

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """The profile is of the first epoch."""
        self._stop()
        self._done = self.last

    def steps_until_due(self, kind: str) -> int | None:
        """After how many batches to be told."""
        if self._done >= self.last:
            return None
        return (self.last if self._is_running else self.first - 1) - self._done or self._length

    @property
    def _length(self) -> int:
        return self.last - self.first + 1

    @told_when_due
    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Begin the profile."""
        if not self._is_running and self._done < self.last and batch + 1 >= self.first:
            os.makedirs(self.log_dir, exist_ok=True)
            jax.profiler.start_trace(self.log_dir)
            self._is_running = True

    @told_when_due
    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """End the profile."""
        if self._done < self.last:
            self._done = batch + 1
            if self._is_running and self._done >= self.last:
                self._stop()

    def on_train_end(self, logs: Logs = None) -> None:
        """End the profile."""
        self._stop()

    def _broken_off(self) -> None:
        with contextlib.suppress(RuntimeError):  # there is an error already, which comes up
            self._stop()

    def _stop(self) -> None:
        if self._is_running:
            self._is_running = False
            jax.block_until_ready([v._array for v in self.model.variables])
            jax.profiler.stop_trace()


class GPUMemoryLogger(Callback):
    """Adds the memory of the devices to the logs of each epoch, in megabytes.

    The names are `gpu_0_memory` (in use at the end of the epoch) and `gpu_0_peak_memory` (most so
    far in this process), and so on for each device. Give it before callbacks that write logs, such
    as `CSVLogger`. Where no device tells its memory, as on a CPU, it warns and adds nothing.

    >>> keras.callbacks.GPUMemoryLogger().devices
    """

    def __init__(self, devices: Sequence[Any] | None = None):
        """`devices` are those of JAX; all if not given."""
        super().__init__()
        self.devices = devices

    def on_train_begin(self, logs: Logs = None) -> None:
        """Warn if there is nothing to tell."""
        if not self._figures():
            names = ", ".join(sorted({device.platform for device in self._all()}))
            errors.warn_user(
                f"GPUMemoryLogger: no device tells how much memory it uses; there is: {names}. "
                "The logs have no figures of memory."
            )

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Add the figures."""
        if logs is not None:
            logs.update(self._figures())

    def _all(self) -> Sequence[Any]:
        return jax.local_devices() if self.devices is None else self.devices

    def _figures(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for device in self._all():
            told = device.memory_stats() or {}
            for name, of in (("memory", "bytes_in_use"), ("peak_memory", "peak_bytes_in_use")):
                if of in told:
                    found[f"{device.platform}_{device.id}_{name}"] = told[of] / 2**20
        return found


def _is_count(value: Any) -> bool:
    return not isinstance(value, bool) and hasattr(value, "__index__") and int(value) >= 1
