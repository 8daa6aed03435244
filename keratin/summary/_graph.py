"""Graphs of compiled functions, and what was traced of a run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from keratin._engine import errors
from keratin._engine.concrete import ConcreteFunction, told_of_calls
from keratin._engine.function import Function, Method
from keratin._engine.state import context
from keratin._engine.tensor import Tensor
from keratin.summary import _profile
from keratin.summary._graph_def import graph_of
from keratin.summary._protos import protos
from keratin.summary._state import current, should_record_summaries
from keratin.summary._write import as_array, checked_step, emit, known, tag_of


def graph(graph_data: Any) -> Tensor:
    """Write the graph of a compiled function, as the graph of the run.

    Args:
        graph_data: A `tf.function` that was called with arguments of one kind, or one of its
            concrete functions; or a `GraphDef` message of TensorFlow.

    Returns True if it was written.

    >>> @tf.function
    ... def double(x):
    ...     return x * 2
    >>> concrete = double.get_concrete_function(tf.TensorSpec([2], tf.float32))
    >>> with tf.summary.create_file_writer("logs").as_default():
    ...     bool(tf.summary.graph(concrete))
    True
    """
    if context.scope is not None:
        raise ValueError(
            "tf.summary.graph cannot be called inside a compiled function. Call it outside. At "
            f"{errors.user_location()}."
        )
    if current.writer is None or not should_record_summaries():
        return known(False)
    message = _message(graph_data)
    write_graph(current.writer, lambda: message)
    return known(True)


def write_graph(writer: Any, make: Callable[[], Any]) -> None:
    """Write a `GraphDef`, which is made on the thread of the file, as the graph of the run."""
    now = time.time()
    writer._add(lambda: protos().event.Event(wall_time=now, graph_def=make().SerializeToString()))


def _message(data: Any) -> Any:
    if isinstance(data, ConcreteFunction):
        return _traced_graph(data)
    if isinstance(data, Method):
        data = data._function
    if isinstance(data, Function):
        traced = list(data._concrete.values())
        if len(traced) == 1:
            return _traced_graph(traced[0])
        raise ValueError(
            f"tf.summary.graph: the tf.function {data.name!r} was traced {len(traced)} times, and "
            "one program is drawn. Give function.get_concrete_function(...) of the arguments."
        )
    if getattr(getattr(data, "DESCRIPTOR", None), "name", "") == "GraphDef":
        return data
    raise ValueError(
        "tf.summary.graph: a tf.function, a concrete function or a GraphDef message is needed; "
        f"given {data!r} of type {type(data).__name__}. At {errors.user_location()}."
    )


def _traced_graph(concrete: ConcreteFunction) -> Any:
    return graph_of(concrete._traced_program, concrete.input_names())


# Traces


class _Trace:
    """What is recorded from `trace_on` to `trace_off`."""

    def __init__(self, with_graph: bool, with_profile: bool):
        self.with_graph = with_graph
        self.with_profile = with_profile
        self.called: dict[int, ConcreteFunction] = {}

    def note(self, concrete: ConcreteFunction) -> None:
        """A compiled function is called."""
        if context.scope is None:  # else it is a part of the one that calls it
            self.called.setdefault(id(concrete), concrete)

    def run_metadata(self) -> Any:
        """The programs of all functions that were called."""
        found = protos().config.RunMetadata()
        for concrete in self.called.values():
            entry = found.function_graphs.add()
            names = concrete.input_names()
            entry.pre_optimization_graph.CopyFrom(_traced_graph(concrete))
            entry.post_optimization_graph.CopyFrom(graph_of(concrete.graph_program, names))
        return found


_lock = threading.Lock()
_traces: list[_Trace] = []


def trace_on(graph: bool = True, profiler: bool = False, profiler_outdir: Any = None) -> None:
    """Begin to note which compiled functions are called, and to measure what the machine does.

    Args:
        graph: Whether to note the programs of functions.
        profiler: Whether to measure; it notes the programs too.
        profiler_outdir: The folder that the profile goes to. It may also be given to
            `trace_export`.

    `trace_export` ends this and writes it down, `trace_off` ends it without.

    >>> @tf.function
    ... def square(x):
    ...     return x * x
    >>> with tf.summary.create_file_writer("logs").as_default():
    ...     tf.summary.trace_on(graph=True)
    ...     y = square(tf.constant(3.0))
    ...     tf.summary.trace_export("square", step=0)
    """
    if context.scope is not None:
        errors.warn_user("tf.summary.trace_on has no effect inside a compiled function.")
        return
    with _lock:
        if _traces:
            errors.warn_user("tf.summary.trace_on: a trace is being recorded already.")
            return
        if profiler:
            _profile.start(profiler_outdir)
        trace = _Trace(graph or profiler, profiler)
        _traces.append(trace)
        if trace.with_graph:
            told_of_calls.append(trace.note)


def trace_export(name: str, step: Any = None, profiler_outdir: Any = None) -> None:
    """End what `trace_on` began, and write it to the default writer under a name.

    Args:
        name: The tag of the programs in TensorBoard.
        step: The number of the step; without it the default one.
        profiler_outdir: The folder for the profile, unless `trace_on` was given it.

    >>> tf.summary.trace_on()
    >>> tf.summary.trace_export("nothing", step=0)
    """
    if step is not None:
        checked_step(step)
    if context.scope is not None:
        errors.warn_user("tf.summary.trace_export has no effect inside a compiled function.")
        return
    with _lock:
        if not _traces:
            raise ValueError(
                "tf.summary.trace_export: nothing is being recorded. Call tf.summary.trace_on() "
                "before what you want to see."
            )
        trace = _traces[-1]
    if trace.with_profile:
        _profile.check_folder(profiler_outdir)
    _write_trace(name, trace, step)
    _end(trace, profiler_outdir, keep=True)


def _write_trace(name: str, trace: _Trace, step: Any) -> None:
    if current.writer is None:
        return
    messages = protos().summary
    plugin = messages.SummaryMetadata.PluginData(
        plugin_name="graph_run_metadata_graph", content=b"1"
    )
    data = as_array(trace.run_metadata().SerializeToString())
    metadata = messages.SummaryMetadata(plugin_data=plugin)
    emit(tag_of(name, "trace"), list, lambda: lambda: data, step, metadata)


def trace_off() -> None:
    """End what `trace_on` began, and forget it.

    >>> tf.summary.trace_on()
    >>> tf.summary.trace_off()
    """
    with _lock:
        trace = _traces[-1] if _traces else None
    if trace is not None:
        _end(trace, None, keep=False)


def _end(trace: _Trace, folder: Any, keep: bool) -> None:
    with _lock:
        _traces.clear()
        if trace.with_graph:
            told_of_calls.remove(trace.note)
    if trace.with_profile:
        _profile.stop(folder, keep=keep)
