"""Devices: what there is, what of it may be used, and where ops run.

A physical device is a part of the machine, a logical one is what ops are placed on. They are the
same but for the CPU, which can be divided in several logical devices.
"""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import jax

from keratin._engine import config, errors
from keratin._engine.device_spec import DeviceSpec
from keratin._engine.state import context


class PhysicalDevice(NamedTuple):
    """A processor of this machine.

    >>> tf.config.list_physical_devices("CPU")
    [PhysicalDevice(name='/physical_device:CPU:0', device_type='CPU')]
    """

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """What ops are placed on.

    >>> tf.config.list_logical_devices("CPU")[0].name
    '/device:CPU:0'
    """

    name: str
    device_type: str


class LogicalDeviceConfiguration(NamedTuple):
    """How a logical device is made: `memory_limit` is in megabytes, and of a GPU.

    >>> tf.config.LogicalDeviceConfiguration(memory_limit=1024).memory_limit
    1024
    """

    memory_limit: int | None = None
    experimental_priority: int | None = None
    experimental_device_ordinal: int | None = None


VirtualDeviceConfiguration = LogicalDeviceConfiguration


class _Devices:
    """What was found and what was set of it."""

    def __init__(self) -> None:
        self.physical: list[PhysicalDevice] | None = None
        self.hidden: set[PhysicalDevice] = set()
        self.growth: bool | None = None
        self.divided: dict[PhysicalDevice, list[LogicalDeviceConfiguration]] = {}
        self.platforms: Any = None


_devices = _Devices()

# What JAX reads when it starts.
_VISIBLE_SETTINGS = ("jax_cuda_visible_devices", "jax_rocm_visible_devices")
_PREALLOCATE = "XLA_PYTHON_CLIENT_PREALLOCATE"
_MEMORY_FRACTION = "XLA_CLIENT_MEM_FRACTION"


def _jax_devices(device_type: str) -> list[Any]:
    """The devices of JAX that are of a type; none if there are none."""
    try:
        return list(jax.local_devices(backend=device_type.lower()))
    except RuntimeError:
        return []


def _types() -> list[str]:
    platform = jax.default_backend().upper()
    return ["CPU"] if platform == "CPU" else ["CPU", platform]


def _of_type(devices: Iterable[Any], device_type: Any) -> list[Any]:
    return [d for d in devices if device_type is None or d.device_type == device_type]


# Physical devices


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """List the processors of this machine, of one type ("CPU", "GPU", "TPU") or all.

    >>> tf.config.list_physical_devices("CPU")
    [PhysicalDevice(name='/physical_device:CPU:0', device_type='CPU')]
    """
    return _of_type(_physical(), device_type)


def _physical() -> list[PhysicalDevice]:
    if _devices.physical is None:
        _devices.platforms = getattr(jax.config, "jax_platforms", None)
        _devices.physical = [
            PhysicalDevice(f"/physical_device:{kind}:{index}", kind)
            for kind in _types()
            for index in range(1 if kind == "CPU" else len(_jax_devices(kind)))
        ]
    return _devices.physical


def _checked(device: Any) -> PhysicalDevice:
    for known in _physical():
        if device == known:
            return known
    names = [f"{known.name!r}" for known in _physical()]
    raise ValueError(
        f"{device!r} is not a physical device of this machine. Take one from "
        f"tf.config.list_physical_devices(); there are: {', '.join(names)}."
    )


def get_visible_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """List the physical devices that may be used.

    >>> tf.config.get_visible_devices("CPU")
    [PhysicalDevice(name='/physical_device:CPU:0', device_type='CPU')]
    """
    return [d for d in list_physical_devices(device_type) if d not in _devices.hidden]


def set_visible_devices(devices: Any, device_type: str | None = None) -> None:
    """Choose the physical devices to use, of one type or of all; before the first tensor is made.

    `tf.config.set_visible_devices([], "GPU")` leaves the GPUs to other programs.

    >>> tf.config.set_visible_devices(tf.config.list_physical_devices("CPU"), "CPU")
    """
    chosen = [_checked(d) for d in (devices if _is_list(devices) else [devices])]
    for device in chosen:
        if device_type is not None and device.device_type != device_type:
            raise ValueError(f"{device.name} is not a device of type {device_type!r}.")
    considered = list_physical_devices(device_type)
    hidden = (_devices.hidden - set(considered)) | (set(considered) - set(chosen))
    if hidden == _devices.hidden:
        return
    if any(device.device_type == "CPU" for device in hidden):
        raise ValueError(
            "The CPU cannot be hidden: it holds strings and runs what has no kernel elsewhere."
        )

    def change() -> None:
        _devices.hidden = hidden
        _restrict_jax()

    config.change_before_start("The visible devices", change)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | PhysicalDevice)


def _restrict_jax() -> None:
    """Have JAX start with the visible devices alone."""
    accelerators = [d for d in _physical() if d.device_type != "CPU"]
    indices = [str(i) for i, d in enumerate(accelerators) if d not in _devices.hidden]
    jax.config.update("jax_platforms", _devices.platforms if indices else "cpu")
    everything = len(indices) == len(accelerators)
    for setting in _VISIBLE_SETTINGS:
        jax.config.update(setting, "all" if everything else ",".join(indices) or "all")


# Logical devices


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """List the devices that ops can be placed on, of one type or all.

    >>> tf.config.list_logical_devices("CPU")
    [LogicalDevice(name='/device:CPU:0', device_type='CPU')]
    """
    visible = {d.device_type for d in get_visible_devices()}
    return _of_type(
        [
            LogicalDevice(f"/device:{kind}:{index}", kind)
            for kind in _types()
            if kind in visible
            for index, _ in enumerate(_jax_devices(kind))
        ],
        device_type,
    )


def get_logical_device_configuration(
    device: PhysicalDevice,
) -> list[LogicalDeviceConfiguration] | None:
    """How a physical device was divided by `set_logical_device_configuration`; None if it was not.

    >>> tf.config.get_logical_device_configuration(tf.config.list_physical_devices("CPU")[0])
    """
    return _devices.divided.get(_checked(device))


def set_logical_device_configuration(
    device: PhysicalDevice, logical_devices: list[LogicalDeviceConfiguration] | None
) -> None:
    """Divide the CPU in several logical devices, or limit the memory of a GPU.

    Call it before the first tensor is made. Several CPUs let a program for many devices be tried
    on one. A GPU cannot be divided.

    >>> cpu = tf.config.list_physical_devices("CPU")[0]
    >>> tf.config.set_logical_device_configuration(cpu, None)
    """
    physical = _checked(device)
    one = [LogicalDeviceConfiguration()]
    wanted = list(logical_devices or one)
    if _devices.divided.get(physical, one) == wanted:
        return
    if physical.device_type == "CPU":
        _check_cpus(wanted)

        def change() -> None:
            jax.config.update("jax_num_cpu_devices", len(wanted))
    else:
        fraction = _fraction_of_memory(physical, wanted)

        def change() -> None:
            if fraction is not None:
                os.environ[_MEMORY_FRACTION] = f"{fraction:.4f}"

    config.change_before_start("The logical devices", change)
    _devices.divided[physical] = wanted


get_virtual_device_configuration = get_logical_device_configuration
set_virtual_device_configuration = set_logical_device_configuration


def _check_cpus(wanted: list[LogicalDeviceConfiguration]) -> None:
    if any(one.memory_limit is not None for one in wanted):
        raise ValueError("memory_limit: the memory of a CPU cannot be limited, that of a GPU can.")


def _fraction_of_memory(
    device: PhysicalDevice, wanted: list[LogicalDeviceConfiguration]
) -> float | None:
    """The part of a GPU's memory that its one logical device may take; None for the default."""
    if len(wanted) > 1:
        raise ValueError(
            f"{device.name} cannot be divided in {len(wanted)} logical devices: XLA makes one of "
            "each GPU. Divide the CPU instead, to try a program for several devices."
        )
    limit = wanted[0].memory_limit
    if limit is None:
        return None
    if _devices.growth:
        raise ValueError("A GPU has either memory growth or a memory limit, not both.")
    available = _statistics(_jax_device(device)).get("bytes_limit")
    if not available:
        raise errors.UnimplementedError(f"{device.name} does not tell how much memory it has.")
    whole = available / float(os.environ.get(_MEMORY_FRACTION, 0.75))
    return min(1.0, limit * 2**20 / whole)


def _jax_device(device: PhysicalDevice) -> Any:
    visible = [d for d in get_visible_devices() if d.device_type == device.device_type]
    if device not in visible:
        raise ValueError(f"{device.name} is not visible: see tf.config.set_visible_devices.")
    return _jax_devices(device.device_type)[visible.index(device)]


# Memory


def get_memory_growth(device: PhysicalDevice) -> bool:
    """Whether a GPU's memory is taken as it is needed, rather than most of it at the start.

    >>> [tf.config.experimental.get_memory_growth(gpu)
    ...  for gpu in tf.config.list_physical_devices("GPU")]
    []
    """
    _check_accelerator(_checked(device), "memory growth")
    if _devices.growth is not None:
        return _devices.growth
    return os.environ.get(_PREALLOCATE, "true").lower() in ("false", "0")


def set_memory_growth(device: PhysicalDevice, enable: bool) -> None:
    """Take a GPU's memory as it is needed, rather than most of it at the start.

    Call it before the first tensor is made. XLA has one setting for all GPUs.

    >>> for gpu in tf.config.list_physical_devices("GPU"):
    ...     tf.config.experimental.set_memory_growth(gpu, True)
    """
    physical = _checked(device)
    _check_accelerator(physical, "memory growth")
    limited = any(one.memory_limit for one in _devices.divided.get(physical, []))
    if enable and limited:
        raise ValueError("A GPU has either memory growth or a memory limit, not both.")
    if get_memory_growth(physical) == bool(enable):
        return

    def change() -> None:
        os.environ[_PREALLOCATE] = "false" if enable else "true"
        _devices.growth = bool(enable)

    config.change_before_start("Memory growth", change)


def _check_accelerator(device: PhysicalDevice, what: str) -> None:
    if device.device_type == "CPU":
        raise ValueError(f"{device.name} has no {what}: that is a matter of GPUs.")


def get_memory_info(device: str) -> dict[str, int]:
    """The bytes in use on a device such as "GPU:0" now, and the most there were.

    XLA does not count the memory of a CPU: both numbers are 0.

    >>> tf.config.experimental.get_memory_info("CPU:0")
    {'current': 0, 'peak': 0}
    """
    statistics = _statistics(_by_name(device))
    return {
        "current": int(statistics.get("bytes_in_use", 0)),
        "peak": int(statistics.get("peak_bytes_in_use", 0)),
    }


def get_memory_usage(device: str) -> int:
    """The bytes in use on a device such as "GPU:0" now.

    >>> tf.config.experimental.get_memory_usage("CPU:0")
    0
    """
    return get_memory_info(device)["current"]


def reset_memory_stats(device: str) -> None:
    """Forget the most bytes that were in use on a CPU; XLA keeps that of a GPU for good.

    >>> tf.config.experimental.reset_memory_stats("CPU:0")
    """
    if _statistics(_by_name(device)):
        raise errors.UnimplementedError(
            f"XLA keeps the peak of {device!r} for as long as the program runs. Compare "
            "get_memory_info(...)['current'] before and after instead."
        )


def _statistics(device: Any) -> dict[str, int]:
    return device.memory_stats() or {}


def _by_name(name: Any) -> Any:
    spec = DeviceSpec.from_string(name) if isinstance(name, str) else DeviceSpec()
    if spec.device_type is None or spec.device_index is None:
        raise ValueError(
            f"{name!r} is not the name of one device. Give its type and number, as in 'GPU:0'."
        )
    devices = _jax_devices(spec.device_type)
    if spec.device_index >= len(devices):
        raise ValueError(f"There is no device {name!r}. {_available()}")
    return devices[spec.device_index]


def get_device_details(device: PhysicalDevice) -> dict[str, Any]:
    """What is known of a GPU: its name, and of NVIDIA's the compute capability.

    >>> tf.config.experimental.get_device_details(tf.config.list_physical_devices("CPU")[0])
    {}
    """
    physical = _checked(device)
    if physical.device_type == "CPU":
        return {}
    found = _jax_device(physical)
    details: dict[str, Any] = {"device_name": found.device_kind}
    capability = str(getattr(found, "compute_capability", ""))
    if re.fullmatch(r"\d+\.\d+", capability):
        details["compute_capability"] = tuple(map(int, capability.split(".")))
    return details


# Placement


@contextlib.contextmanager
def device(device_name: Any) -> Iterator[None]:
    """Place the ops called within on a device, such as "/GPU:1"; None stands for the default.

    A device that is not there gives way to the CPU, unless
    `tf.config.set_soft_device_placement(False)` was called. Within a compiled function it has no
    effect: the whole program runs on one device, that of the call.

    >>> with tf.device("/CPU:0"):
    ...     x = tf.zeros([2])
    >>> x.device
    '/job:localhost/replica:0/task:0/device:CPU:0'
    """
    spec = _checked_spec(device_name)
    found = None if spec.device_type is None else _placed(spec)
    outer = context.device
    context.device = None if device_name is None else spec.to_string()
    try:
        if context.scope is not None or (found is None and device_name is not None):
            yield
        else:
            with jax.default_device(found):
                yield
    finally:
        context.device = outer


def _checked_spec(device_name: Any) -> DeviceSpec:
    if device_name is None:
        return DeviceSpec()
    if isinstance(device_name, LogicalDevice):
        device_name = device_name.name
    if callable(device_name):
        raise RuntimeError("tf.device takes the name of a device, not a function.")
    if not isinstance(device_name, str | DeviceSpec):
        raise ValueError(
            f"tf.device takes the name of a device, such as '/GPU:0'; given {device_name!r} of "
            f"type {type(device_name).__name__}."
        )
    spec = DeviceSpec.from_string(device_name) if isinstance(device_name, str) else device_name
    if spec.job not in (None, "localhost") or spec.replica or spec.task:
        raise errors.InvalidArgumentError(
            f"There is no device {spec.to_string()!r} in this process. {_available()}"
        )
    return spec


def _placed(spec: DeviceSpec) -> Any:
    """The device of JAX that a spec asks for, or the nearest."""
    candidates = _jax_devices(str(spec.device_type))
    index = spec.device_index or 0
    if index < len(candidates):
        return candidates[index]
    if config.get_soft_device_placement():
        return _jax_devices("CPU")[0]
    raise errors.InvalidArgumentError(
        f"There is no device {spec.to_string()!r}. {_available()} "
        "tf.config.set_soft_device_placement(True) lets ops run elsewhere."
    )


def _available() -> str:
    names = [f"'/{kind}:{i}'" for kind in _types() for i, _ in enumerate(_jax_devices(kind))]
    return f"The devices are: {', '.join(names)}."
