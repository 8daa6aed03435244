"""What this machine and this installation can run on."""

from __future__ import annotations

import platform

import jax

from keratin._engine.device import list_physical_devices
from keratin.sysconfig._build import supports

_SAME_PROCESSOR = {"amd64": "x86_64", "arm64": "aarch64"}


def is_gpu_available(
    cuda_only: bool = False, min_cuda_compute_capability: tuple[int, int] | None = None
) -> bool:
    """Whether there is a GPU, of at least a compute capability such as (7, 0).

    >>> tf.test.is_gpu_available() == bool(tf.config.list_physical_devices("GPU"))
    True
    """
    return any(
        (device.platform in ("gpu", "cuda") or not cuda_only)
        and _capability(device) >= (min_cuda_compute_capability or (0, 0))
        for device in _gpus()
    )


def _gpus() -> list[jax.Device]:
    if not list_physical_devices("GPU"):
        return []
    return [device for device in jax.local_devices() if device.platform not in ("cpu", "tpu")]


def _capability(device: jax.Device) -> tuple[int, ...]:
    """The compute capability; (0, 0) of a device that has none."""
    text = str(getattr(device, "compute_capability", "0.0"))
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def gpu_device_name() -> str:
    """The name of the first GPU, or an empty string.

    >>> tf.test.gpu_device_name() in ("", "/device:GPU:0")
    True
    """
    return "/device:GPU:0" if is_gpu_available() else ""


def is_built_with_cuda() -> bool:
    """Whether the installation supports CUDA.

    >>> tf.test.is_built_with_cuda() == tf.sysconfig.get_build_info()["is_cuda_build"]
    True
    """
    return supports("cuda")


def is_built_with_rocm() -> bool:
    """Whether the installation supports ROCm.

    >>> tf.test.is_built_with_rocm() == tf.sysconfig.get_build_info()["is_rocm_build"]
    True
    """
    return supports("rocm")


def is_built_with_gpu_support() -> bool:
    """Whether the installation supports GPUs of any make.

    >>> tf.test.is_built_with_gpu_support() or not tf.test.is_gpu_available()
    True
    """
    return is_built_with_cuda() or is_built_with_rocm()


def is_built_with_xla() -> bool:
    """True: XLA compiles everything.

    >>> tf.test.is_built_with_xla()
    True
    """
    return True


def is_cpu_target_available(target: str) -> bool:
    """Whether programs can be compiled for a processor such as "x86_64" or "aarch64".

    >>> import platform
    >>> tf.test.is_cpu_target_available(platform.machine())
    True
    """
    return _processor(target) == _processor(platform.machine())


def _processor(name: str) -> str:
    return _SAME_PROCESSOR.get(name.lower(), name.lower())
