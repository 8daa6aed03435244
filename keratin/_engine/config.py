"""Settings of the whole program: how XLA is started, and switches that the engine reads.

What XLA takes only while it starts (threads, memory, number of devices) may be set until the first
tensor is made: a runtime that merely listed its devices is started anew, with the new settings.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import jax
from jax.extend.backend import clear_backends

from keratin._engine import errors, state


class _Switches:
    """The settings that are no more than a value kept here."""

    deterministic = False
    soft_placement = True
    log_placement = False
    synchronous = True
    device_policy = "silent"
    jit = ""
    inter_op_threads = 0
    intra_op_threads = 0
    graph_options: dict[str, Any] = {}  # noqa: RUF012 - one object, for the whole program


_switches = _Switches()

_jax_settings: Any = jax.config


# When XLA starts


def xla_has_started() -> bool:
    """Whether the runtime is there already. Asking does not start it."""
    # JAX refuses to change this option from then on.
    devices = _jax_settings.jax_num_cpu_devices
    try:
        jax.config.update("jax_num_cpu_devices", 2 if devices == 1 else 1)
    except RuntimeError:
        return True
    jax.config.update("jax_num_cpu_devices", devices)
    return False


def change_before_start(what: str, change: Callable[[], None]) -> None:
    """Make a change that XLA sees only while it starts; RuntimeError if tensors exist already."""
    if xla_has_started():
        if any(jax.live_arrays(platform) for platform in {"cpu", jax.default_backend()}):
            raise RuntimeError(
                f"{what} cannot be changed once tensors have been made. Move this call to the "
                f"start of the program. At {errors.user_location()}."
            )
        clear_backends()
    change()


def _set_environment(name: str, value: str) -> None:
    if value:
        os.environ[name] = value
    else:
        os.environ.pop(name, None)


def add_xla_flag(flag: str) -> None:
    """Add to the flags that XLA reads when it starts."""
    flags = os.environ.get("XLA_FLAGS", "")
    if flag not in flags.split():
        os.environ["XLA_FLAGS"] = f"{flags} {flag}".strip()


# Functions


def functions_run_eagerly() -> bool:
    """Whether the Python code of a `tf.function` runs op by op, uncompiled.

    >>> tf.config.functions_run_eagerly()
    False
    """
    return state.flags.run_functions_eagerly


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Have the Python code of every `tf.function` run op by op, for a debugger to step through.

    >>> tf.config.run_functions_eagerly(True)
    >>> tf.config.functions_run_eagerly()
    True
    >>> tf.config.run_functions_eagerly(False)
    """
    state.flags.run_functions_eagerly = bool(run_eagerly)


experimental_functions_run_eagerly = functions_run_eagerly
experimental_run_functions_eagerly = run_functions_eagerly


# Numerics


def enable_op_determinism() -> None:
    """Have every op give the same bits for the same inputs, each time it runs.

    On a CPU XLA's programs do so always. On a GPU this chooses slower kernels and must be called
    before the first tensor is made. Random numbers still differ from run to run without a seed:
    call `tf.random.set_seed` as well.

    >>> tf.config.experimental.enable_op_determinism()  # doctest: +SKIP
    """
    if not _switches.deterministic and not (xla_has_started() and jax.default_backend() == "cpu"):
        change_before_start(
            "Determinism of ops", lambda: add_xla_flag("--xla_gpu_deterministic_ops=true")
        )
    _switches.deterministic = True


def op_determinism_enabled() -> bool:
    """Whether `enable_op_determinism` was called."""
    return _switches.deterministic


def tensor_float_32_execution_enabled() -> bool:
    """Whether products of float32 matrices may be rounded to TensorFloat-32 where a GPU has it.

    >>> tf.config.experimental.tensor_float_32_execution_enabled()
    True
    """
    return _jax_settings.jax_default_matmul_precision is None


def enable_tensor_float_32_execution(enabled: bool) -> None:
    """Allow or forbid TensorFloat-32: on newer GPUs, faster products with 10 bits of mantissa.

    It makes no difference on a CPU.

    >>> tf.config.experimental.enable_tensor_float_32_execution(False)
    >>> tf.config.experimental.tensor_float_32_execution_enabled()
    False
    >>> tf.config.experimental.enable_tensor_float_32_execution(True)
    """
    jax.config.update("jax_default_matmul_precision", None if enabled else "highest")


# Threads


def get_intra_op_parallelism_threads() -> int:
    """The number of threads that compute one op on the CPU; 0 if XLA chooses.

    >>> tf.config.threading.get_intra_op_parallelism_threads()
    0
    """
    return _switches.intra_op_threads


def set_intra_op_parallelism_threads(num_threads: int) -> None:
    """Set the number of threads that compute one op on the CPU; 0 leaves the choice to XLA.

    Call it before the first tensor is made.

    >>> tf.config.threading.set_intra_op_parallelism_threads(0)
    """
    threads = _checked_threads(num_threads)
    if threads == _switches.intra_op_threads:
        return

    def change() -> None:
        _set_environment("PJRT_NPROC", str(threads) if threads else "")
        _switches.intra_op_threads = threads

    change_before_start("The number of threads", change)


def get_inter_op_parallelism_threads() -> int:
    """The number set by `set_inter_op_parallelism_threads`; 0 if it was not called.

    >>> tf.config.threading.get_inter_op_parallelism_threads()
    0
    """
    return _switches.inter_op_threads


def set_inter_op_parallelism_threads(num_threads: int) -> None:
    """Accepted for programs that set it: XLA orders the ops of a program while it compiles it.

    1 is heeded: no program runs at the same time as the Python code that called it. Call it before
    the first tensor is made.

    >>> tf.config.threading.set_inter_op_parallelism_threads(0)
    """
    threads = _checked_threads(num_threads)
    if threads == _switches.inter_op_threads:
        return

    def change() -> None:
        _switches.inter_op_threads = threads
        _update_async_dispatch()

    change_before_start("The number of threads", change)


def _checked_threads(num_threads: Any) -> int:
    if not isinstance(num_threads, int) or isinstance(num_threads, bool) or num_threads < 0:
        raise ValueError(f"num_threads must be an integer, 0 or more; given {num_threads!r}.")
    return num_threads


def _update_async_dispatch() -> None:
    asynchronous = _switches.inter_op_threads != 1
    jax.config.update("jax_cpu_enable_async_dispatch", asynchronous)


# Where ops run


def get_soft_device_placement() -> bool:
    """Whether `tf.device` of a device that is not there falls back on one that is.

    >>> tf.config.get_soft_device_placement()
    True
    """
    return _switches.soft_placement


def set_soft_device_placement(enabled: bool) -> None:
    """Choose whether `tf.device` of a device that is not there falls back on one that is.

    >>> tf.config.set_soft_device_placement(True)
    """
    _switches.soft_placement = bool(enabled)


def get_log_device_placement() -> bool:
    """Whether ops say on which device they run.

    >>> tf.debugging.get_log_device_placement()
    False
    """
    return _switches.log_placement


def keep_log_device_placement(enabled: bool) -> None:
    """Keep the switch; `debugging` installs what does the logging."""
    _switches.log_placement = enabled


_POLICIES = {
    None: ("silent", "allow"),
    "silent": ("silent", "allow"),
    "silent_for_int32": ("silent_for_int32", "allow"),
    "warn": ("warn", "log"),
    "explicit": ("explicit", "disallow"),
}


def get_device_policy() -> str:
    """What happens when an op gets a tensor of another device.

    >>> tf.config.experimental.get_device_policy()
    'silent'
    """
    return _switches.device_policy


def set_device_policy(device_policy: str | None) -> None:
    """Choose what happens when an op gets a tensor of another device.

    None or 'silent' copies it, as 'silent_for_int32' does here; 'warn' copies and logs; 'explicit'
    raises.

    >>> tf.config.experimental.set_device_policy("silent")
    """
    if device_policy not in _POLICIES:
        known = [name for name in _POLICIES if name]
        raise ValueError(
            f"device_policy must be None or one of {', '.join(map(repr, known))}; given "
            f"{device_policy!r}.{errors.nearest(str(device_policy), known)}"
        )
    _switches.device_policy, guard = _POLICIES[device_policy]
    jax.config.update("jax_transfer_guard_device_to_device", guard)


def get_synchronous_execution() -> bool:
    """Whether an op is complete when its call returns, as far as a program can tell.

    >>> tf.config.experimental.get_synchronous_execution()
    True
    """
    return _switches.synchronous


def set_synchronous_execution(enable: bool) -> None:
    """Accepted for programs that set it: results are waited for when their values are read.

    Nothing but the time at which an error of a running program is raised depends on it.

    >>> tf.config.experimental.set_synchronous_execution(True)
    """
    _switches.synchronous = enable is None or bool(enable)


# The compiler. All of a `tf.function` is compiled by XLA: these are kept, and change nothing.

GRAPH_OPTIONS = [
    "layout_optimizer",
    "constant_folding",
    "shape_optimization",
    "remapping",
    "arithmetic_optimization",
    "dependency_optimization",
    "loop_optimization",
    "function_optimization",
    "debug_stripper",
    "disable_model_pruning",
    "scoped_allocator_optimization",
    "pin_to_host_optimization",
    "implementation_selector",
    "auto_mixed_precision",
    "auto_mixed_precision_onednn_bfloat16",
    "auto_mixed_precision_mkl",
    "disable_meta_optimizer",
    "min_graph_nodes",
    "auto_parallel",
]


def get_experimental_options() -> dict[str, Any]:
    """The options set by `set_experimental_options`.

    >>> tf.config.optimizer.get_experimental_options()
    {'disable_model_pruning': False, 'disable_meta_optimizer': False}
    """
    defaults = {"disable_model_pruning": False, "disable_meta_optimizer": False}
    return {**_switches.graph_options, **{
        name: _switches.graph_options.get(name, default) for name, default in defaults.items()
    }}  # fmt: skip


def set_experimental_options(options: Mapping[str, Any]) -> None:
    """Accepted for programs that set them: XLA has passes of its own, and always runs them.

    >>> tf.config.optimizer.set_experimental_options({"disable_model_pruning": False})
    """
    for name in options:
        if name not in GRAPH_OPTIONS:
            raise ValueError(
                f"There is no option {name!r}.{errors.nearest(str(name), GRAPH_OPTIONS)} "
                f"The options are: {', '.join(GRAPH_OPTIONS)}."
            )
    _switches.graph_options.update(options)


def get_jit() -> str:
    """'autoclustering' if `set_jit` asked for it, else ''.

    >>> tf.config.optimizer.get_jit()
    ''
    """
    return _switches.jit


def set_jit(enabled: bool | str) -> None:
    """Accepted for programs that set it: every op and function is compiled by XLA in any case.

    >>> tf.config.optimizer.set_jit(False)
    """
    if enabled not in (True, False, "", "autoclustering"):
        raise ValueError(f"enabled must be True, False, '' or 'autoclustering'; given {enabled!r}.")
    _switches.jit = "autoclustering" if enabled else ""


def enable_mlir_bridge() -> None:
    """Accepted for programs that call it: there is one way to XLA here.

    >>> tf.config.experimental.enable_mlir_bridge()
    """


def disable_mlir_bridge() -> None:
    """Accepted for programs that call it: there is one way to XLA here.

    >>> tf.config.experimental.disable_mlir_bridge()
    """


# Other machines


class ClusterDeviceFilters:
    """Which devices of a cluster each task sees.

    >>> filters = tf.config.experimental.ClusterDeviceFilters()
    >>> filters.set_device_filters("worker", 0, ["/job:ps"])
    """

    def __init__(self) -> None:
        self._filters: dict[tuple[str, int], list[str]] = {}

    def set_device_filters(self, job_name: str, task_index: int, device_filters: Any) -> None:
        """Set the devices that one task sees."""
        self._filters[job_name, task_index] = [str(entry) for entry in device_filters]


def experimental_connect_to_cluster(
    cluster_spec_or_resolver: Any,
    job_name: str = "localhost",
    task_index: int = 0,
    protocol: str | None = None,
    make_master_device_default: bool = True,
    cluster_device_filters: ClusterDeviceFilters | None = None,
) -> NoReturn:
    """Raise UnimplementedError: XLA has no servers that run single ops for another process.

    >>> tf.config.experimental_connect_to_cluster(None)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    keratin.errors.UnimplementedError: There are no remote devices: ...
    """
    _no_remote_devices()


def experimental_connect_to_host(
    remote_host: str | None = None, job_name: str = "worker"
) -> NoReturn:
    """Raise UnimplementedError: XLA has no servers that run single ops for another process.

    >>> tf.config.experimental_connect_to_host("localhost:1234")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    keratin.errors.UnimplementedError: There are no remote devices: ...
    """
    _no_remote_devices()


def _no_remote_devices() -> NoReturn:
    raise errors.UnimplementedError(
        "There are no remote devices: XLA runs whole programs, the same one in every process of a "
        "cluster, and serves no single ops to other machines. Start the program on every machine, "
        "with tf.distribute."
    )
